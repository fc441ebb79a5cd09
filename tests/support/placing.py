"""Writing entries into the log's tables without signing anything."""

from gateway.audit.entries import Entry
from gateway.storage.database import PostgresDatabase


async def write(database: PostgresDatabase, *entries: Entry) -> None:
    """Commit entries in one transaction; they wait for their places."""
    async with database.work() as work:
        for entry in entries:
            await work.journal.append(entry)


async def place(database: PostgresDatabase) -> None:
    """Give everything that waits its place, as the sequencer does."""
    async with database.work() as work:
        await work.tree.lock(wait=True)
        size = len([leaf async for leaf in work.journal.leaves()])
        await work.tree.sequence(size, 1_000_000)


async def written(database: PostgresDatabase, *entries: Entry) -> None:
    """Commit entries and place them."""
    await write(database, *entries)
    await place(database)


async def leaves(database: PostgresDatabase) -> list[bytes]:
    """The whole log."""
    async with database.snapshot() as view:
        return [leaf async for leaf in view.journal.leaves()]
