"""What a transfer knows in each of its states."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from gateway.domain.decisions import Route
from gateway.domain.packs import BlobId, DocumentId, PackId
from gateway.domain.register import (
    AgencyId,
    MeetingId,
    PasswordChannel,
    RepresentativeId,
    SealedForm,
)

TransferId = NewType("TransferId", str)


class State(StrEnum):
    """Where a transfer is, in the words used everywhere."""

    QUEUED = "queued"
    SEALED = "sealed"
    MAILED = "mailed"
    PASSWORD_SENT = "password sent"  # noqa: S105 - a state, not a credential
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    RECALLED = "recalled"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_terminal(self) -> bool:
        """Whether a transfer never leaves this state."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {State.ACKNOWLEDGED, State.REFUSED, State.RECALLED, State.FAILED, State.EXPIRED}
)


@dataclass(frozen=True, slots=True)
class Archive:
    """A sealed archive in the vault; `sha256` is of its bytes as mailed."""

    blob: BlobId
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Queued:
    """Waiting to be sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Sealed, and perhaps being mailed.

    Attributes:
        attempted: an attempt to mail it has begun and its outcome is not known yet.
        may_have_left: the outcome of some earlier attempt was never known; this stays true.
    """

    archive: Archive
    attempted: bool = False
    may_have_left: bool = False


@dataclass(frozen=True, slots=True)
class Mailed:
    """The relay took the pack, or the notice that it can be picked up.

    Attributes:
        release_at: end of the recall window; no password leaves before it.
        releasing: a release has begun and its outcome is not known yet.
        may_have_left: the outcome of some earlier release was never known; this stays true. In
            either case a recall is too late.
    """

    archive: Archive
    accepted_at: datetime
    release_at: datetime
    releasing: bool = False
    may_have_left: bool = False


@dataclass(frozen=True, slots=True)
class PasswordSent:
    """The password was taken by its channel, or read out.

    Attributes:
        archive: what can be picked up; None where the mail held it.
        fetched: whether somebody began to; from then on a recall is too late.
    """

    accepted_at: datetime
    sent_at: datetime
    archive: Archive | None = None
    fetched: bool = False


class Proof(StrEnum):
    """What an acknowledgement rests on."""

    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person said that the pack arrived; a code proves that it was opened."""

    at: datetime
    proof: Proof


@dataclass(frozen=True, slots=True)
class Refused:
    """A check before the bytes went out, or before the password did, said no."""

    at: datetime
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """Called back before the password left."""

    at: datetime
    after_mailing: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """Could not be delivered."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Expired:
    """Nobody acknowledged, or nobody read the password out, in the time allowed."""

    at: datetime


Progress = (
    Queued | Sealed | Mailed | PasswordSent | Acknowledged | Refused | Recalled | Failed | Expired
)

_STATES: dict[type, State] = {
    Queued: State.QUEUED,
    Sealed: State.SEALED,
    Mailed: State.MAILED,
    PasswordSent: State.PASSWORD_SENT,
    Acknowledged: State.ACKNOWLEDGED,
    Refused: State.REFUSED,
    Recalled: State.RECALLED,
    Failed: State.FAILED,
    Expired: State.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take.

    Attributes:
        recall_window: from the relay's acceptance to the release of the password; may be zero.
        give_up_after: how long one state may keep retrying.
        acknowledge_within: how long a recipient has before the transfer expires.
        first_retry, longest_retry: bounds of the backoff.
    """

    recall_window: timedelta = timedelta(minutes=10)
    give_up_after: timedelta = timedelta(hours=24)
    acknowledge_within: timedelta = timedelta(days=14)
    first_retry: timedelta = timedelta(seconds=15)
    longest_retry: timedelta = timedelta(minutes=30)

    def backoff(self, attempt: int, jitter: float) -> timedelta:
        """The pause after failed attempt number `attempt` (from 1); `jitter` is in [0, 1).

        Doubles each time up to the longest pause, and lies between half of that and all of it.
        """
        doubled = self.first_retry * 2 ** min(attempt - 1, 20)
        longest: timedelta = min(doubled, self.longest_retry)
        return longest * (0.5 + jitter / 2)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A document the recipient does not receive, and the rules that withhold it."""

    document: DocumentId
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One pack on its way to one recipient.

    Attributes:
        reference: what people call it; on the mail, the password message and the contents page.
        address: canonical mail address as checked; the only one it is ever mailed to.
        channel, channel_address: how the password goes; None when the transfer was refused.
        documents, withheld: what the recipient receives, and what not.
        message_id: the same on every attempt.
        entered_at: when the present state began; `attempts` failed tries in it; `retry_at` when
            the next one is due; `held_up` why the last one failed.
        form: how it was sealed; None until it is.
        route: which way the archive goes; from mail it may turn to pick-up, never back.
    """

    id: TransferId
    reference: str
    pack: PackId
    meeting: MeetingId
    agency: AgencyId
    recipient: RepresentativeId
    address: str
    channel: PasswordChannel | None
    channel_address: str | None
    documents: tuple[DocumentId, ...]
    message_id: str
    created_at: datetime
    entered_at: datetime
    progress: Progress = Queued()
    attempts: int = 0
    retry_at: datetime | None = None
    withheld: tuple[Withheld, ...] = ()
    held_up: str | None = None
    form: SealedForm | None = None
    route: Route = Route.MAIL

    @property
    def state(self) -> State:
        """The state's name."""
        return _STATES[type(self.progress)]
