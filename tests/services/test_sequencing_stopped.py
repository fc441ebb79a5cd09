"""What stops the sequencer: another key or none, and a log that is not what was signed."""

import psycopg
import pytest
from support.logs import (
    OTHER_ORIGIN,
    OTHER_SEED,
    add,
    behind_the_guards,
    checkpoints,
    entry,
    judge,
    refused,
    sequencer,
    set_back,
)
from support.placing import write
from support.world import LOG_KEY, Remembered

from gateway.audit.checkpoints import open_signed
from gateway.audit.tiles import WIDTH
from gateway.domain.errors import InvalidInput, Tampered
from gateway.services.sequencing import LogKey
from gateway.services.storage import Work
from gateway.storage.database import PostgresDatabase


@pytest.mark.parametrize("known", [False, True])
async def test_without_its_key_the_log_stops(database: PostgresDatabase, *, known: bool) -> None:
    """Also where the key was there before; when it is back, the log goes on."""
    keys: list[LogKey] = [LOG_KEY] if known else []

    def read() -> LogKey:
        if not keys:
            raise InvalidInput("The key cannot be read.", "Bring it back.")
        return keys[0]

    runner = sequencer(database, read)
    if known:
        await add(database, 3)
        assert await runner.run() == 3
        keys.clear()
    await refused(database, runner, InvalidInput)
    keys.append(LOG_KEY)
    assert await runner.run() == 1
    assert await judge(database) == (4 if known else 1)


@pytest.mark.parametrize("other", [OTHER_SEED, OTHER_ORIGIN], ids=["seed", "origin"])
async def test_another_key_or_name_stops_the_log(database: PostgresDatabase, other: LogKey) -> None:
    """It goes on under its own only, whoever knows the tree."""
    keys = [LOG_KEY]
    runner = sequencer(database, lambda: keys[-1])
    await add(database, 1)
    await runner.run()
    keys.append(other)
    await refused(database, runner, Tampered)
    error = await refused(database, sequencer(database, other), Tampered)
    assert error.field == "log_key_file"
    keys.pop()
    assert await runner.run() == 2
    assert await judge(database) == 3


async def test_the_first_key_is_noted_only_with_what_it_signs(database: PostgresDatabase) -> None:
    """A sequencer that looked and found nothing to do leaves the choice open."""
    await sequencer(database, OTHER_SEED).run()
    await add(database, 1)
    await sequencer(database).run()
    async with database.snapshot() as view:
        assert await view.tree.verifier_keys() == [str(LOG_KEY.verifier_key)]


async def test_a_key_hands_over_to_another(database: PostgresDatabase) -> None:
    """One checkpoint carries both signatures; from then on only the new key signs."""
    keys = [LOG_KEY]
    runner = sequencer(database, lambda: keys[-1])
    await add(database, 2)

    async def note(work: Work) -> None:
        await work.journal.append(entry())

    await runner.hand_over(OTHER_SEED, note)
    await refused(database, runner, Tampered)
    keys.append(OTHER_SEED)
    assert await runner.run() == 1
    both, new = await checkpoints(database)
    old_key, new_key = LOG_KEY.verifier_key, OTHER_SEED.verifier_key
    assert {by.key for by in open_signed(both.note, [old_key, new_key])[1]} == {old_key, new_key}
    assert [by.key for by in open_signed(new.note, [old_key, new_key])[1]] == [new_key]
    assert await judge(database, OTHER_SEED, LOG_KEY) == 4


async def test_a_hand_over_that_fails_changes_nothing(database: PostgresDatabase) -> None:
    """The old key still counts, and the entry was not written."""
    runner = sequencer(database)
    await add(database, 2)

    async def note(work: Work) -> None:
        await work.journal.append(entry())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await runner.hand_over(OTHER_SEED, note)
    assert await runner.run() == 2
    assert await judge(database) == 2


DAMAGE = {
    "entry changed": "UPDATE audit_entries SET leaf = leaf || ' ' WHERE position = 256",
    "entry removed": "DELETE FROM audit_entries WHERE position = 257",
    "entries swapped": "UPDATE audit_entries SET position = CASE position WHEN 256 THEN 900 "
    "ELSE 256 END WHERE position IN (256, 257); "
    "UPDATE audit_entries SET position = 257 WHERE position = 900",
    "tile's root changed": "UPDATE log_tiles SET root = decode(repeat('00', 32), 'hex')",
    "tile removed": "DELETE FROM log_tiles",
    "checkpoint of another tree": "UPDATE log_checkpoints SET note = (SELECT note FROM "
    "log_checkpoints WHERE size = 10) WHERE size = 260",
    "signature damaged": "UPDATE log_checkpoints SET note = overlay(note PLACING 'AAAA' "
    "FROM octet_length(note) - 20) WHERE size = 260",
    "not a note": "UPDATE log_checkpoints SET note = 'x' WHERE size = 260",
    "key forgotten and newest note of another": "DELETE FROM log_keys; UPDATE log_checkpoints "
    "SET note = convert_to(replace(convert_from(note, 'UTF8'), 'gateway', 'gatexay'), 'UTF8') "
    "WHERE size = 260",
    "newest checkpoint removed": "DELETE FROM log_checkpoints WHERE size = 260",
}


@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE)
async def test_a_damaged_log_is_not_continued(
    database: PostgresDatabase, database_url: str, statement: str, *, restarted: bool
) -> None:
    """Not even by whoever saw it whole just before; nothing is placed or signed, and it is told."""
    runner = sequencer(database)
    for number in (10, 250):
        await add(database, number)
        await runner.run()
    with behind_the_guards(database_url) as connection:
        for each in statement.split("; "):
            connection.execute(each.encode())
    runner = sequencer(database) if restarted else runner
    if not statement.startswith("DELETE FROM log_keys"):
        with pytest.raises(Tampered):
            await runner.require_sound()
    await refused(database, runner, Tampered)


