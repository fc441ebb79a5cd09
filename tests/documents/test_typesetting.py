"""The documents themselves: their words in order, their structure, and the same bytes again."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pikepdf
import pytest
from documents.reading import TEMPLATES, pdfium_pages, request_with, word_paragraphs

from gateway.documents import Typesetter
from gateway.documents.sample import full_sample, sparse_sample
from gateway.domain.errors import InvalidInput

_GOLDEN = Path(__file__).parent / "golden"
_HEADINGS = [
    "From",
    "To",
    "Child or young person",
    "Purpose",
    "Information requested",
    "Reason",
    "Consultation",
    "Safety",
    "Due",
    "How to reply",
    "What the Act says",
    "Privacy statement",
    "Further information",
    "Reply",
]
_LEFT_OUT_WHEN_BLANK = {"Safety", "Further information"}


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    """One with the templates that come with the gateway, and no fonts of this machine."""
    return Typesetter(TEMPLATES, system_fonts=False)


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_docx_says_what_the_golden_text_says(typesetter: Typesetter) -> None:
    """Every word of the DOCX, paragraph by paragraph."""
    text = "\n".join(text for _, text in word_paragraphs(typesetter.docx(request_with())))
    assert _lines(text) == _lines((_GOLDEN / "docx.txt").read_text("utf-8"))


def test_the_pdf_says_what_the_golden_text_says(typesetter: Typesetter) -> None:
    """Every word of the PDF in reading order, with the header and footer of each page."""
    text = "\n".join(pdfium_pages(typesetter.pdf(request_with())))
    assert text.split() == (_GOLDEN / "pdf.txt").read_text("utf-8").split()


@pytest.mark.parametrize("template", ["section-66c", "section-66", "section-20"])
def test_the_docx_has_a_title_headings_and_tables_with_header_rows(
    typesetter: Typesetter, template: str
) -> None:
    """What a screen reader steers by, and the language it reads in."""
    made = typesetter.docx(replace(full_sample(), template=template))
    opened = docx.Document(io.BytesIO(made))
    styled = [(p.style.name, p.text) for p in opened.paragraphs if p.style is not None]
    assert [text for style, text in styled if style == "Title"] == [full_sample().title]
    assert [text for style, text in styled if style == "Heading 1"] == _HEADINGS
    assert len(opened.tables) == 3
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in opened.tables)
    assert opened.core_properties.title == full_sample().title
    assert opened.core_properties.language == "en-NZ"
    assert 'w:lang w:val="en-NZ"' in opened.styles.element.xml


def test_a_blank_part_is_left_out_and_a_blank_field_says_so(typesetter: Typesetter) -> None:
    """Nobody reads a heading without text, or wonders what an empty line means."""
    document = replace(sparse_sample(), template="section-66c")
    paragraphs = word_paragraphs(typesetter.docx(document))
    headings = [text for style, text in paragraphs if style == "Heading1"]
    assert headings == [name for name in _HEADINGS if name not in _LEFT_OUT_WHEN_BLANK]
    assert ("Detail", "Full name:\tNot stated") in paragraphs
    assert not any(text.startswith("Action:") for _, text in paragraphs)
    pages = "\n".join(pdfium_pages(typesetter.pdf(document)))
    assert "Full name Not stated" in " ".join(pages.split())
    assert "Safety" not in pages


def test_the_marking_stands_at_top_and_bottom_of_every_page(typesetter: Typesetter) -> None:
    """Also where a request runs to many pages."""
    document = request_with(purpose="Example words. " * 1000)
    pages = [_lines(page) for page in pdfium_pages(typesetter.pdf(document))]
    assert len(pages) > 4
    for number, lines in enumerate(pages, start=1):
        assert lines[0] == document.marking
        assert lines[-2:] == [
            document.marking,
            f"{document.reference} Page {number} of {len(pages)}",
        ]


def test_the_pdf_is_tagged_and_names_its_language_and_title(typesetter: Typesetter) -> None:
    """ISO 14289-1: marked content, structure tree, language, title shown, and its own claim."""
    with pikepdf.open(io.BytesIO(typesetter.pdf(request_with()))) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert root.Lang == "en-NZ"
        assert root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == full_sample().title
            assert metadata["pdfuaid:part"] == "1"
        kinds = _kinds(root.StructTreeRoot.K)
    assert kinds.count("/H1") == len(_HEADINGS)
    assert kinds.count("/Table") == 3
    assert kinds.count("/TH") == 4 + 2 + 2
    assert kinds.count("/L") == 8  # the lists of details


def _kinds(node: pikepdf.Object) -> list[str]:
    """The kind of every structure element below `node`, in order."""
    if isinstance(node, pikepdf.Array):
        return [kind for child in node for kind in _kinds(child)]
    if not isinstance(node, pikepdf.Dictionary) or "/S" not in node:
        return []
    below = _kinds(node["/K"]) if "/K" in node else []
    return [str(node["/S"]), *below]


def test_the_same_document_gives_the_same_bytes(typesetter: Typesetter) -> None:
    """Also from another typesetter; and another moment gives others."""
    document = request_with()
    again = Typesetter(TEMPLATES, system_fonts=False)
    assert typesetter.docx(document) == again.docx(document)
    assert typesetter.pdf(document) == again.pdf(document)
    later = replace(document, made_at=datetime(2026, 11, 5, 9, 31, tzinfo=UTC))
    assert typesetter.docx(later) != again.docx(document)
    assert typesetter.pdf(later) != again.pdf(document)


@pytest.mark.parametrize(
    "name", ["no-such", "", "../section-66c", "Section-66C", "section-66c.docx", "a" * 5000]
)
def test_a_template_that_does_not_exist_is_named(typesetter: Typesetter, name: str) -> None:
    """No name leads out of the folder."""
    document = replace(full_sample(), template=name)
    for make in (typesetter.docx, typesetter.pdf):
        with pytest.raises(InvalidInput, match="There is no template") as caught:
            make(document)
        assert caught.value.field == "template"
        assert len(str(caught.value)) < 200


def test_a_template_of_its_own_name_makes_the_pdf(tmp_path: Path) -> None:
    """`<template>.typ` goes before the shared one."""
    for name in ("section-66c.docx", "request.typ"):
        (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    shared = (TEMPLATES / "request.typ").read_text("utf-8")
    own = shared.replace("How to reply", "Ways to reply")
    (tmp_path / "section-66c.typ").write_text(own, "utf-8")
    pages = pdfium_pages(Typesetter(tmp_path).pdf(request_with()))
    assert "Ways to reply" in "".join(pages)


def test_a_faulty_template_is_refused_without_a_word_of_the_request(tmp_path: Path) -> None:
    """An error must not carry what a person wrote."""
    (tmp_path / "section-66c.docx").write_bytes((TEMPLATES / "section-66c.docx").read_bytes())
    source = (TEMPLATES / "request.typ").read_text("utf-8")
    (tmp_path / "request.typ").write_text(source + "\n#panic(d.child_name)\n", "utf-8")
    with pytest.raises(InvalidInput, match=r"request\.typ") as caught:
        Typesetter(tmp_path).pdf(request_with())
    assert "Pōtiki" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
