"""An Office Open XML file that is being changed: parts, how they refer to one another, types."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.office_types import CONTENT_TYPES
from gateway.inspection.parts import Parts, local
from gateway.inspection.xml import parse, serialised

if TYPE_CHECKING:
    from lxml import etree

_OUTDATED = ("docprops/thumbnail", "_xmlsignatures/")
_RELATED = "relationships"


@dataclass
class Office:
    """A file's parts, and what was changed in them.

    Attributes:
        taken: the kinds of discoveries that were taken out so far.
    """

    parts: Parts
    taken: set[Kind] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _dropped: set[str] = field(default_factory=set)
    _unrelated: dict[str, set[str]] = field(default_factory=dict)
    _retyped: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, data: bytes) -> "Office":
        """The file in `data`.

        Raises:
            NotReadable: its parts cannot be read.
        """
        return cls(Parts.open(data))

    def took(self, kind: Kind, *names: str) -> None:
        """Note that something of a kind was taken out of these parts."""
        self.taken.add(kind)
        self._changed.update(names)

    def drop(self, kind: Kind, name: str) -> None:
        """Take a whole part out, with every relationship that leads to it."""
        self.taken.add(kind)
        self._dropped.add(name)

    def unrelate(self, kind: Kind, owner: str, relation: str) -> None:
        """Take out one relationship of a part, by its identifier."""
        self.taken.add(kind)
        self._unrelated.setdefault(owner, set()).add(relation)

    def retype(self, kind: Kind, name: str, content_type: str) -> None:
        """Say another content type of a part, which was taken for a kind."""
        self.taken.add(kind)
        self._retyped[name] = content_type

    def relationships(self, owner: str) -> list["etree._Element"]:
        """Every relationship of a part, as it stands in the file."""
        rels = _relations(owner)
        if rels not in self.parts.names:
            return []
        return list(self.parts.root(rels).iter("{*}Relationship"))

    def is_kept(self, name: str) -> bool:
        """Whether a part was not taken out."""
        return name not in self._dropped

    def saved(self) -> bytes:
        """The file as it is now.

        Also gone are the parts that nothing leads to any more, a picture of the first page as it
        was, and signatures, which hold for the file as it was.
        """
        reached = self._reached(set())
        for name in self.parts.names:
            if name.lower().startswith(_OUTDATED):
                self._dropped.add(name)
        self._forget_unused()
        for owner in ("", *self.parts.names):
            self._unrelate(owner)
        self._dropped |= reached - self._reached(self._dropped)
        for name in list(self._dropped):
            self._dropped.add(_relations(name))
        self._type()
        changes: dict[str, bytes | None] = {
            name: serialised(self.parts.root(name)) for name in self._changed
        }
        changes.update(dict.fromkeys(self._dropped))
        return self.parts.package.rewritten(changes)

    def _forget_unused(self) -> None:
        """Relationships that a part used before it was changed, and uses no more."""
        for name in self._changed:
            if name.endswith(".rels") or name == CONTENT_TYPES or name in self._dropped:
                continue
            before = relations_in(parse(self.parts.package.read(name)))
            gone = before - relations_in(self.parts.root(name))
            self._unrelated.setdefault(name, set()).update(gone)

    def _unrelate(self, owner: str) -> None:
        rels = _relations(owner)
        if rels not in self.parts.names:
            return
        gone = set(self._unrelated.get(owner, ()))
        gone |= {
            relation
            for relation, (_, target) in self.parts.related(owner).items()
            if target in self._dropped
        }
        root = self.parts.root(rels)
        for one in list(root.iter("{*}Relationship")):
            if one.get("Id") in gone:
                root.remove(one)
                self._changed.add(rels)

    def _reached(self, without: set[str]) -> set[str]:
        """The parts that something leads to, from the file's own relationships on."""
        reached: set[str] = set()
        waiting = [""]
        while waiting:
            for _, target in self.parts.related(waiting.pop()).values():
                if target in self.parts.names and target not in reached | without:
                    reached.add(target)
                    waiting.append(target)
        return reached

    def _type(self) -> None:
        root = self.parts.root(CONTENT_TYPES)
        for one in list(root.iter("{*}Override")):
            name = str(one.get("PartName", "")).lstrip("/").lower()
            if name in {dropped.lower() for dropped in self._dropped}:
                root.remove(one)
                self._changed.add(CONTENT_TYPES)
            for retyped, content_type in self._retyped.items():
                if name == retyped.lower():
                    one.set("ContentType", content_type)
                    self._changed.add(CONTENT_TYPES)


def _relations(owner: str) -> str:
    path = PurePosixPath(owner)
    return str(path.parent / "_rels" / f"{path.name}.rels")


def relations_in(root: "etree._Element") -> set[str]:
    """The identifiers of relationships that a part uses."""
    return {
        str(value)
        for element in root.iter("*")
        for key, value in element.attrib.items()
        if names_a_relation(str(key))
    }


def names_a_relation(key: str) -> bool:
    """Whether an attribute's value is the identifier of a relationship."""
    space, _, name = key.rpartition("}")
    return space.endswith(_RELATED) or name == "relid"


def relation(element: "etree._Element") -> str:
    """The identifier of the relationship an element names; empty for none."""
    found = (str(v) for k, v in element.attrib.items() if names_a_relation(str(k)))
    return next(found, "")


def remove(element: "etree._Element") -> None:
    """Take an element out of its parent, and leave the words after it."""
    parent = element.getparent()
    if parent is None:
        return
    _keep_tail(element, parent)
    parent.remove(element)


def unwrap(element: "etree._Element") -> None:
    """Put what an element holds into its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(at, child)
    if element.text and element.text.strip():
        _append_before(parent, at, element.text)
    remove(element)


def _keep_tail(element: "etree._Element", parent: "etree._Element") -> None:
    if element.tail and element.tail.strip():
        _append_before(parent, parent.index(element), element.tail)


def _append_before(parent: "etree._Element", at: int, text: str) -> None:
    if at == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[at - 1]
        before.tail = (before.tail or "") + text


def inside(element: "etree._Element", *names: str) -> bool:
    """Whether an element stands inside one of these names."""
    return any(local(one) in names for one in element.iterancestors())
