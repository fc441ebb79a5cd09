"""What was found in a document of a pack, and changing the document for it while it is not sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.classification import external_marking
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.filenames import extension_of
from gateway.domain.inspected import Inspected, child_key
from gateway.domain.inspection import Concern, Discovery, FileType, Inspection, Kind, Known
from gateway.domain.packs import Document, DocumentId, Pack, PackId
from gateway.services.auditing import document_digest, record
from gateway.services.disposal import destroy
from gateway.services.inspecting import Examined, examine, keep, noted, refusal, words_of
from gateway.services.intake import StoredBytes, drop, kept, stored_of
from gateway.services.kept_from import children_kept_from
from gateway.services.known_people import known_people
from gateway.services.packs import (
    document_of,
    open_document,
    owned,
    require_sender,
    subject_of,
)
from gateway.services.parts import Parts
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a document.

    Attributes:
        inspected: what is known in the clear; None where it was never looked into.
        discoveries: those the actor may see; empty once the document was destroyed.
        pages: how many it has; 0 where it has none, or that is not known.
    """

    pack: Pack
    document: Document
    inspected: Inspected | None
    discoveries: tuple[Discovery, ...] = ()
    pages: int = 0

    def of(self, concern: Concern) -> tuple[Discovery, ...]:
        """The discoveries of one concern, in the order of the document."""
        return tuple(d for d in self.discoveries if d.kind.concern is concern)

    @property
    def removable(self) -> tuple[Kind, ...]:
        """The kinds of which something can be taken out."""
        kinds = {d.kind for d in self.discoveries if d.removable}
        return tuple(kind for kind in Kind if kind in kinds)

    @property
    def is_open(self) -> bool:
        """Whether the document can still be changed."""
        return self.pack.sent_at is None

    @property
    def is_pdf(self) -> bool:
        """Whether its pages can be stamped."""
        return self.inspected is not None and self.inspected.file_type is FileType.PDF


async def look_at_found(parts: Parts, actor: Actor, pack: PackId, document: DocumentId) -> Found:
    """What was found in a document of a pack of the actor's agency.

    Raises:
        NotFound: no such pack or document, or another agency's.
    """
    require_sender(actor)
    async with parts.database.work() as work:
        owner = await owned(work, actor, pack)
        current = await document_of(work, pack, document)
        inspected = (await work.inspections.of_pack(pack)).get(document)
        told = await words_of(parts, work, document)
        hidden = await children_kept_from(work, actor)
    if told is None:
        return Found(owner, current, inspected)
    # whoever has a conflict of interest is not told that the gateway knows the child
    shown = tuple(d for d in told.discoveries if d.about not in {child_key(c) for c in hidden})
    return Found(owner, current, inspected, shown, told.pages)


async def found_in_pack(parts: Parts, actor: Actor, pack: PackId) -> dict[DocumentId, Inspected]:
    """What is known in the clear of each document of a pack of the actor's agency.

    Raises:
        NotFound: no such pack, or another agency's.
    """
    require_sender(actor)
    async with parts.database.work() as work:
        await owned(work, actor, pack)
        return dict(await work.inspections.of_pack(pack))


async def clean_document(
    parts: Parts, actor: Actor, pack: PackId, document: DocumentId, kinds: frozenset[Kind]
) -> Document:
    """Take what can be of `kinds` out of a document, and look into it again; none only looks.

    The document keeps its identifier, title and label; it gets new bytes in the same transaction
    as the entry that says which kinds are gone.

    Raises:
        NotFound: no such pack or document, or another agency's.
        Conflict: the pack has been sent, or the document was changed meanwhile.
        InvalidInput: something unsafe is in it, or what was asked for cannot be taken out.
        Unavailable: it cannot be looked into, or not be scanned where scanning is required.
    """
    start = await _begin(parts, actor, pack, document)
    examined = await examine(parts, start.stored, start.name, start.known, kinds)
    if kinds and examined.before is None and _is_safe(examined):
        raise InvalidInput(
            "Nothing of this can be taken out by the gateway.",
            "Take it out with the program the document was made with, and add it again.",
            field="kinds",
        )
    return await _finish(parts, actor, start, examined, Action.DOCUMENT_CLEANED)


