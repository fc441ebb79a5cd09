"""PDF: opened strictly, looked through object by object, and read page by page."""

import io
import logging

import pikepdf

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import active_pdf, text_pdf
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering

_MEND = "open it and save it again as a PDF"


def read(_: FileType, data: bytes, into: Gathering) -> None:
    """Look for what a PDF does and read its words.

    A PDF that breaks the rules of its format (ISO 32000-2) is refused and not repaired: what this
    reads must be what the recipient's program shows.

    Raises:
        NotReadable: it is encrypted or broken, or holds too much.
    """
    logging.getLogger("pikepdf").setLevel(logging.CRITICAL + 1)
    try:
        with pikepdf.open(
            io.BytesIO(data), attempt_recovery=False, suppress_warnings=True
        ) as document:
            if document.is_encrypted:
                into.found(Kind.RESTRICTED, "", "it opens without a password")
            active_pdf.look_through(document, into)
            if document.get_warnings():
                raise NotReadable(Kind.MALFORMED, f"a PDF with errors: {_MEND}")
            text_pdf.read_properties(document, into)
            text_pdf.read_notes(document, into)
    except pikepdf.PasswordError as error:
        said = "a PDF with a password: save it without one"
        raise NotReadable(Kind.ENCRYPTED, said) from error
    except pikepdf.PdfError as error:
        raise NotReadable(Kind.MALFORMED, f"a broken PDF: {_MEND}") from error
    text_pdf.read_pages(data, into)
