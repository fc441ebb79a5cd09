"""The audit log in PostgreSQL: appends beside plain inserts, proofs, and what auditors ask of it.

Run it by hand: `python tests/benchmarks/bench_log.py [--entries 1000000] [--explain 5]`. It prints,
and judges nothing. With `--keep FOLDER` the log is made there and used again by the next run.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random  # noqa: TID251 - the same questions in every run

sys.path.insert(0, str(Path(__file__).parents[1]))  # as the tests have it

import psycopg
from benchmarks.log_appends import Appends
from benchmarks.log_sample import AGENCIES, agency, cast, child, fill, register
from benchmarks.log_searches import KINDS, Asker, Known
from sqlalchemy import event
from support.world import LOG_KEY, ROOT, World, make_world

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.policy import CedarJudge, load_bundle
from gateway.services import disclosures, proofs, review
from gateway.services.disclosures import Direction
from gateway.services.paging import Page
from gateway.services.review import Wanted
from gateway.services.sequencing import Sequencer
from gateway.storage.checkpoint_file import CheckpointFile
from gateway.storage.database import PostgresDatabase
from gateway.storage.embedded import EmbeddedPostgres
from gateway.storage.migrations import upgrade
from gateway.storage.vault import FileVault, MasterKey

_OPERATOR = Actor(ActorKind.OPERATOR, Role.ADMINISTRATOR, None, None, "benchmark")
_ROUNDS = 8  # of every kind of question; half of them are the operator's
_PROOFS = 200


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spread(milliseconds: Sequence[float]) -> str:
    """Median, 95th percentile and worst."""
    ordered = sorted(milliseconds)
    median, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"p50 {median:>7.1f}   p95 {p95:>7.1f}   max {ordered[-1]:>7.1f} ms"


@dataclass(frozen=True)
class Timed:
    """How long one question took, and what the database was asked for it."""

    milliseconds: float
    kind: str
    statement: str
    parameters: object


class Bench:
    """A gateway over a log of that many entries."""

    def __init__(self, world: World, database: PostgresDatabase, folder: Path) -> None:
        self.parts = world.parts
        self.database = database
        memory = CheckpointFile(folder / "log" / "checkpoint")
        self.sequencer = Sequencer.over(database, lambda: LOG_KEY, world.clock, memory)
        self.cast = cast(world)
        self._random = Random(1)  # noqa: S311 - the same questions in every run
        self._asked: list[tuple[str, object]] = []
        event.listen(database._engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, *arguments: object) -> None:
        """Keep what was asked of the log (connection, cursor, statement, parameters, ...)."""
        statement = str(arguments[2])
        if "FROM audit_entries" in statement:
            self._asked.append((statement, arguments[3]))

    async def size(self) -> int:
        """How many entries the log has."""
        async with self.database.work() as work:
            newest = await work.tree.newest()
        return newest.size if newest else 0

    async def build(self, url: str, world: World, entries: int) -> None:
        """Make the log: write the entries into the queue, then have the sequencer place them."""
        async with self.database.work() as work:
            await work.register.merge(register(world), self.parts.today())
        begun = time.perf_counter()
        await asyncio.to_thread(fill, url, self.cast, entries)
        queued = time.perf_counter()
        placed = await self.sequencer.run(wait=True)
        seconds = time.perf_counter() - queued
        say(f"{entries:,} entries made and queued in {queued - begun:.0f} s")
        say(f"{placed:,} placed and signed in {seconds:.0f} s, {placed / seconds:,.0f} a second")
        await asyncio.to_thread(analyze, url)

    async def proofs(self) -> None:
        """Inclusion and consistency proofs at the log's full size."""
        size, included, consistent = await self.size(), list[float](), list[float]()
        async with self.database.work() as work:
            for _ in range(_PROOFS):
                position = self._random.randrange(size)
                begun = time.perf_counter()
                await proofs.inclusion(work, position, size)
                between = time.perf_counter()
                await proofs.consistency(work, position + 1, size)
                included.append(1000 * (between - begun))
                consistent.append(1000 * (time.perf_counter() - between))
        say(f"\nproofs in a log of {size:,} entries")
        say(f"{'inclusion':<36}{spread(included)}")
        say(f"{'consistency':<36}{spread(consistent)}")

    async def searches(self, explain: int) -> None:
        """Every kind of question: as an auditor asks it, and the look into the log alone."""
        size = await self.size()
        asker = Asker(self._random, [await self._something(size) for _ in range(40)])
        whole, alone = list[Timed](), list[Timed]()
        for number in range(_ROUNDS):
            for kind in KINDS:
                await self._ask(asker, kind, number, size, whole, alone)
        say(f"\nsearches over {size:,} entries, and the look into the log without names and record")
        for kind in KINDS:
            say(f"{kind:<36}{_of(whole, kind)}   alone {_of(alone, kind)}")
        say(f"{'all':<36}{_of(whole)}   alone {_of(alone)}")
        for worst in sorted(alone, key=lambda timed: -timed.milliseconds)[:explain]:
            await self._explain(worst)
        await self._others(asker)

    async def _ask(
        self,
        asker: Asker,
        kind: str,
        number: int,
        size: int,
        whole: list[Timed],
        alone: list[Timed],
    ) -> None:
        wanted, actor = asker.some(kind), _OPERATOR
        if number % 2 and wanted.agency is None:
            actor = replace(actor, agency=agency(int(AGENCIES * self._random.random() ** 2)))
        page = Page(after=str(self._random.randrange(size)) if number % 4 > 1 else None)
        begun = time.perf_counter()
        await review.search(self.parts, actor, wanted, page)
        whole.append(self._timed(kind, begun))
        query = review._query(self.parts, actor, wanted)
        begun = time.perf_counter()
        async with self.database.work() as work:
            await work.journal.search(query, page)
        alone.append(self._timed(kind, begun))

    def _timed(self, kind: str, begun: float) -> Timed:
        return Timed(1000 * (time.perf_counter() - begun), kind, *self._asked[-1])

    async def _others(self, asker: Asker) -> None:
        """Accounts, a transfer's story, refusals by rule."""
        parts = self.parts
        small = replace(_OPERATOR, agency=agency(AGENCIES // 2))
        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "account of a child": lambda: disclosures.account_of_child(
                parts, _OPERATOR, asker.child(), Wanted(), Page()
            ),
            "account of a child, one agency's": lambda: disclosures.account_of_child(
                parts, small, child(7), Wanted(), Page()
            ),
            "account of an agency, sent": lambda: disclosures.account_of_agency(
                parts, _OPERATOR, agency(1), Direction.SENT, Wanted(), Page()
            ),
            "account of an agency, received": lambda: disclosures.account_of_agency(
                parts, _OPERATOR, agency(1), Direction.RECEIVED, Wanted(), Page()
            ),
            "a transfer's story": lambda: review.story(parts, _OPERATOR, asker.one().transfer),
            "refusals": lambda: review.refusals(parts, _OPERATOR, Wanted()),
            "refusals, an agency's": lambda: review.refusals(parts, small, Wanted()),
            "refusals of a month": lambda: review.refusals(parts, _OPERATOR, asker.within(30)),
        }
        for name, ask in questions.items():
            taken = []
            for _ in range(_ROUNDS):
                begun = time.perf_counter()
                await ask()
                taken.append(1000 * (time.perf_counter() - begun))
            say(f"{name:<36}{spread(taken)}")

    async def _something(self, size: int) -> Known:
        """A transfer of the log with what it carried."""
        async with self.database.work() as work:
            while True:
                position = self._random.randrange(size)
                (leaf,) = await work.tree.entries(position, position + 1)
                entry = json.loads(leaf)
                if entry["action"] == "transfer.sealed":
                    subject, detail = entry["subject"], entry["detail"]
                    return Known(
                        transfer=subject["transfer"],
                        pack=subject["pack"],
                        digest=detail["documents"][0],
                        archive=detail["sha256"],
                    )

    async def _explain(self, timed: Timed) -> None:
        say(f"\n{timed.kind}: {timed.milliseconds:.1f} ms")
        async with self.database._engine.connect() as connection:
            explained = f"EXPLAIN (ANALYZE, BUFFERS) {timed.statement}"
            for (line,) in await connection.exec_driver_sql(explained, timed.parameters):  # type: ignore[arg-type]
                say(f"    {line}")


def _of(taken: Sequence[Timed], kind: str | None = None) -> str:
    return spread([timed.milliseconds for timed in taken if kind in {None, timed.kind}])


def analyze(url: str) -> None:
    """Do what the server does by itself some minutes later."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) audit_entries, audit_terms")


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[tuple[World, Bench]]:
    """A gateway over a database, with what it needs beside it in `folder`."""
    await upgrade(url)
    database = PostgresDatabase(url)
    FileVault.establish(folder / "vault")
    vault = FileVault(folder / "vault", MasterKey(b"m" * 32), b"d" * 32)
    judge = CedarJudge(load_bundle(ROOT / "policies"))
    world = await make_world(database, vault, judge, folder)
    yield world, Bench(world, database, folder)
    await database.dispose()


async def measure(url: str, folder: Path, asked: argparse.Namespace) -> None:
    """Measure and print."""
    async with opened(url, folder) as (world, bench):
        appends = Appends(bench.database, bench.sequencer, bench.cast)
        await appends.prepare()
        if await bench.size() < asked.entries:
            say(f"appends by 8 writers at once, {asked.appends:,} a run, median of {asked.runs}")
            say(f"{'an empty log':<36}{await appends.compared(asked.appends, asked.runs)}")
            say(f"{'100 a transaction':<36}{await appends.compared(asked.appends, 3, 100)}")
            await bench.build(url, world, asked.entries)
        await bench.proofs()
        await bench.searches(asked.explain)
        at_size = await appends.compared(asked.appends, max(1, asked.runs // 2))
        say(f"\n{f'appends to {await bench.size():,} entries':<36}{at_size}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000, help="size of the log")
    parser.add_argument("--appends", type=int, default=5_000, help="entries of a run of appends")
    parser.add_argument("--runs", type=int, default=3, help="runs of appends")
    parser.add_argument("--explain", type=int, default=0, help="explain this many slow searches")
    parser.add_argument("--keep", type=Path, help="make the log here, or use the one that is here")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="gw"))
    server = EmbeddedPostgres(folder)
    try:
        asyncio.run(measure(server.start(), folder, asked))
    finally:
        server.stop()
        if asked.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
