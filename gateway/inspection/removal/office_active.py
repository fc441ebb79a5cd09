"""Taking out of office files what they start or fetch; what they last showed of it stays."""

from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection import active_fields, active_ooxml
from gateway.inspection.gathering import Gathering
from gateway.inspection.office_types import CONTENT_TYPES
from gateway.inspection.parts import Parts, local
from gateway.inspection.removal import fields, office_embedded, sheets
from gateway.inspection.removal.office import Office, names_a_relation, relation
from gateway.inspection.removal.office import remove as take_out

if TYPE_CHECKING:
    from lxml import etree

_PLAIN_MAIN = {
    "application/vnd.ms-word.document.macroenabled.main+xml": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    ),
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    ),
    "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    ),
}
# elements that are nothing without what they fetch; of others, the reference alone goes
_NOTHING_WITHOUT = frozenset(
    [
        *("attachedTemplate", "externalData", "externalReference", "OLEObject", "oleObj"),
        *("subDoc", "dataSource", "headerSource", "videoFile", "audioFile", "quickTimeFile"),
        *("wavAudioFile", "sourceFileName", "oleLink", "oleObject", "control"),
    ]
)
_SHELLS = frozenset({"controls", "AlternateContent", "Choice", "Fallback", "ddeLink", "oleLinks"})
_PICTURES = frozenset({"imagedata", "fill", "stroke"})


def remove(office: Office, kinds: frozenset[Kind]) -> None:
    """Take out macros, references to elsewhere, fields and formulas, as far as `kinds` has them."""
    if Kind.MACRO in kinds:
        _remove_macros(office)
    if Kind.EXECUTABLE in kinds:
        _remove_controls(office)
    office_embedded.remove(office, kinds)
    if kinds & {Kind.EXTERNAL, Kind.LAUNCH}:
        sheets.break_links(office, kinds)
        _remove_active_markup(office, kinds)
    if kinds & {Kind.EXTERNAL, Kind.REMOTE_TEMPLATE, Kind.LAUNCH}:
        for owner in ("", *office.parts.names):
            _remove_external(office, owner, kinds)


def _remove_macros(office: Office) -> None:
    parts = office.parts
    macros = [name for name in parts.names if active_ooxml.is_macro(parts, name)]
    for name in macros:
        plain = _PLAIN_MAIN.get(parts.types[name])
        if plain is None:
            office.drop(Kind.MACRO, name)
        else:
            office.retype(Kind.MACRO, name, plain)
    if not macros:
        return
    sheets.forget_dropped(office, Kind.MACRO)
    root = parts.root(CONTENT_TYPES)
    for one in list(root.iter("{*}Default")):
        if "vbaproject" in str(one.get("ContentType", "")).lower():
            root.remove(one)
            office.took(Kind.MACRO, CONTENT_TYPES)


def _remove_controls(office: Office) -> None:
    """ActiveX controls; the pictures of them stay."""
    parts = office.parts
    for name in parts.names:
        if active_ooxml.is_control(parts, name):
            office.drop(Kind.EXECUTABLE, name)
    for name in _documents(parts):
        related = parts.related(name)
        for control in list(parts.root(name).iter("{*}control")):
            target = related.get(relation(control))
            if target is not None and not office.is_kept(target[1]):
                _remove_with_empty(control)
                office.took(Kind.EXECUTABLE, name)


def _remove_with_empty(element: "etree._Element") -> None:
    """Take out an element, and what then is left as an empty shell around it."""
    parent = element.getparent()
    take_out(element)
    while parent is not None and not len(parent) and local(parent) in _SHELLS:
        element, parent = parent, parent.getparent()
        take_out(element)


def _documents(parts: Parts) -> list[str]:
    return [n for n in parts.names if parts.is_xml(n) and not n.lower().endswith(".rels")]


def _remove_external(office: Office, owner: str, kinds: frozenset[Kind]) -> None:
    """References of one part to elsewhere, but plain links that a person follows."""
    gone: dict[str, Kind] = {}
    for one in office.relationships(owner):
        kind = active_ooxml.judged(one)
        if kind is not None and kind in kinds:
            identifier = str(one.get("Id", ""))
            gone[identifier] = kind
            office.unrelate(kind, owner, identifier)
    if not gone or not owner or not office.parts.is_xml(owner):
        return
    for element in list(office.parts.root(owner).iter("*")):
        for key, value in list(element.attrib.items()):
            if names_a_relation(str(key)) and str(value) in gone:
                del element.attrib[key]
                office.took(gone[str(value)], owner)
                if local(element) in _NOTHING_WITHOUT:
                    _remove_with_empty(element)


def _remove_active_markup(office: Office, kinds: frozenset[Kind]) -> None:
    for name in _documents(office.parts):
        root = office.parts.root(name)
        for kind in fields.remove(root, kinds):
            office.took(kind, name)
        for element in list(root.iter("*")):
            does = _judged(element)
            if does is not None and does in kinds:
                office.took(does, name)
                if local(element) in _PICTURES:
                    del element.attrib["src"]
                else:
                    _remove_with_empty(element)


def _judged(element: "etree._Element") -> Kind | None:
    """What an element starts or fetches by itself, as it was found."""
    into = Gathering(lambda *_: None)
    active_fields.judge(element, "", into)
    return into.discoveries[0].kind if into.discoveries else None
