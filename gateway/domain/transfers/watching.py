"""What whoever watches a transfer can still expect of it, and still do about it."""

from datetime import datetime

from gateway.domain.register import PasswordChannel
from gateway.domain.transfers.states import (
    Mailed,
    PasswordSent,
    Queued,
    Sealed,
    State,
    Transfer,
)


def settled(transfer: Transfer, now: datetime) -> bool:
    """Whether the gateway has nothing more to do but wait for a person."""
    ended = transfer.state.is_terminal or transfer.state is State.PASSWORD_SENT
    return ended or awaits_reading(transfer, now)


def awaits_reading(transfer: Transfer, now: datetime) -> bool:
    """Whether the coordinator is to read the password out by telephone now."""
    if transfer.channel is PasswordChannel.TELEPHONE and isinstance(transfer.progress, Mailed):
        return now >= transfer.progress.release_at
    return False


def recallable(transfer: Transfer) -> bool:
    """Whether a recall is not too late: no password has left, or may have.

    One that is to be picked up can be called back until somebody begins to.
    """
    match transfer.progress:
        case Queued() | Sealed():
            return True
        case Mailed() as mailed:
            return not (mailed.releasing or mailed.may_have_left)
        case PasswordSent(archive=archive, fetched=fetched):
            return archive is not None and not fetched
        case _:
            return False