async def stamp_document(
    parts: Parts, actor: Actor, pack: PackId, document: DocumentId
) -> Document:
    """Put the marking of the document's label at the top and bottom of each of its pages.

    Raises:
        NotFound: no such pack or document, or another agency's.
        Conflict: the pack has been sent, or the document was changed meanwhile or is stamped.
        InvalidInput: it is no PDF file, or one that takes no stamp.
        Unavailable: it cannot be looked into, or not be scanned where scanning is required.
    """
    start = await _begin(parts, actor, pack, document)
    if start.inspected is not None and start.inspected.stamped:
        raise Conflict("The document is stamped already.", "Look at what was found in it.")
    marking = external_marking(start.document.label.classification)
    examined = await examine(parts, start.stored, start.name, start.known, stamp=marking)
    if examined.before is None and _is_safe(examined):
        raise InvalidInput(
            "The marking cannot be stamped onto this document.",
            "Only a PDF that is neither signed nor restricted takes it. Mark the document with the "
            "program it was made with, and add it again.",
            field="document",
        )
    return await _finish(parts, actor, start, examined, Action.DOCUMENT_STAMPED)


@dataclass(frozen=True, slots=True)
class _Start:
    pack: Pack
    document: Document
    stored: StoredBytes
    known: Sequence[Known]
    inspected: Inspected | None

    @property
    def name(self) -> str:
        return f"document{self.document.extension}"


async def _begin(parts: Parts, actor: Actor, pack: PackId, document: DocumentId) -> _Start:
    async with parts.database.work() as work:
        owner, current = await open_document(work, actor, pack, document)
        key = await work.keys.get(current.blob)
        if key is None:
            raise NotFound("The document is no longer kept.", "Add it to a new pack.")
        known = await known_people(parts, work, owner)
        inspected = (await work.inspections.of_pack(pack)).get(document)
    return _Start(owner, current, stored_of(current, key), known, inspected)


async def _finish(
    parts: Parts, actor: Actor, start: _Start, examined: Examined, action: Action
) -> Document:
    """Make what was examined the document, or say why it cannot be."""
    new = [] if examined.before is None else [examined.stored]
    told = examined.inspection
    if told is not None and not told.is_safe:
        await drop(parts, *new)
        await _note_unsafe(parts, actor, start, examined)
        raise refusal(told)
    async with kept(parts, new), parts.database.work() as work:
        pack, current = await open_document(work, actor, start.pack.id, start.document.id)
        if current.blob != start.document.blob:
            raise Conflict("The document was changed meanwhile.", "Look at it again.")
        if new:
            current = await _replace(work, current, examined)
        await keep(parts, work, current.id, examined, start.inspected)
        detail: dict[str, JSON] = {
            "digest_before": document_digest(parts, start.document.sha256),
            "digest": document_digest(parts, current.sha256),
            "size_bytes": current.size_bytes,
            "inspection": noted(examined),
        }
        subject = {**subject_of(parts, pack), "document": current.id}
        await record(parts, work, actor, action, subject, detail, agency=pack.agency)
    return current


async def _replace(work: Work, document: Document, examined: Examined) -> Document:
    """The document with its new bytes; the key of the old ones is destroyed."""
    stored = examined.stored
    changed = replace(
        document,
        extension=extension_of(examined.name(f"document{document.extension}")),
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        crc32=stored.crc32,
        blob=stored.blob,
        encoding=stored.encoding,
        stored_bytes=stored.stored_bytes,
    )
    await destroy(work, document.blob)
    await work.keys.put(stored.blob, stored.key)
    await work.packs.update_document(changed)
    return changed


async def _note_unsafe(parts: Parts, actor: Actor, start: _Start, examined: Examined) -> None:
    """Keep that something unsafe was found, so that the rules withhold the document as it is."""
    told = None if examined.inspection is None else replace(examined.inspection, removed=())
    untouched = replace(examined, stored=start.stored, inspection=told, before=None, stamped=False)
    async with parts.database.work() as work:
        pack, current = await open_document(work, actor, start.pack.id, start.document.id)
        if current.blob == start.document.blob:
            await keep(parts, work, current.id, untouched, start.inspected)
        detail: dict[str, JSON] = {
            "digest": document_digest(parts, start.document.sha256),
            "inspection": noted(untouched),
        }
        subject = {**subject_of(parts, pack), "document": current.id}
        action = Action.DOCUMENT_REFUSED
        await record(
            parts, work, actor, action, subject, detail, outcome=Outcome.FAILURE, agency=pack.agency
        )


def _is_safe(examined: Examined) -> bool:
    told: Inspection | None = examined.inspection
    return told is not None and told.is_safe
