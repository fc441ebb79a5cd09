"""What can still be stopped about a breach, and doing it: one transaction for each thing.

An exercise asks the same questions of the same transfers and does nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.breaches import Breach, BreachId, Ending, Measure, Stop
from gateway.domain.breaches.stopping import RECALLS, measures, why_not
from gateway.domain.errors import Conflict, GatewayError
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import RequestId
from gateway.domain.transfers import Archive, PasswordSent, RecallRequested, Transfer, TransferId
from gateway.services import secrets
from gateway.services.auditing import about, record
from gateway.services.breach_scope import REPORTERS, breach_of, subject_of, who
from gateway.services.disposal import destroy
from gateway.services.moves import Move, move
from gateway.services.parts import Parts
from gateway.services.storage import Work

MOST_STOPS = 500  # recorded of one breach
_ROUNDS = 4  # a transfer can move on at most so often that something else is to be done


@dataclass(frozen=True, slots=True)
class Stoppable:
    """A transfer or request of a breach, and what would still stop something about it.

    Attributes:
        why_not: why it can no longer be called back, in words; empty where it can.
    """

    reference: str
    state: str
    measures: tuple[Measure, ...]
    why_not: str
    transfer: TransferId | None = None
    request: RequestId | None = None


async def stoppable(parts: Parts, work: Work, breach: Breach) -> tuple[Stoppable, ...]:
    """What would still stop something, request by request, then transfer by transfer.

    A recall of what carries a request makes its links void, so these are shut before it.
    """
    found: list[Stoppable] = []
    for request_id in breach.requests:
        request = await work.requests.asked(request_id, breach.agency)
        if request is not None:
            found.append(_of_request(parts, breach, request))
    for identifier in breach.transfers:
        transfer = await work.transfers.get(identifier, breach.agency)
        if transfer is not None:
            found.append(await _of_transfer(parts, work, breach, transfer))
    return tuple(found)


async def stop(
    parts: Parts, actor: Actor, identifier: BreachId, shown: Sequence[tuple[str, Measure]]
) -> tuple[Stop, ...]:
    """Stop all that can be stopped now; gives how each attempt ended, in order.

    `shown`: what the page offered; what of it is no longer possible is recorded as too late. What
    becomes possible instead while it is being done (a pack is mailed, so its password is to be
    withheld) is done too.

    Raises:
        Forbidden, NotFound, Conflict: as for `breach_of`.
    """
    made: list[Stop] = []
    for number in range(_ROUNDS):
        plan, breach = await _plan(parts, actor, identifier)
        wanted = [(each, measure) for each in plan for measure in each.measures]
        if number == 0:
            wanted += _past(plan, breach, shown)
        tried = {(stop.target, stop.measure) for stop in made}
        left = [each for each in wanted if (each[0].reference, each[1]) not in tried]
        if not left:
            break
        made += [await _try(parts, actor, identifier, *each) for each in left]
    return tuple(made)


async def _plan(
    parts: Parts, actor: Actor, identifier: BreachId
) -> tuple[tuple[Stoppable, ...], Breach]:
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=REPORTERS, lock=True)
        if len(held.breach.stops) >= MOST_STOPS:
            raise Conflict("This breach records no more attempts.", "Report a further one.")
        return await stoppable(parts, work, held.breach), held.breach


def _past(
    plan: Sequence[Stoppable], breach: Breach, shown: Sequence[tuple[str, Measure]]
) -> list[tuple[Stoppable, Measure]]:
    """What was offered, was not done since, and can be done no more."""
    known = {each.reference: each for each in plan}
    return [
        (known[reference], measure)
        for reference, measure in dict.fromkeys(shown)
        if reference in known
        and measure not in known[reference].measures
        and measure not in breach.done(reference)
    ]


async def _try(
    parts: Parts, actor: Actor, identifier: BreachId, what: Stoppable, measure: Measure
) -> Stop:
    """One attempt, all of it in one transaction; a failed one is recorded in a further one."""
    try:
        async with parts.database.work() as work:
            held = await breach_of(parts, work, actor, identifier, roles=REPORTERS, lock=True)
            ending = await _do(parts, work, actor, held.breach, what, measure)
            return await _keep(parts, work, actor, held.breach, what, measure, ending)
    except GatewayError:
        async with parts.database.work() as work:
            held = await breach_of(parts, work, actor, identifier, roles=REPORTERS, lock=True)
            return await _keep(parts, work, actor, held.breach, what, measure, Ending.FAILED)


async def _do(
    parts: Parts, work: Work, actor: Actor, breach: Breach, what: Stoppable, measure: Measure
) -> Ending:
    """Do it if it is still possible, judged under the lock."""
    if what.request is not None:
        request = await work.requests.asked(what.request, breach.agency, lock=True)
        if request is None or measure not in _of_request(parts, breach, request).measures:
            return Ending.TOO_LATE
        if not breach.exercise:
            await work.links.close(request.id)
        return Ending.WOULD if breach.exercise else Ending.DONE
    assert what.transfer is not None  # noqa: S101 - one of the two is named
    transfer = await work.transfers.get(what.transfer, breach.agency, lock=True)
    if transfer is None:
        return Ending.TOO_LATE
    now = await _of_transfer(parts, work, breach, transfer)
    if measure not in now.measures:
        return Ending.TOO_LATE
    if breach.exercise:
        return Ending.WOULD
    if measure in RECALLS:
        recalled = Move(RecallRequested(), Action.TRANSFER_RECALLED, {"breach": breach.reference})
        await move(parts, work, actor, transfer, recalled)
    else:
        await _shut(parts, work, transfer, measure)
    return Ending.DONE


async def _shut(parts: Parts, work: Work, transfer: Transfer, measure: Measure) -> None:
    """Shut a link, or destroy what is held; the transfer's state stays what it was.

    A link is shut by putting the digest of a token in its place that nobody was given.
    """
    nobody = parts.identifiers.token().reveal()
    if measure is Measure.REVOKE_ACKNOWLEDGEMENT:
        await work.transfers.replace_link(transfer.id, secrets.link_digest(parts, nobody))
    elif measure is Measure.REVOKE_PICK_UP:
        way = await work.pick_ups.get(transfer.id, lock=True)
        if way is not None:
            digest = secrets.pick_up_link_digest(parts, nobody)
            await work.pick_ups.update(replace(way, link_digest=digest, session_digest=digest))
    elif measure is Measure.DESTROY and (archive := _archive(transfer)) is not None:
        await destroy(work, archive.blob)


async def _keep(
    parts: Parts,
    work: Work,
    actor: Actor,
    breach: Breach,
    what: Stoppable,
    measure: Measure,
    ending: Ending,
) -> Stop:
    at = parts.clock.now()
    made = Stop(what.reference, measure, ending, at, who(actor))
    changed = replace(
        breach, stops=(*breach.stops, made), changed_at=at, revision=breach.revision + 1
    )
    await work.breaches.update(changed)
    subject = subject_of(breach)
    if what.transfer is not None:
        transfer = await work.transfers.get(what.transfer, breach.agency)
        subject |= about(parts, transfer) if transfer is not None else {}
    elif what.request is not None:  # without the agency asked: it hears of breaches by notice only
        subject |= {"information_request": what.request, "reference": what.reference}
    detail: dict[str, JSON] = {
        "measure": measure.value,
        "ending": ending.value,
        "target": what.reference,
    }
    good = ending in {Ending.DONE, Ending.WOULD}
    outcome = Outcome.SUCCESS if good else Outcome.FAILURE
    action = Action.BREACH_STOPPED
    await record(parts, work, actor, action, subject, detail, outcome=outcome, agency=breach.agency)
    return made


async def _of_transfer(parts: Parts, work: Work, breach: Breach, transfer: Transfer) -> Stoppable:
    archive = _archive(transfer)
    held = archive is not None and await work.keys.get(archive.blob) is not None
    links = parts.rules.link_base is not None
    return Stoppable(
        transfer.reference,
        transfer.state.value,
        measures(transfer, breach.done(transfer.reference), links=links, held=held),
        why_not(transfer),
        transfer=transfer.id,
    )


def _of_request(parts: Parts, breach: Breach, request: InformationRequest) -> Stoppable:
    open_links = request.state.is_open and parts.rules.link_base is not None
    done = Measure.REVOKE_ANSWER in breach.done(request.reference)
    return Stoppable(
        request.reference,
        request.state.value,
        (Measure.REVOKE_ANSWER,) if open_links and not done else (),
        "" if request.state.is_open else f"It has ended: it is {request.state.value}.",
        request=request.id,
    )


def _archive(transfer: Transfer) -> Archive | None:
    progress = transfer.progress
    return progress.archive if isinstance(progress, PasswordSent) else None
