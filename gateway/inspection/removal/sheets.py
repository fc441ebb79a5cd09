"""Taking sheets and links to other workbooks out of an Excel workbook."""

from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.hidden.excel_book import mains, number, sheets
from gateway.inspection.parts import Parts, local
from gateway.inspection.removal.office import Office, relation, remove

if TYPE_CHECKING:
    from lxml import etree

_VIEWS = ("activeTab", "firstSheet")


def forget_dropped(office: Office, kind: Kind) -> None:
    """Take sheets that are no more off the workbook's lists, with the names only they know."""
    parts = office.parts
    for main in mains(parts):
        root = parts.root(main)
        listed = [one for one in sheets(parts) if one.main == main]
        gone = [n for n, one in enumerate(listed) if one.part and not office.is_kept(one.part)]
        if not gone:
            continue
        for position in gone:
            remove(listed[position].element)
        office.took(kind, main)
        left = [n for n in range(len(listed)) if n not in gone]
        _renumber_names(root, {str(before): str(now) for now, before in enumerate(left)})
        shown = next((now for now, before in enumerate(left) if not listed[before].is_hidden), 0)
        for view in root.iter("{*}workbookView"):
            for key in _VIEWS:
                if view.get(key) is not None:
                    view.set(key, str(shown))
        for view in list(root.iter("{*}customWorkbookViews")):
            remove(view)
        for name in parts.of_type("calcchain+xml"):  # it is made anew
            office.drop(kind, name)


def _renumber_names(root: "etree._Element", now: dict[str, str]) -> None:
    for name in list(root.iter("{*}definedName")):
        said = name.get("localSheetId")
        if said is not None and said not in now:
            remove(name)
        elif said is not None:
            name.set("localSheetId", now[said])
    for names in list(root.iter("{*}definedNames")):
        if not len(names):
            remove(names)


def break_links(office: Office, kinds: frozenset[Kind]) -> None:
    """Take out links to other workbooks; cells keep the value they last had.

    Formulas count other workbooks by their position in one list, so that all go or none.
    """
    parts = office.parts
    linked = [
        (main, one)
        for main in mains(parts)
        for one in parts.root(main).iter("{*}externalReference")
    ]
    if not linked:
        return
    named = {parts.related(main).get(relation(one), ("", ""))[1] for main, one in linked}
    kind = _kind(parts, named)
    if not _kinds(parts, named) <= kinds:
        return
    for main, one in linked:
        remove(one)
        office.took(kind, main)
        office.unrelate(kind, main, relation(one))
    for name in named & set(parts.names):
        office.drop(kind, name)
    for main in mains(parts):
        for empty in list(parts.root(main).iter("{*}externalReferences")):
            remove(empty)
        for name in list(parts.root(main).iter("{*}definedName")):
            if "[" in (name.text or ""):
                remove(name)
    _keep_values(office, kind)


def _kinds(parts: Parts, links: set[str]) -> set[Kind]:
    """What links are: to a workbook, or (DDE) to a program."""
    return {
        Kind.LAUNCH
        if next(parts.root(name).iter("{*}ddeLink"), None) is not None
        else Kind.EXTERNAL
        for name in links
        if name in parts.names
    }


def _kind(parts: Parts, links: set[str]) -> Kind:
    return Kind.LAUNCH if _kinds(parts, links) == {Kind.LAUNCH} else Kind.EXTERNAL


def _keep_values(office: Office, kind: Kind) -> None:
    for sheet in sheets(office.parts):
        if not sheet.part or not office.parts.is_xml(sheet.part):
            continue
        for formula in list(office.parts.root(sheet.part).iter("{*}f")):
            owner = formula.getparent()
            if owner is not None and local(owner) == "c" and "[" in (formula.text or ""):
                remove(formula)
                office.took(kind, sheet.part)


def blank_unused_words(office: Office, kind: Kind) -> None:
    """Empty the words that cells shared and that no cell shows any more."""
    parts = office.parts
    used = {
        number(value.text)
        for name in parts.names
        if parts.types[name].endswith("worksheet+xml") and office.is_kept(name)
        for cell in parts.root(name).iter("{*}c")
        if cell.get("t") == "s"
        for value in cell.iterchildren("{*}v")
    }
    for name in parts.of_type("sharedstrings+xml"):
        for position, words in enumerate(parts.root(name).iterchildren("{*}si")):
            if position not in used and len(words):
                space = str(words.tag).rpartition("}")[0]
                for one in list(words):
                    words.remove(one)
                words.append(words.makeelement(f"{space}}}t" if space else "t"))
                office.took(kind, name)
