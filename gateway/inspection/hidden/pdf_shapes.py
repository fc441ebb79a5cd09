"""What a page of a PDF draws, in its order, as far as it can hide words."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from pypdfium2 import raw

_DEEP_FORMS = 4
_OBJECTS = 20_000  # of one page
_LEAST = 4.0  # points: smaller boxes are lines, and hide nothing
_WHITE = 250
_OPAQUE = 255
_INVISIBLE = raw.FPDF_TEXTRENDERMODE_INVISIBLE
_COVERING_NOTES = frozenset(
    {
        *(raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_POLYGON),
        *(raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_HIGHLIGHT),
        *(raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_REDACT),
    }
)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points, from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is in it."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def meets(self, other: "Box") -> bool:
        """Whether two of them share anything."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


@dataclass
class Shapes:
    """Boxes that may hide words, and words that may not be seen.

    Attributes:
        covers: filled shapes drawn over words; `pictures`: pictures over words.
        unseen: words drawn in no colour (render mode 3); `white`: words drawn in white.
        scans: every picture, over words or under them.
    """

    covers: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    unseen: list[Box] = field(default_factory=list)
    white: list[Box] = field(default_factory=list)
    scans: list[Box] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.covers or self.pictures or self.unseen or self.white)


Matrix = tuple[float, float, float, float, float, float]


def shapes(page: pypdfium2.PdfPage) -> Shapes:
    """What may hide words on a page; empty where nothing can."""
    found = Shapes()
    texts: list[tuple[Any, Matrix | None]] = []
    boxes: list[Box] | None = None
    for one, kind, matrix in _objects(page):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts.append((one, matrix))
            boxes = None
            _text(one, matrix, found)
            continue
        is_picture = kind == raw.FPDF_PAGEOBJ_IMAGE
        box = _box(one, matrix) if is_picture or (texts and _is_filled(one)) else None
        if box is None or box.right - box.left < _LEAST or box.top - box.bottom < _LEAST:
            continue
        if is_picture:
            found.scans.append(box)
        if boxes is None:
            boxes = [b for b in (_box(text, where) for text, where in texts) if b is not None]
        if any(box.meets(text) for text in boxes):
            (found.pictures if is_picture else found.covers).append(box)
    if texts:
        found.covers.extend(_notes(page))
    return found


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, int, Matrix | None]]:
    left = [_OBJECTS]

    def inside(owner: Any, count: Any, get: Any, matrix: Matrix | None, depth: int) -> Any:
        for number in range(count(owner)):
            left[0] -= 1
            if left[0] < 0:
                return
            one = get(owner, number)
            kind = raw.FPDFPageObj_GetType(one)
            if kind != raw.FPDF_PAGEOBJ_FORM:
                yield one, kind, matrix
            elif depth < _DEEP_FORMS:
                own = _matrix(one)
                whole = own if matrix is None else _times(own, matrix)
                yield from inside(
                    one, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, whole, depth + 1
                )

    yield from inside(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, None, 0)


def _text(one: Any, matrix: Matrix | None, found: Shapes) -> None:
    if raw.FPDFTextObj_GetTextRenderMode(one) == _INVISIBLE:
        box, into = _box(one, matrix), found.unseen
    elif (colour := _fill(one)) is not None and min(colour[:3]) >= _WHITE:
        box, into = _box(one, matrix), found.white
    else:
        return
    if box is not None:
        into.append(box)


def _is_filled(one: Any) -> bool:
    """Whether a shape hides what is under it: filled, and not seen through."""
    if raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_PATH:
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        if not raw.FPDFPath_GetDrawMode(one, mode, stroke) or not mode.value:
            return False
        colour = _fill(one)
        return colour is None or colour[3] == _OPAQUE
    return bool(raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_SHADING)


def _fill(one: Any) -> tuple[int, ...] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    return tuple(p.value for p in parts) if raw.FPDFPageObj_GetFillColor(one, *parts) else None


def _box(one: Any, matrix: Matrix | None) -> Box | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(one, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    if matrix is None:
        return Box(left, bottom, right, top)
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return Box(min(across), min(up), max(across), max(up))


def _matrix(one: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(one, found):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _notes(page: pypdfium2.PdfPage) -> Iterator[Box]:
    """Where notes are that draw something on the page."""
    for number in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _OBJECTS)):
        note = raw.FPDFPage_GetAnnot(page.raw, number)
        if not note:
            continue
        rectangle = raw.FS_RECTF()
        covers = raw.FPDFAnnot_GetSubtype(note) in _COVERING_NOTES
        if covers and raw.FPDFAnnot_GetRect(note, rectangle):
            yield Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        raw.FPDFPage_CloseAnnot(note)
