"""Sets a request's document from the templates of the policies."""

import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.documents.values import values_of
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.information_requests.content import RequestDocument

if TYPE_CHECKING:
    from gateway.documents.pdf_form import Press

SHARED: Final = "request.typ"
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_NAME: Final = 64
_REMEDY: Final = "Run 'gateway policy check', which says what is wrong with each template."


class Typesetter:
    """Makes the document of a request as DOCX and PDF. It blocks: call it in a thread.

    The libraries for both are loaded when first needed; they take half a second.

    Args:
        templates: the folder with the templates.
        fonts: folders with further fonts for the PDF.
        system_fonts: whether the PDF may use the machine's fonts for what the others lack.
    """

    def __init__(
        self, templates: Path, *, fonts: Sequence[Path] = (), system_fonts: bool = True
    ) -> None:
        self._templates = templates
        self._fonts = tuple(fonts)
        self._system_fonts = system_fonts
        self._lock = threading.Lock()

    def docx(self, document: RequestDocument) -> bytes:
        """The document as a DOCX file; the same bytes for the same document and template.

        Raises:
            InvalidInput: there is no such template, or it is faulty or cannot be filled.
        """
        from gateway.documents.docx_faults import form_problems  # noqa: PLC0415 - slow to load
        from gateway.documents.docx_form import DocxForm, Unusable  # noqa: PLC0415

        path = self._template(document.template)
        try:
            form = DocxForm(path.read_bytes())
            problems = form_problems(path.name, form)
            if problems:
                raise _faulty(path.name, problems)
            return form.fill(values_of(document), document.made_at)
        except Unusable:
            # What went wrong may quote the request, so it is not passed on.
            raise _faulty(path.name) from None

    def pdf(self, document: RequestDocument) -> bytes:
        """The document as PDF/UA-1; the same bytes for the same document, template and fonts.

        Raises:
            InvalidInput: there is no such template, or it is faulty or cannot be set.
        """
        from gateway.documents.docx_form import Unusable  # noqa: PLC0415 - slow to load
        from gateway.documents.pdf_form import source_problems  # noqa: PLC0415

        path = twin(self._template(document.template))
        if not path.is_file():
            raise _unknown(path.name)
        try:
            problems = source_problems(path.name, path.read_text("utf-8"))
            if problems:
                raise _faulty(path.name, problems)
            with self._lock:
                press = self._press
            return press.pdf(path, values_of(document), document.made_at)
        except (Unusable, UnicodeDecodeError):
            raise _faulty(path.name) from None

    @cached_property
    def _press(self) -> "Press":
        from gateway.documents.pdf_form import Press  # noqa: PLC0415 - slow to load

        return Press(self._fonts, system_fonts=self._system_fonts)

    def _template(self, name: str) -> Path:
        path = self._templates / f"{name}.docx"
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or not path.is_file():
            raise _unknown(name)
        return path


def twin(template: Path) -> Path:
    """The Typst template beside the DOCX template: its own, else the one they share."""
    own = template.with_suffix(".typ")
    return own if own.is_file() else template.with_name(SHARED)


def _unknown(name: str) -> InvalidInput:
    return InvalidInput(
        f"There is no template '{name[:_LONGEST_NAME]}'.",
        "Name a file in the folder of templates, without its ending, in small letters.",
        field="template",
    )


def _faulty(file: str, problems: Sequence[Problem] = ()) -> InvalidInput:
    why = f": {problems[0].message}" if problems else "."
    return InvalidInput(
        f"The template '{file}' cannot be used{why}",
        _REMEDY,
        field="template",
        problems=tuple(problems),
    )
