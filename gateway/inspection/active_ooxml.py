"""What office files hold beyond words: macros, controls, objects, and links to elsewhere."""

import re
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection import links, objects, signatures
from gateway.inspection.gathering import Gathering, short
from gateway.inspection.parts import Parts, ending

if TYPE_CHECKING:
    from lxml import etree

_MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "attachedtoolbars")
_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml", "macrosheets/")
_KNOWN = frozenset(
    [
        *("xml", "rels", "vml", "psmdcp", "png", "jpg", "jpeg", "jfif", "gif", "emf", "wmf"),
        *("tif", "tiff", "bmp", "dib", "wdp", "ico", "fntdata", "odttf", "ttf", "sigs", "thmx"),
        *("emz", "wmz", "pcz", "pict", "pct", "webp"),
    ]
)
_FILMS = frozenset(["mp3", "mp4", "m4a", "m4v", "wav", "wma", "wmv", "avi", "mov", "mpg", "mpeg"])
_SVG_SCRIPT = re.compile(rb"<(?:\w+:)?(?:script|foreignobject)\b|\son\w+\s*=", re.IGNORECASE)


def look_through(parts: Parts, into: Gathering) -> None:
    """Find macros, controls, embedded files and programs among the parts.

    Raises:
        NotReadable: there is more than can be looked through.
    """
    macros = [name for name in parts.names if is_macro(parts, name)]
    if macros:
        named = [name for name in macros if any(one in name.lower() for one in _MACRO_NAMES)]
        into.found(Kind.MACRO, "", short((named or macros)[0]), removable=True)
    for name in parts.names:
        said = parts.types.get(name, "")
        if name in macros:
            continue
        if is_control(parts, name):
            if ending(name) != "rels":
                into.found(Kind.EXECUTABLE, parts.label(name), "an ActiveX control", removable=True)
        elif "webextension" in said:
            into.found(Kind.EXTERNAL, parts.label(name), "an add-in from the web")
        elif not parts.is_xml(name):
            _binary(parts, name, into)
        elif said.endswith("connections+xml"):
            into.found(Kind.EXTERNAL, "", "a connection to data elsewhere")


def is_macro(parts: Parts, name: str) -> bool:
    """Whether a part holds macros, or says that the file has some."""
    said, low = parts.types.get(name, ""), name.lower()
    return any(word in said for word in _MACRO_TYPES) or any(one in low for one in _MACRO_NAMES)


def is_control(parts: Parts, name: str) -> bool:
    """Whether a part is one of an ActiveX control."""
    return "activex" in parts.types.get(name, "") or "activex/" in name.lower()


def is_embedded(parts: Parts, name: str) -> bool:
    """Whether a part is a document or program that stands in another as an object."""
    held = "embeddings/" in name.lower() or "oleobject" in parts.types.get(name, "")
    return held and not parts.is_xml(name)


def _binary(parts: Parts, name: str, into: Gathering) -> None:
    data = parts.package.read(name)
    last = ending(name)
    where = parts.label(name)
    if is_embedded(parts, name):
        objects.look_into(name.rpartition("/")[2], data, where, into, removable=True)
    elif program := signatures.program(name, data):
        into.found(Kind.EXECUTABLE, where, f"{short(name)}: {program}")
    elif last == "svg":
        if _SVG_SCRIPT.search(data):
            into.found(Kind.SCRIPT, where, "an SVG picture with a script")
        elif b"<!ENTITY" in data:
            into.found(Kind.ENTITY, where, "an SVG picture with entities")
    elif last in _FILMS:
        into.found(Kind.PART_UNREAD, where, "a sound or film")
    elif last == "bin":
        if data.startswith(objects.OLE):
            objects.look_into(name.rpartition("/")[2], data, where, into)
    elif last not in _KNOWN and data:
        into.attached(name.rpartition("/")[2], data, where)


def relationships(root: "etree._Element", where: str, into: Gathering) -> None:
    """Find what is fetched from elsewhere: all that is not in the container but plain links."""
    for one in root.iter("{*}Relationship"):
        kind = judged(one)
        target = short(str(one.get("Target", "")).strip())
        if kind is Kind.LAUNCH:
            said = f"a link that starts a program: {target}"
            into.found(kind, where, said, removable=True)
        elif kind is Kind.REMOTE_TEMPLATE:
            into.found(kind, where, target, removable=True)
        elif kind is not None:
            into.found(kind, where, f"{_what(one)[:40]}: {target}", removable=True)


def judged(relationship: "etree._Element") -> Kind | None:
    """What is unsafe about where a relationship leads; None where nothing is."""
    what = _what(relationship)
    target = str(relationship.get("Target", "")).strip()
    external = str(relationship.get("TargetMode", "")).lower() == "external"
    if what == "hyperlink":
        return Kind.LAUNCH if links.starts_something(target) else None
    if not external and not links.leads_elsewhere(target):
        return None
    return Kind.REMOTE_TEMPLATE if what == "attachedtemplate" else Kind.EXTERNAL


def _what(relationship: "etree._Element") -> str:
    return str(relationship.get("Type", "")).rpartition("/")[2].lower()
