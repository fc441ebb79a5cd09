"""A document's bytes on their way into the vault: streamed, limited, hashed, compressed once."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from isal import isal_zlib

from gateway.domain.errors import GatewayError, InvalidInput, LimitExceeded, Unavailable
from gateway.domain.packs import BlobId, Document, Encoding
from gateway.services.parts import Parts
from gateway.services.vaults import BlobWriter

BLOCK_BYTES = 1024 * 1024  # what is handed to a thread at a time
_SAMPLE_BYTES = 256 * 1024  # how much of a document decides whether deflating it pays
_WORTH_IT = 0.95  # keep deflated only if it saves at least this share
_RAW_DEFLATE = -15


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """A document's bytes in the vault, not yet part of any pack; fields as of `Document`."""

    blob: BlobId
    key: bytes
    size_bytes: int
    sha256: str
    crc32: int
    encoding: Encoding
    stored_bytes: int


async def take_in(parts: Parts, chunks: AsyncIterator[bytes]) -> StoredBytes:
    """Bring a document's bytes into the vault.

    Raises:
        InvalidInput: there are none. LimitExceeded: there are too many.
    """
    blob = BlobId(parts.identifiers.new())
    writer = await asyncio.to_thread(parts.vault.create, blob)
    intake = _Intake(writer, parts.rules.document_limit_bytes)
    try:
        async for block in _blocks(chunks):
            await asyncio.to_thread(intake.take, block)
        key = await asyncio.to_thread(intake.finish)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(writer.abandon))
        raise
    return StoredBytes(
        blob,
        key,
        intake.size_bytes,
        intake.sha256.hexdigest(),
        intake.crc32,
        intake.encoding,
        intake.stored_bytes,
    )


@asynccontextmanager
async def kept(parts: Parts, stored: Sequence[StoredBytes]) -> AsyncIterator[None]:
    """Remove stored bytes again unless the block, which makes documents of them, ends well."""
    try:
        yield
    except Unavailable:
        # the commit may have gone through: a blob too many is better than a document without one
        raise
    except GatewayError:
        await drop(parts, *stored)
        raise


async def drop(parts: Parts, *stored: StoredBytes) -> None:
    """Remove stored bytes that become no document."""
    for one in stored:
        await asyncio.shield(asyncio.to_thread(parts.vault.remove, one.blob))


def stored_of(document: Document, key: bytes) -> StoredBytes:
    """The bytes of a document that is in a pack, with its wrapped key."""
    return StoredBytes(
        document.blob,
        key,
        document.size_bytes,
        document.sha256,
        document.crc32,
        document.encoding,
        document.stored_bytes,
    )


async def plain(parts: Parts, stored: StoredBytes) -> AsyncGenerator[bytes, None]:
    """The bytes as they were taken in, read back from the vault in blocks.

    Raises:
        Tampered: they are not what was stored. NotFound: they are gone.
        Unavailable: the vault is away.
    """
    pieces = _inflated(parts.vault.read(stored.blob, stored.key), stored.encoding)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _inflated(chunks: Iterator[bytes], encoding: Encoding) -> Iterator[bytes]:
    """`chunks` without their encoding, in blocks of `BLOCK_BYTES` at most."""
    if encoding is Encoding.IDENTITY:
        yield from chunks
        return
    inflate = isal_zlib.decompressobj(wbits=_RAW_DEFLATE)
    for chunk in chunks:
        waiting = chunk
        while waiting and not inflate.eof:
            piece = inflate.decompress(waiting, BLOCK_BYTES)
            waiting = inflate.unconsumed_tail
            if piece:
                yield piece
    rest = inflate.flush()
    if rest:
        yield rest


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """`chunks` gathered into blocks of about `BLOCK_BYTES`."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= BLOCK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


@dataclass
class _Intake:
    """Counts, hashes, deflates where it pays, and writes."""

    writer: BlobWriter
    limit_bytes: int
    size_bytes: int = 0
    stored_bytes: int = 0
    crc32: int = 0
    encoding: Encoding = Encoding.IDENTITY
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    deflate: "isal_zlib.Compress | None" = None

    def take(self, block: bytes) -> None:
        if self.size_bytes == 0:
            self._choose_encoding(block)
        self.size_bytes += len(block)
        if self.size_bytes > self.limit_bytes:
            raise LimitExceeded(
                f"A document may have at most {self.limit_bytes:,} bytes.",
                "Split it, or save it with smaller pictures.",
                field="file",
            )
        self.sha256.update(block)
        self.crc32 = zlib.crc32(block, self.crc32)
        self._store(self.deflate.compress(block) if self.deflate else block)

    def finish(self) -> bytes:
        if self.size_bytes == 0:
            raise InvalidInput("The document is empty.", "Choose another file.", field="file")
        if self.deflate:
            self._store(self.deflate.flush())
        return self.writer.finish()

    def _choose_encoding(self, block: bytes) -> None:
        sample = block[:_SAMPLE_BYTES]
        if len(isal_zlib.compress(sample, 1, wbits=_RAW_DEFLATE)) <= _WORTH_IT * len(sample):
            self.encoding = Encoding.DEFLATE
            self.deflate = isal_zlib.compressobj(1, wbits=_RAW_DEFLATE)

    def _store(self, data: bytes) -> None:
        if data:
            self.stored_bytes += len(data)
            self.writer.write(data)
