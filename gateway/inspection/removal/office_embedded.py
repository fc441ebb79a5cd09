"""Taking out of office files the documents and programs that stand in them as objects.

What shows of an object is a picture, which stays; of a chart, the values it was last drawn with.
"""

from functools import partial
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection import active_ooxml, objects
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts, local
from gateway.inspection.removal import attachments
from gateway.inspection.removal.office import Office, names_a_relation, relation
from gateway.inspection.removal.office import remove as take_out

if TYPE_CHECKING:
    from lxml import etree

_NAMING = frozenset({"OLEObject", "oleObject", "oleObj", "externalData", "embed"})


def remove(office: Office, kinds: frozenset[Kind]) -> None:
    """Take out objects that are of `kinds`."""
    wanted = kinds & attachments.KINDS
    parts = office.parts
    for name in parts.names if wanted else ():
        if active_ooxml.is_embedded(parts, name):
            kind = attachments.judged(partial(_look, parts, name))
            if kind in wanted:
                office.drop(kind, name)
                _remove_names(office, kind, name)


def _look(parts: Parts, name: str, into: Gathering) -> None:
    data = parts.package.read(name)
    objects.look_into(name.rpartition("/")[2], data, "", into, removable=True)


def _remove_names(office: Office, kind: Kind, gone: str) -> None:
    parts = office.parts
    for owner in parts.names:
        if not parts.is_xml(owner) or owner.lower().endswith(".rels"):
            continue
        related = parts.related(owner)
        naming = {identifier for identifier, (_, target) in related.items() if target == gone}
        for element in list(parts.root(owner).iter("*")) if naming else ():
            if relation(element) in naming:
                _forget(element, naming)
                office.took(kind, owner)


def _forget(element: "etree._Element", naming: set[str]) -> None:
    frame = next((one for one in element.iterancestors() if local(one) == "graphicFrame"), None)
    picture = next(frame.iter("{*}pic"), None) if frame is not None else None
    parent = frame.getparent() if frame is not None else None
    if local(element) == "oleObj" and picture is not None and frame is not None:
        if parent is not None:
            picture.tail = None
            parent.replace(frame, picture)
    elif local(element) in _NAMING:
        take_out(element)
    else:
        for key in [key for key in element.attrib if names_a_relation(str(key))]:
            if str(element.get(key)) in naming:
                del element.attrib[key]
