"""A log to be sequenced: entries that wait, what was signed over them, and damage done to it."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import psycopg
import pytest

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.tiles import WIDTH, Tile
from gateway.audit.verify import verify_export
from gateway.domain.errors import GatewayError, Unavailable
from gateway.domain.secret import Secret
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.sequencing import LogKey, Memory, Sequencer
from gateway.storage.database import PostgresDatabase
from support.placing import leaves, write
from support.world import LOG_KEY, Remembered, SetClock

_NUMBERS = count()


OTHER_SEED = LogKey(LOG_KEY.origin, Secret("08" * 32))
OTHER_ORIGIN = LogKey("gateway.example/other", LOG_KEY.seed)


@dataclass
class Forgetful(Remembered):
    """A file that cannot be written, or not be read, for a while."""

    writable: bool = True
    readable: bool = True

    def last(self) -> bytes | None:
        """What was kept."""
        if not self.readable:
            raise Unavailable("The file of the last checkpoint cannot be used.", "Mend it.")
        return super().last()

    def keep(self, note: bytes) -> None:
        """Keep it."""
        if not self.writable:
            raise Unavailable("The file of the last checkpoint cannot be used.", "Mend it.")
        super().keep(note)

    def require_usable(self) -> None:
        """Whether it can be written."""
        if not self.writable:
            raise Unavailable("The file of the last checkpoint cannot be used.", "Mend it.")


def entry() -> Entry:
    """An entry like no other."""
    return Entry(
        uid=f"e{next(_NUMBERS)}",
        at=datetime(2026, 11, 5, tzinfo=UTC),
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="agency-a",
        actor={"kind": "service"},
        subject={"pack": "p"},
        origin=Origin("host.example", "0"),
    )


def sequencer(
    database: PostgresDatabase,
    key: LogKey | Callable[[], LogKey] = LOG_KEY,
    memory: Memory | None = None,
) -> Sequencer:
    """One that has seen nothing yet."""
    signing = key if callable(key) else lambda: key
    return Sequencer.over(database, signing, SetClock(), memory or Remembered())


async def add(database: PostgresDatabase, number: int) -> None:
    """Have some entries wait."""
    await write(database, *(entry() for _ in range(number)))


async def checkpoints(database: PostgresDatabase) -> list[SignedCheckpoint]:
    """All that are stored, by size."""
    found, size = [], 0
    async with database.snapshot() as view:
        while checkpoint := await view.tree.checkpoint(size):
            found.append(checkpoint)
            size = checkpoint.size + 1
    return found


async def judge(database: PostgresDatabase, *keys: LogKey) -> int:
    """Hold that everything placed is signed, and all that was ever signed true; the log's size."""
    exact = await leaves(database)
    verifiers = [key.verifier_key for key in keys or (LOG_KEY,)]
    hashes = [leaf_hash(leaf) for leaf in exact]
    signed = await checkpoints(database)
    for each in signed:
        body, _ = open_signed(each.note, verifiers)
        assert body == Checkpoint(LOG_KEY.origin, each.size, root_of(hashes[: each.size]))
    if exact:
        verify_export([leaf + b"\n" for leaf in exact], signed[-1].note, verifiers)
    assert [each.size for each in signed][-1:] == ([len(exact)] if exact else [])
    async with database.snapshot() as view:
        for index in range(len(exact) // WIDTH):
            (stored,) = await view.tree.hashes([Tile(0, index)])
            assert stored == b"".join(hashes[index * WIDTH : (index + 1) * WIDTH])
        assert len(await view.tree.roots(0, 0, 1000)) == len(exact) // WIDTH
    return len(exact)


async def refused(
    database: PostgresDatabase, runner: Sequencer, kind: type[GatewayError]
) -> GatewayError:
    """Hold that a run with something to do fails, and again, and adds nothing to the log."""
    await add(database, 1)
    before = await leaves(database), await checkpoints(database)
    with pytest.raises(kind):
        await runner.run()
    with pytest.raises(kind) as error:
        await runner.run()
    assert (await leaves(database), await checkpoints(database)) == before
    async with database.snapshot() as view:
        assert await view.tree.waiting_since() is not None
    return error.value


@contextlib.contextmanager
def behind_the_guards(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection of somebody who can switch triggers off."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def set_back(database_url: str, size: int) -> None:
    """Bring the log back to what it was at a size, as an older backup would."""
    with behind_the_guards(database_url) as connection:
        connection.execute("DELETE FROM audit_entries WHERE position >= %s", (size,))
        connection.execute("DELETE FROM audit_terms WHERE position >= %s", (size,))
        connection.execute("DELETE FROM log_tiles WHERE (index + 1) * 256 > %s", (size,))
        connection.execute("DELETE FROM log_checkpoints WHERE size > %s", (size,))
        if not size:
            connection.execute("DELETE FROM log_keys")
