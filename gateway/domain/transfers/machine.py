"""How a transfer changes: the table of transitions and the one function that applies them."""

from dataclasses import replace
from datetime import datetime

from gateway.domain.decisions import Route
from gateway.domain.errors import Conflict
from gateway.domain.transfers.events import (
    AcknowledgementGiven,
    ArchiveSealed,
    AttemptFailed,
    Bounced,
    Denied,
    DownloadBegan,
    Event,
    GivenUp,
    MailAccepted,
    MailingBegan,
    Narrowed,
    PasswordAccepted,
    RecallRequested,
    ReleaseBegan,
    Rerouted,
    TimeRanOut,
)
from gateway.domain.transfers.states import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Queued,
    Recalled,
    Refused,
    Sealed,
    State,
    Timing,
    Transfer,
)

TRANSITIONS: dict[tuple[State, type], tuple[State, ...]] = {
    (State.QUEUED, ArchiveSealed): (State.SEALED,),
    (State.QUEUED, AttemptFailed): (State.QUEUED, State.FAILED),
    (State.QUEUED, GivenUp): (State.FAILED,),
    (State.QUEUED, Narrowed): (State.QUEUED,),
    (State.QUEUED, Denied): (State.REFUSED,),
    (State.QUEUED, RecallRequested): (State.RECALLED,),
    (State.SEALED, MailingBegan): (State.SEALED,),
    (State.SEALED, MailAccepted): (State.MAILED,),
    (State.SEALED, Rerouted): (State.SEALED,),
    (State.SEALED, Bounced): (State.SEALED, State.FAILED),
    (State.SEALED, AttemptFailed): (State.SEALED, State.FAILED),
    (State.SEALED, GivenUp): (State.FAILED,),
    (State.SEALED, Narrowed): (State.QUEUED,),
    (State.SEALED, Denied): (State.REFUSED,),
    (State.SEALED, RecallRequested): (State.RECALLED,),
    (State.MAILED, ReleaseBegan): (State.MAILED,),
    (State.MAILED, PasswordAccepted): (State.PASSWORD_SENT,),
    (State.MAILED, Bounced): (State.SEALED, State.FAILED),
    (State.MAILED, AttemptFailed): (State.MAILED, State.FAILED),
    (State.MAILED, GivenUp): (State.FAILED,),
    (State.MAILED, Denied): (State.REFUSED,),
    (State.MAILED, RecallRequested): (State.RECALLED,),
    (State.MAILED, TimeRanOut): (State.EXPIRED,),
    (State.PASSWORD_SENT, DownloadBegan): (State.PASSWORD_SENT,),
    (State.PASSWORD_SENT, RecallRequested): (State.RECALLED,),
    (State.PASSWORD_SENT, AcknowledgementGiven): (State.ACKNOWLEDGED,),
    (State.PASSWORD_SENT, TimeRanOut): (State.EXPIRED,),
}


def advance(transfer: Transfer, event: Event, at: datetime, timing: Timing) -> Transfer:
    """The transfer after `event` at time `at`.

    Raises:
        Conflict: the event cannot happen in the transfer's state; `RecallRequested` once a
            password has left, or may have, is such a case, unless the archive is still to be
            picked up and nobody has begun to.
    """
    if (transfer.state, type(event)) not in TRANSITIONS:
        raise _impossible(transfer, event)
    if isinstance(event, AttemptFailed):
        return _after_failed_attempt(transfer, event, at, timing)
    progress = _progress_after(transfer, event, at, timing)
    same_state = type(progress) is type(transfer.progress)
    moved = replace(
        transfer,
        progress=progress,
        entered_at=transfer.entered_at if same_state else at,
        attempts=transfer.attempts if same_state else 0,
        retry_at=None,
        held_up=transfer.held_up if same_state else None,
    )
    match event:
        case Narrowed(documents):
            return replace(moved, documents=documents, form=None)
        case ArchiveSealed(form=form):
            return replace(moved, form=form)
        case Rerouted() | Bounced() if isinstance(progress, Sealed):
            again = replace(moved, route=Route.PICK_UP, entered_at=at, attempts=0)
            return replace(again, held_up=None)
        case _:
            return moved


