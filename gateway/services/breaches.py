"""Reporting a breach, naming what it is about, containing it, and closing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.breaches import (
    Account,
    Breach,
    BreachId,
    BreachKind,
    BreachState,
    Closed,
    Contained,
    advance,
)
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.information_requests.states import Answered, InformationRequest
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import ChildReference
from gateway.domain.transfers import TransferId
from gateway.services.breach_scope import (
    DECIDERS,
    REPORTERS,
    breach_of,
    note,
    require,
    sealed,
    who,
)
from gateway.services.kept_from import children_kept_from
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work
from gateway.services.transfers import owned

_T = TypeVar("_T")
MOST_TARGETS = 50  # transfers and requests of one breach
MOST_BREACHES = 1000  # of one agency: those open at a time, and the newest that are listed


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says went wrong.

    Attributes:
        references: of transfers and requests it is about; may be none.
        happened_at: aware, or None where it is not known; `known_at`: aware.
    """

    what: str
    affected: str
    kind: BreachKind
    known_at: datetime
    happened_at: datetime | None = None
    references: tuple[str, ...] = ()
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """What references were found to mean."""

    transfers: tuple[TransferId, ...] = ()
    requests: tuple[RequestId, ...] = ()
    children: tuple[ChildReference, ...] = ()


async def report_breach(parts: Parts, actor: Actor, report: Report) -> Breach:
    """Put a breach, or an exercise of one, into the agency's register.

    Raises:
        Forbidden: the actor's role is another.
        InvalidInput: a time is to come, or they contradict each other; or a reference is of nothing
            that the actor's agency sent, asked or was asked.
        Conflict: as many are open as can be.
    """
    agency = require(actor, REPORTERS, "report breaches")
    now = parts.clock.now()
    _hold_times(report, now)
    async with parts.database.work() as work:
        newest = await work.breaches.of_agency(agency, MOST_BREACHES)
        if sum(each.state is not BreachState.CLOSED for each, _ in newest) >= MOST_BREACHES:
            raise Conflict("Too many breaches are open.", "Close those that are seen to.")
        targets = await find_targets(work, actor, report.references)
        breach = Breach(
            id=BreachId(parts.identifiers.new()),
            reference=f"B{parts.identifiers.reference()[1:]}",
            agency=agency,
            exercise=report.exercise,
            kind=report.kind,
            state=BreachState.REPORTED,
            happened_at=report.happened_at,
            known_at=report.known_at,
            reported_at=now,
            reported_by=who(actor),
            changed_at=now,
            transfers=targets.transfers,
            requests=targets.requests,
            children=targets.children,
        )
        account = Account(report.what, report.affected)
        await work.breaches.add(breach, sealed(parts, breach, account))
        counts = {"transfers": len(breach.transfers), "requests": len(breach.requests)}
        detail = {"kind": report.kind.value, "known_at": report.known_at.isoformat(), **counts}
        await note(parts, work, actor, Action.BREACH_REPORTED, breach, {**detail})
    return breach


async def add_targets(
    parts: Parts, actor: Actor, identifier: BreachId, references: Sequence[str], *, seen: int
) -> Breach:
    """Name further transfers or requests that a breach is about.

    Raises:
        Forbidden, NotFound, Conflict: as for `breach_of`. InvalidInput: as for `report_breach`.
    """
    async with parts.database.work() as work:
        held = await breach_of(
            parts, work, actor, identifier, roles=REPORTERS, lock=True, seen=seen
        )
        found = await find_targets(work, actor, references)
        before = held.breach
        breach = replace(
            before,
            transfers=_joined(before.transfers, found.transfers),
            requests=_joined(before.requests, found.requests),
            children=_joined(before.children, found.children),
            changed_at=parts.clock.now(),
            revision=before.revision + 1,
        )
        _hold_count(len(breach.transfers) + len(breach.requests))
        await work.breaches.update(breach)
        detail = {"transfers": len(breach.transfers), "requests": len(breach.requests)}
        await note(parts, work, actor, Action.BREACH_ADDED_TO, breach, {**detail})
    return breach


