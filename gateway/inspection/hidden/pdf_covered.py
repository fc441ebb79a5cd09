"""Words of a PDF that can be read out of it and not be seen: under boxes, in white, in no colour.

Where something is drawn over words, or words are drawn so as not to be seen, the page is drawn,
and words of whose place nothing shows are told. So a heading on a coloured ground, a highlighted
line and the words behind a scanned page are not.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden.pdf_shapes import Box, Shapes, shapes
from gateway.inspection.hidden.showing import shown

_MOST_DRAWN = 400  # pages of one document
_SCALE = 2.0  # dots to a point
_LARGEST = 2_400  # dots, of a page's longer side
_EVEN = 16  # of 255: what differs less looks the same
_DARK = 110
_LEAST_LETTERS = 2
_SHOWN = 100  # letters
_COVERED = "it can still be read and copied; black it out in the original and save that as a PDF"


@dataclass
class _Words:
    """Letters next to one another that cannot be seen."""

    kind: Kind
    letters: list[str] = field(default_factory=list)


def found(data: bytes) -> list[Discovery]:
    """Words that are there and cannot be seen, page by page.

    Raises:
        NotReadable: the pages cannot be read.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise NotReadable(Kind.MALFORMED, "a broken PDF: open it and save it again") from error
    discoveries: list[Discovery] = []
    drawn = 0
    try:
        for number in range(len(document)):
            page = document[number]
            try:
                hiding = shapes(page)
                if not hiding:
                    continue
                drawn += 1
                where = f"page {number + 1:,}"
                if drawn > _MOST_DRAWN:
                    said = "whether words are covered was not looked at from here on"
                    return [*discoveries, Discovery(Kind.PART_UNREAD, where, said)]
                discoveries.extend(_told(page, hiding, where))
            finally:
                page.close()
    except pypdfium2.PdfiumError as error:
        raise NotReadable(Kind.MALFORMED, "a page that cannot be read") from error
    finally:
        document.close()
    return discoveries


def _told(page: pypdfium2.PdfPage, hiding: Shapes, where: str) -> Iterator[Discovery]:
    for words in _unseen(page, hiding):
        text = "".join(words.letters)
        if sum(not letter.isspace() for letter in text) < _LEAST_LETTERS:
            continue
        said = _COVERED if words.kind is Kind.COVERED_TEXT else "drawn so that it is not seen"
        yield Discovery(words.kind, where, shown(f"{text.strip()[:_SHOWN]} ({said})"))


def _unseen(page: pypdfium2.PdfPage, hiding: Shapes) -> Iterator[_Words]:
    textpage = page.get_textpage()
    try:
        picture = _Drawn(page)
        words: _Words | None = None
        for index in range(textpage.count_chars()):
            letter = chr(raw.FPDFText_GetUnicode(textpage.raw, index) or 32)
            if letter.isspace() or not letter.isprintable():
                if words is not None:
                    words.letters.append(" ")
                continue
            kind = _hidden_as(_letter_box(textpage, index), hiding, picture)
            if words is not None and kind is not words.kind:
                yield words
                words = None
            if kind is not None:
                words = words or _Words(kind)
                words.letters.append(letter)
        if words is not None:
            yield words
    finally:
        textpage.close()


def _letter_box(textpage: pypdfium2.PdfTextPage, index: int) -> Box | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(textpage.raw, index, left, right, bottom, top):
        return None
    return Box(left.value, bottom.value, right.value, top.value)


def _hidden_as(letter: Box | None, hiding: Shapes, picture: "_Drawn") -> Kind | None:
    """What a letter that may be hidden is; None where it shows."""
    if letter is None or letter.right <= letter.left or letter.top <= letter.bottom:
        return None
    x, y = (letter.left + letter.right) / 2, (letter.bottom + letter.top) / 2
    covered, pictured, unseen, white = (
        _any_holds(boxes, x, y)
        for boxes in (hiding.covers, hiding.pictures, hiding.unseen, hiding.white)
    )
    if not (covered or pictured or unseen or white):
        return None
    shade = picture.even_shade(letter)
    if shade is None:
        return None
    # the words behind a scan are ordinary, also where it is blank; under black they are not
    on_scan = _any_holds(hiding.scans, x, y)
    if covered or (on_scan and shade <= _DARK):
        return Kind.COVERED_TEXT
    return None if on_scan else Kind.HIDDEN_TEXT


def _any_holds(boxes: list[Box], x: float, y: float) -> bool:
    return any(box.holds(x, y) for box in boxes)


class _Drawn:
    """A page as it is shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        width, height = page.get_size()
        scale = min(_SCALE, _LARGEST / max(width, height, 1.0))
        bitmap = page.render(scale=scale, grayscale=True)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._each = bitmap.n_channels  # bytes of a dot
        self._dots = bytes(bitmap.buffer)
        bitmap.close()
        self._page = page

    def even_shade(self, box: Box) -> float | None:
        """The shade of a place where nothing shows, from 0 to 255; None where something does."""
        corners = [self._at(box.left, box.bottom), self._at(box.right, box.top)]
        (left, right), (top, bottom) = (sorted(axis) for axis in zip(*corners, strict=True))
        # a dot more to both sides, so that a letter that is one stroke differs from what is there
        left, right = max(left - 1, 0), min(right + 2, self._width)
        top, bottom = max(top, 0), min(bottom + 1, self._height)
        if left >= right or top >= bottom:
            return None
        lightest, darkest = 0, 255
        for row in range(top, bottom):
            start = row * self._stride
            dots = self._dots[start + left * self._each : start + right * self._each]
            lightest, darkest = max(lightest, *dots), min(darkest, *dots)
            if lightest - darkest > _EVEN:
                return None
        return (lightest + darkest) / 2

    def _at(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        size = (self._width, self._height)
        raw.FPDF_PageToDevice(self._page.raw, 0, 0, *size, 0, x, y, across, down)
        return across.value, down.value
