"""A breach from 'something went wrong' to its lessons, over real transfers."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support import requests
from support.agreed import terms
from support.picking_up import released, token_of, with_page
from support.world import COORDINATOR, LEAD, World, unzipped

from gateway.audit.entries import Action
from gateway.audit.reading import read as read_entry
from gateway.domain.actors import Actor, Role
from gateway.domain.breaches import (
    Breach,
    BreachId,
    BreachKind,
    BreachState,
    Ending,
    Exception116,
    Factor,
    Harm,
    LessonId,
    Measure,
    Told,
)
from gateway.domain.breaches.evidence import Left, Step
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.register import (
    AgencyId,
    ConflictOfInterest,
    ProtocolId,
    Register,
    RepresentativeId,
)
from gateway.domain.transfers import State, Transfer
from gateway.domain.users import User, UserId
from gateway.services import (
    answer_links,
    breach_decisions,
    breach_lessons,
    breach_notices,
    breach_stopping,
    breaches,
    delivery,
    draft_views,
    pick_ups,
    transfers,
)
from gateway.services.breach_decisions import Judgement, NewNotification
from gateway.services.breach_lessons import NewLesson
from gateway.services.breach_views import BreachFilter, BreachView, Shared, list_breaches
from gateway.services.breach_views import look_at_breach as look
from gateway.services.breaches import Report

USER = replace(COORDINATOR, user="01USER")
OFFICER = replace(USER, role=Role.PRIVACY_OFFICER, representative=None)
HEALTH, POLICE = AgencyId("te-rohe-health"), AgencyId("regional-police")
THERE = replace(OFFICER, agency=HEALTH)
ELSEWHERE = replace(OFFICER, agency=POLICE)
SECRET = "Tama Tauira's letter went to a stranger"


@pytest.fixture(autouse=True)
async def somebody(world: World) -> None:
    """Whoever acts is a user of the lead agency."""
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


async def reported(
    world: World, *about: Transfer, actor: Actor = USER, **changes: object
) -> Breach:
    report = Report(
        what=SECRET,
        affected="One child.",
        kind=BreachKind.DISCLOSURE,
        known_at=world.clock.now(),
        references=tuple(each.reference for each in about),
    )
    report = replace(report, **changes)  # type: ignore[arg-type]  # as each test says
    return await breaches.report_breach(world.parts, actor, report)


async def with_managers(world: World) -> None:
    """A version in force that names the relationship managers of two agencies."""
    meeting = world.register.meetings[0]
    versions = [each for each in world.register.protocols if each.id == meeting.protocol]
    before = max(versions, key=lambda each: each.version)
    today = world.parts.today()
    managers = {LEAD: RepresentativeId("aroha-tauira"), HEALTH: RepresentativeId("hana-sample")}
    signed = terms([each.agency for each in before.signatures])
    listed = [replace(each, manager=managers.get(each.agency)) for each in signed.agencies]
    version = replace(
        before,
        version=before.version + 1,
        in_force_from=today,
        review_due=today + timedelta(days=365),
        terms=replace(signed, agencies=tuple(listed)),
    )
    await world.import_register(Register(protocols=(version,)))


async def seen(world: World, breach: Breach, actor: Actor = OFFICER) -> BreachView:
    await world.parts.sequencer.run(wait=True)
    view = await look(world.parts, actor, breach.id)
    assert isinstance(view, BreachView)
    return view


async def walk(world: World, transfer: Transfer, until: State) -> Transfer:
    """Deliver a transfer until it is in a state."""
    for _ in range(12):
        now = await world.transfer(transfer)
        if now.state is until:
            return now
        await delivery.run(world.parts, transfer.id)
        world.clock.move(minutes=11)
    raise AssertionError(f"it did not become {until.value}")


async def delivered(world: World, who: str = "mere-tauira") -> Transfer:
    return await walk(world, (await world.send())[who], State.PASSWORD_SENT)


async def entries(world: World, action: Action) -> list[dict[str, Any]]:
    found = [read_entry(leaf) for leaf in await world.leaves()]
    return [dict(each) for each in found if each["action"] == action.value]


async def test_one_press_stops_what_can_be_stopped_and_says_so(world: World) -> None:
    """Queued and mailed ones are recalled, of a delivered one the link is shut; each is logged."""
    sent = await world.send()
    late = await walk(world, sent["mere-tauira"], State.PASSWORD_SENT)
    mailed = await walk(world, sent["ben-sample"], State.MAILED)
    early = sent["hana-sample"]
    breach = await reported(world, late, mailed, early)
    offered = {each.reference: each for each in (await seen(world, breach)).stoppable}
    assert offered[late.reference].measures == (Measure.REVOKE_ACKNOWLEDGEMENT,)
    assert "password has left" in offered[late.reference].why_not
    assert offered[mailed.reference].measures == (Measure.WITHHOLD,)
    assert offered[early.reference].measures == (Measure.RECALL,)
    made = await breach_stopping.stop(world.parts, USER, breach.id, ())
    assert {each.ending for each in made} == {Ending.DONE}
    states = [(await world.transfer(each)).state for each in (late, mailed, early)]
    assert states == [State.PASSWORD_SENT, State.RECALLED, State.RECALLED]
    links = [letter.acknowledge_at for letter, _ in world.channels.mails]
    for link in filter(None, links):
        with pytest.raises((NotFound, Conflict)):
            await transfers.acknowledge_by_link(world.parts, USER, link.rpartition("/")[2])
    logged = await entries(world, Action.BREACH_STOPPED)
    assert len(logged) == len(made) == 3
    assert all(SECRET not in str(each) for each in logged)
    assert not (await seen(world, breach)).can_stop


async def test_what_moved_on_meanwhile_is_too_late_and_not_said_to_be_done(world: World) -> None:
    """The page offered to withhold a password; it left before the press."""
    mailed = await walk(world, (await world.send())["mere-tauira"], State.MAILED)
    breach = await reported(world, mailed)
    shown = [(mailed.reference, Measure.WITHHOLD)]
    await walk(world, mailed, State.PASSWORD_SENT)
    made = await breach_stopping.stop(world.parts, USER, breach.id, shown)
    endings = {each.measure: each.ending for each in made}
    assert endings[Measure.WITHHOLD] is Ending.TOO_LATE
    assert endings[Measure.REVOKE_ACKNOWLEDGEMENT] is Ending.DONE
    outcomes = {
        e["detail"]["ending"]: e["outcome"] for e in await entries(world, Action.BREACH_STOPPED)
    }
    assert outcomes == {"too late": "failure", "done": "success"}


async def test_what_moves_on_during_the_press_is_stopped_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was to be recalled, and is mailed just then: its password is withheld instead."""
    sent = (await world.send())["mere-tauira"]
    breach = await reported(world, sent)
    tried = breach_stopping._try

    async def slow(*arguments: Any) -> Any:
        if (await world.transfer(sent)).state is State.QUEUED:
            await walk(world, sent, State.MAILED)
        return await tried(*arguments)

    monkeypatch.setattr(breach_stopping, "_try", slow)
    made = await breach_stopping.stop(world.parts, USER, breach.id, ())
    assert [(each.measure, each.ending) for each in made] == [
        (Measure.RECALL, Ending.TOO_LATE),
        (Measure.WITHHOLD, Ending.DONE),
    ]
    assert (await world.transfer(sent)).state is State.RECALLED


