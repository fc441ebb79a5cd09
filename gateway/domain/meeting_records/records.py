"""The record of a meeting, kept by the agency that leads it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.errors import Conflict
from gateway.domain.meeting_records.attendance import Attendance
from gateway.domain.packs import PackId
from gateway.domain.register import AgencyId, MeetingId


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """A meeting's agenda and attendance; nothing of it changes once it is closed.

    Attributes:
        revision: counts its changes, so that a form that is out of date is noticed.
        agenda: the items after the standing one, encrypted.
        attendance: empty until it was recorded.
        outcome_packs: packs with which outcomes were shared back.
    """

    meeting: MeetingId
    lead_agency: AgencyId
    revision: int
    begun_at: datetime
    changed_at: datetime
    agenda: bytes
    attendance: tuple[Attendance, ...] = ()
    outcome_packs: tuple[PackId, ...] = ()
    closed_at: datetime | None = None

    def hold_open(self) -> None:
        """Hold that it can still be changed.

        Raises:
            Conflict: it is closed.
        """
        if self.closed_at is not None:
            raise Conflict("The record is closed.", "Add a correction to it.")

    def hold_closed(self) -> None:
        """Hold that it can no longer be changed.

        Raises:
            Conflict: it is still open.
        """
        if self.closed_at is None:
            raise Conflict("The record is still open.", "Change it, or close it first.")


@dataclass(frozen=True, slots=True)
class Correction:
    """Something added to a closed record; `text` is encrypted, `by` the user who wrote it."""

    id: str
    meeting: MeetingId
    made_at: datetime
    by: str | None
    text: bytes
