"""The register of breaches, one breach in full, and what another agency was told of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.actors import Actor, Role
from gateway.domain.breaches import (
    Account,
    Breach,
    BreachId,
    BreachState,
    Clock72,
    Lesson,
    Told,
    clock,
)
from gateway.domain.breaches.evidence import Evidence
from gateway.domain.breaches.letters import to_affected, to_commissioner
from gateway.domain.information_requests.wording import folded
from gateway.domain.register import AgencyId, ProtocolId, RepresentativeId
from gateway.domain.users import UserId
from gateway.services.breach_facts import evidence_of
from gateway.services.breach_lessons import KEEPERS, protocols_for
from gateway.services.breach_notices import Addressee, addressees
from gateway.services.breach_scope import (
    READERS,
    breach_of,
    no_such_breach,
    opened,
    require,
    visible,
)
from gateway.services.breach_stopping import Stoppable, stoppable
from gateway.services.breaches import MOST_BREACHES
from gateway.services.kept_from import children_kept_from
from gateway.services.parts import Parts
from gateway.services.storage import Work

_MOST_SHARED = 200
_MOST_WORDS = 20  # of a search, looked up as references


@dataclass(frozen=True, slots=True)
class BreachFilter:
    """Which breaches are asked for; blank parts ask for everything.

    Attributes:
        words: that all stand somewhere in it. exercises: None for both.
    """

    words: str = ""
    state: BreachState | None = None
    exercises: bool | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A breach of the register.

    Attributes:
        commissioner_at, affected_at: when it was recorded that these were notified, or need not be.
        lessons_open: how many lessons nobody has seen to yet.
    """

    breach: Breach
    clock: Clock72
    commissioner_at: datetime | None
    affected_at: datetime | None
    lessons_open: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What an agency sees of another's breach: that there is one, and what it was told."""

    breach: Breach
    agency: str
    message: str


@dataclass(frozen=True, slots=True)
class BreachRegister:
    """An agency's breaches, and those of others that it was told of."""

    own: tuple[Listed, ...]
    shared: tuple[tuple[Breach, str], ...]


@dataclass(frozen=True, slots=True)
class BreachView:
    """One breach in full.

    Attributes:
        commissioner, affected: drafts of notices, by paragraphs.
        addressees: whom a notice can go to. protocols: into whose drafts lessons can be carried.
    """

    breach: Breach
    account: Account
    clock: Clock72
    stoppable: tuple[Stoppable, ...]
    evidence: tuple[Evidence, ...]
    commissioner: tuple[str, ...]
    affected: tuple[str, ...]
    addressees: tuple[Addressee, ...]
    lessons: tuple[Lesson, ...]
    protocols: tuple[ProtocolId, ...]
    names: Mapping[AgencyId, str]
    reporter: str

    @property
    def commissioner_told(self) -> bool:
        """Whether it was recorded that the Commissioner was told."""
        return self.account.notified(Told.COMMISSIONER) is not None

    @property
    def can_stop(self) -> bool:
        """Whether anything is left that can be stopped."""
        return any(each.measures for each in self.stoppable)


async def list_breaches(parts: Parts, actor: Actor, wanted: BreachFilter) -> BreachRegister:
    """The breaches that whoever acts may see, as far as wanted, newest first.

    Raises:
        Forbidden: the actor's role is another.
    """
    agency = require(actor, READERS, "see breaches")
    async with parts.database.work() as work:
        named = await _named(work, agency, wanted.words)
        own: list[Listed] = []
        for breach, stored in await work.breaches.of_agency(agency, MOST_BREACHES):
            if not await visible(work, actor, breach):
                continue
            account = opened(parts, breach, stored)
            listed = await _listed(parts, work, breach, account)
            if _fits(listed, account, wanted, named):
                own.append(listed)
        shared = await work.breaches.shared_with(agency, _MOST_SHARED)
        names = await work.register.agencies()
        told = [(e, names[e.agency].name) for e in shared if await _free(work, actor, e)]
    return BreachRegister(tuple(own), tuple(told))


