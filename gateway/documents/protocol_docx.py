"""A protocol as a DOCX file: headings and tables as Word knows them, levels to be chosen."""

import io
from datetime import UTC
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph

from gateway.documents.packing import repacked
from gateway.documents.texts import plain
from gateway.domain.protocol_texts import Block, Bullets, Heading, Paper, Table, Text

_ACCENT: Final = RGBColor(0x17, 0x44, 0x5A)
_LONGEST_PROPERTY: Final = 255  # characters, the limit of the core properties
_ROOM: Final = Cm(1.3)  # height of a row that is signed by hand
_LABELS: Final = Cm(5)  # width of the labels of a table of pairs


def protocol_docx(paper: Paper) -> bytes:
    """The text as a DOCX file; the same bytes for the same text."""
    document = docx.Document()
    _styled(document)
    _edged(document, paper)
    document.add_heading(plain(paper.title), 0)
    for block in paper.blocks:
        _block(document, block)
    _described(document, paper)
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue(), paper.made_at)


def _block(document: Document, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(plain(block.text), block.level)
    elif isinstance(block, Text):
        _lines(document.add_paragraph(), block.text)
    elif isinstance(block, Bullets):
        for item in block.items:
            _lines(document.add_paragraph(style="List Bullet"), item)
    else:
        _table(document, block)


def _table(document: Document, block: Table) -> None:
    columns = len(block.heads) or 2
    made = document.add_table(rows=0, cols=columns, style="Table Grid")
    if block.heads:
        _row(made, block.heads, bold=True)
        _repeated(made)
    for row in block.rows:
        _row(made, row, choices=block.choices)
        if block.signed:
            made.rows[-1].height = _ROOM
    if not block.heads:
        for each in made.rows:
            each.cells[0].width = _LABELS
    document.add_paragraph()  # two tables that touch become one


def _row(
    made: DocxTable, texts: tuple[str, ...], *, bold: bool = False, choices: tuple[str, ...] = ()
) -> None:
    cells = made.add_row().cells  # type: ignore[no-untyped-call]
    for number, (cell, text) in enumerate(zip(cells, texts, strict=True), 1):
        paragraph = cell.paragraphs[0]
        if choices and number == len(texts):
            paragraph._p.append(_choice(text, choices))  # noqa: SLF001 - python-docx has no controls
        else:
            _lines(paragraph, text)
        for run in paragraph.runs:
            run.bold = bold


def _lines(paragraph: Paragraph, text: str) -> None:
    for number, line in enumerate(plain(text).split("\n")):
        run = paragraph.add_run()
        if number:
            run.add_break()
        run.add_text(line)


def _choice(text: str, choices: tuple[str, ...]) -> Any:
    """A control in which one of `choices` is chosen (ISO/IEC 29500-1, 17.5.2.15)."""
    control = OxmlElement("w:sdt")
    properties = OxmlElement("w:sdtPr")
    listed = OxmlElement("w:dropDownList")
    for choice in choices:
        item = OxmlElement("w:listItem")
        item.set(qn("w:displayText"), choice)
        item.set(qn("w:value"), choice)
        listed.append(item)
    properties.append(listed)
    content = OxmlElement("w:sdtContent")
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = plain(text) or "Choose an item."
    run.append(words)
    content.append(run)
    control.append(properties)
    control.append(content)
    return control


def _repeated(made: DocxTable) -> None:
    """Have the heads stand again on each page, and be known as heads by those who listen."""
    properties = made.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no such mark
    properties.append(OxmlElement("w:tblHeader"))


def _styled(document: Document) -> None:
    styles: Any = document.styles
    styles["Normal"].font.name = "Calibri"
    styles["Normal"].font.size = Pt(10.5)
    for name in ("Title", "Heading 1", "Heading 2"):
        styles[name].font.name = "Calibri"
        styles[name].font.color.rgb = _ACCENT
    language = styles.element.find(f".//{qn('w:lang')}")
    if language is not None:
        language.set(qn("w:val"), "en-NZ")


def _edged(document: Document, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    head = section.header.paragraphs[0]
    head.text = plain(paper.note)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = section.footer.paragraphs[0]
    foot.text = f"{plain(paper.foot)}. Page "
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = "1"
    run.append(words)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def _described(document: Document, paper: Paper) -> None:
    properties = document.core_properties
    properties.title = plain(paper.title)[:_LONGEST_PROPERTY]
    properties.subject = plain(paper.foot)[:_LONGEST_PROPERTY]
    properties.author = plain(paper.author)[:_LONGEST_PROPERTY]
    properties.last_modified_by = properties.author
    properties.comments = properties.keywords = ""
    properties.language = "en-NZ"
    properties.revision = 1
    properties.created = properties.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None)
