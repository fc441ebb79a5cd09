"""The words of Word documents."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree as lxml_etree

from gateway.inspection import text_office
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts, attribute, local
from gateway.inspection.passages import Place

if TYPE_CHECKING:
    from lxml import etree

_MAIN = (".main+xml", ".glossary+xml")
_PLACES = (
    ("header+xml", Place.HEADER),
    ("footer+xml", Place.FOOTER),
    ("footnotes+xml", Place.BODY),
    ("endnotes+xml", Place.BODY),
    ("comments+xml", Place.HIDDEN),
)
_BREAKS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_ENDS = {"p": "\n", "tc": "\t", "tr": "\n"}
_LONGEST = 20_000  # characters of one passage


@dataclass
class _Flow:
    """What one part says: words page by page, and words that were taken out."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    taken_out: list[str] = field(default_factory=list)


def read(parts: Parts, into: Gathering) -> None:
    """Read the body, headers, footers, notes and comments of a Word document."""
    done: set[str] = set()
    for name in parts.names:
        said = parts.types.get(name, "")
        if not parts.is_xml(name):
            continue
        if said.endswith(_MAIN):
            done.add(name)
            _body(parts.root(name), parts.label(name), into)
        for ends, place in _PLACES:
            if said.endswith(ends):
                done.add(name)
                _side(parts.root(name), parts.label(name), place, into)
    text_office.read_others(parts, "word/", done, into)


def _body(root: "etree._Element", label: str, into: Gathering) -> None:
    flow = flowing(root)
    several = len(flow.pages) > 1
    for number, page in enumerate(flow.pages, start=1):
        if not label and not into.page():
            return
        where = f"page {number:,}" if several and not label else label
        for text in _passages(page):
            into.words(text, where)
    into.words("".join(flow.taken_out), label, Place.HIDDEN)


def _side(root: "etree._Element", label: str, place: Place, into: Gathering) -> None:
    flow = flowing(root)
    for page in flow.pages:
        for text in _passages(page):
            into.words(text, label, place)
    into.words("".join(flow.taken_out), label, Place.HIDDEN)


def flowing(root: "etree._Element") -> _Flow:
    """The words of a part in their order.

    Pages end where Word last showed them to end, or where nothing tells, at set page breaks.
    """
    rendered = next(root.iter("{*}lastRenderedPageBreak"), None) is not None
    flow = _Flow()
    walker = lxml_etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        name = local(element)
        if event == "end":
            if name in _ENDS:
                flow.pages[-1].append(_ENDS[name])
                if name == "p" and flow.taken_out and flow.taken_out[-1] != "\n":
                    flow.taken_out.append("\n")
        elif name == "Fallback":  # says once more what stood before it
            walker.skip_subtree()
        else:
            _begun(element, name, flow, rendered=rendered)
    return flow


def _begun(element: "etree._Element", name: str, flow: _Flow, *, rendered: bool) -> None:
    here = flow.pages[-1]
    if name == "t":
        here.append(element.text or "")
    elif name == "delText":
        flow.taken_out.append(element.text or "")
    elif name == "tab" and attribute(element, "pos"):
        pass  # a tab stop, not a tab
    elif name in _BREAKS:
        here.append(_BREAKS[name])
    elif name == "lastRenderedPageBreak":
        flow.pages.append([])
    elif name == "br":
        if attribute(element, "type") == "page" and not rendered:
            flow.pages.append([])
        else:
            here.append("\n")


def _passages(page: list[str]) -> Iterator[str]:
    """A page's words, cut at ends of paragraphs where there are too many for one passage."""
    so_far: list[str] = []
    size = 0
    for piece in page:
        so_far.append(piece)
        size += len(piece)
        if size > _LONGEST and piece == "\n":
            yield "".join(so_far)
            so_far, size = [], 0
    yield "".join(so_far)
