"""What a Word document says, block by block: headings, paragraphs, lists and tables in order."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from gateway.domain.inspection import FileType, Inspection, Kind, counted
from gateway.inspection import engine
from gateway.inspection.errors import NotReadable
from gateway.inspection.outlines import MOST_BLOCKS, MOST_CELLS, Said, line_of
from gateway.inspection.parts import Parts, attribute, local

if TYPE_CHECKING:
    from lxml import etree

_WRAPPERS: Final = frozenset({"sdt", "sdtContent", "ins", "smartTag", "customXml", "body"})
_SKIPPED: Final = frozenset({"del", "moveFrom", "Fallback", "sdtPr", "pPr", "txbxContent"})
_LONGEST_BOLD: Final = 90  # characters; a longer bold paragraph is no heading
_BOLD_LEVEL: Final = 9
_TITLE: Final = 0


def outlined(file_name: str, data: bytes) -> engine.Result:
    """What was found in a document, and its outline as bytes if nothing in it is unsafe."""
    result = engine.inspect(file_name, data)
    told = result.inspection
    if not told.is_safe or told.file_type is not FileType.DOCX:
        return result
    try:
        return engine.Result(told, line_of(list(_Outline(Parts.open(data)).blocks())))
    except NotReadable as error:
        found = (error.discovery,)
        return engine.Result(Inspection(told.file_type, found, counted(found)))


class _Outline:
    def __init__(self, parts: Parts) -> None:
        main = parts.of_type(".main+xml")
        self._root = parts.root(main[0]) if main else None
        self._levels = _levels(parts)
        self._cells = 0

    def blocks(self) -> Iterator[Said]:
        """Every block, as it is sent."""
        if self._root is None:
            return
        for number, element in enumerate(self._elements(self._root)):
            if number >= MOST_BLOCKS:
                raise _too_much()
            if local(element) == "tbl":
                yield ["table", [*self._rows(element)]]
            else:
                yield from self._paragraph(element)

    def _elements(self, element: "etree._Element") -> Iterator["etree._Element"]:
        """Paragraphs and tables below an element, but those inside of tables."""
        for child in element:
            name = local(child)
            if name in {"p", "tbl"}:
                yield child
            elif name in _WRAPPERS:
                yield from self._elements(child)

    def _paragraph(self, element: "etree._Element") -> Iterator[Said]:
        text = _words(element).strip()
        if not text:
            return
        level = self._level(element)
        if level is not None:
            yield ["heading", level, " ".join(text.split())]
        elif next(element.iter("{*}numPr"), None) is not None or self._style(element) == "list":
            yield ["item", text]
        elif len(text) <= _LONGEST_BOLD and _is_bold(element):
            yield ["heading", _BOLD_LEVEL, " ".join(text.split())]
        else:
            yield ["text", text]

    def _style(self, element: "etree._Element") -> str:
        style = next(element.iterfind("{*}pPr/{*}pStyle"), None)
        found = self._levels.get("" if style is None else str(attribute(style, "val") or ""))
        return "list" if found == _LIST else ""

    def _level(self, element: "etree._Element") -> int | None:
        own = next(element.iterfind("{*}pPr/{*}outlineLvl"), None)
        if own is not None:
            return _outline_level(own)
        style = next(element.iterfind("{*}pPr/{*}pStyle"), None)
        found = None if style is None else self._levels.get(str(attribute(style, "val") or ""))
        return None if found == _LIST else found

    def _rows(self, table: "etree._Element") -> Iterator[list[str]]:
        for row in _below(table, "tr"):
            cells = ["\n".join(self._lines(cell)) for cell in _below(row, "tc")]
            self._cells += len(cells)
            if self._cells > MOST_CELLS:
                raise _too_much()
            yield cells

    def _lines(self, cell: "etree._Element") -> Iterator[str]:
        """The paragraphs of a cell, those of tables inside it too."""
        for element in cell.iter("{*}p"):
            text = _words(element).strip()
            if text:
                yield text


_LIST: Final = -1


def _levels(parts: Parts) -> Mapping[str, int]:
    """By identifier of a style: its level as a heading, or that it is a list's."""
    found: dict[str, int] = {}
    for name in parts.of_type(".styles+xml"):
        for style in parts.root(name).iter("{*}style"):
            called = next(style.iterfind("{*}name"), None)
            words = str(attribute(called, "val") or "").lower() if called is not None else ""
            outline = next(style.iterfind("{*}pPr/{*}outlineLvl"), None)
            level = _level_of(words)
            if level is None and outline is not None:
                level = _outline_level(outline)
            if level is not None:
                found[str(attribute(style, "styleId") or "")] = level
    return found


def _level_of(words: str) -> int | None:
    if words == "title":
        return _TITLE
    kind, _, number = words.rpartition(" ")
    if kind == "heading" and number.isdigit() and len(number) == 1:
        return max(1, int(number))
    return _LIST if words.startswith(("list bullet", "list number")) else None


def _outline_level(element: "etree._Element") -> int | None:
    value = str(attribute(element, "val") or "")
    return int(value) + 1 if value in set("012345678") else None


def _below(element: "etree._Element", name: str) -> Iterator["etree._Element"]:
    """The rows of a table or cells of a row, also those that a control holds."""
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) in _WRAPPERS:
            yield from _below(child, name)


def _words(element: "etree._Element") -> str:
    """The words that a paragraph shows."""
    words: list[str] = []
    for child in element:
        name = local(child)
        if name == "t":
            words.append(child.text or "")
        elif name in {"br", "cr"}:
            words.append("\n")
        elif name in {"tab", "ptab"}:
            words.append(" ")
        elif name == "noBreakHyphen":
            words.append("-")
        elif name not in _SKIPPED and not _is_hidden(child):
            words.append(_words(child))
    return "".join(words)


def _is_hidden(run: "etree._Element") -> bool:
    return any(_is_on(mark) for mark in run.iterfind("{*}rPr/{*}vanish"))


def _is_bold(paragraph: "etree._Element") -> bool:
    """Whether every run that says something is bold by itself."""
    runs = [run for run in paragraph.iter("{*}r") if _words(run).strip()]
    return bool(runs) and all(any(map(_is_on, run.iterfind("{*}rPr/{*}b"))) for run in runs)


def _is_on(mark: "etree._Element") -> bool:
    return attribute(mark, "val") not in {"0", "false", "off"}


def _too_much() -> NotReadable:
    return NotReadable(Kind.TOO_MUCH, "it says too much to be read as a protocol")
