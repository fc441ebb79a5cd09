"""The table of pages for breaches."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.breaches import listing, looking, reporting, steps
from gateway.web.routing import Route

_READERS = frozenset(Role)
_REPORTERS = _READERS - {Role.AUDITOR}
_KEEPERS = _REPORTERS - {Role.RESPONDER}
_OFFICER = frozenset({Role.PRIVACY_OFFICER})
_BREACH = "/breaches/{breach}"
_DO = f"{_BREACH}/do"
_LESSON = f"{_BREACH}/lessons/{{lesson}}"

BREACH_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/breaches", listing.show_list, "showBreaches", "The register of breaches",
        _READERS, page=True,
    ),
    Route(
        "GET", "/breaches/breaches.csv", listing.save_list, "saveBreaches",
        "The register of breaches as CSV", _READERS, page=True, media="text/csv",
    ),
    Route(
        "GET", "/breaches/report", reporting.show_form, "showBreachForm",
        "The form for something that went wrong", _REPORTERS, page=True,
    ),
    Route(
        "POST", "/breaches/report", reporting.report, "reportBreach",
        "Report a breach, or an exercise of one", _REPORTERS, page=True, form=True,
    ),
    Route(
        "GET", _BREACH, looking.show, "showBreach", "A breach, and what can still be stopped",
        _READERS, page=True,
    ),
    Route(
        "POST", f"{_DO}/stop", steps.stop, "stopBreach", "Stop all that can still be stopped",
        _REPORTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/add", steps.add_targets, "addToBreach",
        "Name further transfers or requests", _REPORTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/contain", steps.contain, "containBreach",
        "Record that a breach is contained", _REPORTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/assess", steps.assess, "assessBreach", "Record the assessment",
        _OFFICER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/notify", steps.notify, "notifyOfBreach",
        "Record a notification or an exception", _OFFICER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/not-notifiable", steps.declare, "declareNotNotifiable",
        "Decide that a breach is not notifiable", _OFFICER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/tell", steps.tell, "tellOfBreach", "Tell relationship managers",
        _OFFICER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DO}/close", steps.close, "closeBreach", "Close a breach", _OFFICER,
        page=True, form=True,
    ),
    Route(
        "POST", f"{_BREACH}/lessons", steps.add_lesson, "addLesson", "Write a lesson down",
        _KEEPERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_LESSON}/done", steps.finish_lesson, "finishLesson",
        "Record that a lesson was seen to", _KEEPERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_LESSON}/carry", steps.carry_lesson, "carryLesson",
        "Carry a lesson into the draft of a protocol", _KEEPERS, page=True, form=True,
    ),
)  # fmt: skip
