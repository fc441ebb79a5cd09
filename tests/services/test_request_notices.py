"""Reminders and notices: by reference only, at their time, once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from support.requests import DUE, IRIS, delivered, sent, stored
from support.world import COORDINATOR, Killed, World

from gateway.domain.errors import Unavailable
from gateway.domain.information_requests.states import (
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.information_requests.timing import ReminderKind
from gateway.services.information_requests import withdraw_request
from gateway.services.ports import Deferred
from gateway.services.request_answers import AnswerTerms, ask_clarification, give_answer
from gateway.services.request_notices import expire, notify, remind
from gateway.services.request_storage import StoredReminder

HOLDER, REQUESTER = "iris.example@health-region.example", "pat.tauira@tamariki-care.example"


async def planned(world: World, request: InformationRequest) -> list[StoredReminder]:
    """The reminders of a request, in order."""
    async with world.parts.database.work() as work:
        found = [await work.requests.reminder(request.id, kind) for kind in ReminderKind]
    return [reminder for reminder in found if reminder is not None]


async def test_each_reminder_goes_out_once_at_its_time(world: World) -> None:
    """Whatever runs again, at once or later; before its time it does not."""
    request = await sent(world)
    reminders = await planned(world, request)
    assert [reminder.kind for reminder in reminders] == list(ReminderKind)
    told = list[tuple[str, str]]()
    for reminder in reminders:
        await remind(world.parts, request.id, reminder.kind)
        assert len(world.channels.notices) == len(told)
        world.clock.at = reminder.at
        runs = (remind(world.parts, request.id, reminder.kind) for _ in range(3))
        await asyncio.gather(*runs, return_exceptions=True)
        await remind(world.parts, request.id, reminder.kind)
        told = [(notice.message_id, notice.to) for notice in world.channels.notices]
        assert len(set(told)) == len(told)
    assert [to for _, to in told] == [HOLDER, HOLDER, HOLDER, REQUESTER, REQUESTER]


async def test_a_notice_says_nothing_of_what_is_asked(world: World) -> None:
    """The reference, the day, and that section 66C lets a holder decline."""
    request = await sent(world)
    (first, *_) = await planned(world, request)
    world.clock.at = first.at
    await remind(world.parts, request.id, first.kind)
    (notice,) = world.channels.notices
    said = " ".join((notice.subject, *notice.lines))
    assert request.reference in said
    assert f"{DUE.day} December 2026" in said
    assert "decline" in said
    for secret in ("Tama", "child-7f3a", "appointments", "must"):
        assert secret not in said.replace("Tamariki", "")


async def test_a_reminder_survives_a_killed_process(world: World) -> None:
    """Killed while sending, it is sent by the next one, under the same Message-ID."""
    request = await sent(world)
    (first, *_) = await planned(world, request)
    world.clock.at = first.at
    world.channels.kill_after_accepting = True
    with pytest.raises(Killed):
        await remind(world.parts, request.id, first.kind)
    await remind(world.parts, request.id, first.kind)
    await remind(world.parts, request.id, first.kind)
    assert len(world.channels.notices) == 2
    assert len({notice.message_id for notice in world.channels.notices}) == 1


async def test_a_relay_that_is_away_delays_a_reminder(world: World) -> None:
    """The job is to be repeated, and then it goes out."""
    request = await sent(world)
    (first, *_) = await planned(world, request)
    world.clock.at = first.at
    world.channels.outcomes = [Deferred("away")]
    with pytest.raises(Unavailable):
        await remind(world.parts, request.id, first.kind)
    await remind(world.parts, request.id, first.kind)
    assert (await planned(world, request))[0].done_at is not None


@pytest.mark.parametrize("how", ["answered", "withdrawn", "expired"])
async def test_nobody_is_reminded_of_what_has_ended(world: World, how: str) -> None:
    """Answered, withdrawn or expired."""
    request = await sent(world)
    reminders = await planned(world, request)
    if how == "answered":
        answer = AnswerTerms(AnswerKind.NOT_HELD)
        await give_answer(world.parts, IRIS, request.id, answer)
    elif how == "withdrawn":
        await withdraw_request(world.parts, COORDINATOR, request.id, "")
    else:
        world.clock.move(days=90)
        await expire(world.parts, request.id)
    for reminder in reminders:
        world.clock.at = reminder.at
        await remind(world.parts, request.id, reminder.kind)
    assert world.channels.notices == []


async def test_an_open_request_expires_once(world: World) -> None:
    """And both sides are told; one that was answered does not."""
    request = await sent(world)
    await delivered(world, request)
    world.clock.move(days=90)
    await expire(world.parts, request.id)
    await expire(world.parts, request.id)
    assert (await stored(world, request)).state is RequestState.EXPIRED
    await notify(world.parts, request.id, "expired", "N1")
    assert [notice.to for notice in world.channels.notices] == [HOLDER, REQUESTER]
    other = await sent(world, due_on=DUE + timedelta(days=90))
    await give_answer(world.parts, IRIS, other.id, AnswerTerms(AnswerKind.NOT_HELD))
    world.clock.move(days=90)
    await expire(world.parts, other.id)
    assert (await stored(world, other)).state is RequestState.ANSWERED


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        ("question", [REQUESTER]),
        ("reply", [HOLDER]),
        ("answered", [REQUESTER]),
        ("withdrawn", [HOLDER]),
    ],
)
async def test_news_goes_to_the_other_side(world: World, kind: str, to: list[str]) -> None:
    """By reference; the words stand with the request."""
    request = await sent(world)
    await ask_clarification(world.parts, IRIS, request.id, "Which clinic?")
    await notify(world.parts, request.id, kind, "N1")
    assert [notice.to for notice in world.channels.notices] == to
    assert "clinic" not in repr(world.channels.notices)


async def test_who_has_left_is_not_told_but_the_requester_is(world: World) -> None:
    """A mailbox may be somebody else's by then; whoever asks can address it anew."""
    request = await sent(world)
    people = tuple(
        replace(p, active_until=p.active_from) if p.id == request.holder else p
        for p in world.register.representatives
    )
    await world.import_register(replace(world.register, representatives=people))
    await notify(world.parts, request.id, "reply", "N1")
    (notice,) = world.channels.notices
    assert notice.to == REQUESTER
    assert "its holder has left" in notice.subject