async def test_a_pack_that_is_being_picked_up_is_destroyed_here(world: World) -> None:
    """Its links lead nowhere, and no session that was opened gets a byte."""
    world = with_page(world)
    sent, token = await released(world), token_of(world)
    code = world.channels.pick_up_codes[sent.reference]
    way = await pick_ups.open_with_code(world.parts, USER, token, code)
    span = pick_ups.Span(0, 9)
    async for _ in await pick_ups.begin_download(
        world.parts, USER, token, lambda _: way.session, span
    ):
        pass
    breach = await reported(world, sent)
    (evidence,) = (await seen(world, breach)).evidence
    assert Step.DOWNLOADED in evidence.times
    assert evidence.opened == "Its download was begun."
    made = await breach_stopping.stop(world.parts, OFFICER, breach.id, ())
    assert {each.measure for each in made} == {
        Measure.REVOKE_ACKNOWLEDGEMENT, Measure.REVOKE_PICK_UP, Measure.DESTROY,
    }  # fmt: skip
    with pytest.raises(NotFound):
        await pick_ups.look_at(world.parts, token, lambda _: way.session)
    archive = (await world.transfer(sent)).progress.archive  # type: ignore[union-attr]
    async with world.parts.database.work() as work:
        assert await work.keys.get(archive.blob) is None  # type: ignore[union-attr]


