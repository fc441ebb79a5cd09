"""How a PDF is opened, and what about it holds for looking and for removing alike."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

_START = re.compile(rb"startxref\s+(\d{1,12})\s*%%EOF")
_PREVIOUS = re.compile(rb"/Prev\s+(\d{1,12})")
_LINEARISED_WITHIN = 1_024
_DICTIONARY_BYTES = 64 * 1024
_MOST_VERSIONS = 1_000


@contextmanager
def opened(data: bytes) -> Iterator[pikepdf.Pdf]:
    """A PDF, strictly read.

    Raises:
        NotReadable: it is encrypted or broken.
    """
    try:
        with pikepdf.open(
            io.BytesIO(data), attempt_recovery=False, suppress_warnings=True
        ) as document:
            yield document
    except pikepdf.PasswordError as error:
        said = "a PDF with a password: save it without one"
        raise NotReadable(Kind.ENCRYPTED, said) from error
    except NotReadable:
        raise
    except (pikepdf.PdfError, ArithmeticError, AttributeError, LookupError) as error:
        raise NotReadable(Kind.MALFORMED, "a broken PDF: open it and save it again") from error
    except (RuntimeError, TypeError, ValueError) as error:  # how the library says the rest
        raise NotReadable(Kind.MALFORMED, "a broken PDF: open it and save it again") from error


def is_signed(document: pikepdf.Pdf) -> bool:
    """Whether a signature holds for its bytes, so that none may change."""
    form = document.Root.get("/AcroForm")
    flags = form.get("/SigFlags", 0) if isinstance(form, pikepdf.Dictionary) else 0
    return (isinstance(flags, int) and bool(flags & 1)) or "/Perms" in document.Root


def earlier_versions(data: bytes) -> int:
    """How many earlier versions a PDF keeps (ISO 32000-2, 7.5.6, incremental updates).

    Counted are the sections of its cross-reference, from the last one back. One that was prepared
    for the web (linearised) has two from the start.
    """
    starts = _START.findall(data)
    if not starts:
        return 0
    at: int | None = int(starts[-1])
    seen: set[int] = set()
    while at is not None and at not in seen and at < len(data) and len(seen) < _MOST_VERSIONS:
        seen.add(at)
        at = _previous(data, at)
    ordinary = 2 if b"/Linearized" in data[:_LINEARISED_WITHIN] else 1
    return max(0, len(seen) - ordinary)


def _previous(data: bytes, at: int) -> int | None:
    if data[at : at + 4].strip() == b"xref":
        at = data.find(b"trailer", at)
        if at < 0:
            return None
        end = data.find(b"startxref", at)
    else:
        end = data.find(b"stream", at)
    end = min(len(data) if end < 0 else end, at + _DICTIONARY_BYTES)
    found = _PREVIOUS.search(data, at, end)
    return int(found[1]) if found else None


def annotations(page: pikepdf.Page) -> list[pikepdf.Dictionary]:
    """The annotations of a page."""
    listed = page.obj.get("/Annots")
    several: list[object] = list(listed.as_list()) if isinstance(listed, pikepdf.Array) else []
    return [one for one in several if isinstance(one, pikepdf.Dictionary)]


def name(value: object) -> str:
    """A name with its slash; empty for anything else."""
    return str(value) if isinstance(value, pikepdf.Name) else ""


def words(value: object) -> str:
    """A string's words; empty for anything else."""
    return str(value) if isinstance(value, pikepdf.String) else ""
