"""Taking hidden content out of Excel workbooks."""

from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.hidden import excel, excel_reach
from gateway.inspection.hidden.excel_book import bands, cells, sheets
from gateway.inspection.parts import local
from gateway.inspection.removal import office_active, office_properties
from gateway.inspection.removal import sheets as whole
from gateway.inspection.removal.office import Office, relation, remove

if TYPE_CHECKING:
    from lxml import etree

Removed = tuple[bytes, tuple[Kind, ...]] | None
_REVISIONS = ("revisionheaders+xml", "revisionlog+xml", "usernames+xml")
_PLAIN_SHAPES = frozenset({"shapetype", "shapelayout", "idmap"})


def removed(data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The workbook without `kinds`, and which of them it had; None where it had none.

    Raises:
        NotReadable: it cannot be read.
    """
    office = Office.open(data)
    if Kind.HIDDEN_ROWS in kinds:
        _empty_rows(office)
    if Kind.HIDDEN_SHEET in kinds:
        _drop_sheets(office)
    if Kind.COMMENT in kinds:
        _remove_comments(office)
    if Kind.TRACKED_CHANGE in kinds:
        _drop_changes(office)
    if Kind.HIDDEN_TEXT in kinds:
        office_properties.remove_data(office)
    if Kind.AUTHOR in kinds:
        _remove_people(office)
    office_active.remove(office, kinds)
    if not office.taken:
        return None
    return office.saved(), tuple(kind for kind in Kind if kind in office.taken)


def _drop_changes(office: Office) -> None:
    for name in office.parts.names:
        if office.parts.types[name].endswith(_REVISIONS):
            office.drop(Kind.TRACKED_CHANGE, name)


def _remove_people(office: Office) -> None:
    office_properties.remove_people(office)
    for main, path in excel.kept_paths(office.parts):
        remove(path)
        office.took(Kind.AUTHOR, main)


def _drop_sheets(office: Office) -> None:
    gone = excel.removable_sheets(office.parts)
    for name in gone:
        office.drop(Kind.HIDDEN_SHEET, name)
    if gone:
        whole.forget_dropped(office, Kind.HIDDEN_SHEET)
        whole.blank_unused_words(office, Kind.HIDDEN_SHEET)
        office_properties.remove_lists(office, Kind.HIDDEN_SHEET)


def _empty_rows(office: Office) -> None:
    """Take the content out of hidden cells that nothing computes with; their place stays."""
    parts = office.parts
    listed = sheets(parts)
    for sheet in listed:
        if not sheet.part or not parts.is_xml(sheet.part):
            continue
        root = parts.root(sheet.part)
        hidden = bands(root)
        if not hidden or excel_reach.reaches(parts, sheet, hidden, listed):
            continue
        for row, column, cell in cells(root):
            if len(cell) and any(band.holds(row, column) for band in hidden):
                _empty(cell)
                office.took(Kind.HIDDEN_ROWS, sheet.part)
    if Kind.HIDDEN_ROWS in office.taken:
        whole.blank_unused_words(office, Kind.HIDDEN_ROWS)
        for name in parts.of_type("calcchain+xml"):
            office.drop(Kind.HIDDEN_ROWS, name)


def _empty(cell: "etree._Element") -> None:
    for one in list(cell):
        cell.remove(one)
    cell.attrib.pop("t", None)


def _remove_comments(office: Office) -> None:
    parts = office.parts
    for name in parts.names:
        if parts.types[name].endswith(excel.COMMENT_TYPES):
            office.drop(Kind.COMMENT, name)
    if Kind.COMMENT not in office.taken:
        return
    for name in parts.of_type(excel.PERSON_TYPE):
        office.drop(Kind.COMMENT, name)
    for sheet in sheets(parts):
        related = parts.related(sheet.part)
        if not any(not office.is_kept(target) for _, target in related.values()):
            continue
        for legacy in list(parts.root(sheet.part).iter("{*}legacyDrawing")):
            drawing = related.get(relation(legacy), ("", ""))[1]
            if drawing in parts.names and _remove_notes(office, drawing):
                remove(legacy)
                office.drop(Kind.COMMENT, drawing)
                office.took(Kind.COMMENT, sheet.part)


def _remove_notes(office: Office, drawing: str) -> bool:
    """Take the boxes of comments out of a drawing; whether nothing is left of it."""
    root = office.parts.root(drawing)
    for data in list(root.iter("{*}ClientData")):
        shape = data.getparent()
        if data.get("ObjectType") == "Note" and shape is not None:
            remove(shape)
            office.took(Kind.COMMENT, drawing)
    return all(local(one) in _PLAIN_SHAPES for one in root)