async def test_a_request_that_went_astray_opens_to_nobody(world: World) -> None:
    """Its answer links are shut, and its transfer with them; the agency asked hears nothing."""
    request = await requests.sent(world)
    await requests.delivered(world, request)
    breach = await reported(world, references=(request.reference,))
    assert len(breach.transfers) == len(breach.requests) == 1
    measures = [each.measures for each in (await seen(world, breach)).stoppable]
    assert measures == [(Measure.REVOKE_ANSWER,), (Measure.REVOKE_ACKNOWLEDGEMENT,)]
    made = await breach_stopping.stop(world.parts, USER, breach.id, ())
    assert {each.ending for each in made} == {Ending.DONE}
    archive, password = world.channels.mails[-1][1], world.channels.passwords[-1][2]
    page = unzipped(archive, password)["00-contents.html"].decode()
    token = re.search(r"/answer/([\w-]+)", page)
    assert token is not None
    with pytest.raises(NotFound):
        await answer_links.look_at_link(world.parts, token[1])
    logged = await entries(world, Action.BREACH_STOPPED)
    assert not [each for each in logged if "also_concerns" in each["subject"]]
    with pytest.raises(InvalidInput):
        await reported(world, references=(request.reference,), actor=ELSEWHERE)


async def test_an_exercise_asks_the_same_and_does_nothing(world: World) -> None:
    """It says what would be done; transfers go on; only the own agency's people get mail."""
    await with_managers(world)
    mailed = await walk(world, (await world.send())["mere-tauira"], State.MAILED)
    breach = await reported(world, mailed, exercise=True)
    real = await reported(world, mailed)
    view = await seen(world, breach)
    assert view.stoppable == (await seen(world, real)).stoppable
    made = await breach_stopping.stop(world.parts, USER, breach.id, ())
    assert [each.ending for each in made] == [Ending.WOULD]
    assert (await world.transfer(mailed)).state is State.MAILED
    assert view.commissioner[0].startswith("EXERCISE")
    now = (await seen(world, breach)).breach
    with pytest.raises(InvalidInput, match="Choose agencies"):
        await breach_notices.tell_agencies(
            world.parts, OFFICER, breach.id, [HEALTH], "x", seen=now.revision
        )
    people = {each.id: each for each in world.register.representatives}
    assert all(people[each.manager].agency == LEAD for each in view.addressees)
    told = await breach_notices.tell_agencies(
        world.parts, OFFICER, breach.id, [LEAD], "Practice.", seen=now.revision
    )
    assert told.shared_with == ()
    await breach_notices.send(world.parts, breach.id, told.notices[0].id)
    (letter,) = world.channels.notices
    assert letter.subject.startswith("EXERCISE")
    assert letter.to in {p.email for p in people.values() if p.agency == LEAD}
    logged = [read_entry(leaf) for leaf in await world.leaves()]
    about = [e for e in logged if e["subject"].get("breach") == breach.id]
    assert len(about) == 4
    assert all(e["subject"]["exercise"] is True for e in about)


async def test_what_is_known_says_whether_pack_and_password_went_together(world: World) -> None:
    """Facts per transfer: encryption, what left, categories; nothing about harm."""
    sent = await world.send()
    late = await walk(world, sent["mere-tauira"], State.PASSWORD_SENT)
    mailed = await walk(world, sent["ben-sample"], State.MAILED)
    view = await seen(world, await reported(world, late, mailed))
    first, second = view.evidence
    assert (first.pack, first.password) == (Left.YES, Left.YES)
    assert "same person" in first.together
    assert {Step.MAILED, Step.PASSWORD} <= first.times.keys()
    assert first.encryption
    assert first.contents is not None
    assert first.contents.documents == len(late.documents)
    assert (second.pack, second.password) == (Left.YES, Left.NO)
    assert "Only the pack left" in second.together
    assert view.breach.harm is None


