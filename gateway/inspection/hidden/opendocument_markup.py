"""The markup of OpenDocument files that does not show.

Source: ISO/IEC 26300-1, 5.5 (changes), 14.1 (annotations), 19.749 (table:visibility), 20.267 to
20.400 (display and visibility as properties of styles).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.inspection.package import Package
from gateway.inspection.parts import attribute, local
from gateway.inspection.xml import parse

if TYPE_CHECKING:
    from lxml import etree

CHANGE_MARKS = frozenset({"change", "change-start", "change-end"})
NOTE_MARKS = frozenset({"annotation", "annotation-end"})
HIDING_FIELDS = frozenset({"hidden-paragraph", "hidden-text"})
_FLOWS = ("content.xml", "styles.xml")
_OFF = {"false", "none", "hidden"}


@dataclass
class Text:
    """The parts of an OpenDocument file that hold words, and the names of styles that hide.

    Attributes:
        roots: the root element of each part, by its name.
        words, tables, slides: styles whose words, sheets or slides do not show.
    """

    package: Package
    roots: dict[str, "etree._Element"] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    slides: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, data: bytes) -> "Text":
        """The file in `data`.

        Raises:
            NotReadable: it cannot be read.
        """
        package = Package.open(data)
        found = cls(package)
        for name in package.names:
            # also of documents inside the document, which stand in folders of their own
            if name.rpartition("/")[2] in _FLOWS:
                found.roots[name] = parse(package.read(name))
        for root in found.roots.values():
            found._read_styles(root)
        return found

    def _read_styles(self, root: "etree._Element") -> None:
        based: dict[str, str] = {}
        for style in root.iter("{*}style"):
            name = attribute(style, "name")
            based[name] = attribute(style, "parent-style-name")
            for one in style:
                into = {
                    "text-properties": (self.words, "display"),
                    "table-properties": (self.tables, "display"),
                    "drawing-page-properties": (self.slides, "visibility"),
                    "section-properties": (self.sections, "display"),
                }.get(local(one))
                if into is not None and attribute(one, into[1]) in _OFF:
                    into[0].add(name)
        for name, parent in based.items():
            if parent in self.words:
                self.words.add(name)


def hidden_words(text: Text, root: "etree._Element") -> Iterator["etree._Element"]:
    """Elements whose words do not show, the outermost ones first."""
    for element in root.iter("{*}span", "{*}p", "{*}h", "{*}section", *_fields()):
        if _is_hidden(text, element) and not any(
            _is_hidden(text, one) for one in element.iterancestors()
        ):
            yield element


def _fields() -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in sorted(HIDING_FIELDS))


def _is_hidden(text: Text, element: "etree._Element") -> bool:
    name = local(element)
    if name in {"span", "p", "h"}:
        return attribute(element, "style-name") in text.words and _is_text(element)
    if name == "section":
        said = attribute(element, "display")
        return said in {"none", "condition"} and attribute(element, "is-hidden") != "false"
    return name == "hidden-text"


def _is_text(element: "etree._Element") -> bool:
    return ":text:" in str(element.tag)


def hidden_tables(text: Text, root: "etree._Element") -> list["etree._Element"]:
    """Sheets that do not show."""
    return [
        one
        for body in root.iter("{*}spreadsheet")
        for one in body.iterchildren("{*}table")
        if attribute(one, "style-name") in text.tables
    ]


def visible_tables(text: Text, root: "etree._Element") -> int:
    """How many sheets show."""
    every = sum(1 for body in root.iter("{*}spreadsheet") for _ in body.iterchildren("{*}table"))
    return every - len(hidden_tables(text, root))


def hidden_slides(text: Text, root: "etree._Element") -> list[tuple[int, "etree._Element"]]:
    """Slides that do not show, with their number."""
    return [
        (number, page)
        for number, page in enumerate(root.iter("{*}page"), start=1)
        if attribute(page, "style-name") in text.slides
    ]


def hidden_cells(table: "etree._Element") -> Iterator[tuple[str, "etree._Element"]]:
    """Cells with words in hidden rows and columns, and where they stand in people's words."""
    hidden_columns = _hidden_columns(table)
    number = 0
    for row in table.iter("{*}table-row"):
        repeated = _times(row, "number-rows-repeated")
        hidden = attribute(row, "visibility") in {"collapse", "filter"}
        column = 0
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            wide = _times(cell, "number-columns-repeated")
            is_in = any(column <= one < column + wide for one in hidden_columns)
            if (hidden or is_in) and "".join(cell.itertext()).strip():
                where = f"row {number + 1:,}" if hidden else f"column {column + 1:,}"
                yield where, cell
            column += wide
        number += repeated


def _hidden_columns(table: "etree._Element") -> list[int]:
    found: list[int] = []
    at = 0
    for column in table.iter("{*}table-column"):
        wide = _times(column, "number-columns-repeated")
        if attribute(column, "visibility") in {"collapse", "filter"}:
            found.extend(range(at, min(at + wide, 20_000)))
        at += wide
    return found


def _times(element: "etree._Element", name: str) -> int:
    said = attribute(element, name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 1


def formulas(roots: dict[str, "etree._Element"]) -> str:
    """Every formula, range and condition of a file, in lower case, one to a line."""
    found = []
    for root in roots.values():
        for element in root.iter("*"):
            for key, value in element.attrib.items():
                name = str(key).rpartition("}")[2]
                if name in {"formula", "condition"} or name.endswith(("address", "range-list")):
                    found.append(str(value).lower())
    return "\n".join(found)
