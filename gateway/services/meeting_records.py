"""Keeping the record of a meeting: agenda, attendance, conflicts of interest, its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.meeting_records import (
    AgendaItem,
    Attendance,
    Correction,
    MeetingRecord,
    Presence,
)
from gateway.domain.meeting_records.agendas import LONGEST_ITEM, MOST_ITEMS
from gateway.domain.meeting_records.keeping import is_on_its_way
from gateway.domain.register import (
    ChildReference,
    ConflictOfInterest,
    MeetingId,
    Register,
    RepresentativeId,
)
from gateway.services.auditing import record
from gateway.services.meeting_reach import (
    Reached,
    hold_children,
    hold_held,
    hold_neutral,
    reach_led,
    record_of,
    seal_agenda,
    seal_text,
    subject_of,
)
from gateway.services.pack_keeping import ask_recipients
from gateway.services.parts import Parts
from gateway.services.register_changes import save
from gateway.services.storage import Work

MOST_CORRECTIONS = 200


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict of interest that somebody declared at the meeting."""

    representative: RepresentativeId
    child: ChildReference


async def save_agenda(
    parts: Parts, actor: Actor, meeting: MeetingId, items: Sequence[AgendaItem], *, seen: int
) -> MeetingRecord:
    """Save the items after the standing one on conflicts of interest, which is always the first.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: the record is closed, or was changed since.
        InvalidInput: too many items, one that identifies somebody, or is about another child.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        if len(items) > MOST_ITEMS:
            raise InvalidInput(
                f"The agenda has more than {MOST_ITEMS} items.", "Leave some out.", field="items"
            )
        for number, item in enumerate(items, start=1):
            if len(item.text) > LONGEST_ITEM:
                raise InvalidInput(
                    f"The item is longer than {LONGEST_ITEM:,} characters.",
                    "Shorten it; details belong in the pack.",
                    field=f"items[{number}].text",
                )
            hold_children(found, [item.child] if item.child else [], f"items[{number}].child")
        texts = {f"items[{number}].text": item.text for number, item in enumerate(items, 1)}
        await hold_neutral(parts, work, found, texts)
        changed = await _changed(parts, work, found, seen)
        changed = replace(changed, agenda=seal_agenda(parts, meeting, items))
        await work.meeting_records.save(changed)
        detail: dict[str, JSON] = {"items": len(items)}
        action = Action.MEETING_AGENDA_SAVED
        await record(parts, work, actor, action, _subject(parts, found), detail)
    return changed


async def save_attendance(
    parts: Parts,
    actor: Actor,
    meeting: MeetingId,
    attendance: Sequence[Attendance],
    declared: Sequence[Declared],
    *,
    seen: int,
) -> MeetingRecord:
    """Record who came, and which conflicts of interest were declared.

    A conflict goes into the register, so that the next decision refuses; nothing here takes one
    out again.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: it is still to come; the record is closed, or was changed since.
        InvalidInput: somebody is missing, was not invited, or is of another agency.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        hold_held(parts, found.meeting)
        await _hold_complete(parts, work, found, attendance)
        changed = await _changed(parts, work, found, seen)
        changed = replace(changed, attendance=tuple(attendance))
        await work.meeting_records.save(changed)
        came = sum(each.presence in {Presence.PRESENT, Presence.REPLACED} for each in attendance)
        detail: dict[str, JSON] = {"came": came, "conflicts_declared": len(declared)}
        action = Action.MEETING_ATTENDANCE_RECORDED
        await record(parts, work, actor, action, _subject(parts, found), detail)
        await _declare(parts, work, actor, found, attendance, declared)
    return changed


async def close_record(
    parts: Parts, actor: Actor, meeting: MeetingId, *, seen: int
) -> MeetingRecord:
    """Close the record, and ask recipients whose agency was tasked with nothing to delete.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: attendance is not recorded; it is closed already, or was changed since; or a pack
            is still to be mailed.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        changed = await _changed(parts, work, found, seen)
        if not changed.attendance:
            raise Conflict("Attendance is not recorded yet.", "Record who came first.")
        sent = await work.meeting_records.received(meeting, found.agency)
        if any(is_on_its_way(transfer) for transfer in sent):
            raise Conflict(
                "A pack of this meeting is still to be mailed.",
                "Wait until it was, or recall it.",
            )
        closed = replace(changed, closed_at=parts.clock.now())
        await work.meeting_records.save(closed)
        action = Action.MEETING_RECORD_CLOSED
        await record(parts, work, actor, action, _subject(parts, found))
        await ask_recipients(parts, work, actor, found.meeting, found.agency)
    return closed


async def ask_again(parts: Parts, actor: Actor, meeting: MeetingId) -> int:
    """Ask those recipients to delete who received a pack after the record was closed; how many.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: the record is still open.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        (await _existing(work, meeting)).hold_closed()
        return await ask_recipients(parts, work, actor, found.meeting, found.agency)


