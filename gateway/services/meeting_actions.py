"""Actions that a meeting tasks agencies with, and what comes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.meeting_records import (
    ActionId,
    ActionState,
    MeetingAction,
    NoticeKind,
    may_see,
)
from gateway.domain.register import ChildReference, MeetingId, Representative, RepresentativeId
from gateway.services.auditing import child_pseudonym, record
from gateway.services.kept_from import children_kept_from
from gateway.services.meeting_reach import (
    Reached,
    hold_children,
    hold_held,
    hold_neutral,
    open_text,
    reach_led,
    record_of,
    require_attending,
    seal_text,
    subject_of,
)
from gateway.services.meeting_times import plan_notice
from gateway.services.parts import Parts
from gateway.services.storage import Work

MOST_SHOWN = 500
MOST_ACTIONS = 200  # of one meeting


@dataclass(frozen=True, slots=True)
class NewAction:
    """What an agency is tasked with: `owner` says which, and who of it sees to it."""

    owner: RepresentativeId
    text: str
    due_on: date
    children: tuple[ChildReference, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action with its words and names.

    Attributes:
        ends: whether the reader may say what came of it.
    """

    action: MeetingAction
    text: str
    outcome: str
    agency: str
    lead_agency: str
    owner: str
    overdue: bool
    ends: bool


async def task_action(
    parts: Parts, actor: Actor, meeting: MeetingId, new: NewAction
) -> MeetingAction:
    """Task an agency that attends; its person is told by mail, without what it is about.

    Raises:
        Forbidden: the actor is no coordinator of the lead agency. NotFound: no such meeting.
        Conflict: it is still to come, or its record is closed.
        InvalidInput: the text identifies somebody, the day is past, or the person cannot see to it.
    """
    async with parts.database.work() as work:
        found = await reach_led(parts, work, actor, meeting)
        hold_held(parts, found.meeting)
        current = await record_of(work, meeting)
        if current is not None:
            current.hold_open()
        owner = await _owner(parts, work, found, new)
        hold_children(found, new.children, "children")
        await hold_neutral(parts, work, found, {"text": new.text})
        if new.due_on < parts.today():
            raise InvalidInput("This day is past.", "Name one to come.", field="due_on")
        existing = await work.meeting_records.actions(found.agency, MOST_ACTIONS, meeting=meeting)
        if len(existing) >= MOST_ACTIONS:
            raise Conflict("The meeting has as many actions as it can have.", "Join some.")
        identifier = ActionId(parts.identifiers.new())
        action = MeetingAction(
            id=identifier,
            reference=f"A{parts.identifiers.reference()[1:]}",
            meeting=meeting,
            lead_agency=found.agency,
            agency=owner.agency,
            owner=owner.id,
            children=new.children,
            due_on=new.due_on,
            state=ActionState.OPEN,
            tasked_at=parts.clock.now(),
            words=seal_text(parts, _words(identifier), new.text),
        )
        await work.meeting_records.add_action(action)
        await _record(parts, work, actor, Action.MEETING_ACTION_TASKED, action)
        for kind in (NoticeKind.TASKED, NoticeKind.ACTION_DUE, NoticeKind.ACTION_OVERDUE):
            await plan_notice(parts, work, identifier, kind, action.due_on)
    return action


async def end_action(
    parts: Parts, actor: Actor, identifier: ActionId, state: ActionState, outcome: str
) -> MeetingAction:
    """Record that an action was done, or was not and why.

    Raises:
        Forbidden: the actor's role is another.
        NotFound: no such action for this agency, or about a child the actor is kept from.
        Conflict: it has its end already.
        InvalidInput: it is still open, or was not done and no reason is given.
    """
    if state is ActionState.OPEN:
        raise InvalidInput("Say what came of it.", "Choose done or not done.", field="state")
    if state is ActionState.NOT_DONE and not outcome:
        raise InvalidInput("The reason is missing.", "Say why it was not done.", field="outcome")
    async with parts.database.work() as work:
        found = await _action(work, actor, identifier, lock=True)
        sealed = seal_text(parts, _outcome(identifier), outcome)
        ended = found.ended(state, sealed, parts.clock.now())
        await work.meeting_records.update_action(ended)
        await _record(parts, work, actor, Action.MEETING_ACTION_ENDED, ended)
    return ended


