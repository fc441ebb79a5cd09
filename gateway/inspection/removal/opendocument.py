"""Taking out of OpenDocument files what does not show, and what they start or fetch."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection import odf
from gateway.inspection.hidden import opendocument
from gateway.inspection.hidden.opendocument_markup import (
    CHANGE_MARKS,
    NOTE_MARKS,
    Text,
    formulas,
    hidden_cells,
    hidden_slides,
    hidden_tables,
    hidden_words,
    visible_tables,
)
from gateway.inspection.parts import attribute, local
from gateway.inspection.removal.office import remove, unwrap
from gateway.inspection.xml import parse, serialised

if TYPE_CHECKING:
    from lxml import etree

Removed = tuple[bytes, tuple[Kind, ...]] | None
_MANIFEST = "META-INF/manifest.xml"
_OUTDATED = ("thumbnails/", "meta-inf/documentsignatures.xml", "meta-inf/macrosignatures.xml")
_OFFICE = ":office:"


@dataclass
class _File:
    """A file that is being changed."""

    text: Text
    kinds: frozenset[Kind]
    taken: set[Kind] = field(default_factory=set)
    changes: dict[str, bytes | None] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    def took(self, kind: Kind, name: str) -> None:
        self.taken.add(kind)
        self._touched.add(name)

    def drop(self, kind: Kind, name: str) -> None:
        self.taken.add(kind)
        self.changes[name] = None

    def touched(self) -> set[str]:
        return self._touched


def removed(data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The file without `kinds`, and which of them it had; None where it had none.

    Raises:
        NotReadable: it cannot be read.
    """
    one = _File(Text.open(data), kinds)
    for name, root in one.text.roots.items():
        _remove_changes(one, name, root)
        _remove_words(one, name, root)
        _remove_tables(one, name, root)
        _remove_slides(one, name, root)
        _remove_activity(one, name, root)
    _remove_parts(one)
    _remove_people(one)
    if not one.taken:
        return None
    return _saved(one), tuple(kind for kind in Kind if kind in one.taken)


def _remove_changes(one: _File, name: str, root: "etree._Element") -> None:
    """Words that were taken out stand in a list of their own, so that what stays is accepted."""
    if Kind.TRACKED_CHANGE in one.kinds:
        lists = list(root.iter("{*}tracked-changes"))
        for element in lists:
            remove(element)
            one.took(Kind.TRACKED_CHANGE, name)
        for element in list(root.iter("*")) if lists else ():
            if local(element) in CHANGE_MARKS and ":text:" in str(element.tag):
                remove(element)
    if Kind.COMMENT in one.kinds:
        for element in list(root.iter("*")):
            if local(element) in NOTE_MARKS and _OFFICE in str(element.tag):
                remove(element)
                one.took(Kind.COMMENT, name)


def _remove_words(one: _File, name: str, root: "etree._Element") -> None:
    if Kind.HIDDEN_TEXT not in one.kinds:
        return
    for element in [e for e in hidden_words(one.text, root) if opendocument.words_of(e)]:
        if local(element) in {"p", "h"} and _is_last(element):
            for child in list(element):
                element.remove(child)
            element.text = None
        else:
            remove(element)
        one.took(Kind.HIDDEN_TEXT, name)


def _is_last(paragraph: "etree._Element") -> bool:
    """Whether what it stands in would be left without a paragraph."""
    parent = paragraph.getparent()
    return parent is None or sum(1 for one in parent if local(one) in {"p", "h"}) < 2


def _remove_tables(one: _File, name: str, root: "etree._Element") -> None:
    if Kind.HIDDEN_ROWS in one.kinds:
        said = formulas(one.text.roots)
        for body in root.iter("{*}spreadsheet"):
            for table in body.iterchildren("{*}table"):
                if opendocument.computes(table, said):
                    continue
                for _, cell in list(hidden_cells(table)):
                    _empty(cell)
                    one.took(Kind.HIDDEN_ROWS, name)
    if Kind.HIDDEN_SHEET in one.kinds and visible_tables(one.text, root):
        for table in hidden_tables(one.text, root):
            if not opendocument.is_named(table, formulas(one.text.roots)):
                remove(table)
                one.took(Kind.HIDDEN_SHEET, name)


def _empty(cell: "etree._Element") -> None:
    for child in list(cell):
        cell.remove(child)
    for key in list(cell.attrib):
        if _OFFICE in str(key) or "calcext" in str(key):
            del cell.attrib[key]


def _remove_slides(one: _File, name: str, root: "etree._Element") -> None:
    if Kind.HIDDEN_SLIDE in one.kinds:
        hidden = hidden_slides(one.text, root)
        if len(hidden) < sum(1 for _ in root.iter("{*}page")):
            for _, page in hidden:
                remove(page)
                one.took(Kind.HIDDEN_SLIDE, name)
    if Kind.SPEAKER_NOTES in one.kinds:
        for notes in [n for n in root.iter("{*}notes") if opendocument.note_words(n)]:
            remove(notes)
            one.took(Kind.SPEAKER_NOTES, name)


def _remove_activity(one: _File, name: str, root: "etree._Element") -> None:
    for element in list(root.iter("*")):
        kind = odf.judged(element)
        if kind is None or kind not in one.kinds:
            continue
        if local(element) == "a":
            unwrap(element)
        elif kind in {Kind.MACRO, Kind.LAUNCH, Kind.EXECUTABLE}:
            remove(element)
        else:
            for key in [key for key in element.attrib if str(key).endswith("}href")]:
                del element.attrib[key]
        one.took(kind, name)
    if Kind.MACRO in one.taken:
        for element in list(root.iter("{*}event-listeners")):
            if not len(element):
                remove(element)


def _remove_parts(one: _File) -> None:
    package = one.text.package
    if Kind.MACRO in one.kinds and odf.has_macros(package):
        for name in package.names:
            if odf.is_of_macros(name):
                one.drop(Kind.MACRO, name)
    if Kind.HISTORY in one.kinds:
        for name in package.names:
            if name.lower().startswith(opendocument.VERSIONS):
                one.drop(Kind.HISTORY, name)


def _remove_people(one: _File) -> None:
    package = one.text.package
    if "meta.xml" not in package.names:
        return
    root = parse(package.read("meta.xml"))
    changed = False
    if Kind.AUTHOR in one.kinds:
        for element in opendocument.people(root):
            remove(element)
            one.taken.add(Kind.AUTHOR)
            changed = True
    if Kind.REMOTE_TEMPLATE in one.kinds:
        for element in list(root.iter("*")):
            if odf.judged(element) is Kind.REMOTE_TEMPLATE:
                remove(element)
                one.taken.add(Kind.REMOTE_TEMPLATE)
                changed = True
    if changed:
        one.changes["meta.xml"] = serialised(root)


def _saved(one: _File) -> bytes:
    """The file as it is now, without a picture of its first page and signatures as they were."""
    for name in one.text.package.names:
        if name.lower().startswith(_OUTDATED):
            one.changes[name] = None
    for name in one.touched():
        one.changes[name] = serialised(one.text.roots[name])
    if _MANIFEST in one.text.package.names:
        manifest = parse(one.text.package.read(_MANIFEST))
        for entry in list(manifest.iter("{*}file-entry")):
            path = attribute(entry, "full-path")
            if path in one.changes and one.changes[path] is None:
                remove(entry)
        one.changes[_MANIFEST] = serialised(manifest)
    return one.text.package.rewritten(one.changes)
