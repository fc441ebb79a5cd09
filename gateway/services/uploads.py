"""Taking a document in: streamed, limited, hashed, compressed once, encrypted at rest."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from isal import isal_zlib

from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import GatewayError, InvalidInput, LimitExceeded, Unavailable
from gateway.domain.filenames import extension_of, safe_title
from gateway.domain.packs import BlobId, Document, DocumentId, Encoding, Label, Pack, PackId
from gateway.services.auditing import document_digest, record
from gateway.services.packs import label_detail, still_open, subject_of
from gateway.services.parts import Parts
from gateway.services.storage import Work
from gateway.services.vaults import BlobWriter

BLOCK_BYTES = 1024 * 1024  # what is handed to a thread at a time
_SAMPLE_BYTES = 256 * 1024  # how much of a document decides whether deflating it pays
_WORTH_IT = 0.95  # keep deflated only if it saves at least this share
_RAW_DEFLATE = -15


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What a person says about a document being added.

    Attributes:
        file_name: as the person's machine calls it; only its extension is kept.
        title: what recipients read on the contents page; the file name when None.
    """

    file_name: str
    label: Label
    title: str | None = None


async def add_document(
    parts: Parts, actor: Actor, pack: PackId, new: NewDocument, chunks: AsyncIterator[bytes]
) -> Document:
    """Add a document to a pack of the actor's agency that is not sent yet.

    Raises:
        NotFound: no such pack, or another agency's. Conflict: it has been sent.
        InvalidInput: an empty document, or an unsafe name. LimitExceeded: too large or too many.
    """
    safe_title(new.file_name)
    safe_title(new.title or new.file_name)
    async with parts.database.work() as work:
        await still_open(work, actor, pack)
        await _require_room(parts, work, pack, 0)
    stored = await take_in(parts, chunks)
    async with kept(parts, [stored]), parts.database.work() as work:
        found = await still_open(work, actor, pack)
        await _require_room(parts, work, pack, stored.size_bytes)
        return await admit(parts, work, actor, found, new, stored)


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
        for one in stored:
            await asyncio.to_thread(parts.vault.remove, one.blob)
        raise


async def admit(
    parts: Parts, work: Work, actor: Actor, pack: Pack, new: NewDocument, stored: StoredBytes
) -> Document:
    """Make stored bytes the last document of a locked pack, in the caller's transaction."""
    present = await work.packs.documents(pack.id)
    document = Document(
        id=DocumentId(parts.identifiers.new()),
        pack=pack.id,
        title=safe_title(new.title or new.file_name),
        extension=extension_of(safe_title(new.file_name)),
        label=new.label,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        crc32=stored.crc32,
        blob=stored.blob,
        encoding=stored.encoding,
        stored_bytes=stored.stored_bytes,
        position=1 + max((document.position for document in present), default=0),
    )
    await work.keys.put(stored.blob, stored.key)
    await work.packs.add_document(document)
    await record(
        parts,
        work,
        actor,
        Action.DOCUMENT_ADDED,
        {**subject_of(parts, pack), "document": document.id},
        {
            "digest": document_digest(parts, document.sha256),
            "size_bytes": document.size_bytes,
            "label": label_detail(parts, document.label),
        },
        agency=pack.agency,
    )
    return document


async def _require_room(parts: Parts, work: Work, pack: PackId, more_bytes: int) -> None:
    """Hold that the pack has room for another document of this size."""
    present = await work.packs.documents(pack)
    if len(present) >= parts.rules.documents_limit:
        raise LimitExceeded(
            f"A pack holds at most {parts.rules.documents_limit} documents.", "Make another pack."
        )
    if sum(d.size_bytes for d in present) + more_bytes > parts.rules.pack_limit_bytes:
        raise LimitExceeded(
            f"A pack holds at most {parts.rules.pack_limit_bytes:,} bytes in all.",
            "Leave out what is not needed, or make another pack.",
        )


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
