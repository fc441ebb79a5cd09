"""Accepting every tracked change of a part of a Word document, as Word's 'Accept All' does."""

from typing import TYPE_CHECKING

from gateway.inspection.hidden.word_markup import (
    ADDED,
    CELLS,
    FORMATS,
    GONE,
    MARKS,
    RANGES,
    child,
    is_change,
    word,
)
from gateway.inspection.removal.office import remove, unwrap

if TYPE_CHECKING:
    from lxml import etree

_OUTSIDE_PARAGRAPHS = {"bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd"}


def accept(root: "etree._Element") -> bool:
    """Accept all changes; whether there were any.

    What was taken out goes, with rows, cells and ends of paragraphs; what was put in stays.
    """
    changes = [one for one in root.iter("*") if is_change(one)]
    if not changes:
        return False
    gone_ends = [_paragraph(one) for one in changes if _is_end(one)]
    for change in changes:
        _accept(change)
    for one in [one for one in root.iter("*") if word(one) in RANGES]:
        remove(one)
    for paragraph in reversed(gone_ends):  # the last first: several may run into one another
        if paragraph is not None:
            _join(paragraph)
    mend_tables(root)
    return True


def _is_end(change: "etree._Element") -> bool:
    """Whether it says that the end of a paragraph was taken out, so that two become one."""
    parent = change.getparent()
    owner = parent.getparent() if parent is not None else None
    return word(change) in GONE and owner is not None and word(owner) == "pPr"


def _paragraph(change: "etree._Element") -> "etree._Element | None":
    return next((one for one in change.iterancestors() if word(one) == "p"), None)


def _accept(change: "etree._Element") -> None:
    name = word(change)
    parent = change.getparent()
    if parent is None:
        return
    of_what = word(parent)
    if of_what == "trPr" and name in GONE:
        _remove_first(change, "tr")
    elif name == "cellDel":
        _remove_first(change, "tc")
    elif of_what in MARKS or name in FORMATS | CELLS:
        remove(change)
    elif name in ADDED:
        unwrap(change)
    else:
        remove(change)


def _remove_first(element: "etree._Element", name: str) -> None:
    owner = next((one for one in element.iterancestors() if word(one) == name), None)
    if owner is not None:
        remove(owner)


def _join(paragraph: "etree._Element") -> None:
    """Let a paragraph run into the next one, whose properties hold then."""
    parent = paragraph.getparent()
    if parent is None:
        return
    words = [one for one in paragraph if word(one) != "pPr"]
    following = paragraph.getnext()
    while following is not None and word(following) in _OUTSIDE_PARAGRAPHS:
        following = following.getnext()
    if following is not None and word(following) == "p":
        at = 0 if child(following, "pPr") is None else 1
        for one in reversed(words):
            following.insert(at, one)
        parent.remove(paragraph)
    elif not words and _may_go(paragraph, parent):
        parent.remove(paragraph)


def _may_go(paragraph: "etree._Element", parent: "etree._Element") -> bool:
    """Whether what it stands in still has a paragraph at its end, as a cell must have."""
    others = [one for one in parent if one is not paragraph and word(one) not in {"tcPr", "sectPr"}]
    properties = child(paragraph, "pPr")
    ends_section = properties is not None and child(properties, "sectPr") is not None
    return bool(others) and word(others[-1]) == "p" and not ends_section


def mend_tables(root: "etree._Element") -> None:
    """Take out rows and tables that nothing is left of; a cell has a paragraph at least."""
    for row in list(root.iter("{*}tr")):
        if word(row) == "tr" and next(row.iter("{*}tc"), None) is None:
            remove(row)
    for table in list(root.iter("{*}tbl")):
        if word(table) == "tbl" and next(table.iter("{*}tr"), None) is None:
            remove(table)
    for cell in root.iter("{*}tc"):
        if word(cell) == "tc" and child(cell, "p") is None and child(cell, "sdt") is None:
            space = str(cell.tag).rpartition("}")[0]
            cell.append(cell.makeelement(f"{space}}}p"))
