"""The table of pages of what happens at a meeting and after it."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.meeting_records import (
    actions,
    agenda,
    attendance,
    checklist,
    deletion,
    record,
)
from gateway.web.routing import PUBLIC, Route

_COORDINATOR = frozenset({Role.COORDINATOR})
_READERS = frozenset({Role.COORDINATOR, Role.RESPONDER, Role.PRIVACY_OFFICER})
_RECORD, _ACTION = "/meetings/{meeting}/record", "/actions/{action}"
_CHECK, _LINK = "/meetings/{meeting}/checklist", "/deletion/{token}"

MEETING_RECORD_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/meetings", record.show_list, "showMeetings",
        "The meetings the agency leads or attends", _READERS, page=True,
    ),
    Route(
        "GET", _RECORD, record.show, "showMeetingRecord", "The record of a meeting", _READERS,
        page=True,
    ),
    Route(
        "GET", f"{_RECORD}/deletions.csv", record.save_deletions, "saveDeletions",
        "What became of the packs of a meeting, as CSV", _READERS, page=True, media="text/csv",
    ),
    Route(
        "POST", f"{_RECORD}/close", record.close, "closeMeetingRecord",
        "Close the record of a meeting", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_RECORD}/ask", record.ask, "askToDelete",
        "Ask those to delete who received a pack since", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_RECORD}/corrections", record.correct, "correctMeetingRecord",
        "Add a correction to a closed record", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_RECORD}/agenda", agenda.show, "showAgendaForm", "The form of an agenda",
        _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_RECORD}/agenda", agenda.save, "saveAgenda", "Save an agenda", _COORDINATOR,
        page=True, form=True,
    ),
    Route(
        "GET", f"{_RECORD}/attendance", attendance.show, "showAttendanceForm",
        "The form of who came", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_RECORD}/attendance", attendance.save, "saveAttendance", "Record who came",
        _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_RECORD}/actions/new", actions.show_new, "showNewAction",
        "The form of a new action", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_RECORD}/actions/new", actions.add, "taskAction",
        "Task an agency with an action", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", "/actions", actions.show_list, "showActions",
        "The actions of the agency, and of meetings it leads", _READERS, page=True,
    ),
    Route(
        "GET", "/actions/actions.csv", actions.save_list, "saveActions", "The actions, as CSV",
        _READERS, page=True, media="text/csv",
    ),
    Route(
        "GET", _ACTION, actions.show, "showAction", "An action and what came of it", _READERS,
        page=True,
    ),
    Route(
        "POST", _ACTION, actions.end, "endAction", "Say what came of an action", _READERS,
        page=True, form=True,
    ),
    Route(
        "POST", "/transfers/{transfer}/deletion", deletion.save_told, "saveDeletionTold",
        "Record what a recipient said became of a pack", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", "/transfers/{transfer}/deletion", deletion.show_told, "showDeletionTold",
        "The form for what a recipient said became of a pack", _COORDINATOR, page=True,
    ),
    Route(
        "GET", _CHECK, checklist.show_form, "showChecklist", "The checklist before sharing",
        _COORDINATOR, page=True,
    ),
    Route(
        "POST", _CHECK, checklist.end, "endChecklist", "Bring the checklist to its end",
        _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", "/checklists/{checklist}", checklist.show, "showEndedChecklist",
        "A checklist with its answers", _COORDINATOR, page=True,
    ),
    Route(
        "GET", _LINK, deletion.show_link, "showDeletionLink",
        "The page on which a recipient says what became of a pack", PUBLIC, page=True,
    ),
    Route(
        "POST", _LINK, deletion.answer_link, "answerDeletionLink",
        "Say what became of a pack", PUBLIC, page=True, form=True,
    ),
)  # fmt: skip
