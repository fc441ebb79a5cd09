"""Writing a protocol: section by section, commented, vetted, and put out to be signed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.drafts import Comment, Content, DraftId, DraftState, ProtocolDraft, Section
from gateway.domain.drafts.completion import completed, content_of
from gateway.domain.drafts.limits import hold_limits
from gateway.domain.errors import Conflict, Forbidden, InvalidInput
from gateway.domain.protocol_terms import ListedAgency, Vetting
from gateway.domain.register import Protocol, ProtocolId, RepresentativeId, governing
from gateway.services.auditing import record
from gateway.services.draft_scope import (
    draft_of,
    hold_open,
    require_drafter,
    require_sound,
    subject_of,
    written_by,
)
from gateway.services.parts import Parts
from gateway.services.protocol_changes import add_proposed
from gateway.services.register_changes import refuse_future, taken
from gateway.services.register_scope import signatories
from gateway.services.storage import Work

MOST_COMMENTS = 500  # on one draft


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What a draft begins with: a protocol's identifier, and a name where it is a new one."""

    protocol: ProtocolId
    name: str = ""


async def begin_draft(parts: Parts, actor: Actor, new: NewDraft) -> ProtocolDraft:
    """Begin a protocol, or the next version of one that the actor's agency leads.

    Raises:
        Forbidden: the actor's role is another.
        Conflict: the identifier is another agency's, or a draft of it is open.
    """
    agency = require_drafter(actor)
    async with parts.database.work() as work:
        versions = await work.register.protocol_versions(new.protocol)
        now = governing(versions, parts.today())
        if now is not None and now.lead_agency != agency:
            raise taken()
        content = content_of(now, parts.today()) if now else Content(name=new.name)
        if not content.agencies:  # a version from a register file lists none, but names them
            named = signatories(now) | now.signatories_on(parts.today()) if now else frozenset()
            others = sorted(named - {agency})
            content = replace(
                content, agencies=tuple(ListedAgency(each, "") for each in (agency, *others))
            )
        at = parts.clock.now()
        draft = ProtocolDraft(
            id=DraftId(parts.identifiers.new()),
            protocol=new.protocol,
            version=max((each.version for each in versions), default=0) + 1,
            lead_agency=agency,
            content=content,
            state=DraftState.DRAFTING,
            revision=0,
            begun_at=at,
            changed_at=at,
        )
        await work.drafts.add(draft)
        await record(parts, work, actor, Action.PROTOCOL_DRAFT_BEGUN, subject_of(draft))
    return draft


async def save_section(
    parts: Parts,
    actor: Actor,
    draft: DraftId,
    section: Section,
    change: Callable[[Content], Content],
    *,
    seen: int,
) -> ProtocolDraft:
    """Save what was written in a section; whoever vetted the draft has to do so again.

    `seen` is the revision that the form was made from.

    Raises:
        Forbidden: another agency writes the draft. NotFound: there is none for this agency.
        Conflict: it was changed since, or is no longer open.
        InvalidInput: it is too long.
    """
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft, seen=seen)
        content = change(current.content)
        hold_limits(content)
        if content == current.content:
            return current
        return await _changed(parts, work, actor, current, content, section)


async def name_manager(
    parts: Parts, actor: Actor, draft: DraftId, manager: RepresentativeId
) -> ProtocolDraft:
    """Name one of the actor's own people as relationship manager of the own agency.

    Raises:
        NotFound: there is no such draft for this agency. Conflict: it is no longer open.
        InvalidInput: the agency is not listed, or the person is not its own.
    """
    async with parts.database.work() as work:
        current = await draft_of(work, actor, draft, lock=True)
        hold_open(current)
        agency = actor.of_agency()
        person = (await work.register.representatives([manager])).get(manager)
        if person is None or person.agency != agency or not person.is_active_on(parts.today()):
            raise InvalidInput(
                "This is nobody who acts for your agency.", "Choose from the list.", field="manager"
            )
        if all(each.agency != agency for each in current.content.agencies):
            raise InvalidInput("Your agency is not listed.", "List it first.", field="manager")
        listed = tuple(
            replace(each, manager=manager) if each.agency == agency else each
            for each in current.content.agencies
        )
        content = replace(current.content, agencies=listed)
        if content == current.content:
            return current
        return await _changed(parts, work, actor, current, content, Section.MANAGERS)


async def share_draft(parts: Parts, actor: Actor, draft: DraftId) -> ProtocolDraft:
    """Let the listed agencies read the draft and comment on it, from now on.

    Raises:
        Forbidden, NotFound, Conflict: as for `save_section`.
    """
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft)
        if current.shared_at is not None:
            return current
        shared = replace(current, shared_at=parts.clock.now())
        await work.drafts.update(shared)
        await record(parts, work, actor, Action.PROTOCOL_DRAFT_SHARED, subject_of(shared))
    return shared


