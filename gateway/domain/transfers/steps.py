"""What is due for a transfer."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gateway.domain.register import PasswordChannel
from gateway.domain.transfers.states import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Queued,
    Recalled,
    Refused,
    Sealed,
    Timing,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class Seal:
    """Make the archive."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Check again, then mail this archive."""

    archive: Archive


@dataclass(frozen=True, slots=True)
class Release:
    """Check again, then send the password."""


@dataclass(frozen=True, slots=True)
class Expire:
    """The time allowed is over."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is due before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The transfer has ended; nothing more is due."""


Step = Seal | Mail | Release | Expire | Wait | Ended


def next_step(transfer: Transfer, at: datetime, timing: Timing) -> Step:
    """What is due for `transfer` at time `at`."""
    if transfer.retry_at is not None and at < transfer.retry_at:
        return Wait(transfer.retry_at)
    match transfer.progress:
        case Queued():
            return Seal()
        case Sealed(archive):
            return Mail(archive)
        case Mailed() as mailed:
            return _step_when_mailed(transfer, mailed, at, timing)
        case PasswordSent(sent_at=sent_at):
            deadline = sent_at + timing.acknowledge_within
            return Expire() if at >= deadline else Wait(deadline)
        case Acknowledged() | Refused() | Recalled() | Failed() | Expired():
            return Ended()
        case _ as unreachable:
            assert_never(unreachable)


def _step_when_mailed(transfer: Transfer, mailed: Mailed, at: datetime, timing: Timing) -> Step:
    if at < mailed.release_at:
        return Wait(mailed.release_at)
    if transfer.channel is PasswordChannel.TELEPHONE:
        # a person must ask for the password to read it out; until then there is nothing to do
        deadline = mailed.release_at + timing.acknowledge_within
        return Expire() if at >= deadline else Wait(deadline)
    return Release()
