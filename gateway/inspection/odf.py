"""OpenDocument (ISO/IEC 26300): texts, spreadsheets, presentations."""

import re
from typing import TYPE_CHECKING

from lxml import etree as lxml_etree

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import links, objects, signatures
from gateway.inspection.gathering import Gathering, short
from gateway.inspection.package import Package
from gateway.inspection.parts import attribute, ending, local
from gateway.inspection.passages import Place
from gateway.inspection.xml import parse

if TYPE_CHECKING:
    from lxml import etree

_MACROS = ("basic/", "scripts/", "dialogs/")
_FETCHING = {
    *("image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source"),
    *("table-source", "cell-range-source", "fill-image", "background-image", "sound", "dde-source"),
    *("database-source-sql", "font-face-uri", "external-data", "binding", "submission"),
}
_RUNNING = {"plugin": "a plug-in", "applet": "an applet", "object-ole": ""}
_PARTS = ("content.xml", "styles.xml", "meta.xml", "settings.xml")
_PICTURE_BYTES = 20 * 1024
_BREAKS = {"tab": "\t", "line-break": "\n"}


def read(file_type: FileType, data: bytes, into: Gathering) -> None:
    """Look for what an OpenDocument file does, and read its words.

    Raises:
        NotReadable: a part cannot be read, or there is too much.
    """
    package = Package.open(data)
    if has_macros(package):
        into.found(Kind.MACRO, "", "macros", removable=True)
    pictures = 0
    for name in package.names:
        low = name.lower()
        if is_of_macros(name):
            continue
        if ending(low) in {"xml", "rdf"}:
            root = parse(package.read(name), "")
            _active(root, into)
            if low.endswith(_PARTS):
                _words(root, low, file_type, into)
        elif low != "mimetype":
            pictures += _binary(name, package.read(name), into)
    if pictures:
        said = "1 picture" if pictures == 1 else f"{pictures:,} pictures"
        into.found(Kind.PICTURE, "", said)


def has_macros(package: Package) -> bool:
    """Whether a file has macros, more than the empty library that LibreOffice always makes."""
    return any(is_of_macros(name) and _is_script(package, name) for name in package.names)


def is_of_macros(name: str) -> bool:
    """Whether a part belongs to macros."""
    return name.lower().startswith(_MACROS)


def _is_script(package: Package, name: str) -> bool:
    if ending(name.lower()) not in {"xml", "xlb", "xlc"}:
        return True
    content = package.read(name)
    return (
        b"<script:module" in content
        and re.search(rb">\s*\S", content.partition(b"<script:")[2]) is not None
    )


def _binary(name: str, data: bytes, into: Gathering) -> int:
    low = name.lower()
    if program := signatures.program(name, data):
        into.found(Kind.EXECUTABLE, "", f"{short(name)}: {program}")
    elif low.startswith(("pictures/", "media/", "thumbnails/", "objectreplacements/")):
        return int(low.startswith("pictures/") and len(data) >= _PICTURE_BYTES)
    elif data.startswith(objects.OLE):
        objects.look_into(name.rpartition("/")[2], data, "", into)
    elif (
        data and not low.startswith(("configurations2/", "meta-inf/")) and "layout-cache" not in low
    ):
        into.attached(name.rpartition("/")[2], data)
    return 0


def _active(root: "etree._Element", into: Gathering) -> None:
    for element in root.iter():
        kind = judged(element)
        name, target = local(element), attribute(element, "href")
        if kind is Kind.MACRO:
            into.found(kind, "", "something that happens by itself", removable=True)
        elif kind is Kind.LAUNCH:
            what = "a link that starts" if name == "a" else "a link (DDE) that starts"
            into.found(kind, "", f"{what} a program", removable=True)
        elif kind is Kind.EXECUTABLE:
            into.found(kind, "", _RUNNING[name], removable=True)
        elif kind is Kind.REMOTE_TEMPLATE:
            into.found(kind, "properties", short(target), removable=True)
        elif kind is Kind.EXTERNAL:
            into.found(kind, "", f"{name}: {short(target)}", removable=True)


def judged(element: "etree._Element") -> Kind | None:
    """What is unsafe about one element; None where nothing is."""
    name, target = local(element), attribute(element, "href")
    if name == "event-listener":
        return Kind.MACRO
    if name in {"dde-source", "dde-connection-decl", "dde-link"}:
        return Kind.LAUNCH
    if _RUNNING.get(name):
        return Kind.EXECUTABLE
    if name == "template" and _is_outside(target):
        return Kind.REMOTE_TEMPLATE
    if name in _FETCHING and _is_outside(target):
        return Kind.EXTERNAL
    return Kind.LAUNCH if name == "a" and links.starts_something(target) else None


def _is_outside(target: str) -> bool:
    return links.leads_elsewhere(target) or target.startswith("../")


def _words(root: "etree._Element", name: str, file_type: FileType, into: Gathering) -> None:
    if name.endswith("meta.xml"):
        for element in root.iter():
            title = attribute(element, "name") or local(element)
            into.words(element.text or "", "properties", Place.PROPERTY, name=title)
        return
    _Reader(into, sheets=file_type is FileType.ODS).read(root)


class _Reader:
    """Reads a part's words in their order, with the sheet or slide they stand on."""

    def __init__(self, into: Gathering, *, sheets: bool) -> None:
        self._into = into
        self._sheets = sheets
        self._where = ""
        self._place = [Place.BODY]
        self._line: list[str] = []
        self._slides = 0

    def read(self, root: "etree._Element") -> None:
        for event, element in lxml_etree.iterwalk(root, events=("start", "end")):
            name = local(element)
            if event == "start":
                self._begin(element, name)
            else:
                self._end(element, name)
        self._flush()

    def _begin(self, element: "etree._Element", name: str) -> None:
        place = _PLACES.get(name)
        is_sheet = self._sheets and name == "table"
        if place or is_sheet or name == "page":
            self._flush()
        if place:
            self._place.append(place)
        if is_sheet and attribute(element, "name"):
            self._where = f"sheet '{attribute(element, 'name')}'"
            self._into.page()
            self._into.words(attribute(element, "name"), self._where)
        elif name == "page":
            self._slides += 1
            self._where = f"slide {self._slides:,}"
            self._into.page()
        elif name == "s":
            self._line.append(" ")
        self._line.append(_BREAKS.get(name, ""))
        self._line.append(element.text or "")

    def _end(self, element: "etree._Element", name: str) -> None:
        if name in {"p", "h"}:
            self._line.append("\n")
        elif name == "table-cell":
            self._line.append("\t")
        elif name == "table-row":
            self._line.append("\n")
        if (self._sheets and name == "table-row") or name in _PLACES:
            self._flush()
        if name in _PLACES:
            self._place.pop()
        self._line.append(element.tail or "")

    def _flush(self) -> None:
        self._into.words("".join(self._line), self._where, self._place[-1])
        self._line = []


_PLACES = {
    "header": Place.HEADER,
    "header-left": Place.HEADER,
    "header-first": Place.HEADER,
    "footer": Place.FOOTER,
    "footer-left": Place.FOOTER,
    "footer-first": Place.FOOTER,
    "annotation": Place.HIDDEN,
    "notes": Place.HIDDEN,
    "tracked-changes": Place.HIDDEN,
}