async def look_at_breach(parts: Parts, actor: Actor, identifier: BreachId) -> BreachView | Shared:
    """A breach of the actor's agency in full; of another, what the actor's agency was told.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such breach, or not for the actor.
    """
    agency = require(actor, READERS, "see breaches")
    async with parts.database.work() as work:
        if await work.breaches.get(identifier, agency) is None:
            return await _shared(parts, work, actor, identifier)
        held = await breach_of(parts, work, actor, identifier)
        breach, account = held.breach, held.account
        evidence = await evidence_of(work, breach)
        agencies = await work.register.agencies()
        name = agencies[agency].name
        return BreachView(
            breach=breach,
            account=account,
            clock=_clock(parts, breach, account),
            stoppable=await stoppable(parts, work, breach),
            evidence=evidence,
            commissioner=to_commissioner(breach, account, evidence, name),
            affected=to_affected(breach, evidence, name),
            addressees=await addressees(parts, work, breach),
            lessons=tuple(await work.breaches.lessons(breach.id)),
            protocols=await protocols_for(work, actor, breach) if actor.role in KEEPERS else (),
            names={key: each.name for key, each in agencies.items()},
            reporter=await _name(work, breach.reported_by),
        )


async def _shared(parts: Parts, work: Work, actor: Actor, identifier: BreachId) -> Shared:
    found = await work.breaches.told_of(identifier, actor.of_agency())
    if found is None or not await _free(work, actor, found[0]):
        raise no_such_breach()
    breach, stored = found
    owner = await work.register.agency(breach.agency)
    message = opened(parts, breach, stored).message
    return Shared(breach, owner.name if owner is not None else breach.agency, message)


async def _free(work: Work, actor: Actor, breach: Breach) -> bool:
    """Whether whoever acts is told of other agencies' breaches, and has no conflict about it."""
    if actor.role is Role.RESPONDER:
        return False
    return not (await children_kept_from(work, actor)).intersection(breach.children)


async def _listed(parts: Parts, work: Work, breach: Breach, account: Account) -> Listed:
    lessons = await work.breaches.lessons(breach.id)
    told = {each: account.notified(each) for each in Told}
    at = {each: found.at if found is not None else None for each, found in told.items()}
    return Listed(
        breach,
        _clock(parts, breach, account),
        at[Told.COMMISSIONER],
        at[Told.AFFECTED],
        sum(each.done_at is None for each in lessons),
    )


def _clock(parts: Parts, breach: Breach, account: Account) -> Clock72:
    told = account.notified(Told.COMMISSIONER)
    stopped = told.at if told is not None else None
    settled = breach.state in {BreachState.NOT_NOTIFIABLE, BreachState.CLOSED}
    if stopped is None and settled:
        stopped = breach.changed_at if breach.closed_at is None else breach.closed_at
    return clock(breach.known_at, parts.clock.now(), stopped)


async def _named(work: Work, agency: AgencyId, words: str) -> dict[str, str]:
    """Those of the words that are references, with the transfer or request each is of."""
    found: dict[str, str] = {}
    for word in words.split()[:_MOST_WORDS]:
        request = await work.breaches.request_named(word.upper(), agency)
        target = request.id if request is not None else await work.transfers.named(word.upper())
        if target is not None:
            found[word] = target
    return found


def _fits(listed: Listed, account: Account, wanted: BreachFilter, named: Mapping[str, str]) -> bool:
    breach = listed.breach
    if wanted.state is not None and breach.state is not wanted.state:
        return False
    if wanted.exercises is not None and breach.exercise is not wanted.exercises:
        return False
    if wanted.overdue and (listed.clock.stopped or not listed.clock.overdue):
        return False
    texts = (breach.reference, breach.kind.value, account.what, account.affected, account.reason)
    held, targets = folded(" ".join(texts)), {*breach.transfers, *breach.requests}
    return all(folded(word) in held or named.get(word) in targets for word in wanted.words.split())


async def _name(work: Work, identifier: str) -> str:
    everyone = await work.register.representatives([RepresentativeId(identifier)])
    if everyone:
        return next(iter(everyone.values())).name
    user = await work.users.get(UserId(identifier))
    return user.name if user is not None else identifier
