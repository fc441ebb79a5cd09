"""Packs in native form that were changed, and documents that are not what they were said to be."""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msoffcrypto
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sealing.conftest import Maker
from sealing.native_packs import DOCX, PDF, Native, inside, office

from gateway.demo.opening import contents, opened
from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.services.ports import ArchiveMember


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]


@given(place=st.floats(0, 1, exclude_max=True), name=st.sampled_from([0, 1, 2, 3]))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_of_any_attached_file_is_noticed_by_its_archive(
    place: float, name: int, harmed: tuple[bytes, list[tuple[str, int, int]]]
) -> None:
    """The CRC-32 of the entry, which every program looks at as it unpacks, is another."""
    whole, entries = harmed
    member, begins, size = entries[name]
    changed = flipped(whole, begins + int(place * size))
    with zipfile.ZipFile(io.BytesIO(changed)) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read(member)


@pytest.fixture
def harmed(native: Native, member: Maker) -> tuple[bytes, list[tuple[str, int, int]]]:
    """A pack with each kind of file, and where each of them stands in it."""
    whole = native(
        member("01.pdf", PDF), member("02.docx", DOCX), member("03.txt", b"x" * 50)
    ).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        read = {each.filename: archive.read(each) for each in archive.infolist()}
    return whole, [(name, whole.index(file), len(file)) for name, file in read.items()]


@given(place=st.floats(0, 1, exclude_max=True))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_changed_byte_of_an_office_file_is_noticed_on_opening(
    place: float, locked_docx: bytes, password: Secret
) -> None:
    """Its own check of integrity covers the encrypted document, whoever repacks the archive."""
    with msoffcrypto.OfficeFile(io.BytesIO(locked_docx)).file.openstream("EncryptedPackage") as at:
        stored = at.read()
    start = locked_docx.index(stored[:512])
    changed = flipped(locked_docx, start + int(place * len(stored)))
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        office(changed, password.reveal())


@pytest.fixture
def locked_docx(native: Native, member: Maker) -> bytes:
    return inside(native(member("01.docx", DOCX)))["01.docx"]


def test_a_changed_pdf_in_a_repacked_archive_shows_in_its_digest_only(
    native: Native, member: Maker, password: Secret
) -> None:
    """PDF has no check of integrity of its own; the digest on the contents page is another."""
    path = native(member("01.pdf", PDF))
    said = re.sub(r"\s", "", contents(opened(path.read_bytes(), password.reveal())))
    whole = inside(path)["01.pdf"]
    unnoticed = 0
    for at in range(whole.index(b"stream") + 40, len(whole) - 2000, 701):
        changed = flipped(whole, at)
        assert hashlib.sha256(changed).hexdigest() not in said
        try:
            with pikepdf.open(io.BytesIO(changed), password=password.reveal()) as document:
                unnoticed += len(document.pages) > 0
        except pikepdf.PdfError:
            pass
    assert hashlib.sha256(whole).hexdigest() in said
    assert unnoticed  # which is why SECURITY.md says so


def stored(name: str, size: int, *chunks: bytes, deflate: bool) -> ArchiveMember:
    """A member that may be another than it is said to be."""

    def read() -> Iterator[bytes]:
        yield from chunks

    encoding = Encoding.DEFLATE if deflate else Encoding.IDENTITY
    return ArchiveMember(name, encoding, size, sum(map(len, chunks)), read)


def deflated(plain: bytes) -> bytes:
    return zlib.compress(plain, wbits=-15)


@pytest.mark.parametrize(
    "wrong",
    [
        stored("01.pdf", 10, deflated(bytes(10_000_000)), deflate=True),
        stored("01.pdf", 11, deflated(bytes(10)), deflate=True),
        stored("01.pdf", 10, deflated(bytes(10)), b"more", deflate=True),
        stored("01.pdf", 10, deflated(bytes(10))[:-1], deflate=True),
        stored("01.pdf", 10, b"\xff\xff\xff", deflate=True),
        stored("01.pdf", 10, b"123456789", deflate=False),
    ],
    ids=["inflates to more", "inflates to less", "goes on", "ends early", "is none", "is shorter"],
)
def test_a_document_that_is_not_what_it_was_leaves_no_pack(
    wrong: ArchiveMember, native: Native, member: Maker, tmp_path: Path
) -> None:
    """Nothing that could be taken for an archive stays, and no more is inflated than was said."""
    with pytest.raises(Tampered):
        native(member("02.docx", DOCX), wrong)
    assert (tmp_path / "pack.zip").read_bytes() == b""


@pytest.mark.parametrize("names", [["01.pdf", "01.pdf"], ["Mickey.pdf"], ["00-contents.pdf"]])
def test_names_that_say_something_are_refused(
    names: list[str], native: Native, member: Maker
) -> None:
    """Only neutral names, each once; the contents page's own cannot be taken."""
    with pytest.raises(InvalidInput):
        native(*(member(name, PDF) for name in names))


@pytest.mark.parametrize("text", ["short", "x" * 100, "kōwhai-kōwhai-kōwhai-kōwhai"])
def test_passwords_have_the_rules_of_the_encrypted_zip(
    text: str, native: Native, member: Maker
) -> None:
    """Long enough, and what every program takes."""
    with pytest.raises(InvalidInput):
        native(member("01.pdf", PDF), by=Secret(text))
