"""Reads a DOCX file: what it shows, what each page carries, and what it could do besides."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from gateway.domain.errors import Problem

_READ: Final = ("document.main+xml", "header+xml", "footer+xml", "footnotes+xml")
_ACTIVE: Final = ("vbaProject", "oleObject", "activeX", "officedocument.package", "macroEnabled")
_CHUNK: Final = "/aFChunk"
# Fields that show what the document itself knows. Others fetch, run or change with the day.
_FIELDS: Final = frozenset(
    {"HYPERLINK", "NUMPAGES", "PAGE", "PAGEREF", "REF", "SECTION", "SECTIONPAGES", "STYLEREF"}
    | {"TITLE", "TOC"}
)
_REPLACE: Final = "Take it out of the template; pictures belong into the file itself."


def squeezed(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())


def shown_text(element: Any) -> str:
    """The text below an element of WordprocessingML, without what is hidden or deleted."""
    words: list[str] = []
    for node in element.iter(qn("w:p"), qn("w:t"), qn("w:br"), qn("w:tab")):
        if node.tag != qn("w:t"):
            words.append(" ")
        elif not _hidden(node.getparent()):
            words.append(node.text or "")
    return squeezed("".join(words))


def _hidden(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    mark = None if properties is None else properties.find(qn("w:vanish"))
    return mark is not None and mark.get(qn("w:val"), "1") not in {"0", "false"}


def full_text(document: Document) -> str:
    """Everything the document shows: text, headers, footers, footnotes."""
    return squeezed(" ".join(shown_text(root) for root in _roots(document)))


def _roots(document: Document) -> Iterator[Any]:
    for part in document.part.package.iter_parts():
        if part.content_type.endswith(_READ):
            yield parse_xml(part.blob)


def page_edges(document: Document) -> Iterator[tuple[str, str]]:
    """Every header and footer that a page can carry: its place in words, and its text."""
    even = document.settings.odd_and_even_pages_header_footer
    for number, section in enumerate(document.sections, start=1):
        edges = [("header", section.header), ("footer", section.footer)]
        if section.different_first_page_header_footer:
            edges += [("first page's header", section.first_page_header)]
            edges += [("first page's footer", section.first_page_footer)]
        if even:
            edges += [("even pages' header", section.even_page_header)]
            edges += [("even pages' footer", section.even_page_footer)]
        for name, edge in edges:
            yield f"the {name} of section {number}", shown_text(edge.part.element)


def content_problems(file: str, document: Document) -> list[Problem]:
    """What a template must not hold: links that fetch, macros, embedded objects, active fields."""
    package = document.part.package
    found = [
        Problem(file, f"It holds '{part.partname}', which is or can run a program.", _REPLACE)
        for part in package.iter_parts()
        if any(word in part.content_type for word in _ACTIVE)
    ]
    for relation in package.iter_rels():
        if relation.is_external and relation.reltype != RELATIONSHIP_TYPE.HYPERLINK:
            found.append(Problem(file, "It would fetch something from elsewhere.", _REPLACE))
        elif relation.reltype.endswith(_CHUNK):
            found.append(Problem(file, "It holds another document.", _REPLACE))
    found += [
        Problem(file, f"The field '{code[:40]}' may not be used.", "Take the field out.")
        for part in package.iter_parts()
        for code in _field_codes(part)
        if code.split(" ", 1)[0].upper() not in _FIELDS or "{" in code
    ]
    return found


def _field_codes(part: Part) -> Iterable[str]:
    """The code of every field in `part`, also where Word has cut it into pieces."""
    if not part.content_type.endswith(_READ):
        return
    code: list[str] = []
    for node in parse_xml(part.blob).iter(qn("w:fldSimple"), qn("w:fldChar"), qn("w:instrText")):
        if node.tag == qn("w:fldSimple"):
            yield squeezed(node.get(qn("w:instr"), ""))
        elif node.tag == qn("w:instrText"):
            code.append(node.text or "")
        elif code:
            yield squeezed("".join(code))
            code.clear()