async def contain_breach(
    parts: Parts, actor: Actor, identifier: BreachId, steps: str, *, seen: int
) -> Breach:
    """Record that nothing more can be stopped, and what was done outside the gateway.

    Raises:
        Forbidden, NotFound: as for `breach_of`. Conflict: it is contained already, or is closed.
    """
    async with parts.database.work() as work:
        held = await breach_of(
            parts, work, actor, identifier, roles=REPORTERS, lock=True, seen=seen
        )
        breach = advance(held.breach, Contained(), parts.clock.now())
        account = replace(held.account, steps=steps)
        await work.breaches.update(breach, sealed(parts, breach, account))
        await note(parts, work, actor, Action.BREACH_CONTAINED, breach)
    return breach


async def close_breach(parts: Parts, actor: Actor, identifier: BreachId, *, seen: int) -> Breach:
    """Record that all is seen to; lessons may still be open, and stay in the register.

    Raises:
        Forbidden, NotFound: as for `breach_of`. Conflict: notifications are not settled.
    """
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=DECIDERS, lock=True, seen=seen)
        breach = advance(held.breach, Closed(), parts.clock.now())
        await work.breaches.update(breach)
        await note(parts, work, actor, Action.BREACH_CLOSED, breach)
    return breach


async def find_targets(work: Work, actor: Actor, references: Iterable[str]) -> Targets:
    """What references mean to the actor's agency; of a request, its transfers too.

    Raises:
        InvalidInput: one is of nothing that the agency sent, asked or was asked.
    """
    transfers: list[TransferId] = []
    requests: list[RequestId] = []
    children: list[ChildReference] = []
    kept_from = await children_kept_from(work, actor)
    for reference in references:
        name = reference.strip().upper()
        sent, request = await _transfer(work, actor, name), None
        if sent is None:
            request = await work.breaches.request_named(name, actor.of_agency())
        if sent is None and request is None:
            raise _unknown()
        if sent is not None:
            transfers.append(sent)
        if request is not None:
            requests.append(request.id)
            children.append(request.child)
            transfers += await _carriers(work, actor, request)
    children += [child for each in transfers for child in await _children(work, each)]
    if kept_from.intersection(children):
        raise _unknown()
    targets = Targets(_joined(transfers), _joined(requests), _joined(children))
    _hold_count(len(targets.transfers) + len(targets.requests))
    return targets


async def _transfer(work: Work, actor: Actor, reference: str) -> TransferId | None:
    found = await work.transfers.named(reference)
    if found is None:
        return None
    try:
        return (await owned(work, actor, found)).id
    except NotFound:
        return None


async def _carriers(work: Work, actor: Actor, request: InformationRequest) -> list[TransferId]:
    """The transfers of the actor's agency that carry a request, or its answer."""
    answer = request.progress.pack if isinstance(request.progress, Answered) else None
    packs: list[PackId] = [*request.packs, *([answer] if answer is not None else [])]
    agency, page = actor.of_agency(), Page(limit=MOST_TARGETS)
    found = [each for pack in packs for each in await work.transfers.list(agency, page, pack=pack)]
    return [each.id for each in found]


async def _children(work: Work, transfer: TransferId) -> list[ChildReference]:
    found = await work.transfers.get(transfer, None)
    documents = await work.packs.documents(found.pack) if found is not None else ()
    return [child for document in documents for child in document.label.children]


def _joined(*groups: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(each for group in groups for each in group))


def _hold_count(count: int) -> None:
    if count > MOST_TARGETS:
        raise InvalidInput(
            f"A breach is about at most {MOST_TARGETS} transfers and requests.",
            "Report the others as a breach of their own.",
            field="references",
        )


def _hold_times(report: Report, now: datetime) -> None:
    if report.known_at > now:
        raise InvalidInput(
            "It cannot become known in the future.", "Correct the time.", field="known_at"
        )
    if report.happened_at is not None and report.happened_at > report.known_at:
        raise InvalidInput(
            "It cannot become known before it happened.",
            "Correct the times, or leave out when it happened.",
            field="happened_at",
        )


def _unknown() -> InvalidInput:
    return InvalidInput(
        "A reference is of no transfer or request that you can see.",
        "Correct it, or leave it out and say in words what it is about.",
        field="references",
    )
