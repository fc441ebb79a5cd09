"""Archives as others read them: 7-Zip, libarchive and pyzipper; and what is refused."""

import errno
import gc
import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess
from zoneinfo import ZoneInfo

import pytest
import pyzipper

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing import ZipSealer
from gateway.services.ports import ArchiveMember, ContentsPage

MADE_AT = datetime(2026, 11, 5, 9, 30, 42, tzinfo=ZoneInfo("Pacific/Auckland"))

Maker = Callable[..., ArchiveMember]
Sealed = Callable[..., Path]
Run = Callable[..., CompletedProcess[bytes]]


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    return {
        "01.txt": b"x",
        "02.txt": "Whānau hui. ".encode() * 50_000,
        "03.bin": os.urandom(5_000_000),
        "04.pdf": os.urandom(256 * 1024),
        "05": b"",
    }


@pytest.fixture
def members(documents: dict[str, bytes], member: Maker) -> list[ArchiveMember]:
    return [member(name, data, deflate=name == "02.txt") for name, data in documents.items()]


def test_7zip_reads_every_byte(
    sealed: Sealed,
    members: list[ArchiveMember],
    documents: dict[str, bytes],
    password: Secret,
    run: Run,
    tmp_path: Path,
) -> None:
    """7-Zip finds no fault and extracts what went in, with neutral permissions."""
    path = sealed(*members)
    tested = run("7zz", "t", f"-p{password.reveal()}", path)
    assert tested.returncode == 0
    assert b"Everything is Ok" in tested.stdout
    assert b"Warning" not in tested.stdout + tested.stderr
    extracted = run("7zz", "x", f"-p{password.reveal()}", f"-o{tmp_path / 'x'}", path)
    assert extracted.returncode == 0
    found = {file.name: file.read_bytes() for file in (tmp_path / "x").iterdir()}
    assert b"T-7KQ2-M9XD" in found.pop("00-contents.html")
    assert found == documents


def test_libarchive_reads_every_byte(
    sealed: Sealed,
    members: list[ArchiveMember],
    documents: dict[str, bytes],
    password: Secret,
    run: Run,
    tmp_path: Path,
) -> None:
    """bsdtar, the base of other programs' zip support, extracts what went in."""
    target = tmp_path / "x"
    target.mkdir()
    path = sealed(*members)
    extracted = run("bsdtar", "--passphrase", password.reveal(), "-C", target, "-xf", path)
    assert extracted.returncode == 0, extracted.stderr
    found = {file.name: file.read_bytes() for file in target.iterdir()}
    assert b"T-7KQ2-M9XD" in found.pop("00-contents.html")
    assert found == documents


def test_pyzipper_reads_every_byte_in_order(
    sealed: Sealed, members: list[ArchiveMember], documents: dict[str, bytes], password: Secret
) -> None:
    """The contents page comes first, then the documents in the order given."""
    with pyzipper.AESZipFile(sealed(*members)) as archive:
        archive.setpassword(password.reveal().encode())
        assert archive.namelist() == ["00-contents.html", *documents]
        for name, plain in documents.items():
            assert archive.read(name) == plain


def test_a_wrong_password_is_refused_by_all(
    sealed: Sealed, member: Maker, password: Secret, run: Run
) -> None:
    """Nobody gets an empty or garbled file from a wrong password; it is said to be wrong."""
    wrong = password.reveal()[:-1] + "f"
    path = sealed(member("01.txt", b"content"))
    seven_zip = run("7zz", "t", f"-p{wrong}", path)
    assert seven_zip.returncode != 0
    assert b"Wrong password" in seven_zip.stdout + seven_zip.stderr
    assert run("bsdtar", "--passphrase", wrong, "-tOxf", path, "01.txt").returncode != 0
    with pyzipper.AESZipFile(path) as archive, pytest.raises(RuntimeError, match="Bad password"):
        archive.read("01.txt", wrong.encode())


