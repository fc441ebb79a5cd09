"""Words that all office files keep in the same way: properties, charts, data, pictures."""

from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts, attribute, ending, local
from gateway.inspection.passages import Place

if TYPE_CHECKING:
    from lxml import etree

_PROPERTY_TYPES = ("core-properties+xml", "extended-properties+xml", "custom-properties+xml")
_RASTER = {"png", "jpg", "jpeg", "jfif", "gif", "tif", "tiff", "bmp", "wdp", "emf", "wmf"}
_PICTURE_BYTES = 20 * 1024  # smaller ones are logos and lines


def read_properties(parts: Parts, into: Gathering) -> None:
    """Read what the file says of itself, by name, and the data its fields are bound to."""
    for name in parts.names:
        low = name.lower()
        if not parts.is_xml(name) or low.endswith(".rels"):
            continue
        if parts.types[name].endswith(_PROPERTY_TYPES) or low.startswith(("docprops/", "docmeta")):
            _properties(parts.root(name), into)
        elif low.startswith("customxml/"):
            texts = (str(text).strip() for text in parts.root(name).itertext())
            into.words("\n".join(filter(None, texts)), "properties", Place.HIDDEN)


def _properties(root: "etree._Element", into: Gathering) -> None:
    for element in root:
        name = attribute(element, "name") or local(element)
        text = " ".join(filter(None, (str(one).strip() for one in element.itertext())))
        into.words(text, "properties", Place.PROPERTY, name=name)


def read_others(parts: Parts, folder: str, done: set[str], into: Gathering) -> None:
    """Read the drawn words and the values of charts, diagrams and drawings."""
    for name in parts.names:
        low = name.lower()
        if name in done or not low.startswith(folder) or not parts.is_xml(name):
            continue
        if low.endswith(".rels") or not any(one in low for one in ("chart", "diagram", "drawing")):
            continue
        texts = [e.text or "" for e in parts.root(name).iter("{*}t", "{*}v")]
        into.words("\n".join(filter(None, texts)), parts.label(name))


def count_pictures(parts: Parts, into: Gathering) -> None:
    """Say how many pictures there are whose words were not read."""
    large = sum(
        ending(name) in _RASTER
        and "thumbnail" not in name.lower()
        and len(parts.package.read(name)) >= _PICTURE_BYTES
        for name in parts.names
    )
    if large:
        into.found(Kind.PICTURE, "", "1 picture" if large == 1 else f"{large:,} pictures")
