"""The contents page of a pack whose files open in their own programs, as a tagged PDF."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from gateway.documents.texts import long_date, plain
from gateway.domain.errors import InvalidInput
from gateway.services.ports import ContentsPage, SealedFile

if TYPE_CHECKING:
    from gateway.documents.pdf_form import Press
    from gateway.documents.values import Values

_TEMPLATE: Final = Path(__file__).parent / "contents.typ"


class ContentsForm:
    """Sets contents pages as PDF/UA-1. It blocks: call it in a thread.

    The library is loaded when first needed.

    Args:
        system_fonts: whether the page may use the machine's fonts for what the others lack.
    """

    def __init__(self, *, system_fonts: bool = True) -> None:
        self._system_fonts = system_fonts
        self._lock = threading.Lock()
        self._press: Press | None = None

    def contents(self, page: ContentsPage, files: Sequence[SealedFile], made_at: datetime) -> bytes:
        """The page as a PDF file, not encrypted yet; it says what each of `files` is.

        It holds the acknowledgement code and belongs, encrypted, in the archive.

        Raises:
            InvalidInput: an address for the code or the answer is not one of the web, or the page
                cannot be set.
        """
        for field in ("acknowledge_at", "answer_at"):
            address = getattr(page, field)
            if address is not None and urlsplit(address).scheme not in {"https", "http"}:
                raise InvalidInput(
                    "The address for acknowledgements or answers is not a web address.",
                    "Set the gateway's public address to one that begins with https://.",
                    field=field,
                )
        from gateway.documents.docx_form import Unusable  # noqa: PLC0415 - slow to load

        try:
            return self._opened().pdf(_TEMPLATE, _values(page, files, made_at), made_at)
        except Unusable:
            # What went wrong may quote the page, so it is not passed on.
            raise InvalidInput(
                "The contents page of the pack cannot be set.",
                "Look at the titles and texts of the pack for unusual characters.",
                field="contents",
            ) from None

    def _opened(self) -> "Press":
        from gateway.documents.pdf_form import Press  # noqa: PLC0415 - slow to load

        with self._lock:
            if self._press is None:
                self._press = Press(system_fonts=self._system_fonts)
            return self._press


def _values(page: ContentsPage, files: Sequence[SealedFile], made_at: datetime) -> "Values":
    within = {name: file.name for file in files for name in file.holds}
    return {
        "date": long_date(made_at.date()),
        **{name: plain(text) for name, text in _texts(page).items()},
        "rows": [
            {
                "name": row.name,
                "within": within.get(row.name, ""),
                "title": plain(row.title),
                "classification": plain(row.classification),
                "category": plain(row.category),
                "source": plain(row.source_agency),
            }
            for row in page.rows
        ],
        "files": [{"name": file.name, "sha256": file.sha256} for file in files],
        "consultations": [{"text": plain(each)} for each in page.consultations],
        "conditions": [{"text": plain(each)} for each in page.conditions],
    }


def _texts(page: ContentsPage) -> Mapping[str, str]:
    return {
        "reference": page.reference,
        "marking": page.marking,
        "meeting": page.meeting,
        "agency": page.sender_agency,
        "contact": page.contact,
        "authority": page.authority,
        "privacy_statement": page.privacy_statement,
        "statement": page.statement or "",
        "limitations": page.limitations,
        "code": page.acknowledgement_code.reveal(),
        "acknowledge_at": page.acknowledge_at or "",
        "answer_at": page.answer_at or "",
        "answer_how": page.answer_how,
    }
