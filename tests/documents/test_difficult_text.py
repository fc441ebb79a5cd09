"""What people and attackers write into a request stays text, in both files and every reader."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from documents.reading import (
    TEMPLATES,
    libreoffice_text,
    pdfium_pages,
    poppler_pages,
    request_with,
    unspaced,
    without_edges,
    word_paragraphs,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.documents import Typesetter
from gateway.documents.texts import plain, spelt_out
from gateway.documents.values import values_of
from gateway.domain.information_requests.content import (
    ConsultationRecord,
    RequestDocument,
    RequestedItem,
    Subject,
)
from gateway.domain.register import ChildReference

_HOSTILE = {
    "Jinja": "{{ 7*7 }} {% for x in y %} {# no #} {{ self.__init__.__globals__ }}",
    "docxtpl": "{_{ 7*7 }_} {_% if 1 %_} {%p if x %} {{r purpose }}",
    "XML": "<w:p>&amp;</w:p> <!-- x --> ]]> &#123; <?php ?> \"a\" 'b'",
    "Typst": '#import "x.typ": * #panic("no") $x^2$ *bold* _it_ = H @ref <label> `raw` \\ ~ --',
    "macrons": "Māori Ngāti Whātua tamāhine ĀĒĪŌŪ āēīōū",
    "decomposed macrons": "Ma\u0304ori",
    "long word": "W" * 500,
    "emoji": "\U0001f600 \U0001f44d\U0001f3fe \U0001f1f3\U0001f1ff \u2764\ufe0f \U0001fae0",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
}


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    """One that uses only the fonts that come with the gateway."""
    return Typesetter(TEMPLATES, system_fonts=False)


def _request(text: str) -> RequestDocument:
    """A request with `text` in fields of every kind: details, paragraphs, tables, title."""
    document = request_with(
        subject=Subject(ChildReference("C-1"), name=text, family=text),
        purpose=text,
        items=(RequestedItem(text, text, date(2026, 1, 1)),),
        safety=text,
        consultation=ConsultationRecord(consulted=False, account=text),
    )
    return replace(document, title=text, statements=(text,), further=((text, text),))


_TIMES = 11  # how often the text then stands in the document, edges apart


@pytest.mark.parametrize("kind", _HOSTILE)
def test_it_stays_text_in_the_docx(typesetter: Typesetter, kind: str) -> None:
    """Each field holds exactly what was written."""
    text = _HOSTILE[kind]
    paragraphs = word_paragraphs(typesetter.docx(_request(text)))
    assert sum(shown.count(text) for _, shown in paragraphs) == _TIMES


@pytest.mark.parametrize("kind", _HOSTILE)
def test_it_stays_text_in_the_pdf_for_two_readers(
    typesetter: Typesetter, kind: str, tmp_path: Path
) -> None:
    """Each field can be read, also where it goes over lines and pages."""
    document = _request(_HOSTILE[kind])
    pdf = typesetter.pdf(document)
    wanted = unspaced(str(values_of(document)["purpose"]))
    composed = wanted.replace("a\u0304", "ā")
    assert without_edges(pdfium_pages(pdf), document).count(composed) == _TIMES
    assert composed in without_edges(poppler_pages(pdf, tmp_path), document)


def test_libreoffice_reads_every_value(typesetter: Typesetter, tmp_path: Path) -> None:
    """The difficult ones all in one request, and every other value of the full sample."""
    rest = "\n".join(_HOSTILE.values())
    document = request_with(purpose=rest, due_because="\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc")
    read = unspaced(libreoffice_text(typesetter.docx(document), tmp_path))
    for name, value in values_of(document).items():
        if name == "marking" or not value:
            continue  # the marking of the edges is no part of LibreOffice's text; checked below
        texts = [value] if isinstance(value, str) else [t for e in value for t in e.values()]
        for text in texts:
            assert unspaced(text) in read, name
    assert document.marking.replace(" ", "") in read


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643",
        "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    ],
)
def test_text_from_right_to_left_survives(
    typesetter: Typesetter, text: str, tmp_path: Path
) -> None:
    """Arabic and Hebrew, word by word; readers differ in the order they give lines in."""
    document = request_with(reply_by=text)
    assert any(shown == text for _, shown in word_paragraphs(typesetter.docx(document)))
    pdf = typesetter.pdf(document)
    for pages in (pdfium_pages(pdf), poppler_pages(pdf, tmp_path)):
        for word in text.split():
            assert word in without_edges(pages, document)


def test_twenty_thousand_characters_survive_whole(typesetter: Typesetter, tmp_path: Path) -> None:
    """Over many pages, in a paragraph and in a table."""
    text = " ".join(f"word{number:04}" for number in range(20_000 // 9))
    document = request_with(purpose=text, items=(RequestedItem("Example", text),))
    pdf = typesetter.pdf(document)
    assert any(shown.endswith(text) for _, shown in word_paragraphs(typesetter.docx(document)))
    # The period stands beside the text on the first page of its row, so it is read there.
    read = without_edges(pdfium_pages(pdf), document).replace("Notstated", "")
    assert read.count(unspaced(text)) == 1 + 1
    assert unspaced(text) in without_edges(poppler_pages(pdf, tmp_path), document)


def test_line_breaks_are_kept(typesetter: Typesetter) -> None:
    """However the line ends were written."""
    document = request_with(reply_by="first\r\nsecond\rthird\u2028fourth\n\nfifth")
    lines = ["first", "second", "third", "fourth", "", "fifth"]
    assert "\n".join(lines) in [text for _, text in word_paragraphs(typesetter.docx(document))]
    read = "\n".join(pdfium_pages(typesetter.pdf(document))).splitlines()
    start = read.index("first")
    assert [line for line in read[start : start + 6] if line][:5] == [
        each for each in lines if each
    ]


def test_characters_that_xml_cannot_hold_are_replaced_visibly(typesetter: Typesetter) -> None:
    """Nothing after them is lost, and a reader sees that something stood there."""
    document = request_with(reply_by="a\x07b\x00c\ud800d\ufffee\x9bf")
    shown = "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
    assert shown in [text for _, text in word_paragraphs(typesetter.docx(document))]
    assert shown in "".join(pdfium_pages(typesetter.pdf(document)))


def test_a_character_without_a_font_is_named_in_the_pdf_only(typesetter: Typesetter) -> None:
    """The PDF says so in its foot; the DOCX has the character."""
    document = request_with(reply_by="Example \u6f22 and \U00013000 \U0001f600 \U0010fffd end")
    read = " ".join("".join(pdfium_pages(typesetter.pdf(document))).split())
    assert "Example [cjk unified ideograph-6f22] and [egyptian hieroglyph a001]" in read
    assert "\U0001f600 [U+10FFFD] end" in read
    assert "named in square brackets" in read
    assert document.content.reply_by in [t for _, t in word_paragraphs(typesetter.docx(document))]
    usual = " ".join("".join(pdfium_pages(typesetter.pdf(request_with()))).split())
    assert "square brackets" not in usual


_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=30, deadline=None)
@given(text=_TEXT)
def test_any_text_can_be_set(typesetter: Typesetter, text: str) -> None:
    """Whatever is written, both files are made, and the DOCX holds it."""
    document = request_with(reply_by=f"({text})")
    shown = [shown for _, shown in word_paragraphs(typesetter.docx(document))]
    assert plain(f"({text})") in shown
    assert typesetter.pdf(document).startswith(b"%PDF-")


@given(text=st.text())
def test_plain_text_stays_plain(text: str) -> None:
    """Cleaning twice changes nothing more, and nothing is left that XML cannot hold."""
    once = plain(text)
    assert plain(once) == once
    assert all(each == "\n" or each >= " " for each in once)
    assert not {"\ufffe", "\uffff", "\x7f"} & set(once)


def test_a_joiner_alone_is_spelt_as_nothing() -> None:
    """What only joins others says nothing by itself."""
    assert spelt_out("\u200d") == ""
    assert spelt_out("\U0001f600") == "[grinning face]"
