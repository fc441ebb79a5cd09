"""How many transactions a second the database takes, with fsync as in real use.

Run it by hand: `python tests/benchmarks/bench_database.py [seconds]`. It prints and judges nothing.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.domain.secret import Secret
from gateway.domain.transfers import TransferId
from gateway.services.sequencing import LogKey, Sequencer
from gateway.storage.checkpoint_file import CheckpointFile
from gateway.storage.database import PostgresDatabase
from gateway.storage.embedded import EmbeddedPostgres
from gateway.storage.migrations import upgrade
from gateway.system import SystemClock

_AT = datetime(2026, 11, 5, tzinfo=UTC)
_numbers = count()


def _entry() -> Entry:
    return Entry(
        uid=f"e{next(_numbers)}",
        at=_AT,
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="a",
        actor={"kind": "service"},
        subject={"pack": "p"},
        origin=Origin("host.example", "0"),
    )


async def _record(database: PostgresDatabase) -> None:
    async with database.work() as work:
        await work.journal.append(_entry())
        await work.jobs.advance_transfer(TransferId("t"))


async def _look(database: PostgresDatabase) -> None:
    async with database.work() as work:
        await work.keys.get("none")


async def _take_turn(database: PostgresDatabase) -> None:
    async with database.turn(TransferId(f"t{next(_numbers)}")):
        pass


async def _rate(seconds: float, workers: int, action: Callable[[], Awaitable[None]]) -> float:
    done = 0
    end = time.perf_counter() + seconds

    async def repeat() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await action()
            done += 1

    await asyncio.gather(*(repeat() for _ in range(workers)))
    return done / seconds


async def _measure(url: str, folder: Path, seconds: float) -> None:
    await upgrade(url)
    database = PostgresDatabase(url)
    for name, action in (
        ("read a row", _look),
        ("write an audit entry and a job", _record),
        ("take a turn", _take_turn),
    ):
        for workers in (1, 8):
            rate = await _rate(seconds, workers, partial(action, database))
            sys.stdout.write(f"{name:<34}{workers} at once{rate:>10.0f} a second\n")
    signing = LogKey("gateway.example/log", Secret("07" * 32))
    memory = CheckpointFile(folder / "checkpoint")
    await Sequencer.over(database, lambda: signing, SystemClock(), memory).run()
    async with database.snapshot() as view:
        begun = time.perf_counter()
        leaves = [leaf async for leaf in view.journal.leaves()]
        rate = len(leaves) / (time.perf_counter() - begun)
    sys.stdout.write(f"{'read the log':<43}{rate:>10.0f} entries a second\n")
    await database.dispose()


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3
    folder = Path(tempfile.mkdtemp(prefix="gw"))
    server = EmbeddedPostgres(folder)
    try:
        asyncio.run(_measure(server.start(), folder, seconds))
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
