"""What a document truly is, whatever it is called."""

import io

import msoffcrypto.format.ooxml
import pikepdf
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support import documents

from gateway.domain.inspection import Concern, FileType, Kind, fitting_name
from gateway.inspection import types
from gateway.inspection.errors import NotReadable


def heic() -> bytes:
    """A small HEIC picture."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "white")).save(out)
    return out.getvalue()


def refusal(data: bytes, name: str = "plan.docx") -> tuple[Kind, str]:
    """Why a document is not taken in."""
    with pytest.raises(NotReadable) as caught:
        types.true_type(data, name)
    return caught.value.discovery.kind, caught.value.discovery.context


def judged(data: bytes, name: str) -> FileType | Concern:
    """The type of a document, or the concern of its refusal."""
    try:
        return types.true_type(data, name)
    except NotReadable as refused:
        return refused.discovery.kind.concern


@pytest.mark.parametrize(
    ("file_type", "name", "data"),
    [
        (FileType.PDF, "plan.PDF", documents.pdf_of("Kia ora")),
        (FileType.DOCX, "plan.docx", documents.words_docx("Kia ora")),
        (FileType.XLSX, "plan.xlsx", documents.xlsx_of("")),
        (FileType.PPTX, "plan.pptx", documents.pptx_of("Kia ora")),
        (FileType.ODT, "plan.odt", documents.odt_of("")),
        (FileType.ODS, "plan.ods", documents.odt_of("", kind="spreadsheet")),
        (FileType.ODP, "plan.odp", documents.odt_of("", kind="presentation")),
        (FileType.RTF, "plan.rtf", rb"{\rtf1 Kia ora}"),
        (FileType.TXT, "plan.txt", "Tēnā koe\r\n".encode()),
        (FileType.TXT, "plan.txt", "Tēnā koe\r\n".encode("utf-16")),
        (FileType.TXT, "plan.txt", "\xe9t\xe9 \x96 1".encode("cp1252", "ignore")),
        (FileType.TXT, "plan.txt", b"MZ is a code of a place, BM of another"),
        (FileType.CSV, "plan.csv", b"name,age\r\nMere,9\r\n"),
        (FileType.PNG, "plan.png", documents.picture_of()),
        (FileType.JPEG, "plan.jpeg", documents.picture_of("JPEG")),
        (FileType.HEIC, "plan.heic", heic()),
        (FileType.EML, "plan.eml", documents.eml_of("Kia ora")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_is_known_by_its_content(file_type: FileType, name: str, data: bytes) -> None:
    """Every type that is taken in, as ordinary programs make it."""
    assert types.true_type(data, name) is file_type
    assert types.fits(name, file_type)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (documents.zipped({"a.txt": "x"}), "ZIP archive"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip"),
        (b"MZ\x90\x00\x03", "Windows program"),
        (b"\x7fELF\x02\x01", "Linux program"),
        (b"#!/bin/sh\necho\n", "script"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "SVG"),
        (b"\xef\xbb\xbf  <HTML><script>", "HTML"),
        (b"GIF89a\x01", "GIF"),
        (b"II*\x00\x08", "TIFF"),
        (b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00isom", "film"),
        (b"\x00\x01\x02\x03", "neither a document nor text"),
        (documents.zipped({"META-INF/MANIFEST.MF": "x"}), "Java"),
    ],
)
def test_anything_else_is_not_taken_in_and_the_refusal_says_what_it_is(
    data: bytes, what: str
) -> None:
    """People need to know what to do instead."""
    kind, context = refusal(data, "plan.pdf")
    assert kind is Kind.NOT_ALLOWED
    assert what in context


def test_text_that_something_would_run_is_not_text() -> None:
    """The ending decides what a double click does."""
    assert refusal(b"WScript.Echo(1)", "plan.js")[0] is Kind.NOT_ALLOWED
    assert refusal(b"rem hello", "plan.bat. ")[0] is Kind.NOT_ALLOWED


def test_an_empty_file_is_no_document() -> None:
    """Nothing was sent, and somebody should know."""
    assert refusal(b"")[0] is Kind.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        documents.pdf_of("a") + documents.zipped({"a.exe": "MZ"}),
        documents.pdf_of("a") + b"MZ\x90\x00",
        documents.pdf_of("a") + b"<script>" + b"x" * 2000,
        b"#!/bin/sh\n" + documents.pdf_of("a"),
        b"some words\n" + documents.pdf_of("a"),
        documents.words_docx("a") + b"trailing",
        documents.words_docx("a") + documents.pdf_of("a"),
        documents.picture_of() + documents.zipped({"a": "b"}),
        documents.picture_of("JPEG") + documents.zipped({"a": "b"}),
        documents.picture_of("JPEG") + b"MZ\x90\x00",
        rb"{\rtf1 a}" + documents.zipped({"a": "b"}),
        documents.eml_of("a") + documents.zipped({"a": "b"}),
    ],
)
def test_a_file_that_is_two_things_at_once_is_refused(data: bytes) -> None:
    """One program would show the document, another would run what is behind it."""
    name = "plan.eml" if data.startswith(b"From") else "plan.pdf"
    kind, _ = refusal(data, name)
    assert kind in {Kind.POLYGLOT, Kind.NOT_ALLOWED}


def test_a_pdf_with_a_zip_in_the_tail_is_named_a_polyglot() -> None:
    """What the refusal says is what was found."""
    kind, context = refusal(documents.pdf_of("a") + documents.zipped({"a": "b"}))
    assert kind is Kind.POLYGLOT
    assert context


def test_something_between_the_parts_of_a_container_is_refused() -> None:
    """Bytes that no directory names are where things are hidden."""
    whole = documents.words_docx("a")
    second = whole.index(b"PK\x03\x04", 4)
    assert refusal(whole[:second] + b"x" * 500 + whole[second:])[0] in {
        Kind.POLYGLOT,
        Kind.MALFORMED,
    }


def test_office_files_with_a_password_are_called_encrypted() -> None:
    """They cannot be looked into, and the coordinator is told why."""
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(documents.words_docx("a"))).encrypt(
        "Fictional-4", out
    )
    assert refusal(out.getvalue())[0] is Kind.ENCRYPTED


def test_opendocument_files_with_a_password_are_called_encrypted() -> None:
    """Their list of parts says so."""
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
        "<m:encryption-data/></m:file-entry></m:manifest>"
    )
    assert refusal(documents.odt_of("", {"META-INF/manifest.xml": manifest}))[0] is Kind.ENCRYPTED


def test_a_zip_with_a_password_is_called_encrypted() -> None:
    """Also where it is dressed as a document."""
    data = bytearray(documents.words_docx("a"))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert refusal(bytes(data))[0] is Kind.ENCRYPTED


def test_templates_and_binary_workbooks_are_not_taken_in() -> None:
    """Each is told what to save it as."""
    template = documents.docx_of(
        kind="application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
    )
    kind, context = refusal(template)
    assert kind is Kind.NOT_ALLOWED
    assert "template" in context


def test_a_broken_picture_is_refused() -> None:
    """One that is cut off shows something else in every program."""
    assert refusal(documents.picture_of()[:-8])[0] is Kind.MALFORMED
    assert refusal(documents.picture_of("JPEG")[:-2])[0] is Kind.MALFORMED


def test_a_name_that_does_not_fit_is_noticed() -> None:
    """Also where dots and spaces hide the ending, or there is none."""
    assert not types.fits("plan.pdf", FileType.DOCX)
    assert not types.fits("plan", FileType.PDF)
    assert not types.fits(".pdf", FileType.PDF)
    assert types.fits("plan.v2.pdf ", FileType.PDF)


def test_a_name_loses_its_macro_with_the_macros() -> None:
    """Word does not open a file without macros that is called one with them."""
    assert fitting_name("plan.docm", FileType.DOCX) == "plan.docx"
    assert fitting_name("Plan.XLSM", FileType.XLSX) == "Plan.xlsx"
    assert fitting_name("plan.docx", FileType.DOCX) == "plan.docx"


@given(st.binary(max_size=400), st.sampled_from(["a.pdf", "a.docx", "a.txt", "a.eml", "a"]))
def test_any_bytes_are_judged_or_refused(data: bytes, name: str) -> None:
    """Nothing but a type or a refusal ever comes out."""
    assert judged(data, name) in {*FileType, Concern.UNSAFE}


@given(st.binary(max_size=60), st.integers(0, 2000))
def test_a_damaged_office_file_is_judged_or_refused(noise: bytes, at: int) -> None:
    """Whatever bytes are overwritten."""
    data = bytearray(documents.docx_of())
    data[at : at + len(noise)] = noise
    assert judged(bytes(data), "a.docx") in {*FileType, Concern.UNSAFE}


def test_an_owner_password_is_no_other_type() -> None:
    """A PDF that opens without a password is a PDF."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(documents.pdf_of("a"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="Fictional-4", user="", R=6))
    assert types.true_type(out.getvalue(), "a.pdf") is FileType.PDF
