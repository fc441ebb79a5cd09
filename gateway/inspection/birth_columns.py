"""Dates of birth in tables, where only the head of the column says what the dates are."""

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain.inspection import Kind
from gateway.inspection.dates import Written, written_dates
from gateway.inspection.folding import Folded
from gateway.inspection.identifiers import BIRTH, Identifier

_DELIMITERS: Final = "\t;|,"
_QUOTED: Final = re.compile(r'"[^"\n]*"')
_NUMBERS: Final = re.compile(r"[\d,]+")
_MOST_CELLS: Final = 500
_CELL_CHARACTERS: Final = 60


class BirthColumns:
    """Remembers, row by row, which column holds dates of birth; a table may span passages."""

    def __init__(self) -> None:
        self._table = ""
        self._delimiter = ""
        self._column = -1
        self._cells = 0

    def births(self, where: str, text: Folded) -> Iterator[Identifier]:
        """The dates of birth below the head of such a column, in the passages taken so far.

        Args:
            where: the place of the passage; one that differs in more than numbers is another table.
            text: the passage's text.
        """
        table = _NUMBERS.sub("", where)
        if table != self._table:
            self._table, self._column = table, -1
        if self._column < 0 and not BIRTH.search(text.plain):
            return
        at = 0
        for line in text.plain.split("\n"):
            yield from self._row(line, at)
            at += len(line) + 1

    def _row(self, line: str, at: int) -> Iterator[Identifier]:
        if not line.strip() or self._is_head(line) or self._column < 0:
            return
        cells = _cells(line, self._delimiter)
        if len(cells) < 2:
            self._column = -1
            return
        one = self._date_in(cells, line)
        if one is not None:
            day = one.days[0].isoformat()
            yield Identifier(Kind.BIRTH_DATE, day, at + one.start, at + one.end)

    def _is_head(self, line: str) -> bool:
        """Whether a line heads a table with such a column; it is remembered then."""
        if not BIRTH.search(line):
            return False
        for delimiter in _DELIMITERS:
            cells = _cells(line, delimiter)
            for column, (start, end) in enumerate(cells if len(cells) > 1 else []):
                if BIRTH.fullmatch(line[start:end].strip(' "\t.:*')):
                    self._delimiter, self._column, self._cells = delimiter, column, len(cells)
                    return not any(_date(line, *cell) for cell in cells)
        return False

    def _date_in(self, cells: list[tuple[int, int]], line: str) -> Written | None:
        """The date in the column; where cells are missing, the last one before it."""
        if self._column < len(cells) and (one := _date(line, *cells[self._column])):
            return one
        if len(cells) >= self._cells:
            return None
        earlier = (_date(line, *cell) for cell in reversed(cells[: self._column]))
        return next(filter(None, earlier), None)


def _cells(line: str, delimiter: str) -> list[tuple[int, int]]:
    """Where the cells of a line begin and end."""
    if delimiter == ",":
        line = _QUOTED.sub(lambda m: m[0].replace(",", " "), line)
    places, at = [], 0
    for cell in line.split(delimiter, _MOST_CELLS):
        places.append((at, at + len(cell)))
        at += len(cell) + 1
    return places


def _date(line: str, start: int, end: int) -> Written | None:
    """The date that a cell holds and nothing else, apart from a time."""
    if end - start > _CELL_CHARACTERS:
        return None
    one = next(written_dates(line, start, end), None)
    return one if one and not line[start : one.start].strip(' "') else None
