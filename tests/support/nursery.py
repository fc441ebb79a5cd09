"""Makes processes that work on a log, and kills them: imports once, then forks for each.

Run as a program with a database URL and a folder; takes commands, one a line, and answers each with
a line: `append` and `sequence` start such a process and give its id; `kill ID` ends it as `kill -9`
does, and gives how it ended. A process is waited for only then, so its id is never another's.

What the processes note in the folder, each in one write to the end of a file, outlives them:
`acknowledged` (entries whose commit was confirmed), `dropped` (entries rolled back), `signed`
(checkpoints that were committed, in base64).
"""

import asyncio
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.domain.secret import Secret
from gateway.services.sequencing import LogKey, Sequencer
from gateway.services.storage import Work
from gateway.storage.checkpoint_file import CheckpointFile
from gateway.storage.database import PostgresDatabase
from gateway.system import RandomIdentifiers, SystemClock

KEY = LogKey("gateway.example/killed", Secret("2a" * 32))
_DIE_AT = "GATEWAY_TEST_DIE_AT"
_EACH = 8  # a process that is to die does so after it came by so many times


class Dropped(Exception):
    """Raised to roll a transaction back."""


@dataclass
class Folder:
    """Where the processes leave what outlives them."""

    path: Path

    def note(self, name: str, *lines: str) -> None:
        """Add lines to a file."""
        file = os.open(self.path / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, "".join(f"{line}\n" for line in lines).encode())
        os.close(file)

    def noted(self, name: str) -> list[str]:
        """Whole lines of a file."""
        path = self.path / name
        return path.read_text().splitlines() if path.exists() else []


@dataclass
class Fatal:
    """Kills this process when it comes by a certain point for the last time."""

    point: str
    left: int = _EACH

    def pass_by(self, point: str) -> None:
        """Die here, if this is the point and the time."""
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FatalClock(SystemClock):
    """Asked for the time between the placing of entries and the storing of what was signed."""

    def __init__(self, fatal: Fatal) -> None:
        self._fatal = fatal

    def now(self) -> datetime:
        """The present moment."""
        self._fatal.pass_by("signed")
        return super().now()


class FatalMemory(CheckpointFile):
    """Notes every checkpoint it is given, before it remembers it."""

    def __init__(self, folder: Folder, fatal: Fatal) -> None:
        super().__init__(folder.path / "remembered" / "checkpoint")
        self._folder, self._fatal = folder, fatal

    def keep(self, note: bytes) -> None:
        """Remember a checkpoint that was committed."""
        self._folder.note("signed", b64encode(note).decode())
        self._fatal.pass_by("committed")
        super().keep(note)
        self._fatal.pass_by("remembered")


async def append(url: str, folder: Folder) -> None:
    """Commit entries, one to three at a time, and roll some back."""
    database, clock = PostgresDatabase(url), SystemClock()
    identifiers, number = RandomIdentifiers(clock), 0
    while True:
        number += 1
        entries = [_entry(identifiers.new(), clock.now()) for _ in range(1 + number % 3)]
        uids = [entry.uid for entry in entries]
        if number % 10:
            async with database.work() as work:
                await _write(work, entries)
            folder.note("acknowledged", *uids)
        else:
            folder.note("dropped", *uids)
            with suppress(Dropped):
                async with database.work() as work:
                    await _write(work, entries)
                    await work.journal.flush()
                    raise Dropped
        await asyncio.sleep(0.002)


async def sequence(url: str, folder: Folder) -> None:
    """Place and sign whatever waits, again and again."""
    fatal = Fatal(os.environ.get(_DIE_AT, ""))

    def key() -> LogKey:
        fatal.pass_by("begun")
        return KEY

    database, memory = PostgresDatabase(url), FatalMemory(folder, fatal)
    sequencer = Sequencer.over(database, key, FatalClock(fatal), memory)
    while True:
        await sequencer.run()
        await asyncio.sleep(0.005)


async def _write(work: Work, entries: Sequence[Entry]) -> None:
    for entry in entries:
        await work.journal.append(entry)


def _entry(uid: str, at: datetime) -> Entry:
    return Entry(
        uid=uid,
        at=at.astimezone(UTC),
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="agency-a",
        actor={"kind": "service"},
        subject={"pack": "p", "transfer": uid},
        origin=Origin("host.example", "0"),
        detail={"rules": ["r1", "r2"]},
    )


def _fork(work: Callable[[str, Folder], Coroutine[None, None, None]]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.close(0)
        asyncio.run(work(sys.argv[1], Folder(Path(sys.argv[2]))))
    finally:
        os._exit(1)  # unlike when it is killed


def _main() -> None:
    for line in sys.stdin:
        match line.split():
            case ["append"]:
                answer = _fork(append)
            case ["sequence", *point]:
                os.environ[_DIE_AT] = "".join(point)
                answer = _fork(sequence)
            case ["kill", pid]:
                os.kill(int(pid), signal.SIGKILL)
                answer = os.waitstatus_to_exitcode(os.waitpid(int(pid), 0)[1])
            case ["await", pid]:
                answer = os.waitstatus_to_exitcode(os.waitpid(int(pid), 0)[1])
            case _:
                raise SystemExit(f"unknown command {line!r}")
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
