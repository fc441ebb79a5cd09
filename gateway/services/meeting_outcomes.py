"""Sharing outcomes back: a pack of the same meeting, for the agencies it tasked with something."""

from dataclasses import replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict
from gateway.domain.packs import Pack, PackId
from gateway.domain.register import RepresentativeId
from gateway.services.auditing import record
from gateway.services.meeting_reach import Reached, hold_held, reach_led, record_of, subject_of
from gateway.services.meeting_records import begun_record
from gateway.services.pack_keeping import tasked_agencies
from gateway.services.packs import PackTerms, begin_pack, owned
from gateway.services.parts import Parts
from gateway.services.storage import StoredAnswer, Work

_MOST_PACKS = 50


async def outcome_recipients(work: Work, found: Reached) -> tuple[RepresentativeId, ...]:
    """The attendees of agencies that the meeting tasked with something."""
    tasked = await tasked_agencies(work, found.meeting.id, found.protocol.lead_agency)
    people = found.people
    return tuple(
        each for each in found.meeting.attendees if each in people and people[each].agency in tasked
    )


async def begin_outcomes(
    parts: Parts, actor: Actor, terms: PackTerms, key: str | None = None
) -> Pack:
    """Begin the pack with which outcomes are shared back; its documents are checked like any.

    A statement about somebody whose agency has no task is left out: they do not get the pack.
    `key` makes a repeated call give the first pack.

    Raises:
        Forbidden, NotFound, InvalidInput: as for making any pack.
        Conflict: the meeting is still to come, or tasked nobody; or there are very many packs.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, terms.meeting)
        answer = await work.answers.get(found.agency, key) if key else None
        if answer is not None:
            return await owned(work, actor, PackId(answer.body))
        hold_held(parts, found.meeting)
        recipients = await outcome_recipients(work, found)
        if not recipients:
            raise Conflict(
                "No agency of the attendees was tasked with an action.",
                "Record the actions first; outcomes go to agencies that have one.",
            )
        current = await record_of(work, found.meeting.id) or begun_record(parts, found)
        if len(current.outcome_packs) >= _MOST_PACKS:
            raise Conflict("There are as many packs of outcomes as there can be.", "Use one.")
        own = tuple(each for each in terms.statements if each.recipient in recipients)
        narrowed = replace(terms, recipients=recipients, statements=own)
        pack = await begin_pack(parts, work, actor, narrowed)
        changed = replace(
            current,
            outcome_packs=(*current.outcome_packs, pack.id),
            revision=current.revision + 1,
            changed_at=parts.clock.now(),
        )
        await work.meeting_records.save(changed)
        if key:
            held = StoredAnswer("make pack", pack.id)
            await work.answers.put(found.agency, key, held, parts.clock.now())
        subject = subject_of(parts, found.meeting.id)
        subject["pack"] = pack.id
        detail: dict[str, JSON] = {"recipients": len(recipients)}
        await record(parts, work, actor, Action.MEETING_OUTCOMES_BEGUN, subject, detail)
    return pack