def _progress_after(  # noqa: C901, PLR0911, PLR0912 - one case per row of the table
    transfer: Transfer, event: Event, at: datetime, timing: Timing
) -> Progress:
    match event, transfer.progress:
        case ArchiveSealed(archive), Queued():
            return Sealed(archive)
        case MailingBegan(), Sealed() as sealed:
            unknown = sealed.may_have_left or sealed.attempted
            return replace(sealed, attempted=True, may_have_left=unknown)
        case MailAccepted(route), Sealed() as sealed if _exposed(sealed) and (
            route is transfer.route
        ):
            release_at = at + timing.recall_window
            return Mailed(sealed.archive, accepted_at=at, release_at=release_at)
        case Rerouted(), Sealed() as sealed if transfer.route is Route.MAIL:
            return replace(sealed, attempted=False)
        case Bounced(), Sealed() | Mailed() as left:
            return _after_bounce(transfer, event, left, at)
        case ReleaseBegan(), Mailed() as mailed if at >= mailed.release_at:
            unknown = mailed.may_have_left or mailed.releasing
            return replace(mailed, releasing=True, may_have_left=unknown)
        case PasswordAccepted(), Mailed() as mailed if _exposed(mailed):
            kept = mailed.archive if transfer.route is Route.PICK_UP else None
            return PasswordSent(mailed.accepted_at, sent_at=at, archive=kept)
        case DownloadBegan(), PasswordSent(archive=Archive()) as sent:
            return replace(sent, fetched=True)
        case Narrowed(documents), Queued() if documents:
            return Queued()
        case Narrowed(documents), Sealed() as sealed if documents and not _exposed(sealed):
            return Queued()
        case Denied(), Mailed() as mailed if _exposed(mailed):
            raise _impossible(transfer, event)
        case Denied(rules), _:
            return Refused(at, rules)
        case RecallRequested(), Mailed() as mailed if not _exposed(mailed):
            return Recalled(at, after_mailing=True)
        case RecallRequested(), PasswordSent(archive=Archive(), fetched=False):
            return Recalled(at, after_mailing=True)
        case RecallRequested(), Sealed(may_have_left=left):
            return Recalled(at, after_mailing=left)
        case RecallRequested(), Queued():
            return Recalled(at, after_mailing=False)
        case AcknowledgementGiven(proof), PasswordSent():
            return Acknowledged(at, proof)
        case GivenUp(reason), _:
            return Failed(at, reason)
        case TimeRanOut(), _:
            return Expired(at)
        case _:
            raise _impossible(transfer, event)


def _after_bounce(
    transfer: Transfer, event: Bounced, left: Sealed | Mailed, at: datetime
) -> Progress:
    """Back to where the archive can go another way, or failed; too late once a password may be out.

    It may have reached somebody all the same, so nothing is taken out of it any more.
    """
    if _exposed(left) is isinstance(left, Mailed):
        raise _impossible(transfer, event)
    if event.pick_up and transfer.route is Route.MAIL:
        return Sealed(left.archive, may_have_left=True)
    return Failed(at, f"the mail came back ({event.status})")


def _exposed(progress: Sealed | Mailed) -> bool:
    """Whether an archive, or a password, may have left: no later certainty takes that back."""
    under_way = progress.attempted if isinstance(progress, Sealed) else progress.releasing
    return under_way or progress.may_have_left


def _after_failed_attempt(
    transfer: Transfer, event: AttemptFailed, at: datetime, timing: Timing
) -> Transfer:
    """Schedule another attempt, or fail once the state has lasted too long."""
    progress = transfer.progress
    if isinstance(progress, Sealed):
        unknown = progress.may_have_left or (progress.attempted and event.uncertain)
        progress = replace(progress, attempted=False, may_have_left=unknown)
    if isinstance(progress, Mailed):
        unknown = progress.may_have_left or (progress.releasing and event.uncertain)
        progress = replace(progress, releasing=False, may_have_left=unknown)
    attempts = transfer.attempts + 1
    retry_at = at + timing.backoff(attempts, event.jitter)
    if retry_at >= _patience_ends(transfer, timing):
        failed = Failed(at, f"gave up after {attempts} attempts: {event.reason}")
        moved = replace(transfer, progress=failed, entered_at=at, attempts=0)
        return replace(moved, retry_at=None, held_up=None)
    moved = replace(transfer, progress=progress, attempts=attempts)
    return replace(moved, retry_at=retry_at, held_up=event.reason)


def _patience_ends(transfer: Transfer, timing: Timing) -> datetime:
    begun = transfer.entered_at
    if isinstance(transfer.progress, Mailed):
        begun = max(begun, transfer.progress.release_at)
    return begun + timing.give_up_after


def _impossible(transfer: Transfer, event: Event) -> Conflict:
    if isinstance(event, RecallRequested):
        if transfer.state in {State.MAILED, State.PASSWORD_SENT, State.ACKNOWLEDGED}:
            return Conflict(
                "It is too late to recall: the password has left, or may have.",
                "Telephone the recipient, and tell your privacy officer if the pack went astray.",
            )
        return Conflict(
            f"The transfer has already ended: it is {transfer.state.value}.",
            "Nothing needs to be done; the password was not sent and no longer exists.",
        )
    if isinstance(event, AcknowledgementGiven) and not transfer.state.is_terminal:
        return Conflict(
            "The password for this pack has not been sent yet.",
            "Acknowledge once you have opened the pack.",
        )
    return Conflict(
        f"A transfer that is {transfer.state.value} does not allow this.",
        "Look at the transfer's present state and try what it allows.",
    )


def drawing() -> str:
    """The state machine as a Mermaid state diagram, made from `TRANSITIONS`."""
    lines = ["stateDiagram-v2", "  [*] --> queued"]
    for (state, event), targets in TRANSITIONS.items():
        lines += [f"  {_node(state)} --> {_node(target)}: {event.__name__}" for target in targets]
    lines += [f"  {_node(state)} --> [*]" for state in State if state.is_terminal]
    return "\n".join(lines)


def _node(state: State) -> str:
    return state.value.replace(" ", "_")
