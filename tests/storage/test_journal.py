"""The audit log in PostgreSQL: append-only, gapless, in the order of commits."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from gateway.audit.entries import Entry
from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.register import AgencyId
from gateway.services.storage import Page
from gateway.storage import journal
from gateway.storage.database import PostgresDatabase

A, B = AgencyId("agency-a"), AgencyId("agency-b")
MakeEntry = Callable[..., Entry]


async def write(database: PostgresDatabase, *entries: Entry) -> None:
    async with database.work() as work:
        for entry in entries:
            await work.journal.append(entry)


async def positions(database: PostgresDatabase) -> list[int]:
    async with database.snapshot() as view:
        return [position for position, _ in await view.journal.page(None, Page())]


async def test_entries_come_back_byte_for_byte(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """In the order in which they were appended, numbered from 0."""
    entries = [make_entry() for _ in range(3)]
    await write(database, *entries[:2])
    await write(database, entries[2])
    async with database.snapshot() as view:
        page = await view.journal.page(None, Page())
        leaves = [leaf async for leaf in view.journal.leaves()]
    assert page == [(number, entry.leaf()) for number, entry in enumerate(entries)]
    assert leaves == [entry.leaf() for entry in entries]


async def test_leaves_come_in_batches_without_gap(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """More entries than are fetched at once are all there, once each."""
    entries = [make_entry() for _ in range(journal._BATCH * 2 + 1)]
    await write(database, *entries)
    async with database.snapshot() as view:
        leaves = [leaf async for leaf in view.journal.leaves()]
    assert leaves == [entry.leaf() for entry in entries]


async def test_a_page_holds_one_agencys_entries(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """With the positions they have in the whole log."""
    a, b, service = make_entry(A), make_entry(B), make_entry(None)
    await write(database, a, b, service, a := make_entry(A))
    async with database.snapshot() as view:
        assert [n for n, _ in await view.journal.page(A, Page())] == [0, 3]
        assert await view.journal.page(B, Page()) == [(1, b.leaf())]
        assert await view.journal.page(A, Page(after="0")) == [(3, a.leaf())]
        assert [n for n, _ in await view.journal.page(None, Page(limit=2, after="0"))] == [1, 2]


@pytest.mark.parametrize("after", ["", "-1", "x", "1 ", "٣", "9" * 19])
async def test_a_page_goes_on_after_a_position_only(database: PostgresDatabase, after: str) -> None:
    """Anything but plain digits is refused."""
    async with database.snapshot() as view:
        with pytest.raises(InvalidInput):
            await view.journal.page(None, Page(after=after))


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
    await write(database, make_entry())
    assert await positions(database) == [0, 1]


async def test_an_entry_is_not_written_twice(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """The same identifier twice is refused, with all the work it came with."""
    await write(database, make_entry(uid="same"))
    with pytest.raises(Conflict):
        await write(database, make_entry(), make_entry(uid="same"))
    assert await positions(database) == [0]


async def test_writers_at_once_leave_no_gap_and_wait_for_nobody_else(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """Transactions that took locks in opposite orders before all commit, in one sequence."""
    ready = asyncio.Barrier(2)

    async def append_then_lock(first: str) -> None:
        async with database.work() as work:
            await work.journal.append(make_entry())
            await work.keys.put(first, b"k")
            await ready.wait()
            await work.journal.append(make_entry())

    await asyncio.gather(append_then_lock("x"), append_then_lock("y"))
    await asyncio.gather(*(write(database, make_entry()) for _ in range(12)))
    assert await positions(database) == list(range(16))


async def test_a_later_reader_sees_all_that_an_earlier_one_saw(
    database: PostgresDatabase, make_entry: MakeEntry
) -> None:
    """The log only ever grows at its end, however transactions overlap."""

    async def look() -> list[int]:
        await asyncio.sleep(0)
        return await positions(database)

    results = await asyncio.gather(
        *(task for _ in range(10) for task in (write(database, make_entry()), look()))
    )
    for seen in results:
        if seen is not None:
            assert seen == list(range(len(seen)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET leaf = 'other'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE position = 99",
        "TRUNCATE audit_entries",
        "TRUNCATE audit_entries CASCADE",
    ],
)
async def test_the_log_is_append_only(
    database: PostgresDatabase, database_url: str, make_entry: MakeEntry, statement: str
) -> None:
    """The database refuses to change or remove an entry, or to try."""
    await write(database, make_entry())
    with psycopg.connect(database_url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(statement.encode())
        connection.rollback()
    assert await positions(database) == [0]
