"""A protective marking at the top and bottom of each page of a PDF file.

It is marked as an artifact, so that a screen reader does not read it out on every page
(ISO 32000-2, 14.8.2.2). Source of the marking: NZISM 15.1.11, 15.1.12.
"""

import io
from typing import Final

import pikepdf

_SIZE: Final = 9.0  # points
_EDGE: Final = 12.0  # points from the page's edge to the text
_WIDTH: Final = 0.66  # of a character of Helvetica Bold capitals, as a share of its size
_MOST_PAGES: Final = 20_000
_TOP, _BOTTOM = ("/Header", "/Top"), ("/Footer", "/Bottom")


def stamped(data: bytes, marking: str) -> bytes | None:
    """The PDF file with `marking` on each page; None if it does not take it without loss.

    That is one that is encrypted, damaged, or signed: a signature holds for the bytes as they are.
    """
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            if pdf.is_encrypted or _is_signed(pdf) or not 0 < len(pdf.pages) <= _MOST_PAGES:
                return None
            text = marking.encode("cp1252")
            font = pdf.make_indirect(_font())
            for page in pdf.pages:
                _stamp(page, font, text)
            out = io.BytesIO()
            pdf.save(out)
            return None if pdf.get_warnings() else out.getvalue()
    except (pikepdf.PdfError, ArithmeticError, AttributeError, LookupError):
        return None
    except (RuntimeError, TypeError, ValueError):  # how the library says the rest
        return None


def _font() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name("/Helvetica-Bold"),
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def _stamp(page: pikepdf.Page, font: pikepdf.Object, text: bytes) -> None:
    """Write `text` twice onto a page, upright as its reader sees it."""
    name = page.add_resource(font, pikepdf.Name.Font)
    place, width, height = _upright(page)
    left = max(2.0, (width - len(text) * _SIZE * _WIDTH) / 2)
    escaped = text.translate(None, b"()\\")
    lines = [
        f"/Artifact <</Type /Pagination /Subtype {kind} /Attached [{edge}]>> BDC q {place} cm "
        f"BT 0 g 0 Tr {name} {_SIZE} Tf 1 0 0 1 {left:.2f} {below:.2f} Tm".encode()
        + b" ("
        + escaped
        + b") Tj ET Q EMC\n"
        for (kind, edge), below in ((_TOP, height - _EDGE - _SIZE), (_BOTTOM, _EDGE))
    ]
    opened, closed = _unbalanced(page)
    page.contents_add(b"q\n" * (1 + closed), prepend=True)
    page.contents_add(b"\n" + b"Q\n" * (1 + opened) + b"".join(lines))


def _upright(page: pikepdf.Page) -> tuple[str, float, float]:
    """The matrix that turns the page as it is shown, and its size as shown, in points."""
    x0, y0, x1, y1 = (float(side) for side in page.cropbox)
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    width, height = x1 - x0, y1 - y0
    match int(page.rotation) % 360:
        case 90:
            return f"0 1 -1 0 {x1:.2f} {y0:.2f}", height, width
        case 180:
            return f"-1 0 0 -1 {x1:.2f} {y1:.2f}", width, height
        case 270:
            return f"0 -1 1 0 {x0:.2f} {y1:.2f}", height, width
        case _:
            return f"1 0 0 1 {x0:.2f} {y0:.2f}", width, height


def _unbalanced(page: pikepdf.Page) -> tuple[int, int]:
    """How many states a page's content leaves open, and how many it closes that it never opened."""
    opened = closed = 0
    for instruction in pikepdf.parse_content_stream(page, "q Q"):
        if str(instruction.operator) == "q":
            opened += 1
        elif opened:
            opened -= 1
        else:
            closed += 1
    return opened, closed


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    flags = form.get("/SigFlags", 0) if isinstance(form, pikepdf.Dictionary) else 0
    return bool(int(flags) & 1) or "/Perms" in pdf.Root
