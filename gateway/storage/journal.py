"""The audit log in PostgreSQL.

Positions count 0, 1, 2... without a gap, in the order in which transactions commit: position n is
leaf n of the Merkle tree, and what a checkpoint covered never changes afterwards. To make that so,
entries wait in the unit of work and are written as its last act, under one lock held until the
commit; nothing else is waited for while it is held, so it cannot take part in a deadlock.
"""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.entries import Entry
from gateway.domain.errors import InvalidInput
from gateway.domain.register import AgencyId
from gateway.services.storage import Page
from gateway.storage.locks import lock_key
from gateway.storage.tables import audit_entries

_BATCH = 500  # entries fetched at a time: a few hundred kilobytes
_LONGEST_POSITION = 18  # decimal digits that a bigint always holds


class PostgresJournal:
    """The audit log."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._waiting: list[Entry] = []

    async def append(self, entry: Entry) -> None:
        """Write an entry; it counts when the unit of work commits."""
        self._waiting.append(entry)

    async def flush(self) -> None:
        """Give the waiting entries the next positions. Call it last before a commit."""
        if not self._waiting:
            return
        await self._connection.execute(select(func.pg_advisory_xact_lock(lock_key("journal"))))
        # a statement of its own, so that it sees what was committed while the lock was awaited
        last = await self._connection.scalar(select(func.max(audit_entries.c.position)))
        first = 0 if last is None else last + 1
        await self._connection.execute(
            insert(audit_entries),
            [
                {
                    "position": position,
                    "uid": entry.uid,
                    "at": entry.at,
                    "action": entry.action.value,
                    "agency": entry.agency,
                    "leaf": entry.leaf(),
                }
                for position, entry in enumerate(self._waiting, first)
            ],
        )
        self._waiting.clear()

    async def leaves(self) -> AsyncIterator[bytes]:
        """Every entry's exact bytes, in order, without holding them all at once.

        Entries of this unit of work that are not committed yet are not among them.
        """
        position = -1
        while batch := await self._after(position, _BATCH, None):
            for position, leaf in batch:  # noqa: B007 - the last one is where to go on
                yield leaf

    async def page(self, agency: AgencyId | None, page: Page) -> Sequence[tuple[int, bytes]]:
        """Entries of an agency (all for None) with their position, oldest first.

        Raises:
            InvalidInput: `page.after` is not a position.
        """
        return await self._after(_position(page.after), page.limit, agency)

    async def _after(
        self, position: int, limit: int, agency: AgencyId | None
    ) -> Sequence[tuple[int, bytes]]:
        columns = (audit_entries.c.position, audit_entries.c.leaf)
        query = select(*columns).where(audit_entries.c.position > position)
        if agency is not None:
            query = query.where(audit_entries.c.agency == agency)
        rows = await self._connection.execute(query.order_by(audit_entries.c.position).limit(limit))
        return [(row.position, row.leaf) for row in rows]


def _position(after: str | None) -> int:
    if after is None:
        return -1
    if not (after.isascii() and after.isdigit() and len(after) <= _LONGEST_POSITION):
        raise InvalidInput(
            "The place to go on from is not a position of the log.",
            "Give the position of the last entry you have, for example '41'.",
            field="after",
        )
    return int(after)