async def test_the_clock_runs_from_when_it_became_known(world: World) -> None:
    """What is left, and by how much it is over."""
    breach = await reported(world, known_at=world.clock.now() - timedelta(hours=70))
    view = await seen(world, breach)
    assert (view.clock.hours_left, view.clock.overdue, view.clock.stopped) == (2, False, False)
    world.clock.move(hours=5)
    (listed,) = (await list_breaches(world.parts, OFFICER, BreachFilter(overdue=True))).own
    assert (listed.clock.hours_left, listed.clock.overdue) == (3, True)


async def test_the_way_from_report_to_closed(world: World) -> None:
    """A person decides; nothing is closed before it is settled who is notified."""
    breach = await reported(world)
    breach = await breaches.contain_breach(world.parts, USER, breach.id, "Telephoned.", seen=0)
    assert breach.state is BreachState.CONTAINED
    judged = Judgement({Factor.SENSITIVE: "Health of a child."}, Harm.LIKELY, "It is sensitive.")
    with pytest.raises(Forbidden):
        await breach_decisions.assess_breach(world.parts, USER, breach.id, judged, seen=1)
    with pytest.raises(Conflict, match="worked on"):
        await breach_decisions.assess_breach(world.parts, OFFICER, breach.id, judged, seen=0)
    breach = await breach_decisions.assess_breach(world.parts, OFFICER, breach.id, judged, seen=1)
    assert breach.state is BreachState.ASSESSED
    with pytest.raises(Conflict):
        await breach_decisions.declare_not_notifiable(
            world.parts, OFFICER, breach.id, seen=breach.revision
        )
    told = NewNotification(Told.COMMISSIONER, world.clock.now(), "NotifyUs, by the officer.")
    wrong = replace(told, exception=Exception116.SAFETY)
    with pytest.raises(InvalidInput, match="affected people only"):
        await breach_decisions.record_notification(
            world.parts, OFFICER, breach.id, wrong, seen=breach.revision
        )
    breach = await breach_decisions.record_notification(
        world.parts, OFFICER, breach.id, told, seen=breach.revision
    )
    assert breach.state is BreachState.ASSESSED
    with pytest.raises(Conflict, match="not settled"):
        await breaches.close_breach(world.parts, OFFICER, breach.id, seen=breach.revision)
    excepted = NewNotification(
        Told.AFFECTED, world.clock.now(), "It would endanger a parent.", Exception116.SAFETY
    )
    breach = await breach_decisions.record_notification(
        world.parts, OFFICER, breach.id, excepted, seen=breach.revision
    )
    assert breach.state is BreachState.NOTIFIED
    view = await seen(world, breach)
    assert view.clock.stopped
    assert "section 116" in " ".join(view.commissioner)
    assert "parent" not in " ".join((*view.commissioner, *view.affected))
    closed = await breaches.close_breach(world.parts, OFFICER, breach.id, seen=breach.revision)
    assert closed.state is BreachState.CLOSED
    with pytest.raises(Conflict, match="closed"):
        await breaches.contain_breach(world.parts, USER, breach.id, "x", seen=closed.revision)
    whole = b"".join(await world.leaves())
    assert SECRET.encode() not in whole
    assert b"parent" not in whole


