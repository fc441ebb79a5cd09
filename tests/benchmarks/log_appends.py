"""How many appends a second the log takes, beside plain inserts through the same connections."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random  # noqa: TID251 - the same sample in every run
from statistics import median
from typing import TypeVar, cast

from benchmarks.log_sample import BEGAN, DAYS
from benchmarks.log_stories import Cast, entries_of
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, insert, text

from gateway.audit.entries import Entry
from gateway.services.sequencing import Sequencer
from gateway.storage.database import PostgresDatabase
from gateway.storage.journal import PostgresJournal

_SEQUENCE_SECONDS = 0.2  # as the service does
_WRITERS = 8
_PLAIN = Table(
    "plain", MetaData(), Column("id", Text, primary_key=True), Column("leaf", LargeBinary)
)
_numbers = count()

T = TypeVar("T")


@dataclass(frozen=True)
class Appends:
    """What is measured with: entries never written before, and where they go."""

    database: PostgresDatabase
    sequencer: Sequencer
    cast: Cast

    async def prepare(self) -> None:
        """Make the table of the reference anew."""
        async with self.database.work() as work:
            connection = cast(PostgresJournal, work.journal)._connection
            await connection.execute(text("DROP TABLE IF EXISTS plain"))
            await connection.execute(text("CREATE TABLE plain (id text PRIMARY KEY, leaf bytea)"))

    async def compared(self, entries: int, runs: int, together: int = 1) -> str:
        """Both in turn, `together` in a transaction: medians of the rates and of their ratios."""
        plain, ours = [], []
        for _ in range(runs):
            batches = list(_batched(self._fresh(entries), together))
            plain.append(entries / await self._plain(batches))
            ours.append(entries / await self._log(batches))
        ratios = sorted(mine / theirs for mine, theirs in zip(ours, plain, strict=True))
        return (
            f"plain {median(plain):>7,.0f}   log {median(ours):>7,.0f} a second"
            f"   ratio {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )

    async def _plain(self, batches: Sequence[Sequence[Entry]]) -> float:
        rows: list[list[dict[str, object]]] = [
            [{"id": e.uid, "leaf": e.leaf()} for e in batch] for batch in batches
        ]

        async def write(some: list[dict[str, object]]) -> None:
            async with self.database.work() as work:
                connection = cast(PostgresJournal, work.journal)._connection
                await connection.execute(insert(_PLAIN), some)

        begun = time.perf_counter()
        await _by_writers(rows, write)
        return time.perf_counter() - begun

    async def _log(self, batches: Sequence[Sequence[Entry]]) -> float:
        async def write(some: Sequence[Entry]) -> None:
            async with self.database.work() as work:
                for entry in some:
                    await work.journal.append(entry)

        async def sequence() -> None:
            while True:
                await self.sequencer.run()
                await asyncio.sleep(_SEQUENCE_SECONDS)

        begun = time.perf_counter()
        upkeep = asyncio.create_task(sequence())
        await _by_writers(batches, write)
        await self.sequencer.run(wait=True)  # until everything is placed and signed
        seconds = time.perf_counter() - begun
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        return seconds

    def _fresh(self, entries: int) -> list[Entry]:
        number = next(_numbers)
        random = Random(-number - 1)  # noqa: S311 - a sample
        at, made = BEGAN + timedelta(days=DAYS, minutes=number), list[Entry]()
        while len(made) < entries:
            made += entries_of(self.cast, random, at, f"A{number:X}.{len(made):X}.")
        return made[:entries]


async def _by_writers(items: Sequence[T], write: Callable[[T], Awaitable[None]]) -> None:
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await write(item)

    await asyncio.gather(*(work() for _ in range(_WRITERS)))


def _batched(entries: Sequence[Entry], together: int) -> Iterator[Sequence[Entry]]:
    for first in range(0, len(entries), together):
        yield entries[first : first + together]
