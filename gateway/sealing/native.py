"""Packs in native form: a plain zip of files that are each encrypted by the pack's password.

Every system opens such a zip, and the programs people already have open the files: PDF readers,
Word, Excel and PowerPoint. What has no encryption of its own goes together into one AES-256 zip.
Names, sizes and the time can be seen without the password, and nothing else.
"""

import hashlib
import io
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO, Final

from gateway.domain.errors import Tampered
from gateway.domain.filenames import extension_of
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing.archives import (
    changed,
    check_names,
    check_password,
    exactly,
    seal_members,
)
from gateway.services.ports import ArchiveMember, ContentsPage, ContentsSetter, SealedFile

CONTENTS_NAME: Final = "00-contents.pdf"
OTHERS_NAME: Final = "others.zip"
LIMIT_BYTES: Final = 100 * 1024 * 1024

_COPY_BYTES: Final = 1024 * 1024
_UNIX: Final = 3
_OWNER_ONLY: Final = 0o100600 << 16  # a plain file that its owner may read and write


class NativeSealer:
    """Makes plain zip archives of encrypted PDF and Office files, and one AES-256 zip of the rest.

    A document is held in memory while it is encrypted, up to five times over; one document at a
    time, however many packs are being sealed. Larger ones than `limit_bytes` go into the AES-256
    zip, which is streamed.

    Args:
        setter: sets the contents page.
        scratch: folder for a nameless temporary file, which holds ciphertext only.
        limit_bytes: the largest document, not compressed, that is encrypted in its own form.
    """

    def __init__(
        self, setter: ContentsSetter, scratch: str | None = None, limit_bytes: int = LIMIT_BYTES
    ) -> None:
        self._setter = setter
        self._scratch = scratch
        self._limit_bytes = limit_bytes
        self._turn = threading.Lock()

    def seal(
        self,
        page: ContentsPage,
        members: Sequence[ArchiveMember],
        password: Secret,
        made_at: datetime,
        out: BinaryIO,
    ) -> None:
        """Write `members` and the contents page, named to sort first, to `out` (seekable).

        Entries bear `made_at` as it reads, so give it in the recipient's zone. If this fails,
        nothing that could be taken for an archive stays in `out`.

        Raises:
            Tampered: a member was not what it was said to be, or the contents page could not be
                encrypted.
            InvalidInput: a name is not neutral or comes twice, the password is not one that every
                program takes, or the contents page cannot be set.
        """
        check_names(members)
        check_password(password)
        with _archive(out, made_at) as archive:
            files, others = [], []
            for member in members:
                own = self._in_own_form(member, password)
                if own is None:
                    others.append(member)
                else:
                    files.append(archive.add(member.name, (own,)))
            if others:
                files.append(self._add_others(archive, others, password))
            archive.add(CONTENTS_NAME, (self._contents(page, files, password, made_at),))

    def _in_own_form(self, member: ArchiveMember, password: Secret) -> bytes | None:
        from gateway.sealing import native_files  # noqa: PLC0415 - slow to load

        extension = extension_of(member.name)
        if extension not in native_files.EXTENSIONS or member.size_bytes > self._limit_bytes:
            return None
        with self._turn:
            return native_files.encrypted(_plain(member), extension, password)

    def _add_others(
        self, archive: "_PlainZip", others: Sequence[ArchiveMember], password: Secret
    ) -> SealedFile:
        names = tuple(member.name for member in others)
        with tempfile.TemporaryFile(dir=self._scratch) as inner:
            seal_members(others, password, archive.made_at, inner)
            size = inner.seek(0, io.SEEK_END)
            inner.seek(0)
            chunks = iter(lambda: inner.read(_COPY_BYTES), b"")
            return archive.add(OTHERS_NAME, chunks, size_bytes=size, holds=names)

    def _contents(
        self,
        page: ContentsPage,
        files: Sequence[SealedFile],
        password: Secret,
        made_at: datetime,
    ) -> bytes:
        from gateway.sealing import native_files  # noqa: PLC0415 - slow to load

        encrypted = native_files.encrypted_pdf(
            self._setter.contents(page, files, made_at), password
        )
        if encrypted is None:
            raise Tampered(
                "The contents page of the pack could not be encrypted.",
                "Install the gateway's dependencies again from its locked list.",
            )
        return encrypted


class _PlainZip:
    """A zip archive whose entries say nothing but name, size and time, none of the machine."""

    def __init__(self, out: BinaryIO, made_at: datetime) -> None:
        self.made_at = made_at
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)

    def add(
        self,
        name: str,
        chunks: Iterable[bytes],
        *,
        size_bytes: int = 0,
        holds: tuple[str, ...] = (),
    ) -> SealedFile:
        """Write an encrypted file as it is; `size_bytes` is needed where it may be huge."""
        info = zipfile.ZipInfo(name, self.made_at.timetuple()[:6])
        info.create_system = _UNIX
        info.external_attr = _OWNER_ONLY
        info.file_size = size_bytes
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as entry:
            for chunk in chunks:
                digest.update(chunk)
                entry.write(chunk)
        return SealedFile(name, digest.hexdigest(), holds)

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()

    def abandon(self) -> None:
        """Let go of the file, so that the garbage collector writes nothing to it."""
        self._zip.fp = None


@contextmanager
def _archive(out: BinaryIO, made_at: datetime) -> Iterator[_PlainZip]:
    """An archive that is completed at the end, or wiped from `out` when anything goes wrong."""
    start = out.tell()
    archive = _PlainZip(out, made_at)
    try:
        yield archive
        archive.close()
    except BaseException:
        archive.abandon()
        out.seek(start)
        out.truncate()
        raise


def _plain(member: ArchiveMember) -> bytes:
    """The member's content, inflated where it is held deflated.

    Raises:
        Tampered: it is not as large as it was said to be.
    """
    if member.encoding is Encoding.IDENTITY:
        return b"".join(exactly(member))
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = bytearray()
    try:
        for window in exactly(member):
            plain += inflater.decompress(window, member.size_bytes + 1 - len(plain))
            if len(plain) > member.size_bytes:
                raise changed(member)
    except zlib.error as error:
        raise changed(member) from error
    if len(plain) != member.size_bytes or not inflater.eof or inflater.unused_data:
        raise changed(member)
    return bytes(plain)
