"""What is stored of what happens at a meeting and after it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.meeting_records import (
    ActionId,
    Checklist,
    ChecklistId,
    Correction,
    Keeping,
    KeepingId,
    MeetingAction,
    MeetingRecord,
    NoticeKind,
)
from gateway.domain.register import AgencyId, MeetingId
from gateway.domain.transfers import Transfer


class MeetingRecordStore(Protocol):
    """Records of meetings, actions, questions about packs, and checklists.

    `None` in place of an agency is for the worker.
    """

    async def record(self, meeting: MeetingId, *, lock: bool = False) -> MeetingRecord | None:
        """The record of a meeting, which the caller made sure the agency may see."""
        ...

    async def save(self, record: MeetingRecord) -> None:
        """Store a new record (its first revision), or a changed one.

        Raises:
            Conflict: somebody else has begun it meanwhile.
        """
        ...

    async def correct(self, correction: Correction) -> None:
        """Add to a closed record."""
        ...

    async def corrections(self, meeting: MeetingId) -> Sequence[Correction]:
        """What was added to a record, oldest first."""
        ...

    async def add_action(self, action: MeetingAction) -> None:
        """Store a new action."""
        ...

    async def update_action(self, action: MeetingAction) -> None:
        """Store a changed action."""
        ...

    async def action(
        self, action: ActionId, agency: AgencyId | None, *, lock: bool = False
    ) -> MeetingAction | None:
        """The action, if the agency is tasked with it, or leads its meeting."""
        ...

    async def actions(
        self, agency: AgencyId, most: int, *, meeting: MeetingId | None = None
    ) -> Sequence[MeetingAction]:
        """The actions an agency is tasked with, or that are of meetings it leads; open first."""
        ...

    async def received(self, meeting: MeetingId, agency: AgencyId) -> Sequence[Transfer]:
        """The transfers of the agency's packs for a meeting: of meeting packs alone."""
        ...

    async def ask(self, keeping: Keeping) -> None:
        """Store a new question about a transfer."""
        ...

    async def keepings(self, meeting: MeetingId, lead_agency: AgencyId) -> Sequence[Keeping]:
        """What was asked about the packs of a meeting."""
        ...

    async def keeping_of(self, transfer: str, lead_agency: AgencyId) -> Keeping | None:
        """What was asked about one transfer of the lead agency."""
        ...

    async def keeping(self, keeping: KeepingId) -> Keeping | None:
        """A question, for the worker."""
        ...

    async def by_link(self, digest: bytes, *, lock: bool = False) -> Keeping | None:
        """The question whose link has this digest."""
        ...

    async def answer(self, keeping: Keeping) -> None:
        """Store the answer to a question."""
        ...

    async def add_checklist(self, checklist: Checklist) -> None:
        """Store a checklist."""
        ...

    async def checklist(self, checklist: ChecklistId, agency: AgencyId) -> Checklist | None:
        """A checklist of the agency."""
        ...

    async def checklists(
        self, meeting: MeetingId, agency: AgencyId, most: int
    ) -> Sequence[Checklist]:
        """The agency's checklists for a meeting, newest first."""
        ...

    async def sent_notice(self, about: str, kind: NoticeKind) -> bool:
        """Whether this mail went out."""
        ...

    async def note_notice(self, about: str, kind: NoticeKind, at: datetime) -> None:
        """Remember that a mail went out."""
        ...
