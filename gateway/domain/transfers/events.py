"""What can happen to a transfer."""

from dataclasses import dataclass

from gateway.domain.decisions import Route
from gateway.domain.packs import DocumentId
from gateway.domain.register import SealedForm
from gateway.domain.transfers.states import Archive, Proof


@dataclass(frozen=True, slots=True)
class ArchiveSealed:
    """The archive is complete and in the vault."""

    archive: Archive
    form: SealedForm = SealedForm.ENCRYPTED_ZIP


@dataclass(frozen=True, slots=True)
class MailingBegan:
    """An attempt to mail the pack is about to start."""


@dataclass(frozen=True, slots=True)
class MailAccepted:
    """The relay took responsibility for the pack, or for the notice, as `route` says."""

    route: Route = Route.MAIL


@dataclass(frozen=True, slots=True)
class Rerouted:
    """Mail cannot carry the archive to this mailbox, so it is to be picked up."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """What the relay had taken came back: `status` is why (RFC 3463), e.g. `5.1.1`.

    `pick_up`: whether the archive can be picked up instead.
    """

    status: str
    pick_up: bool


@dataclass(frozen=True, slots=True)
class ReleaseBegan:
    """An attempt to send the password is about to start."""


@dataclass(frozen=True, slots=True)
class PasswordAccepted:
    """The password's channel took it, or the coordinator was shown it to read out."""


@dataclass(frozen=True, slots=True)
class DownloadBegan:
    """Somebody who had the code is about to be given the archive's bytes."""


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
    | Rerouted
    | Bounced
    | ReleaseBegan
    | PasswordAccepted
    | DownloadBegan
    | AttemptFailed
    | GivenUp
    | Narrowed
    | Denied
    | RecallRequested
    | AcknowledgementGiven
    | TimeRanOut
)
