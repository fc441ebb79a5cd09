"""Protocols on paper: a version or a draft as a document, and a filled document back in a draft."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.drafts import Comment, Content, DraftId, ProtocolDraft, Section
from gateway.domain.drafts.completion import content_of
from gateway.domain.drafts.limits import LONGEST_TEXT, hold_limits
from gateway.domain.errors import Forbidden, InvalidInput, LimitExceeded, NotFound, Problem
from gateway.domain.identifiers import AgencyId, ProtocolId
from gateway.domain.protocol_texts import Known, Paper, Reading, Unread, read, taken_over, written
from gateway.domain.protocol_texts.writing import Called, Standing
from gateway.domain.register import Protocol
from gateway.services.auditing import record
from gateway.services.draft_scope import draft_of, require_drafter, subject_of, written_by
from gateway.services.drafts import MOST_COMMENTS, rewritten
from gateway.services.inspecting import once, refusal
from gateway.services.parts import Parts
from gateway.services.register_scope import concerns
from gateway.services.storage import Work

Form = Literal["docx", "pdf"]
LARGEST_BYTES: Final = 20 * 1024 * 1024  # of a protocol's document
_MOST_TOLD: Final = 5  # comments in which it is told what could not be read of one section

Faults = Callable[[Content, Section], Sequence[Problem]]
"""What is malformed in a section, as the pages would take it; empty if nothing is."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of a document that was read into a draft.

    Attributes:
        taken: sections that the draft now has from it.
        left: sections of which something was read that the draft says otherwise, or that is
            malformed.
        unread: what could not be read; it stands as comments on its sections too.
    """

    draft: ProtocolDraft
    taken: tuple[Section, ...]
    left: tuple[Section, ...]
    unread: tuple[Unread, ...]


async def document_of_version(
    parts: Parts, actor: Actor, protocol: ProtocolId, version: int, form: Form
) -> bytes:
    """A version of a protocol as a document, for signing or to be handed on.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such version for this agency.
    """
    agency = require_drafter(actor)
    async with parts.database.work() as work:
        versions = await work.register.protocol_versions(protocol)
        found = next((each for each in versions if each.version == version), None)
        if found is None or not any(concerns(each, agency) for each in versions):
            raise NotFound("There is no such version.", "Look at the catalogue.")
        return await version_document(parts, work, found, form)


async def version_document(parts: Parts, work: Work, version: Protocol, form: Form) -> bytes:
    """A version as a document, whoever asks."""
    content = replace(content_of(version, parts.today()), in_force_from=version.in_force_from)
    vetting = version.terms.vetting if version.terms else None
    standing = Standing(version.lead_agency, vetting, version.signatures)
    note = "Information sharing protocol"
    return await _set(parts, work, content, standing, (version.id, version.version), note, form)


async def document_of_draft(parts: Parts, actor: Actor, draft: DraftId, form: Form) -> bytes:
    """A draft as a document, to be read or filled in by others.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such draft for this agency.
    """
    async with parts.database.work() as work:
        found = await draft_of(work, actor, draft)
        standing = Standing(found.lead_agency, found.vetting)
        note = f"Draft, revision {found.revision}: not signed, not in force"
        numbered = found.protocol, found.version
        return await _set(parts, work, found.content, standing, numbered, note, form)


async def read_into_draft(
    parts: Parts,
    actor: Actor,
    identifier: DraftId,
    file_name: str,
    chunks: AsyncIterator[bytes],
    *,
    seen: int,
    replacing: bool,
    faults: Faults,
) -> Returned:
    """Read a filled document back into a draft, looking into it in a process of its own first.

    Sections that are still blank are filled; with `replacing` also those that are not. What could
    not be read is told, and stays as comments on the sections.

    Raises:
        Forbidden: another agency writes the draft, or nobody is signed in.
        NotFound: there is none for this agency. Conflict: it was changed since `seen`.
        LimitExceeded: the document is too large. InvalidInput: it is no sound Word document.
        Unavailable: it cannot be looked into at present.
    """
    if actor.user is None:
        raise Forbidden("Documents are read in for people who signed in.", "Sign in.")
    async with parts.database.work() as work:
        await written_by(work, actor, identifier, seen=seen)  # before anything is read
    data = await _all(chunks)
    outlined = await parts.inspector.outline(file_name, once(data))
    if not outlined.inspection.is_safe:
        raise refusal(outlined.inspection)
    if outlined.blocks is None:
        raise InvalidInput("This is no Word document.", "Save it as .docx.", field="file")
    async with parts.database.work() as work:
        draft = await written_by(work, actor, identifier, seen=seen)
        reading = read(outlined.blocks, await _known(parts, work))
        if not reading.sections:
            raise InvalidInput(
                "None of the template's headings and tables were found in it.",
                "Save the draft as DOCX, and fill that in.",
                field="file",
            )
        done = _sorted_out(draft, reading, faults, replacing=replacing)
        content = done.draft.content
        hold_limits(content)
        changed = await rewritten(work, parts, draft, content) if done.taken else draft
        await _told(parts, work, actor, changed, done.unread)
        detail: dict[str, JSON] = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "sections": [section.value for section in done.taken],
            "unread": len(done.unread),
        }
        action = Action.PROTOCOL_DRAFT_READ_IN
        await record(parts, work, actor, action, subject_of(changed), detail)
    return replace(done, draft=changed)


def _sorted_out(
    draft: ProtocolDraft, reading: Reading, faults: Faults, *, replacing: bool
) -> Returned:
    """The draft with what is taken over, and what stays behind."""
    content = draft.content
    taken: list[Section] = []
    left: list[Section] = []
    unread = list(reading.unread)
    for section in (each for each in Section if each in reading.sections):
        malformed = faults(reading.content, section)
        unread += [
            Unread(section, section.value, fault.message, fault.remedy) for fault in malformed
        ]
        merged = content
        if not malformed:
            merged = taken_over(content, reading.content, (section,), replacing=replacing)
        if merged != content:
            taken.append(section)
        if taken_over(merged, reading.content, (section,)) != merged:
            left.append(section)
        content = merged
    return Returned(replace(draft, content=content), tuple(taken), tuple(left), tuple(unread))


async def _told(
    parts: Parts, work: Work, actor: Actor, draft: ProtocolDraft, unread: Collection[Unread]
) -> None:
    """Keep what could not be read as comments on the sections, as far as there is room."""
    by_section: dict[Section, list[str]] = {}
    for each in unread:
        line = f"{each.where}: {each.text} ({each.why})"
        by_section.setdefault(each.section or Section.MEETING, []).append(line)
    room = MOST_COMMENTS - len(await work.drafts.comments(draft.id))
    texts = [
        (section, text)
        for section, lines in by_section.items()
        for text in _pieces("Not read from the document:", lines)
    ]
    for section, text in texts[: max(room, 0)]:
        await work.drafts.comment(
            Comment(
                id=parts.identifiers.new(),
                draft=draft.id,
                section=section,
                agency=actor.of_agency(),
                by=actor.user or "",
                text=text,
                made_at=parts.clock.now(),
            )
        )


def _pieces(heading: str, lines: Sequence[str]) -> list[str]:
    """Lines in as few texts as take them, each below a heading."""
    pieces = [heading]
    for line in lines:
        if len(pieces[-1]) + len(line) + 1 > LONGEST_TEXT:
            pieces.append(heading)
        pieces[-1] += f"\n{line}"
    return pieces[:_MOST_TOLD]


async def _set(
    parts: Parts,
    work: Work,
    content: Content,
    standing: Standing,
    numbered: tuple[ProtocolId, int],
    note: str,
    form: Form,
) -> bytes:
    called = await _called(parts, work, content)
    protocol, version = numbered
    paper = Paper(
        title=content.name or protocol,
        note=note,
        foot=f"{protocol}, version {version}",
        author=called.agency(standing.lead_agency),
        blocks=written(content, standing, called),
        made_at=parts.clock.now(),
    )
    setter = parts.protocol_setter
    return await asyncio.to_thread(setter.docx if form == "docx" else setter.pdf, paper)


async def _called(parts: Parts, work: Work, content: Content) -> Called:
    agencies = await work.register.agencies()
    people = await work.register.representatives(
        [each.manager for each in content.agencies if each.manager]
    )
    return Called(
        {key: agency.name for key, agency in agencies.items()},
        {key: person.name for key, person in people.items()},
        _authorities(parts),
    )


async def _known(parts: Parts, work: Work) -> Known:
    agencies = await work.register.agencies()
    people = await work.register.people_of(sorted(agencies))
    today = parts.today()
    return Known(
        {AgencyId(key): agency.name for key, agency in agencies.items()},
        {
            person.id: (person.agency, person.name)
            for person in people
            if person.is_active_on(today)
        },
        _authorities(parts),
    )


def _authorities(parts: Parts) -> Mapping[str, str]:
    return {each.code: each.name for each in parts.judge.authorities()}


async def _all(chunks: AsyncIterator[bytes]) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > LARGEST_BYTES:
            raise LimitExceeded(
                f"A protocol's document may have at most {LARGEST_BYTES // 1024**2} MB.",
                "Take pictures out of it.",
                field="file",
            )
    if not data:
        raise InvalidInput("No file was chosen.", "Choose a Word document.", field="file")
    return bytes(data)