def test_7zip_detects_a_flipped_bit_anywhere_in_an_entry(
    sealed: Sealed, member: Maker, password: Secret, run: Run
) -> None:
    """Salt, password check, ciphertext and code: one changed bit and the entry is refused."""
    path = sealed(member("01.bin", bytes(2000)), member("02.txt", b"word " * 3000, deflate=True))
    whole = path.read_bytes()
    with pyzipper.AESZipFile(path) as archive:
        entries = archive.infolist()
    for entry in entries:
        start = entry.header_offset + 30 + len(entry.filename) + 11  # 11: the AES extra field
        inside = range(start, start + entry.compress_size)
        regions = (inside[:16], inside[16:18], inside[18:-10], inside[-10:])
        for region in regions:
            for at in {region[0], region[len(region) // 2], region[-1]}:
                changed = bytearray(whole)
                changed[at] ^= 1 << at % 8
                path.write_bytes(changed)
                assert run("7zz", "t", f"-p{password.reveal()}", path).returncode != 0, at


def test_every_flipped_bit_of_a_small_entry_is_detected(
    sealed: Sealed, member: Maker, password: Secret
) -> None:
    """All 232 bits of a one-byte document's entry are covered by check or code."""
    whole = sealed(member("01.txt", b"x")).read_bytes()
    with pyzipper.AESZipFile(io.BytesIO(whole)) as archive:
        entry = archive.getinfo("01.txt")
    start = entry.header_offset + 30 + len(entry.filename) + 11
    assert entry.compress_size == 29
    for bit in range(29 * 8):
        changed = bytearray(whole)
        changed[start + bit // 8] ^= 1 << bit % 8
        with (
            pyzipper.AESZipFile(io.BytesIO(changed)) as archive,
            pytest.raises((RuntimeError, pyzipper.BadZipFile), match="Bad"),
        ):
            archive.read("01.txt", password.reveal().encode())


def test_a_listing_without_password_shows_only_neutral_names(
    sealed: Sealed, members: list[ArchiveMember], page: ContentsPage, run: Run
) -> None:
    """What every mail hop can read of a pack says nothing about a child, a meeting or an agency."""
    path = sealed(*members)
    listing = run("7zz", "l", "-ba", path).stdout.decode()
    names = [line.split()[-1] for line in listing.splitlines()]
    assert names == ["00-contents.html", "01.txt", "02.txt", "03.bin", "04.pdf", "05"]
    raw = path.read_bytes()
    for text in (
        page.rows[0].title,
        page.meeting,
        page.reference,
        page.sender_agency,
        page.acknowledgement_code.reveal(),
    ):
        assert text.encode() not in raw
        assert text not in listing


def stored(name: str, chunks: Sequence[bytes], size: int) -> ArchiveMember:
    return ArchiveMember(name, Encoding.IDENTITY, size, size, lambda: iter(chunks))


@pytest.mark.parametrize(
    "document",
    [
        stored("01.bin", [b"123"], 4),
        stored("01.bin", [b"123"], 2),
        stored("01.bin", [], 1),
        stored("01.bin", [b"1"], 0),
        stored("01.bin", [bytes(300_000), bytes(300_000)], 600_001),
        stored("01.bin", [bytes(300_000), bytes(300_000)], 599_999),
        replace(stored("01.bin", [b"123"], 3), size_bytes=4),
    ],
)
def test_a_member_of_another_size_than_promised_is_tampered(
    page: ContentsPage, password: Secret, document: ArchiveMember
) -> None:
    """Too short or too long, the archive is not made, and what was begun is wiped."""
    out = io.BytesIO(b"before")
    out.seek(6)
    with pytest.raises(Tampered) as caught:
        ZipSealer().seal(page, [document], password, MADE_AT, out)
    assert "01.bin" in caught.value.message
    del caught
    gc.collect()  # the collector closes what was left open, which must write nothing
    assert out.getvalue() == b"before"


def test_a_reading_or_writing_fault_is_passed_on_and_leaves_nothing(
    page: ContentsPage, password: Secret, member: Maker
) -> None:
    """A full disk or a broken store is not hidden behind a fault of the archive's own."""

    def broken() -> Iterator[bytes]:
        yield b"12"
        raise ConnectionResetError(errno.ECONNRESET, "gone")

    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            if self.tell() > 100_000:
                raise OSError(errno.ENOSPC, "full")
            return super().write(data)  # type: ignore[arg-type]

    out = Full()
    with pytest.raises(OSError, match="full"):
        ZipSealer().seal(page, [member("01.bin", bytes(600_000))], password, MADE_AT, out)
    assert out.getvalue() == b""
    document = replace(member("01.bin", b"123"), open=broken)
    with pytest.raises(ConnectionResetError):
        ZipSealer().seal(page, [document], password, MADE_AT, out)
    gc.collect()
    assert out.getvalue() == b""


@pytest.mark.parametrize(
    "names", [["Mickey Mock.pdf"], ["../01.pdf"], ["00-contents.html"], ["01.pdf", "01.pdf"], [""]]
)
def test_names_that_are_not_neutral_are_refused(
    page: ContentsPage, password: Secret, member: Maker, names: list[str]
) -> None:
    """A name that would tell something, lead elsewhere or hide another never gets in."""
    out = io.BytesIO()
    with pytest.raises(InvalidInput) as caught:
        ZipSealer().seal(page, [member(name, b"x") for name in names], password, MADE_AT, out)
    assert "Mickey" not in caught.value.message
    assert out.getvalue() == b""


@pytest.mark.parametrize("text", ["", "short-password1", "a" * 100, "pāssword-pāssword", "a\n" * 8])
def test_a_password_that_is_weak_or_not_portable_is_refused(page: ContentsPage, text: str) -> None:
    """Below 16 characters (NZISM 7546) or beyond what every program takes, nothing is sealed."""
    out = io.BytesIO()
    with pytest.raises(InvalidInput) as caught:
        ZipSealer().seal(page, [], Secret(text), MADE_AT, out)
    assert not text or text not in caught.value.message + caught.value.remedy
    assert out.getvalue() == b""


def test_memory_stays_small_however_large_the_document(
    page: ContentsPage, password: Secret, tmp_path: Path
) -> None:
    """A streamed document of 100 MB is sealed within a few megabytes."""
    size, chunk = 100_000_000, bytes(1_000_000)
    document = stored("01.bin", [chunk] * 100, size)  # one chunk, given a hundred times
    with (tmp_path / "pack.zip").open("w+b") as out:
        tracemalloc.start()
        try:
            ZipSealer().seal(page, [document], password, MADE_AT, out)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (tmp_path / "pack.zip").stat().st_size > size
    assert peak < 16_000_000


def test_a_chunk_larger_than_the_window_and_single_bytes_give_the_same(
    page: ContentsPage, password: Secret
) -> None:
    """How the store cuts a document makes no difference to what comes out."""
    plain = os.urandom(600_000)
    pieces = [plain[:1], b"", *(plain[at : at + 1] for at in range(1, 1000)), plain[1000:]]
    digests = set()
    for chunks in ([plain], pieces):
        out = io.BytesIO()
        ZipSealer().seal(page, [stored("01.bin", chunks, len(plain))], password, MADE_AT, out)
        with pyzipper.AESZipFile(out) as archive:
            read = archive.read("01.bin", password.reveal().encode())
        digests.add(hashlib.sha256(read).hexdigest())
    assert digests == {hashlib.sha256(plain).hexdigest()}
