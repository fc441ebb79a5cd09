"""The stored log is checked again and again: what is altered in it is found, and its mending."""

import json

import pytest
from support.logs import behind_the_guards
from support.world import ADMINISTRATOR, World

from gateway.audit.entries import Action
from gateway.audit.reading import read
from gateway.audit.tiles import WIDTH
from gateway.domain.errors import Tampered, Unavailable
from gateway.services.auditing import record
from gateway.services.gate import require_signed, require_sound
from gateway.services.log_check import alarms, check_next
from gateway.services.proving import prove_entry, prove_growth
from gateway.services.publishing import read_status

ALTERED = 88
LOG = 2 * WIDTH + 10  # entries


@pytest.fixture
async def log(world: World) -> World:
    """A log of two full tiles and a bit."""
    for begun in range(0, LOG, 100):
        async with world.parts.database.work() as work:
            for number in range(begun, min(begun + 100, LOG)):
                subject = {"transfer": f"t{number}", "meeting": "m", "pack": f"p{number}"}
                await record(world.parts, work, ADMINISTRATOR, Action.PACK_SENT, subject)
        await world.parts.sequencer.run()
    return world


async def walk(world: World) -> list[str]:
    """Check every tile once; what is known to be wrong then."""
    tile = 0
    for _ in range(3):
        tile = await check_next(world.parts, tile)
    return [f"{alarm.position} {alarm.reason}" for alarm in await alarms(world.parts)]


async def told(world: World, action: str) -> list[object]:
    """The positions that entries of an action name."""
    found = [read(leaf) for leaf in await world.leaves()]
    return [entry["detail"]["position"] for entry in found if entry["action"] == action]


async def test_a_sound_log_raises_no_alarm(log: World) -> None:
    """Nor does an empty one; the walk begins again at its end."""
    assert await walk(log) == []
    assert [await check_next(log.parts, tile) for tile in (0, 1, 2, 77)] == [1, 2, 1, 1]
    await require_sound(log.parts)


ALTERATIONS = {
    "an entry": (
        "UPDATE audit_entries SET leaf = set_byte(leaf, 30, 120) WHERE position = 88",
        "is not the one that was signed",
    ),
    "an entry lost": ("DELETE FROM audit_entries WHERE position = 88", "is missing"),
    "a hash in a tile": (
        "UPDATE log_tiles SET hashes = set_byte(hashes, 2816, 255 - get_byte(hashes, 2816))",
        "is not the one that was signed",
    ),
    "a term taken away": (
        "DELETE FROM audit_terms WHERE position = 88",
        "is not found by what it says (terms)",
    ),
    "a term added": (
        "INSERT INTO audit_terms VALUES ('child:x', now(), 88)",
        "is not found by what it says (terms)",
    ),
    "columns": (
        "UPDATE audit_entries SET action = 'log.read', transfer = 't1', agency = 'x' "  # noqa: ISC004
        "WHERE position = 88",
        "is not found by what it says (action, agency, transfer)",
    ),
}


KEEP = """
    CREATE TABLE kept_entries AS SELECT * FROM audit_entries WHERE position = 88;
    CREATE TABLE kept_terms AS SELECT * FROM audit_terms WHERE position = 88;
    CREATE TABLE kept_tiles AS SELECT * FROM log_tiles;
"""
MEND = """
    DELETE FROM audit_entries WHERE position = 88;
    DELETE FROM audit_terms WHERE position = 88;
    INSERT INTO audit_entries SELECT * FROM kept_entries;
    INSERT INTO audit_terms SELECT * FROM kept_terms;
    UPDATE log_tiles t SET hashes = k.hashes FROM kept_tiles k WHERE k.index = t.index;
"""


@pytest.mark.parametrize(("statement", "reason"), ALTERATIONS.values(), ids=ALTERATIONS)
async def test_what_was_altered_is_found_and_so_is_its_mending(
    log: World, database_url: str, statement: str, reason: str
) -> None:
    """It is an entry once, and stands in status and readiness until it is right again."""
    wrong = f"{ALTERED} {reason}"
    with behind_the_guards(database_url) as connection:
        connection.execute(KEEP)
        connection.execute(statement.encode())
    assert wrong in await walk(log)
    assert wrong in await walk(log)
    status = await read_status(log.parts, ADMINISTRATOR)
    assert reason in status[f"alarm stored entry {ALTERED}"]
    with pytest.raises(Tampered):
        await require_sound(log.parts)
    with pytest.raises(Unavailable, match="of the stored log") as refusal:
        await require_signed(log.parts)
    assert ("reindex" in refusal.value.remedy) is ("found by" in wrong)
    assert (await told(log, "log.damaged")).count(ALTERED) == 1
    assert await told(log, "log.mended") == []
    with behind_the_guards(database_url) as connection:
        connection.execute(MEND)
    assert await walk(log) == []
    assert ALTERED in await told(log, "log.mended")
    await require_signed(log.parts)


async def test_no_receipt_is_given_that_would_not_hold(log: World, database_url: str) -> None:
    """Of an altered entry; that it was asked for is recorded, and it is an alarm."""
    assert await prove_entry(log.parts, ADMINISTRATOR, ALTERED)
    with behind_the_guards(database_url) as connection:
        connection.execute(
            "UPDATE audit_entries SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
            "'pack.sent', 'pack.sunk'), 'UTF8') WHERE position = 88"
        )
    with pytest.raises(Tampered, match="Entry 88 of the stored log is not proved"):
        await prove_entry(log.parts, ADMINISTRATOR, ALTERED)
    assert await told(log, "log.damaged") == [ALTERED]
    looks = [json.loads(leaf)["detail"] for leaf in await log.leaves() if b'"proof"' in leaf]
    assert [look["position"] for look in looks] == [ALTERED, ALTERED]


async def test_no_proof_of_growth_is_given_that_would_not_hold(
    log: World, database_url: str
) -> None:
    """Where a stored tile was altered."""
    await prove_growth(log.parts, ADMINISTRATOR, 100, LOG)
    with behind_the_guards(database_url) as connection:
        connection.execute("UPDATE log_tiles SET root = decode(repeat('00', 32), 'hex')")
        connection.execute("UPDATE log_tiles SET hashes = decode(repeat('00', 8192), 'hex')")
    with pytest.raises(Tampered):
        await prove_growth(log.parts, ADMINISTRATOR, 100, LOG)
