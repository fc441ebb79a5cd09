"""Taking a document in: stored, looked into, and made part of a pack."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.errors import LimitExceeded
from gateway.domain.filenames import extension_of, safe_title
from gateway.domain.inspection import Known
from gateway.domain.packs import Document, DocumentId, Label, Pack, PackId
from gateway.services.auditing import document_digest, record
from gateway.services.inspecting import UNSAFE, Examined, examine, keep, noted, refusal
from gateway.services.intake import StoredBytes, drop, kept, take_in
from gateway.services.known_people import known_people
from gateway.services.packs import label_detail, still_open, subject_of
from gateway.services.parts import Parts
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What a person says about a document being added.

    Attributes:
        file_name: as the person's machine calls it; only its extension is kept.
        title: what recipients read on the contents page; the file name when None.
        remove_unsafe: whether what is unsafe in it is to be taken out, instead of refusing it.
    """

    file_name: str
    label: Label
    title: str | None = None
    remove_unsafe: bool = False


async def add_document(
    parts: Parts, actor: Actor, pack: PackId, new: NewDocument, chunks: AsyncIterator[bytes]
) -> Document:
    """Add a document to a pack of the actor's agency that is not sent yet.

    Raises:
        NotFound: no such pack, or another agency's. Conflict: it has been sent.
        InvalidInput: an empty document, an unsafe name, or something unsafe is in it.
        LimitExceeded: too large or too many.
        Unavailable: it cannot be looked into, or not be scanned where scanning is required.
    """
    safe_title(new.file_name)
    safe_title(new.title or new.file_name)
    async with parts.database.work() as work:
        found = await still_open(work, actor, pack)
        await _require_room(parts, work, pack, 0)
        known = await known_people(parts, work, found)
    stored = await take_in(parts, chunks)
    examined = await _examined(parts, actor, found, new, stored, known)
    async with kept(parts, [examined.stored]), parts.database.work() as work:
        found = await still_open(work, actor, pack)
        await _require_room(parts, work, pack, examined.stored.size_bytes)
        return await admit(parts, work, actor, found, new, examined)


async def _examined(
    parts: Parts,
    actor: Actor,
    pack: Pack,
    new: NewDocument,
    stored: StoredBytes,
    known: Sequence[Known],
) -> Examined:
    """What was found in bytes just stored; they are gone again unless they can be kept."""
    remove = UNSAFE if new.remove_unsafe else frozenset()
    try:
        examined = await examine(parts, stored, new.file_name, known, remove)
    except BaseException:
        await drop(parts, stored)
        raise
    told = examined.inspection
    if examined.before is not None:
        await drop(parts, examined.before)
    if told is None or told.is_safe:
        return examined
    await drop(parts, examined.stored)
    async with parts.database.work() as work:
        await record(
            parts,
            work,
            actor,
            Action.DOCUMENT_REFUSED,
            subject_of(parts, pack),
            {"size_bytes": stored.size_bytes, "inspection": noted(examined)},
            outcome=Outcome.FAILURE,
            agency=pack.agency,
        )
    raise refusal(told)


async def admit(
    parts: Parts, work: Work, actor: Actor, pack: Pack, new: NewDocument, examined: Examined
) -> Document:
    """Make stored bytes the last document of a locked pack, in the caller's transaction."""
    stored = examined.stored
    present = await work.packs.documents(pack.id)
    document = Document(
        id=DocumentId(parts.identifiers.new()),
        pack=pack.id,
        title=safe_title(new.title or new.file_name),
        extension=extension_of(safe_title(examined.name(new.file_name))),
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
    await keep(parts, work, document.id, examined)
    detail: dict[str, JSON] = {
        "digest": document_digest(parts, document.sha256),
        "size_bytes": document.size_bytes,
        "label": label_detail(parts, document.label),
        "inspection": noted(examined),
    }
    if examined.before is not None:
        detail["digest_before"] = document_digest(parts, examined.before.sha256)
    await record(
        parts,
        work,
        actor,
        Action.DOCUMENT_ADDED,
        {**subject_of(parts, pack), "document": document.id},
        detail,
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
