"""The index of the log can be falsified, as nothing signs it; the entries put it right again."""

import json

import psycopg
import pytest
from support.logs import behind_the_guards
from support.world import ADMINISTRATOR, COORDINATOR, World

from gateway.domain.errors import Forbidden
from gateway.services.disclosures import account_of_child
from gateway.services.log_check import alarms, check_next
from gateway.services.paging import Page
from gateway.services.reindexing import reindex
from gateway.services.review import Wanted

CHILD = "child-7f3a"
FALSIFIED = """
    DELETE FROM audit_terms;
    UPDATE audit_entries SET action = 'log.read', agency = 'x' WHERE action = 'transfer.queued';
"""


async def account(world: World) -> int:
    """How many disclosures about the child are found."""
    page = Page(limit=100)
    found = await account_of_child(world.parts, ADMINISTRATOR, CHILD, Wanted(), page)
    return len(found.disclosures)


async def put_right(world: World, *, correct: bool) -> list[str]:
    """What differs, in words."""
    steps = [step async for step in reindex(world.parts, ADMINISTRATOR, correct=correct)]
    return [fault.reason for step in steps for fault in step.faults]


async def test_a_falsified_index_is_found_and_made_again(world: World, database_url: str) -> None:
    """A check changes nothing; making it again changes no entry's bytes."""
    await world.send()
    leaves = await world.leaves()
    found = await account(world)
    assert found > 3
    assert await put_right(world, correct=False) == []
    with behind_the_guards(database_url) as connection:
        connection.execute(FALSIFIED)
    assert await account(world) == 0
    reasons = await put_right(world, correct=False)
    assert await put_right(world, correct=False) == reasons
    assert "is not found by what it says (action, agency, terms)" in reasons
    assert await account(world) == 0
    assert await put_right(world, correct=True) == reasons
    assert await account(world) == found
    assert await put_right(world, correct=True) == []
    assert (await world.leaves())[: len(leaves)] == leaves
    looks = [entry for entry in map(json.loads, await world.leaves()) if "reindexed" in str(entry)]
    assert [(look["detail"]["corrected"], look["outcome"]) for look in looks] == [
        (False, "success"),
        (False, "failure"),
        (False, "failure"),
        (True, "success"),
        (True, "success"),
    ]


async def test_the_guards_are_back_when_the_index_is_made_again(
    world: World, database_url: str
) -> None:
    """Nobody changes the tables by hand after it."""
    await world.send()
    await world.leaves()
    with behind_the_guards(database_url) as connection:
        connection.execute("DELETE FROM audit_terms")
    await put_right(world, correct=True)
    for statement in ("DELETE FROM audit_terms", "UPDATE audit_entries SET action = 'x'"):
        with psycopg.connect(database_url) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)


async def test_an_alarm_about_the_index_ends_with_it(world: World, database_url: str) -> None:
    """What the check of the log found is mended."""
    for _ in range(4):
        await world.send()
    await world.leaves()
    with behind_the_guards(database_url) as connection:
        connection.execute("DELETE FROM audit_terms")
    await check_next(world.parts, 0)
    if len(await world.leaves()) >= 256:
        assert await alarms(world.parts)
    await put_right(world, correct=True)
    assert not await alarms(world.parts)


async def test_only_readers_of_the_log_may(world: World) -> None:
    """A coordinator may not."""
    with pytest.raises(Forbidden):
        [step async for step in reindex(world.parts, COORDINATOR, correct=False)]