async def correct_record(parts: Parts, actor: Actor, meeting: MeetingId, text: str) -> Correction:
    """Add a correction to a closed record; what it said before stays.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: the record is still open, or has very many corrections.
        InvalidInput: the text identifies somebody.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        (await _existing(work, meeting)).hold_closed()
        if len(await work.meeting_records.corrections(meeting)) >= MOST_CORRECTIONS:
            raise Conflict("The record has as many corrections as it can have.", "Ask for advice.")
        await hold_neutral(parts, work, found, {"text": text})
        identifier = parts.identifiers.new()
        correction = Correction(
            id=identifier,
            meeting=meeting,
            made_at=parts.clock.now(),
            by=actor.user,
            text=seal_text(parts, correction_name(identifier), text),
        )
        await work.meeting_records.correct(correction)
        action = Action.MEETING_RECORD_CORRECTED
        await record(parts, work, actor, action, _subject(parts, found))
    return correction


def correction_name(identifier: str) -> str:
    """The name to which the words of a correction are bound."""
    return f"meeting correction:{identifier}"


def begun_record(parts: Parts, found: Reached) -> MeetingRecord:
    """A record in which nothing stands yet."""
    now = parts.clock.now()
    return MeetingRecord(
        meeting=found.meeting.id,
        lead_agency=found.agency,
        revision=0,
        begun_at=now,
        changed_at=now,
        agenda=seal_agenda(parts, found.meeting.id, ()),
    )


async def _existing(work: Work, meeting: MeetingId) -> MeetingRecord:
    found = await record_of(work, meeting)
    if found is None:
        raise Conflict("The record is still open.", "Record who came, and close it first.")
    return found


async def _changed(parts: Parts, work: Work, found: Reached, seen: int) -> MeetingRecord:
    """The open record, or a new one, as it is about to be changed."""
    current = await record_of(work, found.meeting.id, seen) or begun_record(parts, found)
    current.hold_open()
    return replace(current, revision=current.revision + 1, changed_at=parts.clock.now())


async def _hold_complete(
    parts: Parts, work: Work, found: Reached, attendance: Sequence[Attendance]
) -> None:
    if sorted(each.representative for each in attendance) != sorted(found.people):
        raise InvalidInput(
            "Attendance is to be said of everybody who was invited, and of nobody else.",
            "Open the form again.",
            field="attendance",
        )
    others = [each.instead for each in attendance if each.instead]
    known = await work.register.representatives(others)
    for each in attendance:
        if (each.presence is Presence.REPLACED) != (each.instead is not None):
            raise InvalidInput(
                "Say who came instead, where somebody else came, and only there.",
                "Choose from the list, or choose another answer.",
                field=f"instead-{each.representative}",
            )
        other = known.get(each.instead) if each.instead else None
        if each.instead and (
            other is None
            or other.agency != found.people[each.representative].agency
            or not other.is_active_on(parts.today())
        ):
            raise InvalidInput(
                "Who came instead is to be of the same agency, and in the register.",
                "Choose from the list, or have the person entered in the register first.",
                field=f"instead-{each.representative}",
            )


async def _declare(
    parts: Parts,
    work: Work,
    actor: Actor,
    found: Reached,
    attendance: Sequence[Attendance],
    declared: Sequence[Declared],
) -> None:
    """Enter conflicts of interest that the register does not have yet."""
    if not declared:
        return
    known_here = {each.representative for each in attendance}
    known_here |= {each.instead for each in attendance if each.instead}
    for each in declared:
        hold_children(found, [each.child], f"conflict-{each.representative}")
        if each.representative not in known_here:
            raise InvalidInput(
                "A conflict of interest is of somebody who was neither invited nor came instead.",
                "Have their agency enter it in the register.",
                field=f"conflict-{each.representative}",
            )
    await work.register.lock()
    known = await work.register.conflicts([each.representative for each in declared])
    new = tuple(
        ConflictOfInterest(each.representative, each.child, parts.today())
        for each in dict.fromkeys(declared)
        if each.child not in known[each.representative]
    )
    if new:
        await save(parts, work, actor, Register(conflicts=new))


def _subject(parts: Parts, found: Reached) -> dict[str, JSON]:
    others = {person.agency for person in found.people.values()} - {found.agency}
    return subject_of(parts, found.meeting.id, *others)
