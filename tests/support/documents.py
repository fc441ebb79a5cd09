"""Documents made for tests, of every type that is taken in, harmless and hostile."""

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

import docx
import pikepdf
from PIL import Image

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGED = "http://schemas.openxmlformats.org/package/2006"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def zipped(parts: Mapping[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A zip of these parts in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, kind)
    return out.getvalue()


def relationships(*lines: tuple[str, str, str, bool]) -> str:
    """A part of relationships: identifier, last word of the type, target, whether it is outside."""
    mode = {True: ' TargetMode="External"', False: ""}
    rows = "".join(
        f'<Relationship Id="{identifier}" Type="{_RELATED}/{kind}" Target="{target}"'
        f"{mode[external]}/>"
        for identifier, kind, target, external in lines
    )
    return f'<Relationships xmlns="{_PACKAGED}/relationships">{rows}</Relationships>'


def _office(main: str, kind: str, parts: Mapping[str, str | bytes], more: str = "") -> bytes:
    types = (
        f'<Types xmlns="{_PACKAGED}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="bin" ContentType="application/octet-stream"/>'
        f'<Override PartName="/{main}" ContentType="{kind}"/>{more}</Types>'
    )
    start = {
        "[Content_Types].xml": types,
        "_rels/.rels": relationships(("r1", "officeDocument", main, False)),
    }
    return zipped({**start, **parts})


def docx_of(
    body: str = "<w:p><w:r><w:t>Kia ora</w:t></w:r></w:p>",
    parts: Mapping[str, str | bytes] | None = None,
    *,
    more_types: str = "",
    before: str = "",
    kind: str = _WORD,
) -> bytes:
    """A small Word document; `before` stands before its root element."""
    document = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return _office(
        "word/document.xml", kind, {"word/document.xml": document, **(parts or {})}, more_types
    )


def words_docx(*paragraphs: str, header: str = "", footer: str = "") -> bytes:
    """A Word document as python-docx makes it."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx_of(rows: str, *, sheet: str = "Notes", shared: str = "", styles: str = "") -> bytes:
    """A small Excel workbook of one sheet, given its rows as XML."""
    override = '<Override PartName="/xl/{}" ContentType="{}"/>'
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    more = override.format("sharedStrings.xml", f"{spreadsheet}.sharedStrings+xml")
    more += override.format("styles.xml", f"{spreadsheet}.styles+xml")
    more += override.format("worksheets/sheet1.xml", f"{spreadsheet}.worksheet+xml")
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{_RELATED}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            ("r1", "worksheet", "worksheets/sheet1.xml", False)
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData>'
        "<headerFooter><oddHeader>&amp;CIN-CONFIDENCE</oddHeader></headerFooter></worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
    }
    return _office("xl/workbook.xml", _EXCEL, parts, more)


def pptx_of(slide: str, notes: str = "") -> bytes:
    """A small PowerPoint presentation of one slide, with words on it and in its notes."""
    presentation = "application/vnd.openxmlformats-officedocument.presentationml"
    override = '<Override PartName="/ppt/{}" ContentType="{}"/>'
    more = override.format("slides/slide1.xml", f"{presentation}.slide+xml")
    more += override.format("notesSlides/notesSlide1.xml", f"{presentation}.notesSlide+xml")
    shape = (
        '<p:sld xmlns:p="{p}" xmlns:a="{a}"><p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p>'
        "</p:txBody></p:sp></p:sld>"
    )
    parts = {
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_RELATED}"><p:sldIdLst>'
        '<p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relationships(
            ("r1", "slide", "slides/slide1.xml", False)
        ),
        "ppt/slides/slide1.xml": shape.format(p=_P, a=_A, text=slide),
        "ppt/slides/_rels/slide1.xml.rels": relationships(
            ("r1", "notesSlide", "../notesSlides/notesSlide1.xml", False)
        ),
        "ppt/notesSlides/notesSlide1.xml": shape.format(p=_P, a=_A, text=notes),
    }
    return _office("ppt/presentation.xml", _POWERPOINT, parts, more)


def odt_of(body: str, parts: Mapping[str, str | bytes] | None = None, kind: str = "text") -> bytes:
    """A small OpenDocument file, given its body's content as XML."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
            ("script", "script"),
            ("meta", "meta"),
            ("style", "style"),
        )
    )
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = (
        f"<office:document-content {spaces}><office:body>{body}</office:body>"
        "</office:document-content>"
    )
    start = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": content,
    }
    extra = {
        name: c.replace("SPACES", spaces) if isinstance(c, str) else c
        for name, c in (parts or {}).items()
    }
    return zipped({**start, **extra}, stored=("mimetype",))


def pdf_of(*pages: str) -> bytes:
    """A PDF with a line of text on each page; an empty line makes an empty page."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for text in pages:
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            if text:
                page.Contents = pdf.make_stream(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())
        return saved(pdf)


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a PDF that was made or changed."""
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def picture_of(kind: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def eml_of(text: str, *attached: tuple[str, bytes], html: str = "") -> bytes:
    """A mail message with attachments."""
    message = EmailMessage()
    message["From"] = "Alex Sample <alex@agency.example>"
    message["To"] = "sam@other.example"
    message["Subject"] = "Hui on Thursday"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
