"""Lessons of a breach: who sees to them by when, and how they reach the protocol."""

from dataclasses import dataclass, replace
from datetime import date

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.breaches import Breach, BreachId, Lesson, LessonId
from gateway.domain.breaches.letters import flagged
from gateway.domain.drafts import DraftId, ProtocolDraft, Section
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.register import ProtocolId
from gateway.services.breach_scope import Held, breach_of, note, require
from gateway.services.draft_scope import require_drafter
from gateway.services.drafts import NewDraft, begin_draft, comment_on
from gateway.services.parts import Parts
from gateway.services.storage import Work

LONGEST_LESSON = 2000  # characters
MOST_LESSONS = 50  # of one breach
KEEPERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
_MOST_DRAFTS = 200  # looked through for an open one


@dataclass(frozen=True, slots=True)
class NewLesson:
    """What is to be done differently, who sees to it, and by which day."""

    text: str
    owner: str
    due_on: date


async def add_lesson(parts: Parts, actor: Actor, identifier: BreachId, new: NewLesson) -> Lesson:
    """Write a lesson down; that can be done after the breach was closed too.

    Raises:
        Forbidden, NotFound: as for `breach_of`. InvalidInput: the day is past.
        Conflict: the breach has as many as it can have.
    """
    if new.due_on < parts.today():
        raise InvalidInput("The day is past.", "Choose one that is to come.", field="due_on")
    if len(new.text) > LONGEST_LESSON:
        raise InvalidInput(
            f"A lesson has at most {LONGEST_LESSON} characters.", "Shorten it.", field="text"
        )
    async with parts.database.work() as work:
        held = await _held(parts, work, actor, identifier)
        if len(await work.breaches.lessons(identifier)) >= MOST_LESSONS:
            raise Conflict("This breach has as many lessons as it can have.", "Join some.")
        lesson = Lesson(
            id=LessonId(parts.identifiers.new()),
            breach=identifier,
            text=new.text,
            owner=new.owner,
            due_on=new.due_on,
            made_at=parts.clock.now(),
        )
        await work.breaches.add_lesson(lesson)
        detail: dict[str, JSON] = {"lesson": lesson.id, "due_on": new.due_on.isoformat()}
        await note(parts, work, actor, Action.BREACH_LESSON_ADDED, held.breach, detail)
    return lesson


async def finish_lesson(
    parts: Parts, actor: Actor, identifier: BreachId, lesson: LessonId
) -> Lesson:
    """Record that a lesson was seen to.

    Raises:
        Forbidden, NotFound: as for `breach_of`; or there is no such lesson.
    """
    async with parts.database.work() as work:
        held = await _held(parts, work, actor, identifier)
        found = await _lesson(work, identifier, lesson)
        if found.done_at is not None:
            return found
        done = replace(found, done_at=parts.clock.now())
        await work.breaches.update_lesson(done)
        await note(parts, work, actor, Action.BREACH_LESSON_DONE, held.breach, {"lesson": done.id})
    return done


async def carry_lesson(
    parts: Parts, actor: Actor, identifier: BreachId, lesson: LessonId, protocol: ProtocolId
) -> DraftId:
    """Comment with a lesson on section 'breaches' of the protocol's draft; begin one if none is.

    Whoever can read the draft reads the lesson too, once it was shared.

    Raises:
        Forbidden, NotFound: as for `breach_of`; or there is no such lesson, or the protocol is
            another agency's. Conflict: it was carried already.
    """
    agency = require_drafter(actor)
    async with parts.database.work() as work:
        held = await _held(parts, work, actor, identifier)
        found = await _lesson(work, identifier, lesson)
        if found.draft is not None:
            raise Conflict("This lesson stands in a draft already.", "Look at that draft.")
        known = await work.register.protocols_of(agency)
        drafts = await work.drafts.of_agency(agency, _MOST_DRAFTS)
    draft = next((each for each in drafts if each.protocol == protocol and _open(each)), None)
    if draft is None:
        if protocol not in {each.id for each in known}:
            raise NotFound(
                "Your agency has no such protocol.", "Choose from the list.", field="protocol"
            )
        draft = await begin_draft(parts, actor, NewDraft(protocol))
    words = flagged(held.breach, f"Lesson of breach {held.breach.reference}: {found.text}")
    await comment_on(parts, actor, draft.id, Section.BREACHES, words)
    async with parts.database.work() as work:
        found = await _lesson(work, identifier, lesson)
        await work.breaches.update_lesson(replace(found, draft=draft.id))
        detail: dict[str, JSON] = {"lesson": lesson, "draft": draft.id}
        await note(parts, work, actor, Action.BREACH_LESSON_CARRIED, held.breach, detail)
    return draft.id


async def protocols_for(work: Work, actor: Actor, breach: Breach) -> tuple[ProtocolId, ...]:
    """The protocols of the actor's agency, those that the breach's transfers were under first."""
    agency = require(actor, KEEPERS, "keep lessons")
    every = {each.id for each in await work.register.protocols_of(agency)}
    under: list[ProtocolId] = []
    for identifier in breach.transfers:
        transfer = await work.transfers.get(identifier, agency)
        meeting = await work.register.meeting(transfer.meeting) if transfer is not None else None
        if meeting is not None and meeting.protocol in every:
            under.append(meeting.protocol)
    return tuple(dict.fromkeys((*under, *sorted(every))))


def _open(draft: ProtocolDraft) -> bool:
    return draft.state.value in {"drafting", "vetted"}


async def _held(parts: Parts, work: Work, actor: Actor, identifier: BreachId) -> Held:
    return await breach_of(parts, work, actor, identifier, roles=KEEPERS)


async def _lesson(work: Work, breach: BreachId, lesson: LessonId) -> Lesson:
    found = await work.breaches.lesson(breach, lesson)
    if found is None:
        raise NotFound("There is no such lesson.", "Look at the breach.", field="lesson")
    return found
