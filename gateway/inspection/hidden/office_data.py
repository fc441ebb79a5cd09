"""Data that goes along with an office file and that none of its pages shows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden.showing import shown
from gateway.inspection.parts import Parts, attribute, local

if TYPE_CHECKING:
    from lxml import etree

# what Office and SharePoint put in by themselves, the same in every file
_ORDINARY = frozenset({"contentTypeSchema", "FormTemplates", "datastoreItem", "Sources"})


def told(parts: Parts) -> list[Discovery]:
    """Custom XML with words in it, and a Word document's variables."""
    discoveries = [
        Discovery(
            Kind.HIDDEN_TEXT, "data of the file", shown(*_words(parts.root(name))), removable=True
        )
        for name in custom(parts)
    ]
    for _, variables in variable_lists(parts):
        for one in variables:
            context = shown(f"variable {attribute(one, 'name')}:", attribute(one, "val"))
            discoveries.append(Discovery(Kind.HIDDEN_TEXT, "settings", context, removable=True))
    return discoveries


def custom(parts: Parts) -> list[str]:
    """The parts of custom XML (ISO/IEC 29500-1, 15.2.5) that hold words."""
    return [
        name
        for name in parts.names
        if name.lower().startswith("customxml/")
        and parts.is_xml(name)
        and not name.lower().endswith(".rels")
        and local(parts.root(name)) not in _ORDINARY
        and any(_words(parts.root(name)))
    ]


def variable_lists(parts: Parts) -> Iterator[tuple[str, "etree._Element"]]:
    """The settings of a Word document that hold variables, by their part."""
    for name in parts.of_type("wordprocessingml.settings+xml"):
        for one in parts.root(name).iter("{*}docVars"):
            if len(one):
                yield name, one


def _words(root: "etree._Element") -> list[str]:
    return [text for text in (str(one).strip() for one in root.itertext()) if text]
