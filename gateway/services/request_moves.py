"""The one way a request changes in storage: new state, audit entry and what follows together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, NotFound
from gateway.domain.information_requests.events import (
    AnswerUndelivered,
    PassingOnFailed,
    Read,
    RequestEvent,
    Undelivered,
)
from gateway.domain.information_requests.machine import advance
from gateway.domain.information_requests.states import (
    Answered,
    InformationRequest,
    RequestState,
)
from gateway.domain.packs import Pack, PackKind, RequestId
from gateway.domain.transfers import PasswordSent, State, Transfer
from gateway.services.answer_drafts import dispose_of_draft
from gateway.services.auditing import child_pseudonym, meeting_pseudonym, pseudonym, record
from gateway.services.kept_from import children_kept_from
from gateway.services.parts import Parts
from gateway.services.request_times import plan_reminders
from gateway.services.storage import Work

ASKING_READERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_ASKERS = frozenset({Role.COORDINATOR})
_NEVER_OPENED = frozenset({State.REFUSED, State.FAILED, State.RECALLED})


@dataclass(frozen=True, slots=True)
class RequestMove:
    """An event with how it is recorded."""

    event: RequestEvent
    action: Action
    detail: Mapping[str, JSON] = field(default_factory=dict)
    outcome: Outcome = Outcome.SUCCESS


def subject_of(parts: Parts, request: InformationRequest) -> dict[str, JSON]:
    """The references by which an entry names a request.

    Once it was sent, what happens to it concerns the agency asked too, and its auditor may know.
    """
    concerned: dict[str, JSON] = {}
    if request.sent_at is not None:
        concerned = {"also_concerns": request.holding_agency}
    return {
        **concerned,
        "information_request": request.id,
        "reference": request.reference,
        "meeting": meeting_pseudonym(parts, request.meeting),
        "child": child_pseudonym(parts, request.child),
        "holding_agency": request.holding_agency,
        "holder": pseudonym(parts, request.holder),
    }


async def record_about(
    parts: Parts,
    work: Work,
    actor: Actor,
    action: Action,
    request: InformationRequest,
    detail: Mapping[str, JSON] | None = None,
    *,
    outcome: Outcome = Outcome.SUCCESS,
) -> None:
    """Write an entry about a request; it concerns the agency that asks, and once sent both."""
    subject = subject_of(parts, request)
    agency = request.agency
    await record(parts, work, actor, action, subject, detail, outcome=outcome, agency=agency)


async def move_request(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, how: RequestMove
) -> InformationRequest:
    """Advance a locked request and record it.

    Once nobody can answer, its links are void, and what was drafted of an answer is gone. Where
    documents were disclosed, whoever did it by a link keeps that session, to recall them.

    Raises:
        Conflict: the request's state does not allow the event.
    """
    moved = advance(request, how.event, parts.clock.now())
    await work.requests.update(moved)
    detail: dict[str, JSON] = {"state": moved.state.value, **how.detail}
    await record_about(parts, work, actor, how.action, moved, detail, outcome=how.outcome)
    if request.state.is_open and not moved.state.is_open:
        if not isinstance(moved.progress, Answered) or moved.progress.pack is None:
            await work.links.close(moved.id)
        await dispose_of_draft(parts, work, actor, moved)
    return moved


async def asked_by(
    work: Work,
    actor: Actor,
    request: RequestId,
    *,
    lock: bool = False,
    roles: Collection[Role] = _ASKERS,
) -> InformationRequest:
    """The request, if the actor's agency asks it and the actor has one of `roles`.

    Who has a conflict of interest about the child does not get it, on either side.

    Raises:
        Forbidden: the actor makes no requests.
        NotFound: it does not, or there is none; the two read the same.
    """
    if actor.role not in roles:
        raise Forbidden("Only a coordinator makes requests.", "Ask your coordinator.")
    found = await work.requests.asked(request, actor.of_agency(), lock=lock)
    if found is None or actor.request is not None:
        raise no_such_request()
    if found.child in await children_kept_from(work, actor):
        raise no_such_request()
    return found


async def received_by(
    work: Work, actor: Actor, request: RequestId, *, lock: bool = False
) -> InformationRequest:
    """The request, if the actor's agency is asked.

    Raises:
        Forbidden: the actor answers no requests.
        NotFound: it is not, or there is none, or the actor's link is for another; all read the
            same.
    """
    if actor.role is not Role.RESPONDER:
        raise Forbidden("Only a responder answers requests.", "Ask your agency's responder.")
    if actor.request is not None and actor.request != request:
        raise no_such_request()
    found = await work.requests.received(request, actor.of_agency(), lock=lock)
    if found is None or found.child in await children_kept_from(work, actor):
        raise no_such_request()
    return found


def no_such_request() -> NotFound:
    """What is said of a request that is not there for the actor."""
    return NotFound("There is no such request.", "Check the identifier.", field="request")


async def after_transfer(
    parts: Parts, work: Work, actor: Actor, pack: Pack | None, before: Transfer, after: Transfer
) -> None:
    """Tell the request what became of the transfer that carries or answers it."""
    if pack is None or pack.kind is PackKind.MEETING:
        return
    request = await work.requests.carried_by(pack.id, lock=True)
    if request is None:
        return
    sent = before.progress
    locked = isinstance(sent, PasswordSent) and sent.archive is not None and not sent.fetched
    unread = after.state is State.EXPIRED and (before.state is State.MAILED or locked)
    if after.state in _NEVER_OPENED or unread:
        await _not_opened(parts, work, actor, pack, request)
    elif isinstance(request.progress, Answered) and request.progress.pack == pack.id:
        await work.links.close(request.id)  # nothing is left to recall
    elif (
        after.state is State.ACKNOWLEDGED
        and request.pack == pack.id
        and request.state is RequestState.SENT
    ):
        how = RequestMove(Read(), Action.INFORMATION_REQUEST_ACKNOWLEDGED, {"by": "pack"})
        await move_request(parts, work, actor, request, how)


async def _not_opened(
    parts: Parts, work: Work, actor: Actor, pack: Pack, request: InformationRequest
) -> None:
    """Undo what a pack that nobody could open was to do, and have those told who wait."""
    if isinstance(request.progress, Answered) and request.progress.pack == pack.id:
        await work.requests.put_answer(request.id, None)
        moved = await move_request(parts, work, actor, request, _failed(_answer_of(pack)))
        await plan_reminders(parts, work, moved)
        await _tell(parts, work, moved, "answer undelivered")
    elif request.state is not RequestState.SENT or request.pack != pack.id:
        return
    elif request.passed_on_by is not None:
        moved = await move_request(
            parts, work, actor, request, _failed(_carrying(PassingOnFailed(pack.id), pack))
        )
        await _tell(parts, work, moved, "given back")
    elif request.acknowledged_at is not None:  # it was addressed anew: the agency has read it
        await work.links.close(request.id)
        moved = await move_request(parts, work, actor, request, _failed(_carrying(Read(), pack)))
        await _tell(parts, work, moved, "not readdressed")
    else:
        await work.requests.plan_reminders(request.id, ())
        await move_request(
            parts, work, actor, request, _failed(_carrying(Undelivered(pack.id), pack))
        )


def _answer_of(pack: Pack) -> RequestMove:
    action = Action.INFORMATION_REQUEST_ANSWER_UNDELIVERED
    return RequestMove(AnswerUndelivered(pack.id), action, {"pack": pack.id})


def _carrying(event: RequestEvent, pack: Pack) -> RequestMove:
    return RequestMove(event, Action.INFORMATION_REQUEST_UNDELIVERED, {"pack": pack.id})


def _failed(how: RequestMove) -> RequestMove:
    return replace(how, outcome=Outcome.FAILURE)


async def _tell(parts: Parts, work: Work, request: InformationRequest, kind: str) -> None:
    await work.jobs.notify_request(request.id, kind, parts.identifiers.new())
