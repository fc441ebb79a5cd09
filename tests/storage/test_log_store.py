"""The tree's tables: places, tiles, checkpoints, keys, and what outside parties gave."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from support.placing import leaves, place, write, written

from gateway.audit.entries import Entry
from gateway.audit.indexing import Indexed
from gateway.audit.reading import read
from gateway.audit.tiles import WIDTH, Tile
from gateway.domain.errors import Conflict, Unavailable
from gateway.services.log_storage import Endorsement, FullTile, SignedCheckpoint
from gateway.storage import log_store
from gateway.storage.database import PostgresDatabase

AT = datetime(2026, 11, 5, 20, 30, 42, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
MakeEntry = Callable[..., Entry]


def tile(level: int, index: int) -> FullTile:
    """A tile of made-up hashes; each has others."""
    mark = bytes([level, index]) * 16
    return FullTile(Tile(level, index), mark * WIDTH, mark[::-1])


async def test_places_are_given_in_the_order_of_the_queue(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """From the number asked for on, no more than asked for; the rest goes on waiting."""
    entries = [make_entry() for _ in range(5)]
    await write(database, *entries)
    exact = [entry.leaf() for entry in entries]
    async with database.work() as work:
        assert await work.tree.lock()
        assert [each.leaf for each in await work.tree.sequence(0, 3)] == exact[:3]
    async with database.work() as work:
        assert await work.tree.waiting_since() == entries[3].at
        assert await work.tree.lock()
        assert [each.leaf for each in await work.tree.sequence(3, 3)] == exact[3:]
        assert await work.tree.sequence(5, 3) == []
    async with database.snapshot() as view:
        assert await view.tree.waiting_since() is None
        assert await view.tree.entries(0, 5) == exact
        assert await view.tree.entries(1, 3) == exact[1:3]
        assert await view.tree.entries(4, 9) == exact[4:]
        assert await view.tree.entries(5, 5) == []
        places = [await view.tree.place(entry.uid) for entry in entries]
    assert places == [0, 1, 2, 3, 4]


async def test_what_waits_has_no_place(database: PostgresDatabase, make_entry: MakeEntry) -> None:
    """Nor has what was never written, or was given one by a transaction that came to nothing."""
    entry = make_entry()
    await write(database, entry)

    async def come_to_nothing() -> None:
        async with database.work() as work:
            (placed,) = await work.tree.sequence(0, 10)
            assert placed.leaf == entry.leaf()
            assert placed.indexed.differing(Indexed.of(read(entry.leaf()))) == ()
            assert await work.tree.place(entry.uid) == 0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await come_to_nothing()
    async with database.snapshot() as view:
        assert await view.tree.place(entry.uid) is None
        assert await view.tree.place("never") is None
        assert await view.tree.waiting_since() == entry.at
    await place(database)
    assert await leaves(database) == [entry.leaf()]


async def test_an_entry_committed_before_another_began_comes_before_it(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """Whatever their times say."""
    late, early = make_entry(), make_entry()
    async with database.work() as slow:
        await slow.keys.put("x", b"k")  # this transaction began first, and writes last
        await write(database, late)
        await slow.journal.append(early)
    await place(database)
    assert await leaves(database) == [late.leaf(), early.leaf()]


async def test_a_place_is_given_once(database: PostgresDatabase, make_entry: MakeEntry) -> None:
    """Where the log has one already, the transaction fails, and the entry goes on waiting."""
    await written(database, make_entry())
    await write(database, make_entry())
    with pytest.raises(Conflict):
        async with database.work() as work:
            await work.tree.sequence(0, 10)
    async with database.snapshot() as view:
        assert await view.tree.waiting_since() is not None
        assert len(await view.tree.entries(0, 10)) == 1


async def test_one_transaction_alone_extends_the_tree(database: PostgresDatabase) -> None:
    """Until it ends, others do not get the lock, or wait for it."""
    waited = asyncio.Event()

    async def wait() -> None:
        async with database.work() as work:
            assert await work.tree.lock(wait=True)
            waited.set()

    async with database.work() as first:
        assert await first.tree.lock()
        assert await first.tree.lock()  # it has it already
        async with database.work() as second:
            assert not await second.tree.lock()
        waiting = asyncio.create_task(wait())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waited.wait()), 0.2)
    await waiting
    async with database.work() as third:
        assert await third.tree.lock()


async def test_waiting_for_the_lock_ends(database: PostgresDatabase, database_url: str) -> None:
    """A time limit that the database sets holds for it too."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = ''100ms''',"
            " current_database()); END $$"
        )
    async with database.work() as first:
        assert await first.tree.lock()
        with pytest.raises(Unavailable):
            async with database.work() as second:
                await second.tree.lock(wait=True)


async def test_tiles_come_back_as_they_were_stored(database: PostgresDatabase) -> None:
    """One by one, and the roots of a row of them in order, those of its level only."""
    stored = [tile(0, 2), tile(0, 0), tile(0, 1), tile(1, 0)]
    async with database.work() as work:
        await work.tree.add_tiles(stored[:2])
        await work.tree.add_tiles(stored[2:])
        await work.tree.add_tiles([])
    async with database.snapshot() as view:
        found = await view.tree.hashes([each.tile for each in stored])
        assert list(found) == [each.hashes for each in stored]
        roots = [tile(0, index).root for index in range(3)]
        assert await view.tree.roots(0, 0, 3) == roots
        assert await view.tree.roots(0, 1, 2) == roots[1:2]
        assert await view.tree.roots(0, 2, 9) == roots[2:]
        assert await view.tree.roots(1, 0, 9) == [tile(1, 0).root]


