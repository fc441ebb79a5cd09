"""Making a pack: create it, label its documents, and see what each recipient would get."""

from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.classification import Classification
from gateway.domain.decisions import Matrix
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.packs import (
    ConditionStatement,
    Consultation,
    Document,
    DocumentId,
    Label,
    Pack,
    PackId,
    PackKind,
    Statement,
)
from gateway.domain.register import (
    AuthorityCode,
    Meeting,
    MeetingId,
    RepresentativeId,
    governing,
)
from gateway.services import cases
from gateway.services.auditing import child_pseudonym, meeting_pseudonym, record
from gateway.services.disposal import destroy
from gateway.services.kept_from import children_kept_from
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import StoredAnswer, Work


@dataclass(frozen=True, slots=True)
class PackTerms:
    """What a coordinator says of a pack: the meeting, the authority, and the statements.

    `recipients` are those attendees it goes to; all, where there are none.
    """

    meeting: MeetingId
    contact: RepresentativeId
    authority: AuthorityCode
    purpose: str
    marking: Classification
    statements: tuple[Statement, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    conditions: tuple[ConditionStatement, ...] = ()
    recipients: tuple[RepresentativeId, ...] = ()


def require_coordinator(actor: Actor) -> None:
    """Refuse anyone who may not prepare and send meeting packs.

    Raises:
        Forbidden: the actor's role is another.
    """
    if actor.role is not Role.COORDINATOR:
        raise Forbidden("Only a coordinator prepares and sends packs.", "Ask your coordinator.")


def require_sender(actor: Actor) -> None:
    """Refuse anyone who prepares no packs of any kind.

    Raises:
        Forbidden: the actor's role is another.
    """
    if actor.role not in {Role.COORDINATOR, Role.RESPONDER}:
        raise Forbidden("Only a coordinator prepares and sends packs.", "Ask your coordinator.")


def prepares(actor: Actor, pack: Pack) -> bool:
    """Whether the actor is one to prepare this pack of the own agency.

    A responder prepares answers, and by a one-time link only those to the one request.
    """
    if pack.kind is PackKind.ANSWER:
        return actor.role is Role.RESPONDER and actor.request in {None, pack.request}
    return actor.role is Role.COORDINATOR


async def create_pack(parts: Parts, actor: Actor, terms: PackTerms, key: str | None = None) -> Pack:
    """A new, empty pack of the actor's agency for a meeting it leads.

    `key` makes a repeated call give the first pack.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: no such meeting, or another agency leads it.
        InvalidInput: unknown authority, or a contact or statement that is not the agency's own.
    """
    require_coordinator(actor)
    async with parts.database.work() as work:
        if key is None:
            return await begin_pack(parts, work, actor, terms)
        answer = await work.answers.get(actor.of_agency(), key)
        if answer is not None:
            return await owned(work, actor, PackId(answer.body))
        pack = await begin_pack(parts, work, actor, terms)
        held = StoredAnswer("make pack", pack.id)
        await work.answers.put(actor.of_agency(), key, held, parts.clock.now())
    return pack


async def begin_pack(parts: Parts, work: Work, actor: Actor, terms: PackTerms) -> Pack:
    """A new, empty pack, in the caller's transaction.

    Raises:
        Forbidden, NotFound, InvalidInput: as for `create_pack`.
    """
    require_coordinator(actor)
    pack = Pack(
        id=PackId(parts.identifiers.new()),
        agency=actor.of_agency(),
        created_at=parts.clock.now(),
        meeting=terms.meeting,
        contact=terms.contact,
        authority=terms.authority,
        purpose=terms.purpose,
        marking=terms.marking,
        statements=terms.statements,
        consultations=terms.consultations,
        conditions=terms.conditions,
        recipients=terms.recipients,
    )
    meeting = await led_meeting(parts, work, actor, terms.meeting)
    await _require_sound(parts, work, pack, meeting)
    await work.packs.add(pack)
    detail: dict[str, JSON] = {
        "authority": pack.authority,
        "purpose": pack.purpose,
        "marking": pack.marking.value,
        "statements": len(pack.statements),
        "consultations": consulted(parts, pack),
        "conditions": [each.code for each in pack.conditions],
    }
    await record(parts, work, actor, Action.PACK_CREATED, subject_of(parts, pack), detail)
    return pack


async def get_pack(parts: Parts, actor: Actor, pack: PackId) -> tuple[Pack, tuple[Document, ...]]:
    """A pack of the actor's agency with its documents.

    Raises:
        NotFound: no such pack, or another agency's.
    """
    require_sender(actor)
    async with parts.database.work() as work:
        found = await owned(work, actor, pack)
        return found, await work.packs.documents(pack)


async def list_packs(parts: Parts, actor: Actor, page: Page) -> list[Pack]:
    """A page of the packs of the actor's agency."""
    require_coordinator(actor)
    async with parts.database.work() as work:
        return list(await work.packs.list(actor.of_agency(), page))


async def check_pack(parts: Parts, actor: Actor, pack: PackId) -> Matrix:
    """What each recipient would get now, with the reasons for whatever is withheld.

    Raises:
        NotFound: no such pack, or another agency's.
    """
    require_sender(actor)
    async with parts.database.work() as work:
        situation = await cases.gather(parts, work, await owned(work, actor, pack))
        matrix = await cases.matrix(parts, situation)
        decisions = [decision for row in matrix.rows for decision in row.decisions]
        detail: dict[str, JSON] = {
            "policy": matrix.policy_digest,
            "recipients": len(matrix.rows),
            "documents": len(matrix.documents),
            "allowed": sum(decision.allowed for decision in decisions),
            "withheld": sum(not decision.allowed for decision in decisions),
        }
        subject = subject_of(parts, situation.pack)
        await record(parts, work, actor, Action.PACK_CHECKED, subject, detail)
    return matrix


async def relabel_document(
    parts: Parts, actor: Actor, pack: PackId, document: DocumentId, label: Label
) -> Document:
    """Give a document another label while the pack is not sent.

    Raises:
        NotFound: no such pack or document. Conflict: the pack has been sent.
    """
    async with parts.database.work() as work:
        found, current = await open_document(work, actor, pack, document)
        changed = replace(current, label=label)
        await work.packs.update_document(changed)
        await record(
            parts,
            work,
            actor,
            Action.DOCUMENT_RELABELLED,
            {**subject_of(parts, found), "document": document},
            {"from": label_detail(parts, current.label), "to": label_detail(parts, label)},
        )
    return changed


async def remove_document(parts: Parts, actor: Actor, pack: PackId, document: DocumentId) -> None:
    """Take a document out of a pack that is not sent, and destroy its key.

    Raises:
        NotFound: no such pack or document. Conflict: the pack has been sent.
    """
    async with parts.database.work() as work:
        found, current = await open_document(work, actor, pack, document)
        await work.packs.remove_document(document)
        await destroy(work, current.blob)
        subject = {**subject_of(parts, found), "document": document}
        await record(parts, work, actor, Action.DOCUMENT_REMOVED, subject)


async def discard_pack(parts: Parts, actor: Actor, pack: PackId) -> None:
    """Forget a pack that was never sent, and destroy its documents' keys.

    Raises:
        NotFound: no such pack, or another agency's. Conflict: it has been sent.
    """
    async with parts.database.work() as work:
        found = await still_open(work, actor, pack)
        for document in await work.packs.documents(pack):
            await destroy(work, document.blob)
        await work.packs.remove(pack)
        await record(parts, work, actor, Action.PACK_DISCARDED, subject_of(parts, found))


def label_detail(parts: Parts, label: Label) -> dict[str, JSON]:
    """A label as an entry holds it.

    The category is whatever a person typed until the rules have held it to the protocol's table,
    so it is recorded only when the document goes out.
    """
    return {
        "classification": label.classification.value,
        "source_agency": label.source_agency,
        "children": [child_pseudonym(parts, child) for child in label.children],
        "personal_information": label.personal_information,
        "obtained_under_section_66": label.obtained_under_section_66,
        "endorsements": list(label.endorsements),
    }


async def owned(work: Work, actor: Actor, pack: PackId, *, lock: bool = False) -> Pack:
    """The pack, if it belongs to the actor's agency and is the actor's to prepare.

    Raises:
        NotFound: it is not, or there is none; the two read the same.
    """
    found = await work.packs.get(pack, actor.of_agency(), lock=lock)
    missing = NotFound("There is no such pack.", "Check the identifier.", field="pack")
    if found is None or not prepares(actor, found):
        raise missing
    if found.request is not None:
        about = await work.requests.asked(found.request, None)
        if about is not None and about.child in await children_kept_from(work, actor):
            raise missing
    return found


async def still_open(work: Work, actor: Actor, pack: PackId) -> Pack:
    """The pack, locked, if it can still be changed.

    Raises:
        NotFound: no such pack, or another agency's. Conflict: it has been sent.
    """
    require_sender(actor)
    found = await owned(work, actor, pack, lock=True)
    if found.sent_at is not None:
        raise Conflict("This pack has been sent.", "Make a new pack for what is still to go.")
    return found


async def open_document(
    work: Work, actor: Actor, pack: PackId, document: DocumentId
) -> tuple[Pack, Document]:
    """A document with its pack, locked, if it can still be changed.

    Raises:
        NotFound: no such pack or document. Conflict: the pack has been sent.
    """
    return await still_open(work, actor, pack), await document_of(work, pack, document)


async def document_of(work: Work, pack: PackId, document: DocumentId) -> Document:
    """The document of this pack, which the caller made sure is the actor's.

    Raises:
        NotFound: the pack has no such document.
    """
    for current in await work.packs.documents(pack):
        if current.id == document:
            return current
    raise NotFound("There is no such document in this pack.", "Check the identifier.")


async def led_meeting(parts: Parts, work: Work, actor: Actor, meeting: MeetingId) -> Meeting:
    """The meeting, if the actor's agency leads it.

    Raises:
        NotFound: no such meeting, or another agency leads it; the two read the same.
    """
    found = await work.register.meeting(meeting)
    if found is not None:
        versions = await work.register.protocol_versions(found.protocol)
        protocol = governing(versions, parts.today())  # the rules refuse one not yet in force
        if protocol is not None and protocol.lead_agency == actor.agency:
            return found
    raise NotFound(
        "Your agency leads no meeting with this identifier.",
        "Check the identifier, and that the meeting's protocol names your agency as lead agency.",
        field="meeting",
    )


async def _require_sound(parts: Parts, work: Work, pack: Pack, meeting: Meeting) -> None:
    """Refuse references that can never be right; what the rules judge is left to them."""
    if parts.judge.authority(pack.authority) is None:
        raise InvalidInput(
            "There is no such legal authority.",
            "Use a code from the policy's table of authorities.",
            field="authority",
        )
    named = {pack.contact, *(s.stated_by for s in pack.statements)}
    people = await work.register.representatives(sorted(named))
    for person in sorted(named):
        if person not in people or people[person].agency != pack.agency:
            raise InvalidInput(
                "The contact, and whoever makes a statement, must be the sending agency's own.",
                "Name a representative of your agency.",
                field="contact" if person == pack.contact else "statements.stated_by",
            )
    if strangers := {s.recipient for s in pack.statements} - set(meeting.attendees):
        raise InvalidInput(
            f"{len(strangers)} of the statements name someone who does not attend the meeting.",
            "Make statements for attendees only.",
            field="statements.recipient",
        )
    if set(pack.recipients) - set(meeting.attendees):
        raise InvalidInput(
            "The pack is to go to somebody who does not attend the meeting.",
            "Choose among the attendees.",
            field="recipients",
        )
    await _require_conditions(parts, work, pack, meeting)
    recipients = [statement.recipient for statement in pack.statements]
    children = [consultation.child for consultation in pack.consultations]
    if len(set(recipients)) < len(recipients) or len(set(children)) < len(children):
        raise InvalidInput(
            "A recipient has two statements, or a child two accounts of consultation.",
            "Give one for each.",
            field="statements",
        )


async def _require_conditions(parts: Parts, work: Work, pack: Pack, meeting: Meeting) -> None:
    """Hold that each statement about a condition is about one of the protocol's."""
    versions = await work.register.protocol_versions(meeting.protocol)
    protocol = governing(versions, parts.today())
    terms = protocol.terms if protocol else None
    known = {each.code for each in terms.conditions} if terms else set()
    if any(each.code not in known for each in pack.conditions):
        raise InvalidInput(
            "The protocol has no such condition on Māori data.",
            "Name a condition by its code, as the protocol has it.",
            field="conditions",
        )


def subject_of(parts: Parts, pack: Pack) -> dict[str, JSON]:
    """The references by which an entry names a pack."""
    return {"pack": pack.id, "meeting": meeting_pseudonym(parts, pack.meeting)}


def consulted(parts: Parts, pack: Pack) -> list[JSON]:
    """For which children consultation is stated, as an entry holds it."""
    return [
        {"child": child_pseudonym(parts, c.child), "consulted": c.consulted}
        for c in pack.consultations
    ]
