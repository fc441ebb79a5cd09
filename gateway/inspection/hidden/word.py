"""What a Word document carries that does not show on its pages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden import office_data, properties
from gateway.inspection.hidden.showing import joined, shown
from gateway.inspection.hidden.word_markup import (
    ADDED,
    CELLS,
    GONE,
    MARKS,
    Hiding,
    flows,
    is_change,
    unseen,
    value,
    word,
)
from gateway.inspection.parts import Parts, local

if TYPE_CHECKING:
    from lxml import etree

_TEXTS = ("{*}t", "{*}delText")


def found(data: bytes) -> list[Discovery]:
    """Changes, comments, hidden words, data and people of a Word document.

    Raises:
        NotReadable: it cannot be read.
    """
    parts = Parts.open(data)
    discoveries: list[Discovery] = []
    hiding = Hiding(parts)
    for name in flows(parts):
        root, label = parts.root(name), parts.label(name)
        pages = _pages(root) if not label else {}
        discoveries += _changes(root, label, pages)
        discoveries += _hidden_words(root, label, pages, hiding)
    discoveries += _comments(parts)
    return [*discoveries, *office_data.told(parts), *properties.told(parts)]


def _pages(root: "etree._Element") -> dict["etree._Element", int]:
    """Where each page begins that Word last showed, and its number."""
    breaks = root.iter("{*}lastRenderedPageBreak")
    return {one: number for number, one in enumerate(breaks, start=2)}


def _walk(
    root: "etree._Element", label: str, pages: dict["etree._Element", int]
) -> Iterator[tuple["etree._Element", str]]:
    where = "page 1" if pages else label
    for element in root.iter("*"):
        if element in pages:
            where = f"page {pages[element]:,}"
        yield element, where


def _changes(
    root: "etree._Element", label: str, pages: dict["etree._Element", int]
) -> Iterator[Discovery]:
    for element, where in _walk(root, label, pages):
        if is_change(element) and not any(local(x) == "Fallback" for x in element.iterancestors()):
            yield Discovery(Kind.TRACKED_CHANGE, where, _change(element), removable=True)


def _change(element: "etree._Element") -> str:
    name, author = word(element), value(element, "author")
    by = f" by {author}" if author else ""
    parent = element.getparent()
    if name in CELLS or (parent is not None and word(parent) in MARKS and name in ADDED | GONE):
        return shown(f"a paragraph, row or cell changed{by}")
    if name in ADDED | GONE:
        did = "put in" if name in ADDED else "taken out"
        return shown(f"{did}{by}:", joined(one.text for one in element.iter(*_TEXTS)))
    if name.startswith("del"):
        return shown("taken out:", element.text or "")
    return shown(f"format changed{by}")


def _hidden_words(
    root: "etree._Element", label: str, pages: dict["etree._Element", int], hiding: Hiding
) -> Iterator[Discovery]:
    hidden, faint = set(hiding.runs(root)), set(unseen(root))
    if not hidden and not faint:
        return
    for element, where in _walk(root, label, pages):
        if element in hidden:
            words = shown(joined(one.text for one in element.iter(*_TEXTS)))
            yield Discovery(Kind.HIDDEN_TEXT, where, words, removable=True)
        elif element in faint:
            words = joined(one.text for one in element.iter(*_TEXTS))
            context = shown("white or tiny; give it a colour or size, or delete it:", words)
            yield Discovery(Kind.HIDDEN_TEXT, where, context)


def _comments(parts: Parts) -> Iterator[Discovery]:
    for name in parts.of_type("wordprocessingml.comments+xml"):
        for comment in parts.root(name).iter("{*}comment"):
            author = value(comment, "author")
            words = " ".join(joined(t.text for t in p.iter("{*}t")) for p in comment.iter("{*}p"))
            context = shown(f"{author}:" if author else "", words)
            yield Discovery(Kind.COMMENT, "", context, removable=True)