@pytest.mark.parametrize(
    "wrong",
    [
        FullTile(Tile(0, 0), bytes(32 * WIDTH - 32), bytes(32)),
        FullTile(Tile(0, 0), bytes(32 * WIDTH), bytes(31)),
        FullTile(Tile(0, -1), bytes(32 * WIDTH), bytes(32)),
        tile(3, 3),
    ],
)
async def test_a_tile_is_stored_once_and_full_only(
    database: PostgresDatabase, wrong: FullTile
) -> None:
    """Anything else is refused."""
    async with database.work() as work:
        await work.tree.add_tiles([tile(3, 3)])
    with pytest.raises(Conflict):
        async with database.work() as work:
            await work.tree.add_tiles([wrong])


async def test_checkpoints_are_found_by_size(database: PostgresDatabase) -> None:
    """The newest, and the smallest of at least a size; one of each size."""
    async with database.snapshot() as view:
        assert await view.tree.newest() is None
        assert await view.tree.checkpoint(0) is None
    sizes = [3, 10, 2**40]
    made = [SignedCheckpoint(size, b"note %d" % size, AT) for size in sizes]
    async with database.work() as work:
        for checkpoint in made:
            await work.tree.add_checkpoint(checkpoint)
    async with database.snapshot() as view:
        assert await view.tree.newest() == made[2]
        for size, covering in ((0, 0), (3, 0), (4, 1), (10, 1), (11, 2)):
            assert await view.tree.checkpoint(size) == made[covering]
        assert await view.tree.checkpoint(2**40 + 1) is None
    with pytest.raises(Conflict):
        async with database.work() as work:
            await work.tree.add_checkpoint(SignedCheckpoint(10, b"another", AT))


async def test_the_present_key_comes_first(database: PostgresDatabase) -> None:
    """And each key stands for itself once."""
    async with database.work() as work:
        assert await work.tree.verifier_keys() == []
        await work.tree.add_verifier_key("first", 0, AT)
        await work.tree.add_verifier_key("second", 70, LATER)
    async with database.snapshot() as view:
        assert await view.tree.verifier_keys() == ["second", "first"]
    for key, size in (("first", 90), ("third", 70)):
        with pytest.raises(Conflict):
            async with database.work() as work:
                await work.tree.add_verifier_key(key, size, LATER)


async def test_the_first_endorsement_of_a_size_stays(database: PostgresDatabase) -> None:
    """By each party; they come in order of name."""
    given = [
        Endorsement(7, "b.example", b"b7", AT),
        Endorsement(7, "a.example", b"a7", AT),
        Endorsement(9, "a.example", b"a9", LATER),
    ]
    async with database.work() as work:
        for each in (*given, Endorsement(7, "a.example", b"other", LATER)):
            await work.outside.endorse(each)
    async with database.snapshot() as view:
        assert await view.outside.endorsements(7) == [given[1], given[0]]
        assert await view.outside.endorsements(9) == [given[2]]
        assert await view.outside.endorsements(8) == []
        assert await view.outside.last_endorsed("a.example") == given[2]
        assert await view.outside.last_endorsed("b.example") == given[0]
        assert await view.outside.last_endorsed("c.example") is None


async def test_what_a_receiver_was_told_never_shrinks(database: PostgresDatabase) -> None:
    """Also when two processes tell it at once, one of them late."""
    async with database.work() as work:
        assert await work.outside.told("r") == 0
        for entries in (5, 9, 7):
            await work.outside.set_told("r", entries)
        assert await work.outside.told("r") == 9
        assert await work.outside.told("s") == 0


async def test_a_refusal_is_noted_and_ends(database: PostgresDatabase) -> None:
    """Beside how far the same party was told, whichever came first."""
    async with database.work() as work:
        assert await work.outside.refusing_since("r") is None
        await work.outside.set_refusing("r", AT)
        await work.outside.set_told("r", 4)
        await work.outside.set_told("s", 5)
        await work.outside.set_refusing("s", LATER)
        assert await work.outside.refusing_since("r") == AT
        await work.outside.set_refusing("r", None)
        assert await work.outside.refusing_since("r") is None
        assert await work.outside.refusing_since("s") == LATER
        assert [await work.outside.told(name) for name in "rs"] == [4, 5]


async def test_the_newest_of_each_party_is_told(database: PostgresDatabase) -> None:
    """One for each, the one for the largest size, in order of name."""
    async with database.work() as work:
        assert await work.outside.newest_endorsements() == []
        for by, size in (("b", 1), ("a", 9), ("b", 7), ("a", 3)):
            await work.outside.endorse(Endorsement(size, by, b"given", AT))
        newest = await work.outside.newest_endorsements()
    assert [(each.by, each.size) for each in newest] == [("a", 9), ("b", 7)]


async def test_a_long_queue_is_taken_by_its_index_whatever_the_statistics_say(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """Statistics made when the queue was empty must not make a burst go through it many times."""
    await write(database, *(make_entry() for _ in range(50)))
    await place(database)
    async with database._engine.connect() as connection:
        ready = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await ready.execute(text("ANALYZE audit_pending"))
    await write(database, *(make_entry() for _ in range(50)))
    async with database._engine.connect() as connection:
        rows = await connection.execute(
            text(f"EXPLAIN {log_store._SEQUENCE.text}"), {"first": 0, "limit": 20}
        )
        plan = [row[0] for row in rows]
    assert not [line for line in plan if "Join" in line]
    assert [line for line in plan if "ANY" in line]
