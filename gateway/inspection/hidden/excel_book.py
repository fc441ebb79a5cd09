"""How an Excel workbook is put together: its sheets, whether they show, and their cells.

Source: ISO/IEC 29500-1, 18.2 (workbook), 18.3 (worksheets).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.inspection.parts import Parts, local

if TYPE_CHECKING:
    from lxml import etree

_MAINS = ("spreadsheetml.sheet.main+xml", "ms-excel.sheet.macroenabled.main+xml")
_LAST_COLUMN = 16_384


@dataclass(frozen=True)
class Sheet:
    """A sheet: the part of the workbook that lists it, its own part, name and state.

    Attributes:
        part: empty where the workbook names one that is not there.
        state: `visible`, `hidden` or `veryHidden`.
    """

    main: str
    element: "etree._Element"
    part: str
    name: str
    state: str

    @property
    def is_hidden(self) -> bool:
        """Whether it does not show."""
        return self.state in {"hidden", "veryHidden"}


@dataclass(frozen=True, slots=True)
class Band:
    """Rows or columns next to one another that do not show, both counted from 1."""

    first: int
    last: int
    rows: bool

    @property
    def label(self) -> str:
        """As people say it: `rows 3 to 9`, `column D`."""
        what = "row" if self.rows else "column"
        first, last = (f"{end:,}" if self.rows else letters(end) for end in (self.first, self.last))
        return f"{what} {first}" if self.first == self.last else f"{what}s {first} to {last}"

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is in it."""
        return self.first <= (row if self.rows else column) <= self.last


def mains(parts: Parts) -> list[str]:
    """The workbook's own part."""
    return [name for ends in _MAINS for name in parts.of_type(ends)]


def sheets(parts: Parts) -> list[Sheet]:
    """Every sheet the workbook lists, in its order."""
    found = []
    for main in mains(parts):
        related = parts.related(main)
        for one in parts.root(main).iter("{*}sheet"):
            relation = next((str(v) for k, v in one.attrib.items() if str(k).endswith("}id")), "")
            _, part = related.get(relation, ("", ""))
            part = part if part in parts.names else ""
            state = str(one.get("state", "visible"))
            found.append(Sheet(main, one, part, str(one.get("name", "")), state))
    return found


def shared_words(parts: Parts) -> list[str]:
    """The words that cells share, by their number."""
    return [
        "".join(t.text or "" for t in one.iter("{*}t"))
        for name in parts.of_type("sharedstrings+xml")
        for one in parts.root(name).iterchildren("{*}si")
    ]


def words_of(cell: "etree._Element", shared: list[str]) -> str:
    """What a cell shows, as it is kept; empty for nothing."""
    value = next(cell.iterchildren("{*}v"), None)
    text = (value.text or "") if value is not None else ""
    if cell.get("t") == "s":
        return shared[int(text)] if text.isdigit() and int(text) < len(shared) else ""
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter("{*}t"))
    return text


def cells(root: "etree._Element") -> Iterator[tuple[int, int, "etree._Element"]]:
    """Each cell of a sheet with its row and column, counted from 1."""
    row_number = 0
    for row in root.iter("{*}row"):
        row_number = number(row.get("r")) or row_number + 1
        column = 0
        for cell in row.iterchildren("{*}c"):
            column = _column(str(cell.get("r", ""))) or column + 1
            yield row_number, column, cell


def bands(root: "etree._Element") -> list[Band]:
    """The rows and columns of a sheet that are hidden, also by a height or width of nothing."""
    rows: set[int] = set()
    columns: list[Band] = []
    for one in root.iter("{*}col"):
        if _is_on(one.get("hidden")) or _is_nothing(one.get("width")):
            last = min(number(one.get("max")), _LAST_COLUMN)
            columns.append(Band(number(one.get("min")), last, rows=False))
    hidden_unless_said = any(_is_on(x.get("zeroHeight")) for x in root.iter("{*}sheetFormatPr"))
    at = 0
    for one in root.iter("{*}row"):
        at = number(one.get("r")) or at + 1
        said = one.get("hidden")
        if _is_on(said) or _is_nothing(one.get("ht")) or (said is None and hidden_unless_said):
            rows.add(at)
    return [*_joined(rows), *columns]


def _joined(rows: set[int]) -> Iterator[Band]:
    first = last = 0
    for row in sorted(rows):
        if row != last + 1 or not first:
            if first:
                yield Band(first, last, rows=True)
            first = row
        last = row
    if first:
        yield Band(first, last, rows=True)


def number(text: str | None) -> int:
    """A whole number; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _is_on(text: str | None) -> bool:
    return text in {"1", "true"}


def _is_nothing(text: str | None) -> bool:
    try:
        return text is not None and float(text) == 0
    except ValueError:
        return False


def _column(reference: str) -> int:
    found = 0
    for character in reference.replace("$", "").upper():
        if not "A" <= character <= "Z":
            break
        found = found * 26 + ord(character) - ord("A") + 1
    return found


def column_number(name: str) -> int:
    """A column's number by its letters: `A` is 1."""
    return _column(name)


def letters(column: int) -> str:
    """A column's letters by its number."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def formulas(root: "etree._Element") -> Iterator["etree._Element"]:
    """Everything in a part that computes with cells: also conditions, rules, charts, names."""
    names = {"f", "formula", "formula1", "formula2", "definedName"}
    for element in root.iter("*"):
        if local(element) in names:
            yield element
