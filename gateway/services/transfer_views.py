"""Transfers as people look at them: with names, titles, and the rules' own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.actors import Actor, Role
from gateway.domain.decisions import Finding
from gateway.domain.errors import Forbidden
from gateway.domain.meeting_records import Keeping
from gateway.domain.packs import DocumentId, Pack, PackId, PackKind
from gateway.domain.transfers import Refused, State, Transfer, TransferId
from gateway.domain.transfers.watching import awaits_reading, recallable, settled
from gateway.services.packs import owned as owned_pack
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work
from gateway.services.transfers import owned

_ALL = Page(limit=10_000)


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer with what the register says of its recipient.

    Attributes:
        settled: whether nothing is left but to wait for a person.
        awaits_reading: whether its password is to be read out by telephone now.
        recallable: whether a recall is not too late.
    """

    transfer: Transfer
    recipient: str
    agency: str
    settled: bool
    awaits_reading: bool
    recallable: bool


@dataclass(frozen=True, slots=True)
class TransferStory:
    """One transfer in full: its pack, titles of its documents, what the rules named in it say.

    `keeping` is the question to its recipient whether it was deleted, where that was asked.
    """

    view: TransferView
    pack: Pack | None
    titles: Mapping[DocumentId, str]
    findings: Mapping[str, Finding]
    keeping: Keeping | None = None

    @property
    def marking(self) -> str:
        """The protective marking of its pack."""
        return self.pack.marking.value if self.pack else ""

    @property
    def is_answer(self) -> bool:
        """Whether it carries an answer, whose pack is a responder's."""
        return self.pack is not None and self.pack.kind is PackKind.ANSWER


async def list_views(
    parts: Parts,
    actor: Actor,
    page: Page,
    *,
    pack: PackId | None = None,
    state: State | None = None,
    newest_first: bool = True,
) -> list[TransferView]:
    """A page of the transfers of the actor's agency.

    Raises:
        Forbidden: the actor is neither coordinator nor privacy officer.
    """
    _require_overseer(actor)
    async with parts.database.work() as work:
        found = await work.transfers.list(
            actor.of_agency(), page, pack=pack, state=state, newest_first=newest_first
        )
        return await views(parts, work, found)


async def watch_pack(parts: Parts, actor: Actor, pack: PackId) -> list[TransferView]:
    """Every transfer of a pack of the actor's agency, in the order they were made.

    Raises:
        NotFound: no such pack, or another agency's.
    """
    _require_overseer(actor)
    async with parts.database.work() as work:
        await owned_pack(work, actor, pack)
        found = await work.transfers.list(actor.of_agency(), _ALL, pack=pack)
        return await views(parts, work, found)


async def look_at_transfer(parts: Parts, actor: Actor, identifier: TransferId) -> TransferStory:
    """A transfer of the actor's agency in full.

    Raises:
        NotFound: no such transfer, or another agency's.
    """
    _require_overseer(actor)
    async with parts.database.work() as work:
        found = await owned(work, actor, identifier)
        (view,) = await views(parts, work, [found])
        pack = await work.packs.get(found.pack, actor.of_agency())
        documents = await work.packs.documents(found.pack)
        keeping = await work.meeting_records.keeping_of(found.id, found.agency)
    rules = {rule for withheld in found.withheld for rule in withheld.rules}
    if isinstance(found.progress, Refused):
        rules |= set(found.progress.rules)
    words = {rule: parts.judge.finding(rule) for rule in rules}
    return TransferStory(
        view,
        pack=pack,
        titles={document.id: document.title for document in documents},
        findings={rule: finding for rule, finding in words.items() if finding is not None},
        keeping=keeping,
    )


async def views(parts: Parts, work: Work, found: Sequence[Transfer]) -> list[TransferView]:
    """The transfers with their recipients' names."""
    people = await work.register.representatives([transfer.recipient for transfer in found])
    agencies = await work.register.agencies()
    now = parts.clock.now()
    return [
        _view(
            transfer,
            person.name if person else str(transfer.recipient),
            agencies[person.agency].name if person else "",
            now,
        )
        for transfer in found
        for person in (people.get(transfer.recipient),)
    ]


def _view(transfer: Transfer, name: str, agency: str, now: datetime) -> TransferView:
    return TransferView(
        transfer,
        name,
        agency,
        settled=settled(transfer, now),
        awaits_reading=awaits_reading(transfer, now),
        recallable=recallable(transfer),
    )


def _require_overseer(actor: Actor) -> None:
    if actor.role not in {Role.COORDINATOR, Role.PRIVACY_OFFICER}:
        raise Forbidden("Only a coordinator or privacy officer sees transfers.", "Ask one of them.")
