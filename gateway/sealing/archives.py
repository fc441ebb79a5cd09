"""Encrypted archives: zip files after WinZip's AE-2 with AES-256, every entry encrypted.

The directory of such a file can be read without the password. So entries have neutral names, one
time, the same permissions wherever they are made, and no comment; what they are stands on the
contents page, which is encrypted like the rest.
"""

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

import pyzipper

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.filenames import is_neutral_name
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing.contents import ContentsRenderer
from gateway.sealing.encrypter import (
    OVERHEAD_BYTES,
    WINDOW_BYTES,
    Ae2Encrypter,
    Octets,
)
from gateway.services.ports import ArchiveMember, ContentsPage

CONTENTS_NAME = "00-contents.html"

_METHODS = {
    Encoding.IDENTITY: pyzipper.ZIP_STORED,
    Encoding.DEFLATE: pyzipper.ZIP_DEFLATED,
}
_AES_VERSION = 51  # 'version needed to extract' 5.1: AES encryption (APPNOTE 4.4.3.2)
_UNIX = 3
_OWNER_ONLY = 0o100600 << 16  # a plain file that its owner may read and write
_ZIP64_FROM = 2**31 - 1 - OVERHEAD_BYTES  # stored bytes; pyzipper's limit is half of the format's
_PASSWORD_LENGTHS = range(16, 100)  # NZISM 7546 asks for 16; 7-Zip takes no more than 99


class ZipSealer:
    """Makes AES-256 zip archives that 7-Zip, WinZip, libarchive and pyzipper open."""

    def __init__(self) -> None:
        self._contents = ContentsRenderer()

    def seal(
        self,
        page: ContentsPage,
        members: Sequence[ArchiveMember],
        password: Secret,
        made_at: datetime,
        out: BinaryIO,
    ) -> None:
        """Write `00-contents.html` and then `members`, in order, to `out` (seekable).

        The members' bytes go in as they are encoded; nothing is compressed again. A zip file knows
        no time zone: entries bear `made_at` as it reads, so give it in the recipient's zone.
        If this fails, nothing that could be taken for an archive stays in `out`.

        Raises:
            Tampered: a member did not have the size it was said to have.
            InvalidInput: a name is not neutral or comes twice, or the password is not one that
                every program takes and that is long enough.
        """
        check_names(members)
        seal_members((self._contents_member(page), *members), password, made_at, out)

    def _contents_member(self, page: ContentsPage) -> ArchiveMember:
        plain = self._contents.render(page)
        deflated = zlib.compress(plain, wbits=-zlib.MAX_WBITS)
        return ArchiveMember(
            name=CONTENTS_NAME,
            encoding=Encoding.DEFLATE,
            size_bytes=len(plain),
            stored_bytes=len(deflated),
            open=lambda: iter((deflated,)),
        )


def seal_members(
    members: Sequence[ArchiveMember], password: Secret, made_at: datetime, out: BinaryIO
) -> None:
    """Write an archive of just these members, as `ZipSealer.seal` does.

    Raises:
        Tampered: a member did not have the size it was said to have.
        InvalidInput: the password is not one that every program takes and that is long enough.
    """
    check_password(password)
    with _archive(out, password) as archive:
        for member in members:
            _add(archive, member, made_at)


def check_names(members: Sequence[ArchiveMember]) -> None:
    """Hold that the names inside an archive are neutral, and each another.

    Raises:
        InvalidInput: they are not.
    """
    names = [member.name for member in members]
    if len(set(names)) != len(names) or not all(map(is_neutral_name, names)):
        raise InvalidInput(
            "A name inside the archive is not neutral, or two are the same.",
            "Name documents by their position and extension only, for example '01.pdf'.",
            field="name",
        )


def check_password(password: Secret) -> None:
    """Hold that a password is long enough, and one that every program takes.

    Raises:
        InvalidInput: it is not.
    """
    text = password.reveal()
    if len(text) not in _PASSWORD_LENGTHS or not (text.isascii() and text.isprintable()):
        raise InvalidInput(
            "The pack password is too short, too long or not plain ASCII.",
            "Use the passwords that the gateway makes.",
            field="password",
        )


@contextmanager
def _archive(out: BinaryIO, password: Secret) -> Iterator["_EncodedZip"]:
    """An archive that is completed at the end, or wiped from `out` when anything goes wrong."""
    start = out.tell()
    archive = _EncodedZip(out, password)
    try:
        yield archive
        archive.close()
    except BaseException:
        archive.abandon()
        out.seek(start)
        out.truncate()
        raise


def _add(archive: "_EncodedZip", member: ArchiveMember, made_at: datetime) -> None:
    entry = archive.open(
        _description(member, made_at), "w", force_zip64=member.stored_bytes > _ZIP64_FROM
    )
    for block in exactly(member):
        entry.write(block)
    entry.close()


def _description(member: ArchiveMember, made_at: datetime) -> Any:
    """The entry's header fields, none of which depends on the machine."""
    info = pyzipper.AESZipFile.zipinfo_cls(member.name, made_at.timetuple()[:6])
    info.compress_type = _METHODS[member.encoding]
    info.file_size = member.size_bytes
    info.create_system = _UNIX
    info.create_version = info.extract_version = _AES_VERSION
    info.external_attr = _OWNER_ONLY
    return info


def exactly(member: ArchiveMember) -> Iterator[bytearray]:
    """The member's bytes in windows of even size, if they are all there.

    Raises:
        Tampered: there are not just as many as were promised.
    """
    left = member.stored_bytes
    if member.encoding is Encoding.IDENTITY and left != member.size_bytes:
        raise changed(member)
    window = bytearray()
    for chunk in member.open():
        left -= len(chunk)
        if left < 0:
            raise changed(member)
        rest = memoryview(chunk)
        while rest:
            room = WINDOW_BYTES - len(window)
            window += rest[:room]
            rest = rest[room:]
            if len(window) == WINDOW_BYTES:
                yield window
                window = bytearray()
    if left:
        raise changed(member)
    yield window


def changed(member: ArchiveMember) -> Tampered:
    """The error for a member that is not what it was said to be."""
    return Tampered(
        f"Document {member.name} does not have the size it was stored with.",
        "Do not send the pack. Tell the administrator, and upload the document again.",
    )


class _EncodedEntry(pyzipper.AESZipFile.zipwritefile_cls):  # type: ignore[misc]
    """An entry that takes encoded bytes: it encrypts and writes them, and never compresses.

    Content is compressed once for all recipients, and encrypted for each.
    """

    def __init__(self, archive: "_EncodedZip", info: Any, *args: Any) -> None:
        super().__init__(archive, info, *args)
        self._compressor = None
        self._file_size = info.file_size

    def write(self, data: Octets) -> int:
        encrypted = self._encrypter.encrypt(data)
        self._compress_size += len(encrypted)
        self._fileobj.write(encrypted)
        return len(data)

    def close(self) -> None:
        if self._fileobj is None:  # abandoned: the garbage collector must not finish it
            io.BufferedIOBase.close(self)
        else:
            super().close()


class _EncodedZip(pyzipper.AESZipFile):  # type: ignore[misc]
    """An archive whose entries are all encrypted by `Ae2Encrypter`."""

    zipwritefile_cls = _EncodedEntry

    def __init__(self, out: BinaryIO, password: Secret) -> None:
        super().__init__(out, "w", encryption=pyzipper.WZ_AES)
        self._password = password

    def get_encrypter(self) -> Ae2Encrypter:
        return Ae2Encrypter(self._password)

    def abandon(self) -> None:
        """Let go of the file, so that closing, now or by the garbage collector, writes nothing."""
        self.fp = None
