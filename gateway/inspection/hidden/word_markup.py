"""The markup of Word documents that does not show: changes, comments, hidden words.

Source: ISO/IEC 29500-1, 17.13 (annotations), 17.3.2.41 (vanish), 17.15.1.32 (docVars).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.inspection.parts import Parts, local

if TYPE_CHECKING:
    from lxml import etree

# around words, rows or cells
ADDED = frozenset({"ins", "moveTo"})
GONE = frozenset({"del", "moveFrom"})
FORMATS = frozenset(
    [
        *("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblGridChange", "trPrChange"),
        *("tcPrChange", "tblPrExChange", "numberingChange"),
    ]
)
CELLS = frozenset({"cellIns", "cellDel", "cellMerge"})
# where a move or a change of custom markup begins and ends
RANGES = frozenset(
    f"{what}Range{end}"
    for what in (
        *("moveFrom", "moveTo", "customXmlIns", "customXmlDel", "customXmlMoveFrom"),
        "customXmlMoveTo",
    )
    for end in ("Start", "End")
)
ANCHORS = frozenset({"commentRangeStart", "commentRangeEnd", "commentReference"})
MARKS = frozenset({"rPr", "trPr", "ctrlPr", "numPr"})  # inside them, a change has no words
COMMENT_TYPES = (
    *("wordprocessingml.comments+xml", "commentsextended+xml", "commentsids+xml"),
    "commentsextensible+xml",
)
PEOPLE_TYPE = "wordprocessingml.people+xml"

_FLOWS = (
    *(".main+xml", "glossary+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml"),
    "wordprocessingml.comments+xml",
)
_OFF = {"0", "false", "off", "none"}
_TINY = 2  # half-points
_COLOURED = frozenset({"tbl", "txbxContent"})  # may have a background of their own


def flows(parts: Parts) -> list[str]:
    """The parts that hold paragraphs."""
    return [n for n in parts.names if parts.is_xml(n) and parts.types[n].endswith(_FLOWS)]


def word(element: "etree._Element") -> str:
    """An element's name where it is one of Word's own; empty otherwise."""
    tag = element.tag
    return local(element) if isinstance(tag, str) and "wordprocessingml" in tag else ""


def value(element: "etree._Element", name: str) -> str:
    """An attribute of Word's own; empty where it has none."""
    for key, found in element.attrib.items():
        space, _, key_name = str(key).rpartition("}")
        if key_name == name and "wordprocessingml" in space:
            return str(found)
    return ""


def is_change(element: "etree._Element") -> bool:
    """Whether an element says that something was changed."""
    name = word(element)
    return name in ADDED | GONE | FORMATS | CELLS or (
        name in {"delText", "delInstrText"} and not _within(element, GONE)
    )


def _within(element: "etree._Element", names: frozenset[str]) -> bool:
    return any(word(one) in names for one in element.iterancestors())


def child(element: "etree._Element", name: str) -> "etree._Element | None":
    """The first child of this name."""
    return next((one for one in element if word(one) == name), None)


def _switch(properties: "etree._Element | None", name: str) -> bool | None:
    """Whether a property is on or off; None where nothing is said."""
    found = child(properties, name) if properties is not None else None
    return None if found is None else value(found, "val").lower() not in _OFF


class Hiding:
    """Which runs and rows do not show, by themselves or by their style."""

    def __init__(self, parts: Parts) -> None:
        self._styles = _hidden_styles(parts)

    def runs(self, root: "etree._Element") -> Iterator["etree._Element"]:
        """Runs with words that do not show, and rows of tables that do not."""
        for run in root.iter("{*}r", "{*}tr"):
            if word(run) == "tr":
                if _switch(child(run, "trPr"), "hidden"):
                    yield run
            elif word(run) == "r" and _says(run) and self._is_hidden(run):
                yield run

    def _is_hidden(self, run: "etree._Element") -> bool:
        properties = child(run, "rPr")
        vanishes = _switch(properties, "vanish")
        if vanishes is not None:
            return vanishes
        style = child(properties, "rStyle") if properties is not None else None
        if style is not None and value(style, "val") in self._styles:
            return True
        paragraph = next((one for one in run.iterancestors() if word(one) == "p"), None)
        said = child(paragraph, "pPr") if paragraph is not None else None
        of_paragraph = child(said, "pStyle") if said is not None else None
        return of_paragraph is not None and value(of_paragraph, "val") in self._styles


def _says(run: "etree._Element") -> bool:
    return any(word(one) == "t" and (one.text or "").strip() for one in run.iter("{*}t"))


def _hidden_styles(parts: Parts) -> set[str]:
    hides: dict[str, bool | None] = {}
    based: dict[str, str] = {}
    for name in parts.of_type("wordprocessingml.styles+xml"):
        for style in parts.root(name).iter("{*}style"):
            identifier = value(style, "styleId")
            hides[identifier] = _switch(child(style, "rPr"), "vanish")
            parent = child(style, "basedOn")
            based[identifier] = "" if parent is None else value(parent, "val")
    return {one for one in hides if _hides(one, hides, based)}


def _hides(style: str, hides: dict[str, bool | None], based: dict[str, str]) -> bool:
    seen: set[str] = set()
    while style in hides and style not in seen:
        seen.add(style)
        said = hides[style]
        if said is not None:
            return said
        style = based[style]
    return False


def unseen(root: "etree._Element") -> Iterator["etree._Element"]:
    """Runs whose words are white on white, or too small to be seen."""
    for run in root.iter("{*}r"):
        properties = child(run, "rPr") if word(run) == "r" and _says(run) else None
        if properties is None:
            continue
        size, colour = child(properties, "sz"), child(properties, "color")
        tiny = size is not None and value(size, "val").isdigit() and _number(size) <= _TINY
        white = colour is not None and value(colour, "val").upper() == "FFFFFF"
        if tiny or (white and not _has_background(run, properties)):
            yield run


def _number(element: "etree._Element") -> int:
    return int(value(element, "val"))


def _has_background(run: "etree._Element", properties: "etree._Element") -> bool:
    if child(properties, "shd") is not None or child(properties, "highlight") is not None:
        return True
    for one in run.iterancestors():
        name = word(one)
        if name in _COLOURED:
            return True
        if name == "p":
            said = child(one, "pPr")
            # a style may have a background too
            if said is not None and {word(x) for x in said} & {"shd", "pStyle", "framePr"}:
                return True
    return next(run.getroottree().getroot().iter("{*}background"), None) is not None
