"""A pack on a coordinator's desk: documents with guessed labels, and all labels mended at once."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, NotFound
from gateway.domain.filenames import safe_title
from gateway.domain.label_guesses import guess_label
from gateway.domain.packs import Document, DocumentId, Label, Pack, PackId
from gateway.domain.register import Agency, AgencyId, Meeting, Protocol, Representative
from gateway.services.auditing import record
from gateway.services.meetings import governing_protocol
from gateway.services.packs import (
    label_detail,
    owned,
    require_coordinator,
    still_open,
    subject_of,
)
from gateway.services.parts import Parts
from gateway.services.ports import Authority
from gateway.services.seen_digests import of_label
from gateway.services.storage import Work
from gateway.services.uploads import NewDocument, add_document


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack with what its page shows beside it, as the register stands now."""

    pack: Pack
    documents: tuple[Document, ...]
    meeting: Meeting
    protocol: Protocol
    contact: Representative | None
    agencies: Mapping[AgencyId, Agency]
    authority: Authority | None

    @property
    def purpose(self) -> str:
        """What the pack's purpose is, in the protocol's words."""
        found = self.protocol.purpose(self.pack.purpose)
        return found.description if found else self.pack.purpose

    @property
    def size_bytes(self) -> int:
        """Of all documents together."""
        return sum(document.size_bytes for document in self.documents)


async def look_at_pack(parts: Parts, actor: Actor, identifier: PackId) -> PackView:
    """A pack of the actor's agency with its documents, meeting and protocol.

    Raises:
        NotFound: no such pack, or another agency's, or its meeting is no longer registered.
    """
    require_coordinator(actor)
    async with parts.database.work() as work:
        pack = await owned(work, actor, identifier)
        meeting, protocol = await _meeting_of(parts, work, pack)
        people = await work.register.representatives([pack.contact])
        return PackView(
            pack=pack,
            documents=await work.packs.documents(pack.id),
            meeting=meeting,
            protocol=protocol,
            contact=people.get(pack.contact),
            agencies=await work.register.agencies(),
            authority=parts.judge.authority(pack.authority),
        )


async def add_guessed(
    parts: Parts,
    actor: Actor,
    identifier: PackId,
    file_name: str,
    chunks: AsyncIterator[bytes],
    *,
    remove_unsafe: bool = False,
) -> Document:
    """Add a document with the label its file name suggests; a person looks at it afterwards.

    Raises:
        NotFound: no such pack, or another agency's. Conflict: it has been sent.
        InvalidInput: an empty document, an unsafe name, or something unsafe is in it and not to be
            removed. LimitExceeded: too large or too many.
    """
    require_coordinator(actor)
    title = safe_title(file_name)
    async with parts.database.work() as work:
        pack = await still_open(work, actor, identifier)
        meeting, protocol = await _meeting_of(parts, work, pack)
    label = guess_label(
        title, protocol.information, protocol.lead_agency, meeting.children, pack.marking
    )
    new = NewDocument(title, label, remove_unsafe=remove_unsafe)
    return await add_document(parts, actor, identifier, new, chunks)


async def relabel_documents(
    parts: Parts,
    actor: Actor,
    identifier: PackId,
    wanted: Mapping[DocumentId, tuple[str, Label]],
    seen: Mapping[DocumentId, str] | None = None,
) -> int:
    """Give documents their titles and labels, all or none; gives how many changed.

    `seen` has the digests of the rows that were shown; a row that says something else by now is
    not written over.

    Raises:
        NotFound: no such pack or document.
        Conflict: the pack has been sent, or a label was changed meanwhile.
        InvalidInput: a title that cannot be shown; its `field` names the document.
    """
    require_coordinator(actor)
    async with parts.database.work() as work:
        pack = await still_open(work, actor, identifier)
        present = {document.id: document for document in await work.packs.documents(pack.id)}
        if unknown := wanted.keys() - present.keys():
            raise NotFound(
                f"{len(unknown)} of the documents are no longer in this pack.", "Open it again."
            )
        changed = 0
        for document, (title, label) in wanted.items():
            before = present[document]
            after = replace(before, title=safe_title(title), label=label)
            if seen is not None and after != before:
                _require_seen(before, seen.get(document, ""))
            if after != before:
                await _relabel(parts, work, actor, pack, before, after)
                changed += 1
    return changed


def _require_seen(stored: Document, seen: str) -> None:
    if seen != of_label(stored):
        label = stored.label
        raise Conflict(
            "The labels were changed since this page was shown. Nothing was saved. "
            f"“{stored.title}” is now {label.classification.value}, "
            f"{label.category or 'of no category'}, about {', '.join(label.children) or 'nobody'}.",
            "Look at each row, and save again what is to hold.",
            field=f"classification-{stored.id}",
        )


async def _relabel(
    parts: Parts, work: Work, actor: Actor, pack: Pack, before: Document, after: Document
) -> None:
    await work.packs.update_document(after)
    await record(
        parts,
        work,
        actor,
        Action.DOCUMENT_RELABELLED,
        {**subject_of(parts, pack), "document": after.id},
        {
            "from": label_detail(parts, before.label),
            "to": label_detail(parts, after.label),
            "retitled": before.title != after.title,
        },
    )


async def _meeting_of(parts: Parts, work: Work, pack: Pack) -> tuple[Meeting, Protocol]:
    meeting = await work.register.meeting(pack.meeting)
    if meeting is None:
        raise NotFound("The pack's meeting is not in the register.", "Import the register again.")
    return meeting, await governing_protocol(work, meeting.protocol, parts.today())