async def comment_on(
    parts: Parts, actor: Actor, draft: DraftId, section: Section, text: str
) -> Comment:
    """Say something of a section, for whoever can read the draft.

    Raises:
        NotFound: there is no such draft for this agency. Forbidden: nobody is signed in.
        Conflict: it is no longer open, or has too many comments.
    """
    if actor.user is None:
        raise Forbidden("Comments are made by people who signed in.", "Sign in.")
    async with parts.database.work() as work:
        current = await draft_of(work, actor, draft, lock=True)
        hold_open(current)
        if len(await work.drafts.comments(draft)) >= MOST_COMMENTS:
            raise Conflict("This draft has as many comments as it can have.", "Settle it by talk.")
        comment = Comment(
            id=parts.identifiers.new(),
            draft=draft,
            section=section,
            agency=actor.of_agency(),
            by=actor.user,
            text=text,
            made_at=parts.clock.now(),
        )
        await work.drafts.comment(comment)
        action, detail = Action.PROTOCOL_DRAFT_COMMENTED, {"section": section.value}
        await record(parts, work, actor, action, subject_of(current), detail)
    return comment


async def settle_comment(parts: Parts, actor: Actor, draft: DraftId, comment: str) -> None:
    """Mark a comment as dealt with.

    Raises:
        Forbidden: another agency writes the draft.
        NotFound: there is no such draft for this agency, or no such open comment.
        Conflict: the draft is no longer open.
    """
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft)
        await work.drafts.settle(draft, comment, parts.clock.now())
        action = Action.PROTOCOL_DRAFT_COMMENT_SETTLED
        await record(parts, work, actor, action, subject_of(current))


async def vet_draft(
    parts: Parts, actor: Actor, draft: DraftId, vetting: Vetting, *, seen: int
) -> ProtocolDraft:
    """Record that a senior privacy, legal or information person looked through the draft.

    Raises:
        Forbidden: the actor is no privacy officer of the lead agency.
        NotFound: there is no such draft for this agency.
        Conflict: it was changed since, or is no longer open.
        InvalidInput: something blocks it; every finding is listed. Or the day is still to come.
    """
    if actor.role is not Role.PRIVACY_OFFICER:
        raise Forbidden("Only a privacy officer records the vetting.", "Ask your privacy officer.")
    refuse_future(vetting.vetted_on, parts.today(), "vetted_on")
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft, seen=seen)
        await require_sound(parts, work, current)
        vetted = replace(
            current,
            state=DraftState.VETTED,
            vetting=replace(vetting, agency=actor.of_agency()),
            revision=current.revision + 1,
            changed_at=parts.clock.now(),
        )
        await work.drafts.update(vetted)
        detail = {"field": vetting.field, "vetted_on": vetting.vetted_on.isoformat()}
        action = Action.PROTOCOL_DRAFT_VETTED
        await record(parts, work, actor, action, subject_of(vetted), detail)
    return vetted


async def propose_draft(parts: Parts, actor: Actor, draft: DraftId, *, seen: int) -> Protocol:
    """Put a vetted draft out to be signed: it becomes a version in the register, unsigned.

    The version before it governs until every listed agency has signed.

    Raises:
        Forbidden, NotFound: as for `save_section`.
        Conflict: it is not vetted, was changed since, or the register has another version.
        InvalidInput: something blocks it; every finding is listed.
    """
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft, seen=seen)
        await require_sound(parts, work, current)
        version = completed(current)
        await add_proposed(parts, work, actor, version)
        now = parts.clock.now()
        proposed = replace(
            current,
            state=DraftState.PROPOSED,
            revision=current.revision + 1,
            changed_at=now,
            shared_at=current.shared_at or now,
        )
        await work.drafts.update(proposed)
        await record(parts, work, actor, Action.PROTOCOL_DRAFT_PROPOSED, subject_of(proposed))
    return version


async def abandon_draft(parts: Parts, actor: Actor, draft: DraftId) -> None:
    """Give a draft up; it can still be read.

    Raises:
        Forbidden, NotFound, Conflict: as for `save_section`.
    """
    async with parts.database.work() as work:
        current = await written_by(work, actor, draft)
        gone = replace(
            current,
            state=DraftState.ABANDONED,
            revision=current.revision + 1,
            changed_at=parts.clock.now(),
        )
        await work.drafts.update(gone)
        await record(parts, work, actor, Action.PROTOCOL_DRAFT_ABANDONED, subject_of(gone))


async def rewritten(
    work: Work, parts: Parts, draft: ProtocolDraft, content: Content
) -> ProtocolDraft:
    """The draft with other content, in the caller's transaction; who vetted it has to again."""
    changed = replace(
        draft,
        content=content,
        state=DraftState.DRAFTING,
        vetting=None,
        revision=draft.revision + 1,
        changed_at=parts.clock.now(),
    )
    await work.drafts.update(changed)
    return changed


async def _changed(
    parts: Parts, work: Work, actor: Actor, draft: ProtocolDraft, content: Content, section: Section
) -> ProtocolDraft:
    changed = await rewritten(work, parts, draft, content)
    detail = {"section": section.value, "was_vetted": draft.vetting is not None}
    action = Action.PROTOCOL_DRAFT_CHANGED
    await record(parts, work, actor, action, subject_of(changed), detail)
    return changed
