"""A request that is sent again with more time: what was planned for the first sending waits."""

from datetime import timedelta

import psycopg
import pytest
from support.requests import DUE, sent, stored, terms, transfer_of
from support.world import COORDINATOR, World

from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.domain.information_requests.timing import ReminderKind
from gateway.services.information_requests import edit_request
from gateway.services.request_notices import expire, remind
from gateway.services.request_sending import send_request
from gateway.services.transfers import recall_transfer

LATER = DUE + timedelta(days=60)


@pytest.fixture
async def again(world: World) -> InformationRequest:
    """A request that was recalled, given two more months, and sent a second time."""
    request = await sent(world)
    await recall_transfer(world.parts, COORDINATOR, (await transfer_of(world, request.pack)).id)
    await edit_request(world.parts, COORDINATOR, request.id, terms(due_on=LATER))
    return await send_request(world.parts, COORDINATOR, request.id)


def jobs(url: str, task: str) -> set[object]:
    """The times for which jobs of this kind wait."""
    query = "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = %s"
    with psycopg.connect(url) as connection:
        return {at for (at,) in connection.execute(query, [task])}


async def test_it_does_not_expire_by_the_first_due_date(
    world: World, again: InformationRequest, database_url: str
) -> None:
    """The job of the first sending finds more time, and leaves one for the end of it."""
    before = jobs(database_url, "expire_request")
    world.clock.at = min(before)  # type: ignore[type-var, assignment]
    await expire(world.parts, again.id)
    assert (await stored(world, again)).state is RequestState.SENT
    assert jobs(database_url, "expire_request") == before
    world.clock.at = max(before)  # type: ignore[type-var, assignment]
    await expire(world.parts, again.id)
    assert (await stored(world, again)).state is RequestState.EXPIRED


async def test_a_reminder_that_comes_too_early_comes_again(
    world: World, again: InformationRequest, database_url: str
) -> None:
    """Be it of the first sending, or because the database's clock is ahead of this machine's."""
    async with world.parts.database.work() as work:
        reminder = await work.requests.reminder(again.id, ReminderKind.DUE)
    assert reminder is not None
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'remind'")
    world.clock.at = reminder.at - timedelta(milliseconds=1)
    await remind(world.parts, again.id, reminder.kind)
    assert world.channels.notices == []
    assert jobs(database_url, "remind") == {reminder.at}
    world.clock.at = reminder.at
    await remind(world.parts, again.id, reminder.kind)
    assert len(world.channels.notices) == 1