async def test_agencies_that_are_told_see_what_they_are_told_and_others_nothing(
    world: World,
) -> None:
    """The mail holds a reference; the page the message; a third agency finds no such breach."""
    await with_managers(world)
    breach = await reported(world, (await world.send())["mere-tauira"])
    for actor in (THERE, ELSEWHERE):
        with pytest.raises(NotFound):
            await look(world.parts, actor, breach.id)
    told = await breach_notices.tell_agencies(
        world.parts, OFFICER, breach.id, [HEALTH], "Do not open the pack.", seen=0
    )
    world.channels.outcomes.clear()
    for _ in range(2):  # whatever is repeated, one mail goes
        await breach_notices.send(world.parts, breach.id, told.notices[0].id)
    (letter,) = world.channels.notices
    assert breach.reference in letter.subject
    assert SECRET not in str(letter)
    assert "Do not open" not in str(letter)
    there = await look(world.parts, THERE, breach.id)
    assert isinstance(there, Shared)
    assert there.message == "Do not open the pack."
    assert len((await list_breaches(world.parts, THERE, BreachFilter())).shared) == 1
    with pytest.raises(NotFound):
        await look(world.parts, ELSEWHERE, breach.id)
    for actor in (THERE, ELSEWHERE):
        with pytest.raises(NotFound):
            await breach_stopping.stop(world.parts, actor, breach.id, ())
    (asked,) = await entries(world, Action.BREACH_NOTICE_ASKED)
    assert asked["subject"]["also_concerns"] == [HEALTH]


async def test_who_may_not_see_it_does_not(world: World) -> None:
    """Another agency's references, a conflict of interest, another responder, an auditor's pen."""
    sent = (await world.send())["mere-tauira"]
    with pytest.raises(InvalidInput, match="no transfer or request"):
        await reported(world, sent, actor=THERE)
    breach = await reported(world, sent)
    responder = replace(USER, role=Role.RESPONDER, user="01OTHER")
    with pytest.raises(NotFound):
        await look(world.parts, responder, breach.id)
    with pytest.raises(Forbidden):
        await reported(world, actor=replace(OFFICER, role=Role.AUDITOR))
    conflict = ConflictOfInterest(
        RepresentativeId("pat-tauira"), breach.children[0], world.parts.today()
    )
    await world.import_register(Register(conflicts=(conflict,)))
    with pytest.raises(NotFound):
        await look(world.parts, USER, breach.id)
    assert (await list_breaches(world.parts, USER, BreachFilter())).own == ()
    with pytest.raises(NotFound):
        await look(world.parts, OFFICER, BreachId("nowhere"))


async def test_a_lesson_begins_a_comment_on_the_next_draft(world: World) -> None:
    """The first begins the draft, the second comments on the same one; an exercise says so."""
    breach = await reported(world, exercise=True)
    new = NewLesson("Read addresses aloud.", "The coordinator", world.parts.today())
    with pytest.raises(InvalidInput, match="past"):
        await breach_lessons.add_lesson(
            world.parts, USER, breach.id, replace(new, due_on=new.due_on - timedelta(days=1))
        )
    protocol = ProtocolId("kowhai")
    first = await breach_lessons.add_lesson(world.parts, USER, breach.id, new)
    lesson = await breach_lessons.add_lesson(world.parts, USER, breach.id, new)
    drafts = [
        await breach_lessons.carry_lesson(world.parts, USER, breach.id, each.id, protocol)
        for each in (first, lesson)
    ]
    with pytest.raises(Conflict):
        await breach_lessons.carry_lesson(world.parts, USER, breach.id, lesson.id, protocol)
    assert drafts[0] == drafts[1]
    view = await draft_views.look_at_draft(world.parts, USER, drafts[0])
    comments = [each.text for each in view.comments]
    assert comments == [f"EXERCISE – Lesson of breach {breach.reference}: {new.text}"] * 2
    done = await breach_lessons.finish_lesson(world.parts, USER, breach.id, lesson.id)
    assert done.done_at == world.clock.now()
    with pytest.raises(NotFound):
        await breach_lessons.finish_lesson(world.parts, USER, breach.id, LessonId("none"))


async def test_times_that_contradict_each_other_are_refused(world: World) -> None:
    """Known in the future, or before it happened."""
    now = world.clock.now()
    with pytest.raises(InvalidInput) as refused:
        await reported(world, known_at=now + timedelta(minutes=1))
    assert refused.value.field == "known_at"
    with pytest.raises(InvalidInput) as refused:
        await reported(world, known_at=now - timedelta(hours=1), happened_at=now)
    assert refused.value.field == "happened_at"
