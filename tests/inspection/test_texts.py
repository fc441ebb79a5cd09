"""The words of every format are read, with where they stand."""

import io

import docx
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import documents
from support.documents import docx_of, eml_of, odt_of, pdf_of, pptx_of, xlsx_of

from gateway.domain.inspection import Kind
from gateway.inspection.engine import look_into
from gateway.inspection.gathering import Budget, Gathering
from gateway.inspection.passages import Passage, Place
from gateway.inspection.types import decoded


def read(name: str, data: bytes, budget: Budget | None = None) -> Gathering:
    """A document, read."""
    into = Gathering(look_into, budget or Budget())
    look_into(name, data, into)
    return into


def passage(into: Gathering, words: str) -> Passage:
    """The passage that holds these words."""
    found = [one for one in into.passages if words in one.text]
    assert found, [one.text[:60] for one in into.passages]
    return found[0]


def test_a_pdf_is_read_page_by_page() -> None:
    """A discovery must name its page."""
    into = read("a.pdf", pdf_of("First words", "Second words"))
    assert passage(into, "Second words").where == "page 2"
    assert into.pages == 2


def test_what_a_pdf_says_of_itself_is_read() -> None:
    """A marking may stand in the properties alone."""
    with pikepdf.open(io.BytesIO(pdf_of("a"))) as pdf:
        pdf.docinfo["/Company"] = "IN-CONFIDENCE"
        with pdf.open_metadata() as metadata:
            metadata["dc:description"] = "Described here"
        data = documents.saved(pdf)
    into = read("a.pdf", data)
    said = passage(into, "IN-CONFIDENCE")
    assert (said.place, said.name) == (Place.PROPERTY, "Company")
    assert passage(into, "Described here").place is Place.PROPERTY


def test_notes_and_filled_in_fields_of_a_pdf_are_read() -> None:
    """They are shown with the page, but are not part of it."""
    with pikepdf.open(io.BytesIO(pdf_of("a"))) as pdf:
        note = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="A note")
        field = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Widget, Rect=[0, 0, 9, 9], FT=pikepdf.Name.Tx, T="n", V="Filled in"
        )
        kept = pdf.make_indirect(field)
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note), kept])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[kept])
        data = documents.saved(pdf)
    into = read("a.pdf", data)
    assert passage(into, "A note").place is Place.HIDDEN
    assert passage(into, "Filled in").where == "page 1"


def test_a_scanned_page_is_said_to_be_unread() -> None:
    """Nobody may think that a picture was read."""
    with pikepdf.open(io.BytesIO(pdf_of("words", ""))) as pdf:
        picture = pdf.make_stream(
            bytes(300),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=10,
            Height=10,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
        page = pdf.pages[1].obj
        page.Resources.XObject = pikepdf.Dictionary(Im0=picture)
        page.Contents = pdf.make_stream(b"q 500 0 0 500 0 0 cm /Im0 Do Q")
        data = documents.saved(pdf)
    found = [(one.kind, one.where) for one in read("a.pdf", data).discoveries]
    assert found == [(Kind.PICTURE, "page 2")]


def test_a_word_document_is_read_with_headers_footers_and_tables() -> None:
    """Markings stand in headers, names in tables."""
    document = docx.Document()
    document.add_paragraph("Body words")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Left", "Right"
    document.sections[0].header.paragraphs[0].text = "IN-CONFIDENCE"
    document.sections[0].footer.paragraphs[0].text = "Foot"
    document.core_properties.subject = "A subject"
    out = io.BytesIO()
    document.save(out)
    into = read("a.docx", out.getvalue())
    assert passage(into, "IN-CONFIDENCE").place is Place.HEADER
    assert passage(into, "Foot").place is Place.FOOTER
    assert "Left\n\tRight" in passage(into, "Body words").text
    said = passage(into, "A subject")
    assert (said.place, said.name) == (Place.PROPERTY, "subject")


def test_words_that_word_spreads_over_runs_are_read_as_one() -> None:
    """Word cuts a name wherever somebody stopped typing."""
    into = read(
        "a.docx", docx_of("<w:p><w:r><w:t>Mere Exam</w:t></w:r><w:r><w:t>ple</w:t></w:r></w:p>")
    )
    assert passage(into, "Mere Example").text.strip() == "Mere Example"


def test_pages_of_a_word_document_are_where_word_showed_them() -> None:
    """As far as the file tells."""
    into = read(
        "a.docx",
        docx_of(
            "<w:p><w:r><w:t>One</w:t></w:r></w:p>"
            "<w:p><w:r><w:lastRenderedPageBreak/><w:t>Two</w:t></w:r></w:p>"
        ),
    )
    assert passage(into, "Two").where == "page 2"


def test_words_taken_out_of_a_word_document_are_read_as_hidden() -> None:
    """Tracked changes keep them."""
    body = "<w:p><w:del><w:r><w:delText>Secret name</w:delText></w:r></w:del></w:p>"
    assert passage(read("a.docx", docx_of(body)), "Secret name").place is Place.HIDDEN


def test_a_workbook_is_read_row_by_row() -> None:
    """With words that cells share, words of their own, and dates that are numbers inside."""
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Inline</t></is></c>'
        '</row><row r="7"><c r="A7" s="1"><v>42019</v></c><c r="B7"><v>12</v></c></row>'
    )
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    shared = "<si><r><t>Mere </t></r><r><t>Example</t></r></si>"
    into = read("a.xlsx", xlsx_of(rows, shared=shared, styles=styles))
    assert passage(into, "Mere Example\tInline").where == "sheet 'Notes', row 1"
    assert passage(into, "15/01/2015\t12").where == "sheet 'Notes', row 7"
    assert passage(into, "IN-CONFIDENCE").place is Place.HEADER
    assert passage(into, "Notes").where == "names of the sheets"


