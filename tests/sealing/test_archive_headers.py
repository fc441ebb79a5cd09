"""Archives as bytes: headers read here by hand, so that no library's leniency hides a fault."""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import pyzipper.zipfile
from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

from gateway.domain.secret import Secret
from gateway.services.ports import ArchiveMember

Maker = Callable[..., ArchiveMember]
Sealed = Callable[..., Path]
Run = Callable[..., CompletedProcess[bytes]]

STORED, DEFLATED, AES_METHOD = 0, 8, 99
ENCRYPTED = 1
ZIP64_EXTRA, AES_EXTRA = 0x0001, 0x9901


@dataclass
class Header:
    """A local or central header's fields that matter here."""

    name: bytes
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    stored: int
    plain: int
    extra: dict[int, bytes]
    end: int


@dataclass
class Entry:
    """An entry: both of its headers, and what only the central one has."""

    central: Header
    local: Header
    made_by: int
    attributes: tuple[int, int]
    comment: int
    body: bytes


def extras(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        kind, length = struct.unpack_from("<HH", data)
        assert kind not in found
        found[kind], data = data[4 : 4 + length], data[4 + length :]
    return found


def header(raw: bytes, at: int, *, length: int) -> Header:
    """A header whose common fields begin at `at`; names follow `length` bytes after them."""
    needed, flags, method, time, date, crc, stored, plain, name, extra = struct.unpack_from(
        "<5H3L2H", raw, at
    )
    start = at + length
    middle = start + name
    end = middle + extra
    return Header(
        name=raw[start:middle],
        needed=needed,
        flags=flags,
        method=method,
        time=time,
        date=date,
        crc=crc,
        stored=stored,
        plain=plain,
        extra=extras(raw[middle:end]),
        end=end,
    )


def parse(raw: bytes) -> list[Entry]:
    """The entries of a small archive without comment; asserts that its parts join without gaps."""
    *disks, count, total, size, directory, comment = struct.unpack("<4H2LH", raw[-18:])
    assert raw[-22:-18] == b"PK\x05\x06"
    assert (disks, comment, count) == ([0, 0], 0, total)
    assert directory + size == len(raw) - 22
    entries, at, expected = [], directory, 0
    for _ in range(count):
        assert raw[at : at + 4] == b"PK\x01\x02"
        central = header(raw, at + 6, length=40)
        made_by = struct.unpack_from("<H", raw, at + 4)[0]
        comment, disk, *attributes, offset = struct.unpack_from("<3H2L", raw, at + 32)
        assert disk == 0
        assert offset == expected
        assert raw[offset : offset + 4] == b"PK\x03\x04"
        local = header(raw, offset + 4, length=26)
        body = raw[local.end : local.end + local.stored]
        expected, at = local.end + local.stored, central.end + comment
        entries.append(Entry(central, local, made_by, tuple(attributes), comment, body))
    assert expected == directory
    return entries


@pytest.fixture
def entries(sealed: Sealed, member: Maker) -> list[Entry]:
    return parse(
        sealed(
            member("01.txt", b"x"),
            member("02.txt", b"word " * 100_000, deflate=True),
            member("03.bin", bytes(300_000)),
            member("04", b""),
        ).read_bytes()
    )


def test_every_entry_is_ae2_with_aes_256(entries: list[Entry]) -> None:
    """Method 99, vendor version 2, strength 3, CRC zero: small entries and empty ones as well."""
    methods = [DEFLATED, STORED, DEFLATED, STORED, STORED]
    for entry, method in zip(entries, methods, strict=True):
        for part in (entry.local, entry.central):
            assert part.method == AES_METHOD
            assert part.crc == 0
            assert part.needed == 51
            assert part.extra == {AES_EXTRA: struct.pack("<H2sBH", 2, b"AE", 3, method)}


def test_sizes_stand_in_the_local_header_and_no_descriptor_follows(entries: list[Entry]) -> None:
    """Local and central headers agree, so that a reader need not guess where an entry ends."""
    for entry in entries:
        assert entry.local.flags == entry.central.flags == ENCRYPTED
        assert (entry.local.stored, entry.local.plain) == (
            entry.central.stored,
            entry.central.plain,
        )
        assert entry.local.name == entry.central.name
    assert [entry.local.plain for entry in entries[1:]] == [1, 500_000, 300_000, 0]
    assert [entries[index].local.stored for index in (1, 3, 4)] == [29, 300_028, 28]


def test_headers_tell_nothing_of_the_machine_or_the_documents(entries: list[Entry]) -> None:
    """Neutral names, one time, the same permissions and origin everywhere, no comment."""
    names = [entry.central.name for entry in entries]
    assert names == [b"00-contents.html", b"01.txt", b"02.txt", b"03.bin", b"04"]
    date = (2026 - 1980) << 9 | 11 << 5 | 5
    time = 9 << 11 | 30 << 5 | 42 // 2
    for entry in entries:
        assert entry.made_by == 3 << 8 | 51
        assert entry.attributes == (0, 0o100600 << 16)
        assert entry.comment == 0
        assert {(part.date, part.time) for part in (entry.local, entry.central)} == {(date, time)}


def test_salts_are_unique(entries: list[Entry]) -> None:
    """No two entries share a salt, so none share a key."""
    assert len({entry.body[:16] for entry in entries}) == len(entries)


def test_deflated_content_goes_in_as_it_was_held(
    sealed: Sealed, member: Maker, password: Secret
) -> None:
    """Decrypted by hand, the entry is the very bytes of the store: compressed once for all."""
    document = member("01.txt", b"word " * 100_000, deflate=True)
    held = b"".join(document.open())
    body = parse(sealed(document).read_bytes())[1].body
    material = hashlib.pbkdf2_hmac("sha1", password.reveal().encode(), body[:16], 1000, 66)
    assert body[16:18] == material[64:]
    cipher = AES.new(material[:32], AES.MODE_CTR, counter=Counter.new(128, little_endian=True))
    assert cipher.decrypt(body[18:-10]) == held


def test_two_recipients_archives_share_no_ciphertext(sealed: Sealed, member: Maker) -> None:
    """The same documents sealed twice differ throughout, even with the same password."""
    document = member("01.bin", bytes(10_000))
    one, other = (parse(sealed(document).read_bytes())[1].body for _ in range(2))
    assert len(one) == len(other)
    pieces = [{body[at : at + 8] for at in range(len(body) - 7)} for body in (one, other)]
    assert pieces[0].isdisjoint(pieces[1])


@pytest.mark.parametrize("limit", [250_000, 299_000, 299_999, 300_000, 300_027, 300_028, 600_000])
def test_documents_beyond_the_32_bit_limit_are_zip64(
    sealed: Sealed,
    member: Maker,
    password: Secret,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    """With the library's limit set low, sizes and offsets beyond it are written in 64 bits."""
    monkeypatch.setattr(pyzipper.zipfile, "ZIP64_LIMIT", limit)
    path = sealed(
        member("01.bin", bytes(300_000)), member("02.bin", bytes(300_000)), member("03.txt", b"x")
    )
    raw = path.read_bytes()
    extra = struct.pack("<HHQQ", ZIP64_EXTRA, 16, 300_000, 300_028)
    assert raw.count(extra) >= (2 if limit < 300_028 else 0)
    assert b"PK\x06\x06" in raw  # the directory lies beyond the limit, so a 64-bit end record
    for command in (
        ("7zz", "t", f"-p{password.reveal()}", path),
        ("bsdtar", "--passphrase", password.reveal(), "-xOf", path),
    ):
        read = run(*command)
        assert read.returncode == 0, read.stderr
        assert b"Warning" not in read.stdout + read.stderr
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(password.reveal().encode())
        assert archive.testzip() is None
        assert [info.file_size for info in archive.infolist()[1:]] == [300_000, 300_000, 1]
