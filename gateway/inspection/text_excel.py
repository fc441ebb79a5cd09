"""The words of Excel workbooks: what the cells show, as far as it can be read without Excel."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from gateway.inspection import text_office
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts, attribute, local
from gateway.inspection.passages import Place

if TYPE_CHECKING:
    from lxml import etree

_MAIN = "sheet.main+xml"
_MACRO_MAIN = "sheet.macroenabled.main+xml"
# ISO/IEC 29500-1 section 18.8.30: formats of numbers that are dates without being spelled out
_DATES = {*range(14, 23), *range(27, 37), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_SINGLE_ROWS = 5_000  # of a sheet: beyond, rows are read by the hundred
_TOGETHER = 100
_LAST_DAY = 2_958_465  # 31 December 9999


@dataclass
class _Book:
    """What cells refer to: words they share, which styles are dates, and day zero."""

    words: list[str] = field(default_factory=list)
    dates: set[int] = field(default_factory=set)
    day_zero: date = date(1899, 12, 30)


def _sheets(parts: Parts) -> Iterator[tuple[str, str]]:
    """Each sheet's part and name, in the order of the workbook."""
    for main in [*parts.of_type(_MAIN), *parts.of_type(_MACRO_MAIN)]:
        related = parts.related(main)
        for sheet in parts.root(main).iter("{*}sheet"):
            relation = next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
            target = related.get(relation)
            if target and target[1] in parts.names:
                yield target[1], str(sheet.get("name", ""))


def labels(parts: Parts) -> dict[str, str]:
    """What people call each sheet, and the comments and drawings that belong to it."""
    said = {}
    for name, title in _sheets(parts):
        said[name] = f"sheet '{title}'"
        for tail, target in parts.related(name).values():
            if tail in {"comments", "threadedComment", "drawing", "oleObject", "package"}:
                said[target] = said[name]
    return said


def read(parts: Parts, into: Gathering) -> None:
    """Read the cells of every sheet row by row, with names, comments, headers and footers."""
    book = _book(parts)
    done: set[str] = set()
    into.words("\n".join(title for _, title in _sheets(parts)), "names of the sheets")
    for name, _ in _sheets(parts):
        if not into.page():
            return
        done.add(name)
        _sheet(parts.root(name), parts.label(name), book, into)
    for name in parts.names:
        said = parts.types.get(name, "")
        if said.endswith(("comments+xml", "threadedcomments+xml")) and parts.is_xml(name):
            done.add(name)
            texts = (str(text) for text in parts.root(name).itertext())
            into.words("\n".join(texts), parts.label(name), Place.HIDDEN)
        elif said.endswith("worksheet+xml") and name not in done:
            done.add(name)
            _sheet(parts.root(name), parts.label(name), book, into)
    text_office.read_others(parts, "xl/", done, into)


def _book(parts: Parts) -> _Book:
    book = _Book()
    for name in parts.of_type("sharedstrings+xml"):
        book.words.extend(_plain(one) for one in parts.root(name).iterchildren("{*}si"))
    for name in parts.of_type("styles+xml"):
        book.dates |= _date_styles(parts.root(name))
    for main in [*parts.of_type(_MAIN), *parts.of_type(_MACRO_MAIN)]:
        for one in parts.root(main).iter("{*}workbookPr"):
            if one.get("date1904") in {"1", "true"}:
                book.day_zero = date(1904, 1, 1)
    return book


def _plain(element: "etree._Element") -> str:
    return "".join(t.text or "" for t in element.iter("{*}t") if local(t.getparent()) != "rPh")


def _date_styles(root: "etree._Element") -> set[int]:
    own = {
        str(one.get("numFmtId")): str(one.get("formatCode", "")) for one in root.iter("{*}numFmt")
    }
    formats = [str(xf.get("numFmtId", "")) for xfs in root.iter("{*}cellXfs") for xf in xfs]
    return {
        number
        for number, one in enumerate(formats)
        if (one.isdigit() and int(one) in _DATES) or _shows_a_date(own.get(one, ""))
    }


def _shows_a_date(code: str) -> bool:
    letters = _QUOTED.sub("", code).lower()
    return "y" in letters or "d" in letters


def _sheet(root: "etree._Element", where: str, book: _Book, into: Gathering) -> None:
    rows = list(root.iter("{*}row"))
    together = 1 if len(rows) <= _SINGLE_ROWS else _TOGETHER
    for start in range(0, len(rows), together):
        some = rows[start : start + together]
        text = "\n".join("\t".join(filter(None, _cells(row, book))) for row in some)
        first = some[0].get("r") or start + 1
        said = f"row {first}" if together == 1 else f"rows from {first}"
        into.words(text, f"{where}, {said}" if where else said)
    for one in root.iter("{*}headerFooter"):
        for text in one:
            place = Place.HEADER if "Header" in local(text) else Place.FOOTER
            into.words(re.sub(r"&[LCR]", "\n", text.text or ""), where, place)
    for one in root.iter("{*}dataValidation"):
        texts = [attribute(one, key) for key in ("promptTitle", "prompt", "errorTitle", "error")]
        into.words("\n".join(filter(None, texts)), where, Place.HIDDEN)


def _cells(row: "etree._Element", book: _Book) -> Iterator[str]:
    for cell in row.iterchildren("{*}c"):
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            yield _plain(cell)
            continue
        value = next(cell.iterchildren("{*}v"), None)
        text = (value.text or "") if value is not None else ""
        if kind == "s":
            yield book.words[int(text)] if text.isdigit() and int(text) < len(book.words) else ""
        elif kind == "n" and _style(cell) in book.dates:
            yield _as_date(text, book.day_zero)
        else:
            yield text


def _style(cell: "etree._Element") -> int:
    said = str(cell.get("s", "0"))
    return int(said) if said.isdigit() else 0


def _as_date(number: str, day_zero: date) -> str:
    try:
        days = int(float(number))
    except (ValueError, OverflowError):
        return number
    if not 0 < days <= _LAST_DAY:
        return number
    return f"{day_zero + timedelta(days=days):%d/%m/%Y}"