def test_a_presentation_is_read_slide_by_slide_with_its_notes() -> None:
    """Notes are words for the speaker alone."""
    into = read("a.pptx", pptx_of("Slide words", "Note words"))
    assert passage(into, "Slide words").where == "slide 1"
    assert passage(into, "Note words").place is Place.HIDDEN
    assert into.pages == 1


def test_an_opendocument_text_is_read() -> None:
    """Its body, its headers and what it says of itself."""
    styles = (
        "<office:document-styles SPACES><style:header><text:p>SENSITIVE</text:p></style:header>"
        "</office:document-styles>"
    )
    meta = (
        "<office:document-meta SPACES><meta:user-defined meta:name='MSIP_Label_x_Name'>Sensitive"
        "</meta:user-defined></office:document-meta>"
    )
    body = "<text:p>Mere <text:span>Example</text:span></text:p>"
    into = read("a.odt", odt_of(body, {"styles.xml": styles, "meta.xml": meta}))
    assert passage(into, "Mere Example").place is Place.BODY
    assert passage(into, "SENSITIVE").place is Place.HEADER
    assert passage(into, "Sensitive").name == "MSIP_Label_x_Name"


def test_an_opendocument_spreadsheet_says_its_sheet() -> None:
    """A discovery must name it."""
    body = (
        '<table:table table:name="Notes"><table:table-row><table:table-cell><text:p>Mere</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    into = read("a.ods", odt_of(body, kind="spreadsheet"))
    assert passage(into, "Mere").where == "sheet 'Notes'"


def test_rich_text_is_read_with_headers_and_properties() -> None:
    """Also where letters are written as numbers."""
    into = read(
        "a.rtf", rb"{\rtf1\ansi{\info{\author Alex}}{\header IN-CONFIDENCE}T\u257?n\u257? koe}"
    )
    assert passage(into, "Tānā koe").place is Place.BODY
    assert passage(into, "IN-CONFIDENCE").place is Place.HEADER
    assert passage(into, "Alex").name == "author"


def test_rows_of_values_have_numbers() -> None:
    """A discovery must name its row."""
    into = read("a.csv", "name,born\r\nMere Example,1/2/2015\r\n".encode("utf-16"))
    assert passage(into, "Mere Example").where == "row 2"


def test_a_mail_is_read_with_its_header_and_attachments() -> None:
    """The names of all who wrote or were written to are words of the document."""
    attached = documents.words_docx("Attached words")
    into = read("a.eml", eml_of("Body words", ("a.docx", attached), html="<p>Mere<br>Example</p>"))
    assert passage(into, "Hui on Thursday").name == "Subject"
    assert passage(into, "alex@agency.example").name == "From"
    assert passage(into, "Body words").place is Place.BODY
    assert passage(into, "Mere\nExample").place is Place.BODY
    assert passage(into, "Attached words").where.startswith("attached file 'a.docx'")


def test_a_picture_is_said_to_be_unread() -> None:
    """Its words may be anything."""
    assert [one.kind for one in read("a.png", documents.picture_of()).discoveries] == [Kind.PICTURE]


def test_text_beyond_the_limit_is_said_to_be_unread() -> None:
    """Never silently left out."""
    into = read("a.txt", b"word " * 1000, Budget(characters=500))
    assert [one.kind for one in into.discoveries] == [Kind.PART_UNREAD]
    assert sum(len(one.text) for one in into.passages) == 500


def test_pages_beyond_the_limit_are_said_to_be_unread() -> None:
    """As for text."""
    into = read("a.pdf", pdf_of("a", "b", "c"), Budget(pages=2))
    assert [one.kind for one in into.discoveries] == [Kind.PART_UNREAD]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_whatever_is_written_as_text_is_read_as_it_is(encoding: str, text: str) -> None:
    """Every letter of every language."""
    assert decoded(text.encode(encoding)).lstrip("\ufeff") == text.lstrip("\ufeff")
