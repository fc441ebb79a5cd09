"""What happens at a meeting and after it: agenda, attendance, actions, deletion, outcomes."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support.world import COORDINATOR, LEAD, STRANGER, World, chunks

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.meeting_records import (
    ActionId,
    ActionState,
    AgendaItem,
    Attendance,
    KeepingAnswer,
    MeetingAction,
    NoticeKind,
    Presence,
)
from gateway.domain.register import AgencyId, ChildReference, MeetingId, RepresentativeId
from gateway.domain.users import User, UserId
from gateway.services import (
    meeting_actions,
    meeting_notices,
    meeting_outcomes,
    meeting_records,
    pack_keeping,
)
from gateway.services.delivery import run
from gateway.services.meeting_actions import NewAction
from gateway.services.meeting_record_views import look_at_record
from gateway.services.meeting_records import Declared
from gateway.services.packs import check_pack
from gateway.services.ports import Deferred
from gateway.services.uploads import NewDocument, add_document

MEETING = MeetingId("kowhai-2026-12-08")
CHILD, OTHER_CHILD = ChildReference("child-7f3a"), ChildReference("child-9c2e")
USER = replace(COORDINATOR, user="01USER")
AROHA, BEN, TOM = (RepresentativeId(n) for n in ("aroha-tauira", "ben-sample", "tom-sample"))
IRIS = RepresentativeId("iris-example")
HEALTH = AgencyId("te-rohe-health")
CONFLICTED = Actor(ActorKind.PERSON, Role.RESPONDER, HEALTH, IRIS, "test")
NOBODY = Actor(ActorKind.RECIPIENT, None, None, None, "test")


@pytest.fixture(autouse=True)
async def somebody(world: World) -> None:
    """Whoever acts is a user: the history of the register names them."""
    user = User(
        id=UserId("01USER"),
        login="sample@users.example",
        name="Sample User",
        agency=LEAD,
        roles=(Role.COORDINATOR,),
        created_at=world.clock.now(),
    )
    async with world.parts.database.work() as work:
        await work.users.add(user)


def hold_meeting(world: World) -> None:
    """Let the day after the meeting come."""
    world.clock.at = world.register.meetings[0].held_at + timedelta(hours=20)


def everybody(world: World, **presence: Attendance) -> list[Attendance]:
    """Everyone who was invited came, but for `presence`."""
    return [
        presence.get(person.replace("-", "_"), Attendance(person, Presence.PRESENT))
        for person in world.register.meetings[0].attendees
    ]


async def attended(world: World) -> None:
    await meeting_records.save_attendance(
        world.parts, USER, MEETING, everybody(world), (), seen=await revision(world)
    )


async def revision(world: World) -> int:
    return (await look_at_record(world.parts, USER, MEETING)).revision


async def task(world: World, owner: RepresentativeId = BEN, text: str = "Ring the school.",
               child: ChildReference = CHILD) -> MeetingAction:  # fmt: skip
    due = world.parts.today() + timedelta(days=7)
    return await meeting_actions.task_action(
        world.parts, USER, MEETING, NewAction(owner, text, due, (child,))
    )


async def actions_of_log(world: World) -> list[str]:
    return [json.loads(leaf)["action"] for leaf in await world.leaves()]


async def test_an_agenda_is_read_by_attendees_and_not_by_who_has_a_conflict(world: World) -> None:
    """Items about a child are hidden from whoever must see nothing of that child."""
    items = [AgendaItem("The plan for the holidays", OTHER_CHILD), AgendaItem("Dates", None)]
    await meeting_records.save_agenda(world.parts, USER, MEETING, items, seen=0)
    there = await look_at_record(world.parts, STRANGER, MEETING)
    assert (there.items, there.hidden, there.writes) == (tuple(items), 0, False)
    kept_from = await look_at_record(world.parts, CONFLICTED, MEETING)
    assert (kept_from.items, kept_from.hidden) == (tuple(items[1:]), 1)
    with pytest.raises(Conflict):
        await meeting_records.save_agenda(world.parts, USER, MEETING, (), seen=0)
    with pytest.raises(Forbidden):
        await meeting_records.save_agenda(world.parts, STRANGER, MEETING, (), seen=1)
    elsewhere = replace(STRANGER, agency=AgencyId("nobody-here"), representative=None)
    with pytest.raises(NotFound):
        await look_at_record(world.parts, elsewhere, MEETING)


@pytest.mark.parametrize(
    "text", ["Born 3 May 2019", "Ring 021 555 0199", "See ZZZ0016", "Ben Sample reports"]
)
async def test_an_agenda_names_nobody(world: World, text: str) -> None:
    """What identifies a person is refused, with the item it stands in and without repeating it."""
    items = [AgendaItem("Dates"), AgendaItem(text)]
    with pytest.raises(InvalidInput) as caught:
        await meeting_records.save_agenda(world.parts, USER, MEETING, items, seen=0)
    assert caught.value.field == "items[2].text"
    assert text not in str(caught.value)


async def test_a_conflict_declared_at_the_meeting_counts_in_the_next_check(world: World) -> None:
    """It goes into the register in the transaction of the attendance."""
    pack = await world.new_pack()
    before = {row.recipient.id: len(row.documents) for row in (
        await check_pack(world.parts, COORDINATOR, pack.id)).rows}  # fmt: skip
    with pytest.raises(Conflict):
        await attended(world)
    hold_meeting(world)
    replaced = Attendance(TOM, Presence.APOLOGIES)
    await meeting_records.save_attendance(
        world.parts,
        USER,
        MEETING,
        everybody(world, tom_sample=replaced),
        [Declared(BEN, CHILD), Declared(BEN, CHILD), Declared(IRIS, OTHER_CHILD)],
        seen=0,
    )
    after = {row.recipient.id: len(row.documents) for row in (
        await check_pack(world.parts, COORDINATOR, pack.id)).rows}  # fmt: skip
    assert after[BEN] < before[BEN]
    assert after[AROHA] == before[AROHA]
    changed = [a for a in await actions_of_log(world) if a == Action.REGISTER_CHANGED]
    assert len(changed) == 1  # Iris's was known


@pytest.mark.parametrize(
    "wrong",
    [
        Attendance(TOM, Presence.REPLACED),
        Attendance(TOM, Presence.PRESENT, BEN),
        Attendance(TOM, Presence.REPLACED, BEN),
        Attendance(RepresentativeId("pat-tauira"), Presence.PRESENT),
    ],
)
async def test_attendance_is_of_who_was_invited(world: World, wrong: Attendance) -> None:
    """Somebody else comes for the same agency only, and nobody is left out."""
    hold_meeting(world)
    with pytest.raises(InvalidInput):
        await meeting_records.save_attendance(
            world.parts, USER, MEETING, everybody(world, tom_sample=wrong), (), seen=0
        )


async def test_an_action_is_seen_by_its_agency_and_the_lead(world: World) -> None:
    """Its agency says what came of it, once; a third agency finds nothing."""
    hold_meeting(world)
    action = await task(world)
    (seen,) = await meeting_actions.list_actions(world.parts, STRANGER)
    assert (seen.text, seen.overdue) == ("Ring the school.", False)
    assert await meeting_actions.list_actions(world.parts, CONFLICTED) == []
    with pytest.raises(NotFound):
        await meeting_actions.look_at_action(world.parts, CONFLICTED, action.id)
    world.clock.move(days=8)
    (seen,) = await meeting_actions.list_actions(world.parts, USER)
    assert seen.overdue
    with pytest.raises(InvalidInput):
        await meeting_actions.end_action(world.parts, STRANGER, action.id, ActionState.NOT_DONE, "")
    ended = await meeting_actions.end_action(
        world.parts, STRANGER, action.id, ActionState.NOT_DONE, "Nobody answered."
    )
    assert not ended.is_overdue(world.parts.today())
    with pytest.raises(Conflict):
        await meeting_actions.end_action(world.parts, USER, action.id, ActionState.DONE, "")
    log = b"".join(await world.leaves())
    assert b"Ring the school" not in log
    assert CHILD.encode() not in log


async def test_who_has_a_conflict_is_not_tasked_and_sees_nothing(world: World) -> None:
    """Neither as the owner, nor by the list of the own agency."""
    hold_meeting(world)
    with pytest.raises(InvalidInput) as caught:
        await task(world, IRIS, child=OTHER_CHILD)
    assert caught.value.field == "owner"
    action = await task(world, RepresentativeId("hana-sample"), child=OTHER_CHILD)
    assert await meeting_actions.list_actions(world.parts, CONFLICTED) == []
    colleague = replace(CONFLICTED, representative=RepresentativeId("hana-sample"))
    (seen,) = await meeting_actions.list_actions(world.parts, colleague)
    assert seen.action.id == action.id


async def test_an_action_is_told_once_and_not_after_its_end(world: World) -> None:
    """What cannot be handed over is tried again; a second run sends nothing."""
    hold_meeting(world)
    action = await task(world)
    world.channels.notices.clear()
    world.channels.outcomes = [Deferred("451 later")]
    with pytest.raises(Exception, match="451 later"):
        await meeting_notices.send(world.parts, action.id, NoticeKind.TASKED)
    for _ in range(2):
        await meeting_notices.send(world.parts, action.id, NoticeKind.TASKED)
    first, second = world.channels.notices
    assert first.message_id == second.message_id
    assert action.reference in second.subject
    assert "Ring" not in " ".join(second.lines)
    await meeting_actions.end_action(world.parts, STRANGER, action.id, ActionState.DONE, "")
    await meeting_notices.send(world.parts, action.id, NoticeKind.ACTION_DUE)
    await meeting_notices.send(world.parts, ActionId("none"), NoticeKind.ACTION_DUE)
    assert len(world.channels.notices) == 2


async def closed(world: World) -> None:
    """A pack has arrived, the police are tasked, and the record is closed."""
    transfers = await world.send()
    for transfer in transfers.values():
        await run(world.parts, transfer.id)
    world.clock.move(minutes=15)
    for transfer in transfers.values():
        await run(world.parts, transfer.id)
    hold_meeting(world)
    await task(world)
    await attended(world)
    seen = await revision(world)
    await meeting_records.close_record(world.parts, USER, MEETING, seen=seen)


async def test_only_recipients_of_agencies_without_a_task_are_asked(world: World) -> None:
    """Closing asks them; an open record, or a pack on its way, is not closed."""
    hold_meeting(world)
    with pytest.raises(Conflict):
        await meeting_records.close_record(world.parts, USER, MEETING, seen=0)
    world.clock.at -= timedelta(days=5)
    await closed(world)
    view = await look_at_record(world.parts, USER, MEETING)
    asked = {each.transfer.recipient for each in view.kept if each.keeping}
    tasked = {each.transfer.recipient for each in view.kept if each.tasked}
    assert BEN in tasked
    assert AROHA in asked
    assert not asked & tasked
    assert await meeting_records.ask_again(world.parts, USER, MEETING) == 0
    assert (await look_at_record(world.parts, STRANGER, MEETING)).kept == ()
    for late in (
        meeting_records.save_agenda(world.parts, USER, MEETING, (), seen=view.revision),
        meeting_records.close_record(world.parts, USER, MEETING, seen=view.revision),
    ):
        with pytest.raises(Conflict):
            await late
    with pytest.raises(Conflict):
        await task(world)
    await meeting_records.correct_record(world.parts, USER, MEETING, "The day was wrong.")
    view = await look_at_record(world.parts, STRANGER, MEETING)
    assert [each.text for each in view.corrections] == ["The day was wrong."]


async def test_a_pack_on_its_way_keeps_the_record_open(world: World) -> None:
    """Whom to ask is not known before it has arrived."""
    await world.send()
    hold_meeting(world)
    await attended(world)
    seen = await revision(world)
    with pytest.raises(Conflict, match="still to be mailed"):
        await meeting_records.close_record(world.parts, USER, MEETING, seen=seen)


async def test_a_link_takes_an_answer_and_looking_changes_nothing(world: World) -> None:
    """'Not yet' can be followed by another; then the link's token is gone, and mail stops."""
    await closed(world)
    view = await look_at_record(world.parts, USER, MEETING)
    (keeping,) = [k.keeping for k in view.kept if k.keeping and k.transfer.recipient == AROHA]
    world.channels.notices.clear()
    await meeting_notices.send(world.parts, keeping.id, NoticeKind.DELETION_ASKED)
    (letter,) = world.channels.notices
    assert "cannot be called back" in " ".join(letter.lines)
    token = letter.lines[-2].rpartition("/")[2]
    assert (await pack_keeping.look_at_link(world.parts, token)).keeping == keeping
    with pytest.raises(InvalidInput):
        await pack_keeping.answer_by_link(world.parts, NOBODY, token, KeepingAnswer.KEPT, "")
    await pack_keeping.answer_by_link(world.parts, NOBODY, token, KeepingAnswer.NOT_YET, "")
    await meeting_notices.send(world.parts, keeping.id, NoticeKind.DELETION_DUE)
    assert token in " ".join(world.channels.notices[-1].lines)
    await pack_keeping.answer_by_link(world.parts, NOBODY, token, KeepingAnswer.KEPT, "A duty.")
    await meeting_notices.send(world.parts, keeping.id, NoticeKind.DELETION_OVERDUE)
    assert len(world.channels.notices) == 2
    with pytest.raises(Conflict):
        await pack_keeping.answer_by_link(world.parts, NOBODY, token, KeepingAnswer.DELETED, "")
    view = await look_at_record(world.parts, USER, MEETING)
    (kept,) = [each for each in view.kept if each.transfer.recipient == AROHA]
    assert (kept.keeping and kept.keeping.answer, kept.reason) == (KeepingAnswer.KEPT, "A duty.")
    world.clock.move(days=61)
    with pytest.raises(NotFound):
        await pack_keeping.look_at_link(world.parts, token)
    assert token.encode() not in b"".join(await world.leaves())


