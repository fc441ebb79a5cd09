"""Children about whom a person declared a conflict of interest, and so sees nothing here."""

from gateway.domain.actors import Actor
from gateway.domain.register import ChildReference
from gateway.services.storage import Work


async def children_kept_from(work: Work, actor: Actor) -> frozenset[ChildReference]:
    """The children whose requests the actor sees nothing of; none for who is no representative."""
    if actor.representative is None:
        return frozenset()
    declared = await work.register.conflicts([actor.representative])
    return declared.get(actor.representative, frozenset())
