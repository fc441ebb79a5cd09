"""The life of a transfer: one pack to one recipient, from queued to exactly one end.

`advance` is the only way a transfer changes; `next_step` says what is due. Both are pure. What a
state knows is in its type: only `Mailed` can release a password, so nothing can be released before
the relay took the pack. The table `TRANSITIONS` is the whole machine; the drawing in
ARCHITECTURE.md is made from it.
"""

from gateway.domain.transfers.events import (
    AcknowledgementGiven,
    ArchiveSealed,
    AttemptFailed,
    Denied,
    Event,
    GivenUp,
    MailAccepted,
    MailingBegan,
    Narrowed,
    PasswordAccepted,
    RecallRequested,
    ReleaseBegan,
    TimeRanOut,
)
from gateway.domain.transfers.machine import (
    TRANSITIONS,
    advance,
    drawing,
)
from gateway.domain.transfers.states import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Proof,
    Queued,
    Recalled,
    Refused,
    Sealed,
    State,
    Timing,
    Transfer,
    TransferId,
)
from gateway.domain.transfers.steps import (
    Ended,
    Expire,
    Mail,
    Release,
    Seal,
    Step,
    Wait,
    next_step,
)

__all__ = [
    "TRANSITIONS",
    "Acknowledged",
    "AcknowledgementGiven",
    "Archive",
    "ArchiveSealed",
    "AttemptFailed",
    "Denied",
    "Ended",
    "Event",
    "Expire",
    "Expired",
    "Failed",
    "GivenUp",
    "Mail",
    "MailAccepted",
    "Mailed",
    "MailingBegan",
    "Narrowed",
    "PasswordAccepted",
    "PasswordSent",
    "Progress",
    "Proof",
    "Queued",
    "RecallRequested",
    "Recalled",
    "Refused",
    "Release",
    "ReleaseBegan",
    "Seal",
    "Sealed",
    "State",
    "Step",
    "TimeRanOut",
    "Timing",
    "Transfer",
    "TransferId",
    "Wait",
    "advance",
    "drawing",
    "next_step",
]