async def look_at_action(parts: Parts, actor: Actor, identifier: ActionId) -> ActionView:
    """An action the actor's agency is tasked with, or of a meeting it leads.

    Raises:
        Forbidden: the actor's role is another.
        NotFound: no such action for this agency, or about a child the actor is kept from.
    """
    async with parts.database.work() as work:
        found = await _action(work, actor, identifier)
        return (await views(parts, work, actor, [found]))[0]


async def list_actions(parts: Parts, actor: Actor) -> list[ActionView]:
    """The actions the actor's agency is tasked with, or of meetings it leads, as far as shown.

    Raises:
        Forbidden: the actor's role is another.
    """
    agency = require_attending(actor)
    async with parts.database.work() as work:
        return await views(
            parts, work, actor, await work.meeting_records.actions(agency, MOST_SHOWN)
        )


async def views(
    parts: Parts, work: Work, actor: Actor, found: Sequence[MeetingAction]
) -> list[ActionView]:
    """Actions with their words and names, but for those about a child the actor is kept from."""
    kept_from = await children_kept_from(work, actor)
    shown = [each for each in found if await _may_see(work, each, kept_from)]
    people = await work.register.representatives([each.owner for each in shown])
    agencies = await work.register.agencies()
    today = parts.today()
    return [
        ActionView(
            action=each,
            text=open_text(parts, _words(each.id), each.words),
            outcome=open_text(parts, _outcome(each.id), each.outcome),
            agency=agencies[each.agency].name,
            lead_agency=agencies[each.lead_agency].name,
            owner=people[each.owner].name,
            overdue=each.is_overdue(today),
            ends=each.state is ActionState.OPEN,
        )
        for each in shown
    ]


async def _may_see(work: Work, action: MeetingAction, kept_from: frozenset[ChildReference]) -> bool:
    if not kept_from:
        return True
    meeting = await work.register.meeting(action.meeting)
    every = [child.reference for child in meeting.children] if meeting else []
    return may_see(action.children, every, kept_from)


async def _action(
    work: Work, actor: Actor, identifier: ActionId, *, lock: bool = False
) -> MeetingAction:
    agency = require_attending(actor)
    found = await work.meeting_records.action(identifier, agency, lock=lock)
    if found is None or not await _may_see(work, found, await children_kept_from(work, actor)):
        raise NotFound("There is no such action.", "Look at the list of actions.", field="action")
    return found


async def _owner(parts: Parts, work: Work, found: Reached, new: NewAction) -> Representative:
    """Who sees to it: of an agency that attends, and without a conflict about these children."""
    person = (await work.register.representatives([new.owner])).get(new.owner)
    attending = {each.agency for each in found.people.values()} | {found.agency}
    if person is None or person.agency not in attending or not person.is_active_on(parts.today()):
        raise InvalidInput(
            "This is nobody who acts for an agency of the meeting.",
            "Choose from the list.",
            field="owner",
        )
    declared = (await work.register.conflicts([person.id]))[person.id]
    every = [child.reference for child in found.meeting.children]
    if not may_see(new.children, every, declared):
        raise InvalidInput(
            "This person has a conflict of interest about a child the action is about.",
            "Choose somebody else of the agency.",
            field="owner",
        )
    return person


async def _record(
    parts: Parts, work: Work, actor: Actor, action: Action, about: MeetingAction
) -> None:
    others = {about.agency, about.lead_agency} - {actor.agency}
    subject = subject_of(parts, about.meeting, *[each for each in others if each])
    subject["meeting_action"] = about.reference
    detail: dict[str, JSON] = {
        "agency": about.agency,
        "state": about.state.value,
        "due_on": about.due_on.isoformat(),
        "children": [child_pseudonym(parts, child) for child in about.children],
    }
    await record(parts, work, actor, action, subject, detail)


def _words(action: ActionId) -> str:
    return f"meeting action:{action}"


def _outcome(action: ActionId) -> str:
    return f"meeting action outcome:{action}"
