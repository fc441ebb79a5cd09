"""The audit log in PostgreSQL: entries wait in a queue, then get their places for good."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from support.placing import leaves, place, write, written

from gateway.audit.entries import Entry
from gateway.audit.facets import Facet
from gateway.audit.tiles import LONGEST_ENTRY
from gateway.domain.errors import Conflict, LimitExceeded
from gateway.domain.register import AgencyId
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.storage import journal
from gateway.storage.database import PostgresDatabase

ALL = Page(limit=1000)
MakeEntry = Callable[..., Entry]


async def search(database: PostgresDatabase, query: Query) -> Sequence[tuple[int, bytes]]:
    async with database.snapshot() as view:
        return [(each.position, each.leaf) for each in await view.journal.search(query, ALL)]


async def found(database: PostgresDatabase, query: Query) -> list[int]:
    return [position for position, _ in await search(database, query)]


async def test_an_entry_is_part_of_the_log_once_it_has_its_place(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """Before that it waits, and no search and no export shows it."""
    entry = replace(make_entry(), subject={"transfer": "t", "pack": "p"})
    await write(database, entry)
    assert await leaves(database) == []
    assert await search(database, Query()) == []
    async with database.snapshot() as view:
        assert await view.journal.transfers(Query(), ALL) == []
        assert await view.journal.counts(Facet.PACK, Query()) == {}
        assert await view.tree.waiting_since() == entry.at
    await place(database)
    assert await leaves(database) == [entry.leaf()]
    assert await search(database, Query()) == [(0, entry.leaf())]
    async with database.snapshot() as view:
        assert await view.journal.transfers(Query(), ALL) == ["t"]
        assert await view.journal.counts(Facet.PACK, Query()) == {"p": 1}
        assert await view.tree.waiting_since() is None


async def test_entries_come_back_byte_for_byte(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """In the order in which they were appended, numbered from 0."""
    entries = [make_entry() for _ in range(3)]
    await write(database, *entries[:2])
    await write(database, entries[2])
    await place(database)
    exact = [entry.leaf() for entry in entries]
    assert await search(database, Query()) == list(enumerate(exact))
    assert await leaves(database) == exact


async def test_leaves_come_in_batches_without_gap(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """More entries than are fetched at once are all there, once each."""
    entries = [make_entry() for _ in range(journal._BATCH * 2 + 1)]
    await written(database, *entries)
    assert await leaves(database) == [entry.leaf() for entry in entries]


async def test_what_was_rolled_back_was_never_written(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """And leaves no gap."""

    async def fail() -> None:
        async with database.work() as work:
            await work.journal.append(make_entry())
            raise ZeroDivisionError

    await write(database, make_entry())
    with pytest.raises(ZeroDivisionError):
        await fail()
    await written(database, make_entry())
    assert await found(database, Query()) == [0, 1]


async def test_an_entry_does_not_wait_twice(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """The same identifier twice in the queue is refused, with all the work it came with."""
    await write(database, make_entry(uid="same"))
    with pytest.raises(Conflict):
        await write(database, make_entry(), make_entry(uid="same"))
    await place(database)
    assert await found(database, Query()) == [0]


async def test_writers_wait_for_nobody(database: PostgresDatabase, make_entry: MakeEntry) -> None:
    """Transactions that took locks in opposite orders before all commit; nothing is lost."""
    ready = asyncio.Barrier(2)

    async def append_then_lock(first: str) -> None:
        async with database.work() as work:
            await work.journal.append(make_entry())
            await work.keys.put(first, b"k")
            await ready.wait()
            await work.journal.append(make_entry())

    async with database.work() as sequencing:
        assert await sequencing.tree.lock()
        await asyncio.gather(append_then_lock("x"), append_then_lock("y"))
        await asyncio.gather(*(write(database, make_entry()) for _ in range(6)))
    await place(database)
    assert await found(database, Query()) == list(range(10))


@pytest.mark.parametrize("more", [1, 20_000])
async def test_an_entry_too_large_for_a_bundle_is_refused(
    database: PostgresDatabase, make_entry: MakeEntry, more: int
) -> None:
    """With all the work it came with; one that just fits is taken."""
    entry = replace(make_entry(), detail={"x": ""})
    room = LONGEST_ENTRY - len(entry.leaf())
    large = replace(entry, detail={"x": "x" * (room + more)})
    with pytest.raises(LimitExceeded):
        await write(database, make_entry(), large)
    fits = replace(entry, detail={"x": "x" * room})
    await written(database, fits)
    assert await leaves(database) == [fits.leaf()]


@pytest.mark.parametrize(
    "change",
    [
        {"detail": {"rules": ["r" * 501]}},
        {"subject": {"transfer": "t" * 501}},
        {"subject": {"meeting": "m" * 501}},
        {"actor": {"kind": "person", "person": "p" * 501}},
        {"agency": "a" * 501},
    ],
)
async def test_a_word_no_index_takes_is_refused(
    database: PostgresDatabase, make_entry: MakeEntry, change: Mapping[str, Any]
) -> None:
    """Or it would be refused when it gets its place, and stop the log for everyone."""
    with pytest.raises(LimitExceeded):
        await write(database, make_entry(), replace(make_entry(), **change))
    await place(database)
    assert await leaves(database) == []


async def test_the_longest_words_are_taken(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """Also where each of their characters takes four bytes that do not compress well."""
    longest = "".join(chr(0x10000 + 37 * n) for n in range(480))
    actor = {"kind": "person", "person": longest}
    subject = {"transfer": longest, "meeting": longest, "pack": longest}
    await written(database, replace(make_entry(), agency=longest, actor=actor, subject=subject))
    query = Query(
        agency=AgencyId(longest),
        actor=longest,
        transfers=(longest,),
        meeting=longest,
        terms=(Facet.PACK.term(longest),),
    )
    assert await found(database, query) == [0]


KEPT = {  # each with a change of it
    "audit_entries": "leaf = 'other'",
    "audit_terms": "term = 'other'",
    "log_tiles": "root = root",
    "log_checkpoints": "note = 'other'",
    "log_keys": "verifier_key = 'other'",
    "log_endorsements": "data = 'other'",
}
STATEMENTS = [
    *(f"UPDATE {table} SET {change}" for table, change in KEPT.items()),  # noqa: S608
    *(f"DELETE FROM {table}" for table in KEPT),  # noqa: S608
    *(f"TRUNCATE {table}" for table in KEPT),
    "DELETE FROM audit_entries WHERE position = 99",
    "TRUNCATE audit_entries CASCADE",
    "UPDATE audit_pending SET leaf = 'other'",
    "UPDATE audit_pending SET id = DEFAULT",
    "TRUNCATE audit_pending",
]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_the_log_is_append_only(
    database: PostgresDatabase, database_url: str, make_entry: MakeEntry, statement: str
) -> None:
    """The database refuses to change or remove what is in the log, or to try."""
    await written(database, make_entry())
    await write(database, make_entry())
    with psycopg.connect(database_url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(statement.encode())
        connection.rollback()
    await place(database)
    assert await found(database, Query()) == [0, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_pending",
        "DELETE FROM audit_pending WHERE uid = 'waits'",
        # another entry's bytes in the log under the same identifier do not count
        """WITH gone AS (DELETE FROM audit_pending RETURNING *)
           INSERT INTO audit_entries (position, uid, at, action, outcome, actor, leaf)
           SELECT 1, uid, at, action, outcome, actor, 'other' FROM gone""",
    ],
)
async def test_an_entry_leaves_the_queue_only_into_the_log(
    database: PostgresDatabase, database_url: str, make_entry: MakeEntry, statement: str
) -> None:
    """Whoever deletes it from there is refused."""
    await written(database, make_entry())
    await write(database, make_entry(uid="waits"))
    with psycopg.connect(database_url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only into the audit log"):
            connection.execute(statement.encode())
        connection.rollback()
    await place(database)
    assert [json.loads(leaf)["uid"] for leaf in await leaves(database)][1:] == ["waits"]