async def test_the_lead_agency_records_what_it_was_told(world: World) -> None:
    """Of its own transfers alone."""
    await closed(world)
    view = await look_at_record(world.parts, USER, MEETING)
    (kept,) = [each for each in view.kept if each.transfer.recipient == AROHA]
    told = (kept.transfer.id, KeepingAnswer.DELETED, "")
    with pytest.raises(NotFound):
        await pack_keeping.answer_as_told(world.parts, STRANGER, *told)
    await pack_keeping.answer_as_told(world.parts, USER, *told)
    assert (await actions_of_log(world)).count(Action.DELETION_ANSWERED) == 1


async def test_outcomes_go_to_tasked_agencies_only_and_are_checked(world: World) -> None:
    """An ordinary pack of the meeting, narrowed, and linked from the record."""
    hold_meeting(world)
    terms = world.pack_file.terms
    with pytest.raises(Conflict):
        await meeting_outcomes.begin_outcomes(world.parts, USER, terms)
    await task(world)
    pack = await meeting_outcomes.begin_outcomes(world.parts, USER, terms, "once")
    again = await meeting_outcomes.begin_outcomes(world.parts, USER, terms, "once")
    police = {BEN, RepresentativeId("rewi-example")}
    assert (set(pack.recipients), again.id) == (police, pack.id)
    document = world.pack_file.documents[0]
    new = NewDocument("outcome.pdf", document.label, "Outcome")
    await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"agreed"))
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    got = {row.recipient.id: len(row.documents) for row in matrix.rows}
    assert set(got) == police
    assert got[BEN] == 1
    assert (await look_at_record(world.parts, USER, MEETING)).outcome_packs == [pack.id]
