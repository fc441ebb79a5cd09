"""How a request changes: the table of moves and the one function that applies them.

An answer ends a request, with one exception: when the disclosed pack could not be delivered, there
was no answer, and the request is open again.
"""

from dataclasses import replace
from datetime import datetime

from gateway.domain.errors import Conflict
from gateway.domain.information_requests.events import (
    AnswerGiven,
    AnswerUndelivered,
    ApprovalGiven,
    ClarificationAsked,
    ClarificationGiven,
    Dispatched,
    Edited,
    Forwarded,
    PassingOnFailed,
    Read,
    Readdressed,
    RequestEvent,
    TimeRanOut,
    Undelivered,
    WithdrawalMade,
)
from gateway.domain.information_requests.states import (
    Acknowledged,
    Answered,
    Approved,
    Clarifying,
    Draft,
    Expired,
    InformationRequest,
    RequestProgress,
    RequestState,
    Sent,
    Withdrawn,
)

MOVES: dict[tuple[RequestState, type], RequestState] = {
    (RequestState.DRAFT, Edited): RequestState.DRAFT,
    (RequestState.DRAFT, ApprovalGiven): RequestState.APPROVED,
    (RequestState.DRAFT, Dispatched): RequestState.SENT,
    (RequestState.DRAFT, WithdrawalMade): RequestState.WITHDRAWN,
    (RequestState.APPROVED, Edited): RequestState.DRAFT,
    (RequestState.APPROVED, Dispatched): RequestState.SENT,
    (RequestState.APPROVED, WithdrawalMade): RequestState.WITHDRAWN,
    (RequestState.SENT, Undelivered): RequestState.DRAFT,
    (RequestState.SENT, Read): RequestState.ACKNOWLEDGED,
    (RequestState.SENT, ClarificationAsked): RequestState.CLARIFYING,
    (RequestState.SENT, Forwarded): RequestState.SENT,
    (RequestState.SENT, PassingOnFailed): RequestState.ACKNOWLEDGED,
    (RequestState.SENT, Readdressed): RequestState.SENT,
    (RequestState.SENT, AnswerGiven): RequestState.ANSWERED,
    (RequestState.SENT, WithdrawalMade): RequestState.WITHDRAWN,
    (RequestState.SENT, TimeRanOut): RequestState.EXPIRED,
    (RequestState.ACKNOWLEDGED, ClarificationAsked): RequestState.CLARIFYING,
    (RequestState.ACKNOWLEDGED, Forwarded): RequestState.SENT,
    (RequestState.ACKNOWLEDGED, Readdressed): RequestState.SENT,
    (RequestState.ACKNOWLEDGED, AnswerGiven): RequestState.ANSWERED,
    (RequestState.ACKNOWLEDGED, WithdrawalMade): RequestState.WITHDRAWN,
    (RequestState.ACKNOWLEDGED, TimeRanOut): RequestState.EXPIRED,
    (RequestState.CLARIFYING, ClarificationAsked): RequestState.CLARIFYING,
    (RequestState.CLARIFYING, ClarificationGiven): RequestState.ACKNOWLEDGED,
    (RequestState.CLARIFYING, Forwarded): RequestState.SENT,
    (RequestState.CLARIFYING, Readdressed): RequestState.SENT,
    (RequestState.CLARIFYING, AnswerGiven): RequestState.ANSWERED,
    (RequestState.CLARIFYING, WithdrawalMade): RequestState.WITHDRAWN,
    (RequestState.CLARIFYING, TimeRanOut): RequestState.EXPIRED,
    (RequestState.ANSWERED, AnswerUndelivered): RequestState.ACKNOWLEDGED,
}


