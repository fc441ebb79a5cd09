"""The table of pages for reviewing the log."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.audit import accounts, entries, reports, searching, verifying
from gateway.web.routing import Route

_READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
_REPORT_READERS = _READERS | {Role.PRIVACY_OFFICER}

AUDIT_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/audit", searching.search_log, "showSearch",
        "Search the audit log", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/export", searching.export_search, "exportSearch",
        "Take out what a search of the audit log finds", _READERS, page=True, media="*/*",
    ),
    Route(
        "GET", "/audit/entries/{position}", entries.show_entry, "showEntry",
        "One entry of the audit log", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/entries/{position}/receipt", entries.get_receipt, "getReceipt",
        "The receipt of an entry", _READERS, page=True, media="text/plain",
    ),
    Route(
        "GET", "/audit/transfers/{transfer}", entries.show_story, "showStory",
        "The story of a transfer", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/children", accounts.find_child, "findChildAccount",
        "Choose a child whose account to see", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/children/{child}", accounts.show_child, "showChildAccount",
        "The disclosure account of a child", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/agencies", accounts.find_agency, "findAgencyAccount",
        "Choose an agency whose account to see", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/agencies/{agency}", accounts.show_agency, "showAgencyAccount",
        "What an agency sent or received", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/refusals", reports.show_refusals, "showRefusals",
        "Refusals by rule", _READERS, page=True,
    ),
    Route(
        "GET", "/audit/response-times", reports.show_response_times, "showResponseTimesPage",
        "How quickly agencies answer", _REPORT_READERS, page=True,
    ),
    Route(
        "GET", "/audit/verify", verifying.show_verification, "showVerification",
        "Verify the whole log", _READERS, page=True,
    ),
    Route(
        "POST", "/audit/verify", verifying.begin_verification, "beginVerification",
        "Begin to verify the whole log", _READERS, page=True, form=True,
    ),
    Route(
        "GET", "/audit/verify/progress", verifying.tell_progress, "tellVerificationProgress",
        "How far the verification is, as events", _READERS, page=True,
        media="text/event-stream",
    ),
    Route(
        "GET", "/audit/verify/log-export.zip", verifying.get_log, "downloadLog",
        "The whole log, to be verified offline", _READERS, page=True, media="application/zip",
    ),
    Route(
        "GET", "/audit/verify/checkpoint", verifying.get_checkpoint, "downloadCheckpoint",
        "The newest signed checkpoint", _READERS, page=True, media="text/plain",
    ),
    Route(
        "GET", "/audit/verify/key.pub", verifying.get_keys, "downloadLogKeys",
        "The public keys of the log", _READERS, page=True, media="text/plain",
    ),
)  # fmt: skip
