"""Packs in native form: opened by other programs, refused to a wrong password."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import msoffcrypto
import pikepdf
import pypdfium2
import pytest
import pyzipper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sealing.conftest import Maker, Run
from sealing.native_packs import (
    DOCX,
    OFFICE,
    PDF,
    PPTX,
    WRONG,
    XLSX,
    Native,
    inside,
    office,
    package,
    text,
)

from gateway.demo.opening import contents, opened
from gateway.domain.secret import Secret
from gateway.sealing.native import CONTENTS_NAME, OTHERS_NAME
from gateway.services.ports import ContentsPage

SHORT = Secret("acorn-relish-duplex-gravy-mule")  # pdftotext takes 32 characters at most


def test_each_document_opens_in_its_own_program(
    native: Native, member: Maker, password: Secret
) -> None:
    """PDF files by a PDF library of another maker, Office files byte for byte, the rest by AES."""
    files = inside(
        native(
            member("01.pdf", PDF),
            member("02.docx", DOCX, deflate=True),
            member("03.xlsx", XLSX),
            member("04.pptx", PPTX, deflate=True),
            member("05.txt", b"Mickey Mock", deflate=True),
        )
    )
    assert sorted(files) == [
        CONTENTS_NAME, "01.pdf", "02.docx", "03.xlsx", "04.pptx", OTHERS_NAME
    ]  # fmt: skip
    for name, whole in (("02.docx", DOCX), ("03.xlsx", XLSX), ("04.pptx", PPTX)):
        assert office(files[name], password.reveal()) == whole
    with (
        pypdfium2.PdfDocument(files["01.pdf"], password=password.reveal()) as document,
        pypdfium2.PdfDocument(PDF) as original,
    ):
        assert text(document) == text(original)
    with pyzipper.AESZipFile(io.BytesIO(files[OTHERS_NAME])) as others:
        others.setpassword(password.reveal().encode())
        assert {name: others.read(name) for name in others.namelist()} == {"05.txt": b"Mickey Mock"}


def test_the_contents_page_says_what_every_file_is(
    native: Native, member: Maker, password: Secret, page: ContentsPage
) -> None:
    """Titles with macrons, what stands in others.zip, the code, and each file's SHA-256."""
    path = native(member("01.txt", b"x"), member("02.pdf", PDF))
    files = inside(path)
    said = contents(opened(path.read_bytes(), password.reveal()))
    flat = re.sub(r"\s", "", said)
    for words in ("Hui ā-whānau", "Mickey Mock – school report.txt", "in others.zip"):
        assert words.replace(" ", "") in flat
    assert page.acknowledgement_code.reveal() in said
    assert page.acknowledge_at is not None
    assert page.acknowledge_at in flat
    for name in ("02.pdf", OTHERS_NAME):
        assert hashlib.sha256(files[name]).hexdigest() in flat


def test_other_programs_open_it(native: Native, member: Maker, run: Run, tmp_path: Path) -> None:
    """7-Zip tests both archives; Poppler reads the PDF."""
    path = native(member("01.pdf", PDF), member("02.txt", b"x"), by=SHORT)
    assert run("7zz", "t", "-p", path).returncode == 0
    for name, content in inside(path).items():
        (tmp_path / name).write_bytes(content)
    assert run("7zz", "t", f"-p{SHORT.reveal()}", OTHERS_NAME).returncode == 0
    assert run("7zz", "t", f"-p{WRONG}", OTHERS_NAME).returncode != 0
    for name in ("01.pdf", CONTENTS_NAME):
        read = run("pdftotext", "-upw", SHORT.reveal(), name, "-")
        assert (read.returncode, bool(read.stdout.strip())) == (0, True)
        assert run("pdftotext", "-upw", "other", name, "-").returncode != 0


def test_a_wrong_password_opens_nothing(native: Native, member: Maker) -> None:
    """Neither PDF nor Office file nor archive; nor does the empty password."""
    files = inside(native(member("01.pdf", PDF), member("02.docx", DOCX), member("03.txt", b"x")))
    for wrong in (WRONG, ""):
        for name in (CONTENTS_NAME, "01.pdf"):
            with pytest.raises(pikepdf.PasswordError):
                pikepdf.open(io.BytesIO(files[name]), password=wrong)
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        office(files["02.docx"], WRONG)
    others = pyzipper.AESZipFile(io.BytesIO(files[OTHERS_NAME]))
    with others, pytest.raises(RuntimeError):
        others.read("03.txt", pwd=WRONG.encode())


def test_pdf_files_have_the_strongest_encryption_there_is(
    native: Native, member: Maker, password: Secret
) -> None:
    """AES-256 for texts, streams and metadata; an owner's password nobody has."""
    files = inside(native(member("01.pdf", PDF)))
    with pikepdf.open(io.BytesIO(files["01.pdf"]), password=password.reveal()) as document:
        method = pikepdf.models.EncryptionInfo
        assert isinstance(document.encryption, method)
        assert document.encryption.R == 6
        assert document.encryption.bits == 256
        assert document.trailer.Encrypt.get("/EncryptMetadata", True)
        assert document.user_password_matched
        assert not document.owner_password_matched
        assert document.allow.accessibility


