"""Whether recipients have deleted what they were sent for a meeting.

Source: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people': only agencies that are tasked with an action keep what was shared.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.register import AgencyId, MeetingId, RepresentativeId
from gateway.domain.transfers import Recalled, State, Transfer, TransferId

KeepingId = NewType("KeepingId", str)
# one that failed, or was refused late, may have been in the mailbox before; it is asked about too
_NEVER_LEFT: Final = frozenset({State.QUEUED, State.SEALED})


class KeepingAnswer(StrEnum):
    """What a recipient says became of a pack."""

    DELETED = "deleted"
    NOT_YET = "not yet"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Keeping:
    """The question to one recipient about one transfer, and the answer.

    Attributes:
        reference: of the transfer, as it stands on mails and the contents page.
        due_on: by when the answer is asked for.
        link_digest, link_expires_at: of the one-time link in the mail.
        reason: why it is kept, or not deleted yet, encrypted.
    """

    id: KeepingId
    meeting: MeetingId
    lead_agency: AgencyId
    agency: AgencyId
    recipient: RepresentativeId
    transfer: TransferId
    reference: str
    asked_at: datetime
    due_on: date
    link_digest: bytes
    link_expires_at: datetime
    answer: KeepingAnswer | None = None
    answered_at: datetime | None = None
    reason: bytes | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is asked."""
        return self.answer in {KeepingAnswer.DELETED, KeepingAnswer.KEPT}

    def answered(self, answer: KeepingAnswer, reason: bytes | None, at: datetime) -> "Keeping":
        """With the answer; one that says 'not yet' can be followed by another.

        Raises:
            Conflict: it is settled already. InvalidInput: it is kept, and no reason is given.
        """
        if self.is_settled:
            raise Conflict("This was answered already.", "Tell the lead agency of what changed.")
        if answer is KeepingAnswer.KEPT and reason is None:
            raise InvalidInput(
                "The reason for keeping it is missing.",
                "Say which duty or task asks for it.",
                field="reason",
            )
        return replace(self, answer=answer, reason=reason, answered_at=at)


def may_have_arrived(transfer: Transfer) -> bool:
    """Whether a pack, or at least its sealed archive, may lie in the recipient's mailbox.

    What was refused from the start, or recalled before it was mailed, does not.
    """
    if isinstance(transfer.progress, Recalled):
        return transfer.progress.after_mailing
    if transfer.state is State.REFUSED:
        return transfer.entered_at > transfer.created_at
    return transfer.state not in _NEVER_LEFT


def is_on_its_way(transfer: Transfer) -> bool:
    """Whether a pack is still to be mailed, so that whom to ask is not known."""
    return transfer.state in _NEVER_LEFT
