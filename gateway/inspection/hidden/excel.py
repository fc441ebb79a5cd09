"""What an Excel workbook carries that its sheets do not show."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden import excel_reach, office_data, properties
from gateway.inspection.hidden.excel_book import (
    Band,
    Sheet,
    bands,
    cells,
    mains,
    shared_words,
    sheets,
    words_of,
)
from gateway.inspection.hidden.showing import joined, shown
from gateway.inspection.parts import Parts, attribute, local

if TYPE_CHECKING:
    from lxml import etree

_SHOWN_CELLS = 30
_STAYS_SHEET = "other cells may compute with it, so it cannot be taken out here"
_STAYS_ROWS = "other cells may compute with them, so they cannot be taken out here"
COMMENT_TYPES = ("spreadsheetml.comments+xml", "threadedcomments+xml")
PERSON_TYPE = "person+xml"


def found(data: bytes) -> list[Discovery]:
    """Hidden sheets, rows and columns, comments, changes, old data and people of a workbook.

    Raises:
        NotReadable: it cannot be read.
    """
    parts = Parts.open(data)
    return [
        *_sheets(parts),
        *_comments(parts),
        *_changes(parts),
        *_caches(parts),
        *office_data.told(parts),
        *_paths(parts),
        *properties.told(parts),
    ]


def _sheets(parts: Parts) -> Iterator[Discovery]:
    listed, words = sheets(parts), shared_words(parts)
    gone = set(removable_sheets(parts))
    for sheet in listed:
        where = shown(f"sheet '{sheet.name}'")
        if sheet.is_hidden:
            removable = sheet.part in gone
            how = "very hidden" if sheet.state == "veryHidden" else "hidden"
            said = how if removable else f"{how}; {_STAYS_SHEET}"
            texts = _first_words(parts, sheet, words, None)
            yield Discovery(Kind.HIDDEN_SHEET, where, shown(f"{said}:", *texts), removable)
        if sheet.part and parts.is_xml(sheet.part):
            yield from _rows(parts, sheet, listed, words, where)


def _rows(
    parts: Parts, sheet: Sheet, listed: list[Sheet], words: list[str], where: str
) -> Iterator[Discovery]:
    hidden = bands(parts.root(sheet.part))
    telling = [
        (band, texts) for band in hidden if (texts := _first_words(parts, sheet, words, band))
    ]
    if not telling:
        return
    removable = not excel_reach.reaches(parts, sheet, hidden, listed)
    for band, texts in telling:
        said = "" if removable else f"{_STAYS_ROWS}:"
        context = shown(said, *texts)
        yield Discovery(Kind.HIDDEN_ROWS, f"{where}, {band.label}", context, removable)


def _first_words(parts: Parts, sheet: Sheet, words: list[str], band: Band | None) -> list[str]:
    if not sheet.part or not parts.is_xml(sheet.part):
        return []
    inside = (
        words_of(cell, words)
        for row, column, cell in cells(parts.root(sheet.part))
        if band is None or band.holds(row, column)
    )
    return list(islice((text for text in inside if text.strip()), _SHOWN_CELLS))


def removable_sheets(parts: Parts) -> list[str]:
    """The parts of hidden sheets that nothing refers to, as long as another sheet is left."""
    listed = sheets(parts)
    if all(sheet.is_hidden for sheet in listed):
        return []
    return [
        sheet.part
        for sheet in listed
        if sheet.is_hidden and sheet.part and not excel_reach.names_sheet(parts, sheet, listed)
    ]


def _comments(parts: Parts) -> Iterator[Discovery]:
    placed = {
        target: sheet.name
        for sheet in sheets(parts)
        for _, target in parts.related(sheet.part).values()
    }
    for name in parts.names:
        if not parts.types[name].endswith(COMMENT_TYPES):
            continue
        root = parts.root(name)
        authors = [one.text or "" for one in root.iter("{*}author")]
        for one in root.iter("{*}comment", "{*}threadedComment"):
            where = f"sheet '{placed.get(name, '')}', cell {attribute(one, 'ref')}"
            context = shown(_author(one, authors), joined(t.text for t in _texts(one)))
            yield Discovery(Kind.COMMENT, shown(where), context, removable=True)


def _author(comment: "etree._Element", authors: list[str]) -> str:
    number = attribute(comment, "authorId")
    if number.isdigit() and int(number) < len(authors) and authors[int(number)].strip():
        return f"{authors[int(number)]}:"
    return ""


def _texts(comment: "etree._Element") -> Iterator["etree._Element"]:
    yield from comment.iter("{*}t")
    if local(comment) == "threadedComment":
        yield from comment.iter("{*}text")


def _changes(parts: Parts) -> Iterator[Discovery]:
    for name in parts.of_type("revisionlog+xml"):
        for change in parts.root(name):
            where = f"cell {attribute(next(change.iter('{*}nc', '{*}oc'), change), 'r')}".strip()
            before = joined(
                t.text for old in change.iter("{*}oc") for t in old.iter("{*}t", "{*}v")
            )
            after = joined(t.text for new in change.iter("{*}nc") for t in new.iter("{*}t", "{*}v"))
            context = shown(f"changed from '{before}' to '{after}'")
            yield Discovery(Kind.TRACKED_CHANGE, where, context, removable=True)


def _caches(parts: Parts) -> Iterator[Discovery]:
    """Pivot tables that keep the data of a sheet that the workbook has no more."""
    names = {sheet.name.lower() for sheet in sheets(parts)}
    for name in parts.of_type("pivotcachedefinition+xml"):
        for source in parts.root(name).iter("{*}worksheetSource"):
            sheet = attribute(source, "sheet")
            if sheet and sheet.lower() not in names:
                said = f"a pivot table keeps data of sheet '{sheet}', which is no more"
                remedy = "replace the table by its values"
                yield Discovery(Kind.HISTORY, "", shown(f"{said}; {remedy}"))


def _paths(parts: Parts) -> Iterator[Discovery]:
    for _, element in kept_paths(parts):
        yield Discovery(
            Kind.AUTHOR, "properties", shown("kept in:", attribute(element, "url")), removable=True
        )


def kept_paths(parts: Parts) -> list[tuple[str, "etree._Element"]]:
    """Where on whose disk the workbook was kept ([MS-XLSX] 2.6.74, absPath)."""
    return [(main, one) for main in mains(parts) for one in parts.root(main).iter("{*}absPath")]
