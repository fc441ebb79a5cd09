"""The sequencer when something it needs fails: the database, its time, the file it remembers by."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from support.logs import Forgetful, add, checkpoints, judge, refused, sequencer
from support.world import LOG_KEY, Remembered, SetClock

from gateway.audit.tiles import WIDTH
from gateway.domain.errors import Tampered, Unavailable
from gateway.services.sequencing import Sequencer
from gateway.services.storage import Work
from gateway.storage.database import PostgresDatabase


@dataclass
class FailingCommits:
    """A database whose transactions fail at their end, while that is wanted."""

    real: PostgresDatabase
    after: bool = False
    failing: bool = True

    @contextlib.asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction that fails before its commit, or whose commit is never confirmed."""
        async with self.real.work() as work:
            yield work
            if self.failing and not self.after:
                raise Unavailable("The database does not answer.", "Wait.")
        if self.failing:
            raise Unavailable("The database does not answer.", "Wait.")

    snapshot = turn = None


@pytest.mark.parametrize("known", [False, True])
async def test_a_commit_that_fails_leaves_no_trace(
    database: PostgresDatabase, *, known: bool
) -> None:
    """Neither in the log nor in what the sequencer thinks the log is."""
    failing, memory = FailingCommits(database, failing=not known), Remembered()
    runner = Sequencer.over(failing, lambda: LOG_KEY, SetClock(), memory)  # type: ignore[arg-type]
    if known:
        await add(database, WIDTH - 1)
        await runner.run()
        failing.failing = True
    remembered = memory.note
    await refused(database, runner, Unavailable)
    assert memory.note == remembered
    failing.failing = False
    await add(database, WIDTH)
    assert await runner.run() == 1 + WIDTH
    assert await judge(database) == (2 * WIDTH if known else 1 + WIDTH)


async def test_a_commit_that_was_never_confirmed_is_found_done(database: PostgresDatabase) -> None:
    """The sequencer goes on from what is stored, not from what it remembers."""
    failing, memory = FailingCommits(database, after=True), Remembered()
    runner = Sequencer.over(failing, lambda: LOG_KEY, SetClock(), memory)  # type: ignore[arg-type]
    await add(database, WIDTH + 1)
    with pytest.raises(Unavailable):
        await runner.run()
    failing.failing = False
    assert await runner.run() == 0
    await add(database, WIDTH)
    assert await runner.run() == WIDTH
    assert await judge(database) == 2 * WIDTH + 1


async def test_a_run_given_up_half_way_harms_nothing(database: PostgresDatabase) -> None:
    """Cancelled at whatever moment: the next run places what waits, once."""
    runner = sequencer(database)
    for milliseconds in range(0, 40, 2):
        await add(database, 20)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(milliseconds / 1000):
                await runner.run()
    # the server may hold the lock of the run given up last until it has noticed: wait for it
    await runner.run(wait=True)
    assert await judge(database) == 400


async def test_nothing_more_is_signed_than_can_be_remembered(database: PostgresDatabase) -> None:
    """Where the file of the last checkpoint cannot be written, every run fails until it can."""
    memory = Forgetful()
    runner = sequencer(database, memory=memory)
    await add(database, 1)
    await runner.run()
    memory.writable = False
    await add(database, 1)
    with pytest.raises(Unavailable):
        await runner.run()
    with pytest.raises(Unavailable):  # also with nothing to do
        await runner.run()
    await refused(database, runner, Unavailable)
    memory.writable = True
    assert await runner.run() == 1
    assert await judge(database) == 3
    assert memory.note == (await checkpoints(database))[-1].note


async def test_a_memory_that_cannot_be_read_is_not_an_empty_one(
    database: PostgresDatabase,
) -> None:
    """A sequencer that has seen nothing yet does not begin without it."""
    memory = Forgetful(readable=False)
    runner = sequencer(database, memory=memory)
    await refused(database, runner, Unavailable)
    memory.readable = True
    assert await runner.run() == 1
    memory.note = b"not a checkpoint"
    await refused(database, sequencer(database, memory=memory), Tampered)


def test_a_key_keeps_its_seed_to_itself() -> None:
    """It does not stand in what is printed or logged."""
    assert LOG_KEY.seed.reveal() not in repr(LOG_KEY)
    assert replace(LOG_KEY, origin="x").verifier_key.name == "x"