def test_nothing_is_said_in_the_clear(native: Native, member: Maker) -> None:
    """No title, name, author or marker of the documents; neutral names; no identifier of a PDF."""
    source = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Title"] = "Mickey Mock report"
        made.docinfo["/Author"] = "Alex Sample"
        with made.open_metadata() as metadata:
            metadata["dc:subject"] = {"Mickey Mock"}
        made.trailer["/ID"] = pikepdf.Array([pikepdf.String(b"ORIGINAL--------")] * 2)
        made.save(source, compress_streams=False)
    whole = native(member("01.pdf", source.getvalue()), member("02.docx", DOCX)).read_bytes()
    for word in (b"Mickey", b"Alex", b"ORIGINAL", b"word/document", b"school", b"T-7KQ2-M9XD"):
        assert word not in whole
        assert word.hex().encode() not in whole.lower()
        assert word.decode().encode("utf-16-le") not in whole


def signed() -> bytes:
    """A PDF that says it bears a signature."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as document:
        document.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array())
        document.save(out)
    return out.getvalue()


def locked() -> bytes:
    """A PDF that opens without a password, but not to be changed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


def entities() -> bytes:
    """An Office file whose list of types declares entities."""
    held = io.BytesIO()
    kind = f"{OFFICE}.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(held, "w") as out:
        out.writestr(
            "[Content_Types].xml",
            '<!DOCTYPE Types [<!ENTITY a "aaaa">]>'
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        out.writestr("word/document.xml", "<x/>")
    return held.getvalue()


MACROS = package("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml")
BLOATED = io.BytesIO()
with zipfile.ZipFile(BLOATED, "w", zipfile.ZIP_DEFLATED) as bloated:
    bloated.writestr("[Content_Types].xml", b" " * 5_000_000)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("01.pdf", b"no PDF file"),
        ("01.pdf", PDF[: len(PDF) // 2]),
        ("01.pdf", PDF.replace(b"startxref", b"startxxxx")),
        ("01.pdf", signed()),
        ("01.pdf", locked()),
        ("01.pdf", DOCX),
        ("01.docx", b"no Office file"),
        ("01.docx", XLSX),
        ("01.docx", MACROS),
        ("01.docx", DOCX[: len(DOCX) // 2]),
        ("01.docx", entities()),
        ("01.docx", BLOATED.getvalue()),
        ("01.xlsx", DOCX),
        ("01.xlsx", package(f"{OFFICE}.spreadsheetml.sheet.main+xml", "xl/workbook.xml", 1)),
        ("01.docm", DOCX),
        ("01", PDF),
        ("01.pdf", b""),
    ],
)
def test_what_cannot_be_encrypted_in_its_own_form_goes_into_the_archive(
    name: str, plain: bytes, native: Native, member: Maker, password: Secret
) -> None:
    """Damaged, signed, locked, of another kind than its name says: byte for byte as it was."""
    path = native(member(name, plain))
    files = inside(path)
    assert sorted(files) == [CONTENTS_NAME, OTHERS_NAME]
    assert opened(path.read_bytes(), password.reveal())[name] == plain


def test_large_documents_go_into_the_archive(
    native: Native, member: Maker, password: Secret
) -> None:
    """What is too large to be held in memory is streamed."""
    path = native(member("01.pdf", PDF), member("02.docx", XLSX), limit_bytes=len(PDF) - 1)
    assert sorted(inside(path)) == [CONTENTS_NAME, OTHERS_NAME]
    assert opened(path.read_bytes(), password.reveal())["01.pdf"] == PDF


@pytest.mark.parametrize("size", [1, 2000, 3000, 4070, 4090, 4100, 65_000, 7_000_000, 7_200_000])
def test_office_files_of_every_size_open(
    size: int, native: Native, member: Maker, password: Secret
) -> None:
    """About the sizes where the container changes its form."""
    held = io.BytesIO(DOCX)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_STORED) as out:
        out.writestr("word/media/image9.bin", b"x" * size)
    files = inside(native(member("01.docx", held.getvalue())))
    assert office(files["01.docx"], password.reveal()) == held.getvalue()


def test_two_seals_of_one_pack_have_nothing_in_common(native: Native, member: Maker) -> None:
    """Salts and keys are made anew each time."""
    first = inside(native(member("01.pdf", PDF), member("02.docx", DOCX)))
    again = inside(native(member("01.pdf", PDF), member("02.docx", DOCX)))
    for name, file in first.items():
        assert file != again[name]
        assert file[-4000:-3000] != again[name][-4000:-3000]


KINDS = {".pdf": PDF, ".docx": DOCX, ".xlsx": XLSX, ".txt": b"Mickey Mock", "": b"", ".png": b"x"}


@given(chosen=st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.booleans()), max_size=5))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_goes_in_comes_out(
    chosen: list[tuple[str, bool]], native: Native, member: Maker, password: Secret
) -> None:
    """Every document is there once, under its name, and its content is what it was."""
    members = [
        member(f"{number:02d}{kind}", KINDS[kind], deflate=deflate)
        for number, (kind, deflate) in enumerate(chosen, 1)
    ]
    files = opened(native(*members).read_bytes(), password.reveal())
    assert sorted(files) == sorted([CONTENTS_NAME, *(each.name for each in members)])
    for number, (kind, _) in enumerate(chosen, 1):
        name = f"{number:02d}{kind}"
        if kind == ".pdf":
            with pypdfium2.PdfDocument(files[name]) as got, pypdfium2.PdfDocument(PDF) as given_:
                assert text(got) == text(given_)
        else:
            assert files[name] == KINDS[kind]
