"""Who wrote an office file and who changed it, as its properties say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden.showing import shown
from gateway.inspection.parts import Parts, local

if TYPE_CHECKING:
    from lxml import etree

_PROPERTIES = ("core-properties+xml", "extended-properties+xml")
_PEOPLE = {
    "creator": "written by",
    "lastModifiedBy": "last changed by",
    "Manager": "manager",
    "Company": "organisation",
}


def told(parts: Parts) -> list[Discovery]:
    """One discovery for each person or organisation that the properties name."""
    return [
        Discovery(Kind.AUTHOR, "properties", shown(f"{what}: {element.text}"), removable=True)
        for _, element, what in people(parts)
    ]


def people(parts: Parts) -> Iterator[tuple[str, "etree._Element", str]]:
    """The part, the element and the meaning of each property that names somebody."""
    for name in parts.names:
        low = name.lower()
        if not parts.is_xml(name) or low.endswith(".rels"):
            continue
        if parts.types[name].endswith(_PROPERTIES) or low in {
            "docprops/core.xml",
            "docprops/app.xml",
        }:
            for element in parts.root(name):
                what = _PEOPLE.get(local(element))
                if what and (element.text or "").strip():
                    yield name, element, what
