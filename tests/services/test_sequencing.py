"""The sequencer: every entry gets one place, under one tree, however many are at it."""

import asyncio

import pytest
from support.logs import add, checkpoints, entry, judge, sequencer
from support.placing import leaves, write

from gateway.audit.growing import Edge
from gateway.audit.merkle import leaf_hash
from gateway.audit.tiles import WIDTH
from gateway.services import sequencing
from gateway.services.sequencing import Sequencer, load
from gateway.storage.database import PostgresDatabase


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches small enough for a test to fill many."""
    monkeypatch.setattr(sequencing, "_BATCH", 100)
    return 100


async def test_what_waits_is_placed_and_signed(database: PostgresDatabase) -> None:
    """A run tells how many, and one with nothing to do signs nothing."""
    runner = sequencer(database)
    assert await runner.run() == 0
    assert await checkpoints(database) == []
    for number in (1, 3, WIDTH):
        await add(database, number)
        assert await runner.run() == number
        assert await runner.run() == 0
    assert [each.size for each in await checkpoints(database)] == [1, 4, 4 + WIDTH]
    assert await judge(database) == 4 + WIDTH


async def test_large_backlogs_are_placed_in_batches(
    database: PostgresDatabase, small_batches: int
) -> None:
    """One run places them all, each batch under a checkpoint of its own."""
    runner = sequencer(database)
    await add(database, 5 * small_batches)
    assert await runner.run() == 5 * small_batches
    await add(database, small_batches + 1)
    assert await runner.run() == small_batches + 1
    sizes = [each.size for each in await checkpoints(database)]
    assert sizes == [*range(100, 601, 100), 601]
    assert await judge(database) == 601


async def test_many_writers_and_sequencers_leave_no_gap(database: PostgresDatabase) -> None:
    """All at once on one database; what each writer committed is there once."""
    runners = [sequencer(database) for _ in range(3)]
    written: list[str] = []
    done = asyncio.Event()

    async def writer() -> None:
        for _ in range(15):
            entries = [entry(), entry()]
            await write(database, *entries)
            written.extend(each.uid for each in entries)

    async def run(runner: Sequencer) -> None:
        while not done.is_set():
            await runner.run()

    async def all_writers() -> None:
        await asyncio.gather(*(writer() for _ in range(4)))
        done.set()

    await asyncio.gather(all_writers(), *(run(runner) for runner in runners))
    await runners[0].run(wait=True)
    assert await judge(database) == len(written) == 120
    async with database.snapshot() as view:
        places = [await view.tree.place(uid) for uid in written]
    assert sorted(place for place in places if place is not None) == list(range(120))


async def test_an_edge_that_is_known_is_as_good_as_one_that_is_loaded(
    database: PostgresDatabase,
) -> None:
    """One sequencer goes on; another starts anew each time; they take turns, and agree."""
    knowing = sequencer(database)
    for number in (10, WIDTH - 10, 1, WIDTH, 3):
        for runner in (knowing, knowing, sequencer(database), knowing):
            await add(database, number)
            assert await runner.run() == number
    assert await judge(database) == 4 * (2 * WIDTH + 4)


async def test_a_loaded_edge_is_the_trees(database: PostgresDatabase, small_batches: int) -> None:
    """At sizes where tiles are empty, nearly full, and just full."""
    runner, grown = sequencer(database), Edge()
    for number in (1, small_batches, WIDTH - 2 - small_batches, 1, 1, WIDTH, 2 * WIDTH - 1):
        await add(database, number)
        await runner.run()
        hashes = [leaf_hash(leaf) for leaf in (await leaves(database))[grown.size :]]
        list(grown.append(hashes))
        async with database.snapshot() as view:
            loaded = await load(view, await view.tree.newest())
        assert loaded.unfinished[: len(grown.unfinished)] == grown.unfinished
        assert (loaded.size, loaded.root()) == (grown.size, grown.root())


async def test_what_another_is_at_is_left_to_it(database: PostgresDatabase) -> None:
    """Unless a run is asked to wait for it."""
    await add(database, 2)
    runner = sequencer(database)
    async with database.work() as other:
        assert await other.tree.lock()
        assert await runner.run() == 0
        waiting = asyncio.create_task(sequencer(database).run(wait=True))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.2)
    assert await waiting == 2
    assert await judge(database) == 2
