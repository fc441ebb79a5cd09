"""`kill -9` during sequencing: no gap, no fork, no entry lost and none twice."""

import asyncio
import json
import os
import random  # noqa: TID251 - a seeded course of events
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from support.nursery import KEY, Fatal, FatalMemory, Folder

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.merkle import consistency_proof, verify_consistency
from gateway.audit.tiles import hashes_in, tiles_of
from gateway.audit.verify import verify_export
from gateway.services.proofs import consistency, tile_hashes
from gateway.services.sequencing import Sequencer
from gateway.storage.database import PostgresDatabase
from gateway.system import SystemClock

pytestmark = pytest.mark.server
_KILLS, _SEQUENCERS, _APPENDERS = 50, 2, 2
_POINTS = ("begun", "signed", "committed", "remembered")


@dataclass
class Nursery:
    """The program that makes processes and kills them, each known by its id."""

    program: "subprocess.Popen[str]"

    def ask(self, *command: str | int) -> int:
        """Give a command; gives the answer."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        print(*command, file=self.program.stdin, flush=True)
        return int(self.program.stdout.readline())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Where the processes note what they did."""
    return Folder(tmp_path)


@pytest.fixture
def nursery(database_url: str, folder: Folder) -> Iterator[Nursery]:
    """A nursery over this test's database; nothing it started is left."""
    left_out = {"PYTHONDONTWRITEBYTECODE"}  # it would slow the start down
    program = subprocess.Popen(
        [sys.executable, "-m", "support.nursery", database_url, str(folder.path)],
        cwd=Path(__file__).parents[1],
        env={name: value for name, value in os.environ.items() if name not in left_out},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # to be ended with all that it started
    )
    yield Nursery(program)
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.communicate()


@dataclass
class Found:
    """What is in the log in the end."""

    leaves: list[bytes]
    checkpoints: dict[int, bytes]
    uids: list[str]


async def look(database_url: str) -> Found:
    """Read the whole log, and every checkpoint in it."""
    database = PostgresDatabase(database_url)
    checkpoints, size = {}, 0
    async with database.snapshot() as view:
        leaves = [leaf async for leaf in view.journal.leaves()]
        while checkpoint := await view.tree.checkpoint(size):
            checkpoints[checkpoint.size] = checkpoint.note
            size = checkpoint.size + 1
    await database.dispose()
    return Found(leaves, checkpoints, [json.loads(leaf)["uid"] for leaf in leaves])


async def finish(database_url: str, folder: Folder) -> None:
    """Place what still waits, by one that has only what is stored and remembered."""
    database = PostgresDatabase(database_url)
    memory = FatalMemory(folder, Fatal(""))
    await Sequencer.over(database, lambda: KEY, SystemClock(), memory).run(wait=True)
    await database.dispose()


async def judge_growth(database_url: str, found: Found) -> None:
    """Every checkpoint leads to the last, by proofs made of stored tiles."""
    database = PostgresDatabase(database_url)
    bodies = {size: opened(note) for size, note in found.checkpoints.items()}
    last = bodies[max(bodies)]
    async with database.snapshot() as view:
        tiles = {tile: await tile_hashes(view, tile) for tile in tiles_of(last.size)}
        asked = {
            size: await consistency(view, size, last.size)
            for size in list(bodies)[:: max(1, len(bodies) // 20)]
        }
    await database.dispose()
    hashes = hashes_in(tiles.__getitem__, last.size)
    for size, body in bodies.items():
        proof = consistency_proof(size, last.size, hashes)
        assert asked.get(size, proof) == proof
        verify_consistency(size, last.size, proof, body.root, last.root)


def opened(note: bytes) -> Checkpoint:
    """A checkpoint whose signature holds."""
    return open_signed(note, [KEY.verifier_key])[0]


def judge(database_url: str, folder: Folder, seen: set[bytes]) -> Found:
    """Hold the log against everything that was promised on the way."""
    asyncio.run(finish(database_url, folder))
    found = asyncio.run(look(database_url))
    acknowledged, dropped = folder.noted("acknowledged"), folder.noted("dropped")
    assert len(set(found.uids)) == len(found.uids), "an entry is in the log twice"
    assert set(acknowledged) <= set(found.uids), "an acknowledged entry was lost"
    assert not set(dropped) & set(found.uids), "an entry that was rolled back is in the log"
    with psycopg.connect(database_url) as connection:
        count = "SELECT count(*), min(position), max(position) FROM audit_entries"
        assert connection.execute(count).fetchone() == (len(found.uids), 0, len(found.uids) - 1)
        assert connection.execute("SELECT count(*) FROM audit_pending").fetchone() == (0,)
    newest = found.checkpoints[max(found.checkpoints)]
    lines = (leaf + b"\n" for leaf in found.leaves)
    assert verify_export(lines, newest, [KEY.verifier_key]).checkpoint.size == len(found.leaves)
    seen |= {b64decode(line) for line in folder.noted("signed")}
    assert seen <= set(found.checkpoints.values()), "a checkpoint that was seen is gone: a fork"
    asyncio.run(judge_growth(database_url, found))
    return found


def newest(database_url: str) -> set[bytes]:
    """The newest checkpoint, as an auditor sees it now."""
    query = "SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1"
    with psycopg.connect(database_url) as connection:
        return {bytes(row[0]) for row in connection.execute(query)}


@pytest.mark.parametrize("seed", [1])
def test_killed_fifty_times_while_sequencing(
    database_url: str, nursery: Nursery, folder: Folder, seed: int
) -> None:
    """Sequencers, and writers now and then, die at any moment, and others take their places."""
    course = random.Random(seed)  # noqa: S311 - not for secrets
    sequencers = [nursery.ask("sequence") for _ in range(_SEQUENCERS)]
    appenders = [nursery.ask("append") for _ in range(_APPENDERS)]
    seen: set[bytes] = set()
    for number in range(_KILLS):
        time.sleep(course.uniform(0.02, 0.3))
        seen |= newest(database_url)
        victim = sequencers.pop(course.randrange(len(sequencers)))
        assert nursery.ask("kill", victim) == -signal.SIGKILL, "it ended by itself before"
        if number % 5 == 0:
            assert nursery.ask("kill", appenders.pop(0)) == -signal.SIGKILL
            appenders.append(nursery.ask("append"))
        sequencers.append(nursery.ask("sequence"))
    time.sleep(0.5)
    for last in (*appenders, *sequencers):
        assert nursery.ask("kill", last) == -signal.SIGKILL
    found = judge(database_url, folder, seen)
    assert len(found.uids) > 100
    assert len(found.checkpoints) > _KILLS


@pytest.mark.parametrize("point", _POINTS)
def test_killed_at_each_point_of_a_run(
    database_url: str, nursery: Nursery, folder: Folder, point: str
) -> None:
    """Before entries are placed, after they are signed, committed, and remembered."""
    appender = nursery.ask("append")
    for _ in range(3):
        assert nursery.ask("await", nursery.ask("sequence", point)) == -signal.SIGKILL
    assert nursery.ask("kill", appender) == -signal.SIGKILL
    found = judge(database_url, folder, set())
    assert len(found.checkpoints) > 3 * 5
