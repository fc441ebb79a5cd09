"""What can happen to a transfer."""

from dataclasses import dataclass

from gateway.domain.packs import DocumentId
from gateway.domain.transfers.states import Archive, Proof


@dataclass(frozen=True, slots=True)
class ArchiveSealed:
    """The archive is complete and in the vault."""

    archive: Archive


@dataclass(frozen=True, slots=True)
class MailingBegan:
    """An attempt to mail the pack is about to start."""


@dataclass(frozen=True, slots=True)
class MailAccepted:
    """The relay took responsibility for the pack."""


@dataclass(frozen=True, slots=True)
class ReleaseBegan:
    """An attempt to send the password is about to start."""


@dataclass(frozen=True, slots=True)
class PasswordAccepted:
    """The password's channel took it, or the coordinator was shown it to read out."""


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt did not succeed but may later; `jitter` in [0, 1) spreads the retries.

    `uncertain`: the other side may have taken it, only its answer was lost.
    """

    reason: str
    uncertain: bool
    jitter: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It cannot succeed: refused for good, or something needed is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The re-check withholds some documents now; the archive must be sealed again without them."""

    documents: tuple[DocumentId, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """The re-check withholds the pack now, by these rules."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecallRequested:
    """The sending agency calls the pack back."""


@dataclass(frozen=True, slots=True)
class AcknowledgementGiven:
    """The recipient acknowledges."""

    proof: Proof


@dataclass(frozen=True, slots=True)
class TimeRanOut:
    """The time allowed for an acknowledgement, or for reading the password out, is over."""


Event = (
    ArchiveSealed
    | MailingBegan
    | MailAccepted
    | ReleaseBegan
    | PasswordAccepted
    | AttemptFailed
    | GivenUp
    | Narrowed
    | Denied
    | RecallRequested
    | AcknowledgementGiven
    | TimeRanOut
)
