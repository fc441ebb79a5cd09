"""The table of pages on which protocols are written."""

from typing import Final

from gateway.domain.actors import Role
from gateway.domain.drafts import Section
from gateway.web.pages.drafts import comparing, exporting, papers, steps, writing
from gateway.web.pages.drafts.papers import DOCX, PDF
from gateway.web.routing import Route

_DRAFTERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
_OFFICER = frozenset({Role.PRIVACY_OFFICER})
_DRAFT = "/drafts/{draft}"
_VERSION = "/protocols/{protocol}/{version}"
_SECTION = "/drafts/{draft}/{section}"
_PLACES = {"section": "|".join(section.value for section in Section)}

DRAFT_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/drafts", writing.show_list, "showDrafts", "The drafts of protocols", _DRAFTERS,
        page=True,
    ),
    Route(
        "POST", "/drafts", writing.begin, "beginDraft", "Begin a draft", _DRAFTERS, page=True,
        form=True,
    ),
    Route(
        "GET", _DRAFT, writing.show, "showDraft", "A draft as a whole", _DRAFTERS, page=True,
    ),
    Route(
        "POST", f"{_DRAFT}/do/share", steps.share, "shareDraft",
        "Let the listed agencies read a draft", _DRAFTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DRAFT}/do/manager", steps.name_manager, "nameManager",
        "Name the own agency's relationship manager", _DRAFTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DRAFT}/do/vet", steps.vet, "vetDraft", "Record the vetting of a draft",
        _OFFICER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DRAFT}/do/propose", steps.propose, "proposeDraft",
        "Put a draft out to be signed", _DRAFTERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_DRAFT}/do/abandon", steps.abandon, "abandonDraft", "Give a draft up",
        _DRAFTERS, page=True, form=True,
    ),
    Route(
        "GET", f"{_DRAFT}/draft.json", exporting.save_json, "saveDraftJson",
        "A draft and its findings as JSON", _DRAFTERS, page=True, media="application/json",
    ),
    Route(
        "GET", f"{_DRAFT}/draft.docx", papers.save_draft_docx, "saveDraftDocx",
        "A draft as a Word document", _DRAFTERS, page=True, media=DOCX,
    ),
    Route(
        "GET", f"{_DRAFT}/draft.pdf", papers.save_draft_pdf, "saveDraftPdf", "A draft as a PDF",
        _DRAFTERS, page=True, media=PDF,
    ),
    Route(
        "GET", f"{_DRAFT}/read", papers.show_reading, "showReading",
        "Read a filled document into a draft", _DRAFTERS, page=True,
    ),
    Route(
        "POST", f"{_DRAFT}/read", papers.read_in, "takeFromDocument",
        "Read a filled document into a draft",
        _DRAFTERS, page=True, parts=True,
    ),
    Route(
        "GET", f"{_VERSION}/protocol.docx", papers.save_version_docx, "saveVersionDocx",
        "A version of a protocol as a Word document", _DRAFTERS, page=True, media=DOCX,
    ),
    Route(
        "GET", f"{_VERSION}/protocol.pdf", papers.save_version_pdf, "saveVersionPdf",
        "A version of a protocol as a PDF", _DRAFTERS, page=True, media=PDF,
    ),
    Route(
        "GET", _SECTION, writing.show_section, "showSection", "A section of a draft", _DRAFTERS,
        page=True, places=_PLACES,
    ),
    Route(
        "POST", _SECTION, writing.save_section, "saveSection", "Save a section of a draft",
        _DRAFTERS, page=True, form=True, places=_PLACES,
    ),
    Route(
        "POST", f"{_SECTION}/check", writing.check_section, "checkSection",
        "What is to be seen to in a section as it is typed", _DRAFTERS, page=True, form=True,
        places=_PLACES,
    ),
    Route(
        "POST", f"{_SECTION}/comments", steps.comment, "commentOnSection",
        "Comment on a section", _DRAFTERS, page=True, form=True, places=_PLACES,
    ),
    Route(
        "POST", f"{_SECTION}/comments/{{comment}}/settle", steps.settle, "settleComment",
        "Mark a comment as dealt with", _DRAFTERS, page=True, form=True, places=_PLACES,
    ),
    Route(
        "GET", "/protocols/{protocol}/compare", comparing.show, "compareVersions",
        "How two versions of a protocol differ", _DRAFTERS, page=True,
    ),
)  # fmt: skip
