"""Puts a protocol on paper: as a DOCX file to sign or fill in, and as a tagged PDF."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.documents.texts import long_date, plain
from gateway.domain.errors import InvalidInput
from gateway.domain.protocol_texts import Block, Bullets, Heading, Paper, Text

if TYPE_CHECKING:
    from gateway.documents.pdf_form import Press
    from gateway.documents.values import Values

_TEMPLATE: Final = Path(__file__).parent / "protocol.typ"


class ProtocolForm:
    """Sets protocols as DOCX, and as PDF/UA-1. It blocks: call it in a thread.

    The libraries are loaded when first needed.

    Args:
        system_fonts: whether the PDF may use the machine's fonts for what the others lack.
    """

    def __init__(self, *, system_fonts: bool = True) -> None:
        self._system_fonts = system_fonts
        self._lock = threading.Lock()
        self._press: Press | None = None

    def docx(self, paper: Paper) -> bytes:
        """The text as a DOCX file; the same bytes for the same text."""
        from gateway.documents.protocol_docx import protocol_docx  # noqa: PLC0415 - slow to load

        return protocol_docx(paper)

    def pdf(self, paper: Paper) -> bytes:
        """The text as PDF/UA-1; the same bytes for the same text and fonts.

        Raises:
            InvalidInput: it cannot be set.
        """
        from gateway.documents.docx_form import Unusable  # noqa: PLC0415 - slow to load

        values: Values = {
            "title": plain(paper.title),
            "note": plain(paper.note),
            "foot": plain(paper.foot),
            "author": plain(paper.author),
            "date": long_date(paper.made_at.date()),
            "blocks": [_said(block) for block in paper.blocks],
        }
        try:
            return self._opened().pdf(_TEMPLATE, values, paper.made_at)
        except Unusable:
            # What went wrong may quote the text, so it is not passed on.
            raise InvalidInput(
                "The protocol cannot be set as a PDF.",
                "Look at its texts for unusual characters, or save it as DOCX.",
                field="protocol",
            ) from None

    def _opened(self) -> "Press":
        from gateway.documents.pdf_form import Press  # noqa: PLC0415 - slow to load

        with self._lock:
            if self._press is None:
                self._press = Press(system_fonts=self._system_fonts)
            return self._press


def _said(block: Block) -> dict[str, str]:
    """A block as texts alone, as templates take them; a table's cells are JSON within."""
    if isinstance(block, Heading):
        return {"kind": "heading", "level": str(block.level), "text": plain(block.text)}
    if isinstance(block, Text):
        return {"kind": "text", "text": plain(block.text)}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "text": _json([[plain(item)] for item in block.items])}
    return {
        "kind": "table" if block.heads else "pairs",
        "heads": _json([[plain(head) for head in block.heads]]),
        "text": _json([[plain(cell) for cell in row] for row in block.rows]),
        "signed": "yes" if block.signed else "",
    }


def _json(rows: list[list[str]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
