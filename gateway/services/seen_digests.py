"""Digests of what a page showed, so that nothing else is saved or sent than was looked at."""

import hashlib

from gateway.domain.errors import Conflict
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import Document
from gateway.domain.register import Representative
from gateway.services.answer_drafts import AnswerDraft


def of_draft(request: InformationRequest, content: RequestContent) -> str:
    """A digest of a request as its form shows it."""
    parties = (request.requester, request.holder, request.authority, request.purpose)
    return _digest(parties, request.meeting, request.marking, request.due_on, content)


def of_sending(request: InformationRequest, content: RequestContent, holder: Representative) -> str:
    """A digest of a request as the page before its sending shows it, with whom it goes to."""
    return _digest(request.id, of_draft(request, content), holder)


def of_answer(
    draft: AnswerDraft, documents: tuple[Document, ...], requester: Representative
) -> str:
    """A digest of an answer as its last page shows it, with whom it goes to."""
    shown = [(d.id, d.title, d.sha256, d.label) for d in documents]
    return _digest(draft, shown, requester.id, requester.email)


def of_label(document: Document) -> str:
    """A digest of a document's row in the grid of labels."""
    return _digest(document.id, document.title, document.label)


def require_same(seen: str | None, now: str) -> None:
    """Hold that what is about to be sent is what was shown; None where nothing was shown.

    Raises:
        Conflict: it is something else by now.
    """
    if seen is not None and seen != now:
        raise Conflict(
            "What would be sent has changed since this page was shown. Nothing was sent.",
            "Read the page again: it shows what would be sent now.",
        )


def _digest(*shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()