async def test_a_sound_log_is_found_sound(database: PostgresDatabase) -> None:
    """When it is empty, and at sizes where tiles are full; nothing is added by looking."""
    runner = sequencer(database)
    await runner.require_sound()
    for number in (1, WIDTH - 1, 3):
        await add(database, number)
        await runner.run()
        await runner.require_sound()
        await sequencer(database).require_sound()
    assert len(await checkpoints(database)) == 3


FORGED = {
    "not JSON": ("hello", "", "is not canonical JSON"),
    "two lines": ("a\nb", "", "is not canonical JSON"),
    "no entry": ('{"v":9}', "", "is not an entry of a schema version known here"),
    "a part of another type": ("SUBJECT", "", "is not an entry with every part in its type"),
    "another action": ("LEAF", "action = 'log.read'", "does not say what its row does (action)"),
    "another agency": ("LEAF", "agency = 'agency-b'", "does not say what its row does (agency)"),
    "another time": ("LEAF", "at = now()", "does not say what its row does (at)"),
    "a word too many": ("LEAF", "terms = '{child:x}'", "does not say what its row does (terms)"),
}


@pytest.mark.parametrize(("leaf", "change", "why"), FORGED.values(), ids=FORGED)
async def test_what_was_put_into_the_queue_by_hand_is_not_signed(
    database: PostgresDatabase, database_url: str, leaf: str, change: str, why: str
) -> None:
    """It would stay in the log for good. The row is named; once it is gone, the log goes on."""
    runner = sequencer(database)
    await add(database, 3)
    await runner.run()
    forged = entry()
    sound = forged.leaf().decode()
    leaf = leaf.replace("LEAF", sound)
    leaf = leaf.replace("SUBJECT", sound.replace('"subject":{"pack":"p"}', '"subject":null'))
    await write(database, forged)
    with behind_the_guards(database_url) as connection:
        text = leaf.encode()
        connection.execute("UPDATE audit_pending SET leaf = %s", (text,))
        if change:
            connection.execute(f"UPDATE audit_pending SET {change}".encode())  # noqa: S608
        (number,) = connection.execute("SELECT id FROM audit_pending").fetchone() or (None,)
    error = await refused(database, runner, Tampered)
    assert error.message == f"Row {number} of the queue (audit_pending) {why}."
    assert error.remedy
    with behind_the_guards(database_url) as connection:
        connection.execute("DELETE FROM audit_pending WHERE id = %s", (number,))
    await runner.run()
    assert await judge(database) == 4


async def test_an_entry_that_waited_while_the_gateway_was_upgraded_is_placed(
    database: PostgresDatabase, database_url: str
) -> None:
    """A newer version may find entries by more words than the one that wrote them."""
    await add(database, 1)
    with behind_the_guards(database_url) as connection:
        connection.execute("UPDATE audit_pending SET terms = '{}'")
    assert await sequencer(database).run() == 1


async def test_a_place_taken_behind_the_sequencers_back_stops_it(
    database: PostgresDatabase, database_url: str
) -> None:
    """An entry put into the log by hand is not signed over, and not passed over."""
    runner = sequencer(database)
    await add(database, 3)
    await runner.run()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO audit_entries (position, uid, at, action, outcome, actor, leaf)"
            " SELECT 3, 'forged', at, action, outcome, actor, leaf FROM audit_entries LIMIT 1"
        )
    await refused(database, runner, Tampered)
    await refused(database, sequencer(database), Tampered)


@pytest.mark.parametrize("size", [0, 10, 260])
@pytest.mark.parametrize("restarted", [True, False])
async def test_a_log_set_back_is_not_continued(
    database: PostgresDatabase, database_url: str, size: int, *, restarted: bool
) -> None:
    """It would fork: what was signed and given away would be signed otherwise."""
    memory = Remembered()
    runner = sequencer(database, memory=memory)
    for number in (10, 250, 5):
        await add(database, number)
        await runner.run()
    set_back(database_url, size)
    remembered = memory.note
    if restarted:
        runner = sequencer(database, memory=memory)
    error = await refused(database, runner, Tampered)
    assert "265" in error.message
    assert memory.note == remembered
    memory.note = None  # the operator decided to go on all the same
    assert await runner.run() == 1
    assert await judge(database) == size + 1


async def test_a_log_set_back_and_continued_elsewhere_is_not_continued(
    database: PostgresDatabase, database_url: str
) -> None:
    """Also where it has grown beyond what is remembered here: the two histories differ."""
    here = sequencer(database)
    for number in (10, 5):
        await add(database, number)
        await here.run()
    set_back(database_url, 10)
    elsewhere = sequencer(database)
    for number in (5, 20):
        await add(database, number)
        await elsewhere.run()
    await refused(database, here, Tampered)


@pytest.mark.parametrize("garbage", [b"", b"\xff\x00", b"a text\n"])
async def test_a_damaged_memory_stops_the_log_and_says_what_to_do(
    database: PostgresDatabase, garbage: bytes
) -> None:
    """Nobody can tell what was in it; the operator decides, and is told which file it is."""
    memory = Remembered()
    await add(database, 3)
    await sequencer(database, memory=memory).run()
    memory.note = garbage
    runner = sequencer(database, memory=memory)
    error = await refused(database, runner, Tampered)
    assert "log/checkpoint" in error.remedy
    memory.note = None
    assert await runner.run() == 1
