"""The table of pages for requests for information, on both sides."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.requests import (
    answering,
    asking,
    documents,
    editing,
    found,
    helping,
    links,
    received,
)
from gateway.web.routing import PUBLIC, Route

_COORDINATOR = frozenset({Role.COORDINATOR})
_APPROVERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_RESPONDER = frozenset({Role.RESPONDER})  # with an account, or by a one-time link
_ASKED, _ONE = "/requests", "/requests/{request}"
_RECEIVED, _GOT = "/received", "/received/{request}"
_ANSWER, _DOCUMENTS = f"{_GOT}/answer", f"{_GOT}/answer/documents"
_LINK = "/answer/{token}"

_ASKING: Final[tuple[Route, ...]] = (
    Route(
        "GET", _ASKED, asking.show_list, "showRequests", "The requests the agency asks",
        _APPROVERS, page=True,
    ),
    Route(
        "GET", f"{_ASKED}/new", editing.begin, "beginRequest",
        "Choose meeting and legal authority, then the form", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_ASKED}/new", editing.create, "createRequestByForm",
        "Save a new draft", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", _ONE, asking.show_request, "showRequest", "One request the agency asks",
        _APPROVERS, page=True,
    ),
    Route(
        "GET", f"{_ONE}/edit", editing.show_draft, "showRequestDraft", "The form of a draft",
        _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_ONE}/edit", editing.save_draft, "saveRequestDraft", "Write a draft anew",
        _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_ONE}/approval", asking.approve, "approveRequestByForm",
        "Approve a draft as a second person", _APPROVERS, page=True, form=True,
    ),
    Route(
        "GET", f"{_ONE}/send", asking.confirm_sending, "confirmRequest",
        "In words, what goes to whom", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_ONE}/send", asking.send, "sendRequestByForm", "Send a request",
        _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_ONE}/reply", asking.reply, "replyByForm", "Reply to the holder's question",
        _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_ONE}/withdrawal", asking.withdraw, "withdrawRequestByForm",
        "Take a request back", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_ONE}/holder", asking.readdress, "readdressByForm",
        "Send it to another person of the agency asked", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_ONE}/link", asking.renew_link, "renewLinkByForm",
        "Mail the holder a fresh one-time link", _COORDINATOR, page=True, form=True,
    ),
)  # fmt: skip

_ASKED_OF_US: Final[tuple[Route, ...]] = (
    Route(
        "GET", _RECEIVED, received.show_received_list, "showReceivedRequests",
        "The requests to the agency", _RESPONDER, page=True,
    ),
    Route(
        "GET", _GOT, received.show_received_request, "showReceivedRequest",
        "One request to the agency; reading it is recorded", _RESPONDER, page=True,
    ),
    Route(
        "POST", f"{_GOT}/acknowledgement", received.acknowledge, "acknowledgeRequestByForm",
        "Say that the request is here", _RESPONDER, page=True, form=True,
    ),
    Route(
        "POST", f"{_GOT}/question", received.ask, "askByForm",
        "Ask the requester what is meant", _RESPONDER, page=True, form=True,
    ),
    Route(
        "POST", f"{_GOT}/forwarding", received.forward, "forwardByForm",
        "Pass the request on to a colleague", _RESPONDER, page=True, form=True,
    ),
    Route(
        "POST", f"{_GOT}/recall", received.recall, "recallAnswer",
        "Call back what was disclosed", _RESPONDER, page=True, form=True,
    ),
)  # fmt: skip

_ANSWERING: Final[tuple[Route, ...]] = (
    Route(
        "GET", _ANSWER, answering.show_kind, "showAnswerKind", "What kind of answer", _RESPONDER,
        page=True,
    ),
    Route(
        "POST", _ANSWER, answering.save_kind, "saveAnswerKind", "Choose the kind of answer",
        _RESPONDER, page=True, form=True,
    ),
    Route(
        "GET", f"{_ANSWER}/statement", answering.show_statement, "showAnswerStatement",
        "What is said with the documents", _RESPONDER, page=True,
    ),
    Route(
        "POST", f"{_ANSWER}/statement", answering.save_statement, "saveAnswerStatement",
        "Save what is said with the documents", _RESPONDER, page=True, form=True,
    ),
    Route(
        "GET", _DOCUMENTS, documents.show_documents, "showAnswerDocuments",
        "The documents of the answer and their check", _RESPONDER, page=True,
    ),
    Route(
        "POST", _DOCUMENTS, documents.add_documents, "addAnswerDocuments",
        "Add documents to the answer", _RESPONDER, page=True, parts=True,
    ),
    Route(
        "POST", f"{_DOCUMENTS}/{{document}}/label", documents.relabel, "relabelAnswerDocument",
        "Give a document of the answer another label", _RESPONDER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DOCUMENTS}/{{document}}/removal", documents.remove, "removeAnswerDocument",
        "Take a document out of the answer", _RESPONDER, page=True, form=True,
    ),
    Route(
        "GET", f"{_DOCUMENTS}/{{document}}/found", found.show_found, "showFoundInAnswer",
        "What was found in a document of the answer", _RESPONDER, page=True,
    ),
    Route(
        "POST", f"{_DOCUMENTS}/{{document}}/clean", found.clean_document, "cleanAnswerDocument",
        "Take something out of a document of the answer", _RESPONDER, page=True, form=True,
    ),
    Route(
        "POST", f"{_DOCUMENTS}/{{document}}/stamp", found.stamp_document, "stampAnswerDocument",
        "Stamp the marking onto a document of the answer", _RESPONDER, page=True, form=True,
    ),
    Route(
        "GET", f"{_ANSWER}/reasons", answering.show_reasons, "showAnswerReasons",
        "Grounds and reasons", _RESPONDER, page=True,
    ),
    Route(
        "POST", f"{_ANSWER}/reasons", answering.save_reasons, "saveAnswerReasons",
        "Save grounds and reasons", _RESPONDER, page=True, form=True,
    ),
    Route(
        "GET", f"{_ANSWER}/send", answering.show_last, "showAnswer",
        "In words, what is about to be sent", _RESPONDER, page=True,
    ),
    Route(
        "POST", f"{_ANSWER}/send", answering.send, "sendAnswer", "Send the answer", _RESPONDER,
        page=True, form=True,
    ),
)  # fmt: skip

_OPEN_TO_ALL: Final[tuple[Route, ...]] = (
    Route(
        "GET", _LINK, links.show_link, "showAnswerLink",
        "The page a one-time link to a request leads to", PUBLIC, page=True,
    ),
    Route(
        "POST", _LINK, links.send_code, "sendCodeByForm", "Have a code sent to the holder's mobile",
        PUBLIC, page=True, form=True,
    ),
    Route(
        "GET", f"{_LINK}/code", links.show_code_form, "showAnswerCodeForm",
        "The form that takes the code", PUBLIC, page=True,
    ),
    Route(
        "POST", f"{_LINK}/code", links.open_link, "openLinkByForm",
        "Open the request with the code", PUBLIC, page=True, form=True,
    ),
    Route(
        "GET", "/help/open-a-pack", helping.show_opening, "showHelp", "How to open a pack",
        PUBLIC, page=True,
    ),
)  # fmt: skip

REQUEST_PAGES: Final[tuple[Route, ...]] = (
    *_ASKING, *_ASKED_OF_US, *_ANSWERING, *_OPEN_TO_ALL,
)  # fmt: skip
