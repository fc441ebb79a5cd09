"""Whether something of a workbook that shows depends on something that does not.

It is answered on the safe side: what may depend on it does.
"""

import re
from collections.abc import Iterator

from gateway.inspection.hidden.excel_book import (
    Band,
    Sheet,
    cells,
    column_number,
    formulas,
    number,
)
from gateway.inspection.parts import Parts, attribute, local

_CELL = re.compile(
    r"(?<![A-Za-z0-9_.$'!])\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
    r"(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?(?![A-Za-z0-9_.(!])"
)
_WHOLE = re.compile(
    r"(?<![A-Za-z0-9_.$'!])\$?([A-Za-z]{1,3}|[0-9]{1,7}):\$?([A-Za-z]{1,3}|[0-9]{1,7})"
    r"(?![A-Za-z0-9_.(!])"
)
_WORDS = re.compile(r'"[^"]*"')
_INDIRECT = re.compile(r"\b(?:INDIRECT|OFFSET|INDEX|ADDRESS)\s*\(|\[", re.IGNORECASE)
_COMPUTING = {"table", "pivotTable"}
_SEVERAL_SHEETS = re.compile(r"[\w.' ]:[\w.' ]+!")


def names_sheet(parts: Parts, sheet: Sheet, among: list[Sheet]) -> bool:
    """Whether anything may refer to a sheet but itself, its charts and its tables."""
    return _named(parts, sheet, among, _belonging(parts, sheet, among))


def _named(parts: Parts, sheet: Sheet, among: list[Sheet], own: set[str]) -> bool:
    needles = _spelled(sheet.name)
    position = next((n for n, one in enumerate(among) if one.element is sheet.element), -1)
    for part, text in _texts(parts, position):
        if part in own:
            continue
        if _SEVERAL_SHEETS.search(_WORDS.sub('""', text)):
            return True
        if any(needle in text.lower() for needle in needles):
            return True
    return any(
        attribute(source, "sheet").lower() == sheet.name.lower()
        for name in parts.of_type("pivotcachedefinition+xml")
        for source in parts.root(name).iter("{*}worksheetSource", "{*}rangeSet")
    )


def _spelled(name: str) -> tuple[str, ...]:
    low = name.lower()
    return (low, low.replace("'", "''"))


def _belonging(parts: Parts, sheet: Sheet, among: list[Sheet]) -> set[str]:
    """The sheet's part and what it leads to, but not other sheets."""
    others = {one.part for one in among} | {sheet.main}
    found = {sheet.part}
    waiting = [sheet.part]
    while waiting:
        for _, target in parts.related(waiting.pop()).values():
            if target not in found | others:
                found.add(target)
                waiting.append(target)
    return found


def _texts(parts: Parts, own_position: int) -> Iterator[tuple[str, str]]:
    """Every formula of the workbook with its part, but names that only one sheet knows."""
    for name in parts.names:
        low = name.lower()
        if not low.startswith("xl/") or not parts.is_xml(name) or low.endswith(".rels"):
            continue
        for element in formulas(parts.root(name)):
            is_local = element.get("localSheetId") == str(own_position)
            if local(element) == "definedName" and is_local:
                continue
            yield name, element.text or ""


def reaches(parts: Parts, sheet: Sheet, bands: list[Band], among: list[Sheet]) -> bool:
    """Whether a formula, chart or table may compute with cells of hidden rows or columns."""
    if _named(parts, sheet, among, {sheet.part}):
        return True
    if any(kind in _COMPUTING for kind, _ in parts.related(sheet.part).values()):
        return True
    root = parts.root(sheet.part)
    for row, column, cell in cells(root):
        for formula in cell.iterchildren("{*}f"):
            if any(band.holds(row, column) for band in bands):
                continue
            if formula.get("t") is not None or _mentions(formula.text or "", sheet, bands):
                return True
    return False


def _mentions(formula: str, sheet: Sheet, bands: list[Band]) -> bool:
    low = formula.lower()
    if any(f"{needle}!" in low or f"{needle}'!" in low for needle in _spelled(sheet.name)):
        return True
    return any(_touches(formula, band) for band in bands)


def _touches(formula: str, band: Band) -> bool:
    plain = _WORDS.sub('""', formula)
    if _INDIRECT.search(plain):
        return True
    for column, row, to_column, to_row in _CELL.findall(plain):
        ends = (row, to_row or row) if band.rows else (column, to_column or column)
        if _overlap(ends, band):
            return True
    for first, last in _WHOLE.findall(plain):
        if first.isdigit() != band.rows:
            return True  # whole columns cross every row
        if _overlap((first, last), band):
            return True
    return False


def _overlap(ends: tuple[str, str], band: Band) -> bool:
    first, last = sorted(number(one) or column_number(one) for one in ends)
    return first <= band.last and last >= band.first
