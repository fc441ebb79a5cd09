"""How people of the holding agency get at a request here: signed in, or by a one-time link."""

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId, Representative
from gateway.services.parts import Parts
from gateway.services.sessions import may_act
from gateway.services.storage import Work


async def signs_in(parts: Parts, work: Work, person: Representative) -> bool:
    """Whether this person can sign in, by a token or as a user, and answer requests."""
    now, held = parts.clock.now(), await work.tokens.list(person.agency)
    for token in held:
        usable = token.role is Role.RESPONDER and token.representative == person.id
        if usable and token.revoked_at is None and now < token.expires_at:
            return True
    for user in await work.users.list(person.agency):
        acting = user.representative == person.id
        if acting and await may_act(parts, work, user, Role.RESPONDER):
            return True
    return False


async def somebody_signs_in(parts: Parts, work: Work, agency: AgencyId) -> bool:
    """Whether anybody of the agency can sign in and answer requests."""
    if await work.tokens.any_of(agency, Role.RESPONDER, parts.clock.now()):
        return True
    for user in await work.users.list(agency):
        if await may_act(parts, work, user, Role.RESPONDER):
            return True
    return False


def can_use_link(parts: Parts, person: Representative) -> bool:
    """Whether a one-time link is of use to this person: its code goes to their mobile."""
    active = person.is_active_on(parts.today())
    texted = person.mobile is not None and parts.texter is not None
    return active and texted and parts.rules.link_base is not None


async def works_by_link(parts: Parts, work: Work, person: Representative) -> bool:
    """Whether this person answers requests by one-time links, for want of an account."""
    return can_use_link(parts, person) and not await signs_in(parts, work, person)


async def can_be_answered(parts: Parts, work: Work, holder: Representative) -> bool:
    """Whether a request to this holder can be answered here, by them or a colleague."""
    if can_use_link(parts, holder):
        return True
    return await somebody_signs_in(parts, work, holder.agency)
