"""The parts of an office file: parsed once each, and called by what people know them as."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gateway.inspection.office_types import content_types
from gateway.inspection.package import Package
from gateway.inspection.xml import parse

if TYPE_CHECKING:
    from lxml import etree

_XML_ENDINGS = {"xml", "rels", "vml", "psmdcp"}
_LABELS = (
    ("header", "header"),
    ("footer", "footer"),
    ("footnotes", "footnotes"),
    ("endnotes", "endnotes"),
    ("comments", "comments"),
    ("threadedcomment", "comments"),
    ("settings", "settings"),
    ("slidemaster", "slide master"),
    ("slidelayout", "slide layout"),
    ("chart", "chart"),
    ("diagram", "diagram"),
    ("glossary", "building blocks"),
    ("sharedstrings", "cells"),
)


@dataclass
class Parts:
    """A container's parts, with their content types in lower case and names for people."""

    package: Package
    types: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    _roots: dict[str, "etree._Element"] = field(default_factory=dict)

    @classmethod
    def open(cls, data: bytes) -> "Parts":
        """The parts of an Office Open XML file.

        Raises:
            NotReadable: they cannot be read.
        """
        package = Package.open(data)
        return cls(package, content_types(package))

    @property
    def names(self) -> tuple[str, ...]:
        """Every part's name."""
        return self.package.names

    def is_xml(self, name: str) -> bool:
        """Whether a part is XML, by its name or its content type."""
        said = self.types.get(name, "")
        return ending(name) in _XML_ENDINGS or said.endswith(("+xml", "/xml"))

    def root(self, name: str) -> "etree._Element":
        """The root element of an XML part.

        Raises:
            NotReadable: it is not sound XML.
        """
        if name not in self._roots:
            self._roots[name] = parse(self.package.read(name), self.label(name))
        return self._roots[name]

    def of_type(self, ends: str) -> list[str]:
        """The parts whose content type ends so (in lower case), in the order of the container."""
        return [name for name in self.names if self.types.get(name, "").endswith(ends)]

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part names: by their identifier, what they are to it, and their name."""
        path = PurePosixPath(name)
        rels = str(path.parent / "_rels" / f"{path.name}.rels")
        if rels not in self.names:
            return {}
        found = {}
        for one in self.root(rels).iter("{*}Relationship"):
            if one.get("TargetMode") != "External":
                target = _resolved(path.parent, str(one.get("Target", "")))
                tail = str(one.get("Type", "")).rpartition("/")[2]
                found[str(one.get("Id", ""))] = (tail, self._spelled(target))
        return found

    def label(self, name: str) -> str:
        """What people call the place a part is."""
        owner = name.replace("_rels/", "").removesuffix(".rels")
        if owner in self.labels:
            return self.labels[owner]
        low = owner.lower()
        return next((label for word, label in _LABELS if word in low), "")

    def _spelled(self, name: str) -> str:
        low = name.lower()
        return next((one for one in self.names if one.lower() == low), name)


def _resolved(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = []
    for step in (folder / target).parts:
        if step == ".." and steps:
            steps.pop()
        elif step != "..":
            steps.append(step)
    return "/".join(steps)


def ending(name: str) -> str:
    """The ending of a part's name, in lower case, without its dot."""
    return name.rpartition("/")[2].rpartition(".")[2].lower()


def local(element: "etree._Element") -> str:
    """An element's name without its namespace; empty for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: "etree._Element", name: str) -> str:
    """An attribute's value by its name without its namespace; empty where it has none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""
