"""One attempt to have something leave: only while it is due, only once signed, its outcome kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.transfers import (
    AttemptFailed,
    GivenUp,
    Mail,
    MailAccepted,
    Mailed,
    Release,
    Rerouted,
    Route,
    Sealed,
    Transfer,
    TransferId,
    next_step,
)
from gateway.services.auditing import about, brief, record
from gateway.services.gate import Authorisation, pass_gate
from gateway.services.moves import Move, locked, move
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, Rejected
from gateway.services.ports import Outcome as Sending
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt was about, and what its outcomes come to.

    Attributes:
        route: the transfer's when the attempt began; one that has changed since makes it stale.
        accepted: the move when the other side takes it.
        deferred: the action of a failure that may be mended.
        can_turn: whether an archive that mail may not carry can be picked up instead.
    """

    route: Route
    accepted: Move
    deferred: Action
    can_turn: bool = False

    @property
    def awaited(self) -> type[Sealed | Mailed]:
        """The state in which it is made."""
        return Sealed if isinstance(self.accepted.event, MailAccepted) else Mailed

    def concerns(self, transfer: Transfer) -> bool:
        """Whether the transfer is still where the attempt found it."""
        return isinstance(transfer.progress, self.awaited) and transfer.route is self.route


async def due(
    parts: Parts, work: Work, identifier: TransferId, step: type[Mail | Release]
) -> Transfer | None:
    """The locked transfer, if this step is still due: it may have been recalled meanwhile."""
    transfer = await locked(work, identifier)
    if transfer is None:
        return None
    found = next_step(transfer, parts.clock.now(), parts.rules.timing)
    return transfer if isinstance(found, step) else None


async def once_signed(
    parts: Parts,
    authorised: Authorisation,
    attempt: Attempt,
    send: Callable[[bytes], Awaitable[Sending]],
) -> Sending:
    """What came of sending, once the log proves that it is authorised; nothing leaves before."""
    try:
        receipt = await pass_gate(parts, authorised)
    except Unavailable as error:
        return Deferred(brief(error.message))
    async with parts.database.work() as work:
        transfer = await work.transfers.get(authorised.transfer, None)
    if transfer is None or not attempt.concerns(transfer):
        return Deferred("it was recalled or came back while the log was signed")
    return await send(receipt)


async def conclude(
    parts: Parts, identifier: TransferId, attempt: Attempt, outcome: Sending
) -> None:
    """Commit what came of an attempt."""
    async with parts.database.work() as work:
        transfer = await locked(work, identifier)
        if transfer is None:
            return
        if attempt.concerns(transfer):
            await move(parts, work, WORKER, transfer, _move_for(parts, attempt, outcome))
            return
        # recalled or come back meanwhile, or another worker took this one for dead
        detail: dict[str, JSON] = {"state": transfer.state.value, "too_late": True}
        await record(
            parts,
            work,
            WORKER,
            attempt.accepted.action,
            about(parts, transfer),
            detail,
            outcome=_outcome_of(outcome),
            agency=transfer.agency,
        )


def _outcome_of(sending: Sending) -> Outcome:
    match sending:
        case Accepted():
            return Outcome.SUCCESS
        case Deferred(uncertain=True):
            return Outcome.UNKNOWN
        case Deferred() | Rejected():
            return Outcome.FAILURE


def _move_for(parts: Parts, attempt: Attempt, outcome: Sending) -> Move:
    match outcome:
        case Accepted(reply):
            accepted = attempt.accepted
            return Move(accepted.event, accepted.action, {**accepted.detail, "reply": brief(reply)})
        case Deferred(reason, uncertain):
            failed = AttemptFailed(brief(reason), uncertain, parts.jitter())
            how = _outcome_of(outcome)
            return Move(failed, attempt.deferred, {"reason": brief(reason)}, how)
        case Rejected(reason, of_content=True) if attempt.can_turn:
            return turned(reason)
        case Rejected(reason):
            given_up = GivenUp(brief(reason))
            return Move(given_up, Action.TRANSFER_FAILED, {"reason": brief(reason)})


def turned(reason: str) -> Move:
    """The move by which an archive that mail may not carry is to be picked up."""
    detail: dict[str, JSON] = {"reason": brief(reason), "route": Route.PICK_UP.value}
    return Move(Rerouted(), Action.TRANSFER_REROUTED, detail)