def advance(  # noqa: PLR0911 - one for each event that keeps something
    request: InformationRequest, event: RequestEvent, at: datetime
) -> InformationRequest:
    """The request after `event` at time `at`.

    Raises:
        Conflict: the event cannot happen in the request's state, or does not fit the request.
    """
    if (request.state, type(event)) not in MOVES or not _fits(request, event):
        raise _impossible(request, event)
    progress = _progress_after(event, at)
    moved = replace(
        request,
        progress=progress,
        entered_at=request.entered_at if type(progress) is type(request.progress) else at,
        passed_on_by=None,
    )
    match event:
        case Edited(by):
            return replace(moved, edited_at=at, edited_by=by)
        case Dispatched(pack):
            return replace(moved, packs=(*request.packs, pack), sent_at=at, acknowledged_at=None)
        case Forwarded(holder, pack):
            read = request.acknowledged_at or at  # whoever passes it on has read it
            packs = (*request.packs, pack)
            return replace(
                moved,
                packs=packs,
                holder=holder,
                acknowledged_at=read,
                passed_on_by=request.holder,
            )
        case PassingOnFailed():
            return replace(moved, holder=request.passed_on_by or request.holder)
        case Readdressed(holder, pack):
            return replace(moved, packs=(*request.packs, pack), holder=holder)
        case Undelivered():
            return replace(moved, sent_at=None)
        case Read() | ClarificationAsked() | AnswerGiven():
            return replace(moved, acknowledged_at=request.acknowledged_at or at)
        case _:
            return moved


def _fits(request: InformationRequest, event: RequestEvent) -> bool:  # noqa: PLR0911
    """Whether what the event says agrees with the request, beyond the table."""
    match event, request.progress:
        case ApprovalGiven(by), _:
            return by not in request.writers
        case Undelivered(pack), _:
            return pack == request.pack
        case PassingOnFailed(pack), _:
            return pack == request.pack and request.passed_on_by is not None
        case AnswerGiven(answer, pack), _:
            return answer.has_documents == (pack is not None)
        case AnswerUndelivered(pack), Answered(pack=answered):
            return pack == answered
        case Forwarded(holder) | Readdressed(holder), _:
            return holder != request.holder
        case _:
            return True


def _progress_after(event: RequestEvent, at: datetime) -> RequestProgress:  # noqa: PLR0911
    match event:
        case Edited() | Undelivered():
            return Draft()
        case ApprovalGiven(by):
            return Approved(at, by)
        case Dispatched() | Forwarded() | Readdressed():
            return Sent()
        case Read() | ClarificationGiven() | PassingOnFailed() | AnswerUndelivered():
            return Acknowledged()
        case ClarificationAsked():
            return Clarifying()
        case AnswerGiven(answer, pack):
            return Answered(at, answer, pack)
        case WithdrawalMade():
            return Withdrawn(at)
        case TimeRanOut():
            return Expired(at)


def _impossible(request: InformationRequest, event: RequestEvent) -> Conflict:
    if isinstance(event, ApprovalGiven) and request.state is RequestState.DRAFT:
        return Conflict(
            "Whoever asks, or wrote or changed the request, cannot approve it.",
            "Ask another person of your agency, who changed nothing of it, to approve it.",
        )
    if isinstance(event, Forwarded | Readdressed) and request.state.is_open:
        return Conflict("This person has the request already.", "Name another representative.")
    if isinstance(event, AnswerGiven) and request.state.is_open:
        return Conflict(
            "An answer that discloses goes with a pack of documents, and no other answer does.",
            "Make the answer's pack first, or choose another answer.",
            field="pack",
        )
    return Conflict(
        f"A request that is {request.state.value} does not allow this.",
        "Look at the request's present state and try what it allows.",
    )


def drawing() -> str:
    """The state machine as a Mermaid state diagram, made from `MOVES`."""
    lines = ["stateDiagram-v2", "  [*] --> draft"]
    lines += [
        f"  {state.value} --> {target.value}: {event.__name__}"
        for (state, event), target in MOVES.items()
    ]
    ends = (RequestState.ANSWERED, RequestState.WITHDRAWN, RequestState.EXPIRED)
    lines += [f"  {state.value} --> [*]" for state in ends]
    return "\n".join(lines)
