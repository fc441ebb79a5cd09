"""What happens at a meeting and after it: agenda, attendance, actions, packs that are deleted."""

from gateway.domain.meeting_records.actions import ActionId, ActionState, MeetingAction
from gateway.domain.meeting_records.agendas import STANDING_ITEM, AgendaItem, may_see
from gateway.domain.meeting_records.attendance import Attendance, Presence
from gateway.domain.meeting_records.checklists import (
    Checklist,
    ChecklistAnswers,
    ChecklistId,
    Ending,
    Telling,
)
from gateway.domain.meeting_records.keeping import Keeping, KeepingAnswer, KeepingId
from gateway.domain.meeting_records.notices import NoticeKind
from gateway.domain.meeting_records.records import Correction, MeetingRecord

__all__ = [
    "STANDING_ITEM",
    "ActionId",
    "ActionState",
    "AgendaItem",
    "Attendance",
    "Checklist",
    "ChecklistAnswers",
    "ChecklistId",
    "Correction",
    "Ending",
    "Keeping",
    "KeepingAnswer",
    "KeepingId",
    "MeetingAction",
    "MeetingRecord",
    "NoticeKind",
    "Presence",
    "Telling",
    "may_see",
]
