"""What entries of the audit log are found by, in PostgreSQL: read beside them, and put right.

The tables take no change but through here, where the entry's own bytes say what has to stand there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.indexing import Indexed
from gateway.services.log_storage import Kept
from gateway.storage.log_tables import audit_entries, audit_terms

_GUARDED = ("audit_entries", "audit_terms")
_COLUMNS = ("uid", "at", "action", "outcome", "agency", "actor", "transfer", "meeting")


class PostgresIndex:
    """What entries are found by."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def kept(self, first: int, last: int) -> Sequence[Kept]:
        """The entries from place `first` to before `last`, with what they are found by."""
        position = audit_entries.c.position
        query = select(audit_entries).where(position >= first, position < last).order_by(position)
        entries = (await self._connection.execute(query)).all()
        query = select(audit_terms.c.position, audit_terms.c.term)
        query = query.where(audit_terms.c.position >= first, audit_terms.c.position < last)
        terms = defaultdict[int, list[str]](list)
        for place, term in await self._connection.execute(query):
            terms[place].append(term)
        return [Kept(row.position, row.leaf, _indexed(row, terms[row.position])) for row in entries]

    async def correct(self, entries: Mapping[int, Indexed]) -> None:
        """Have the entries at these places found by this alone; their bytes stay as they are.

        The guards are off for this transaction alone; meanwhile nobody else changes the tables.

        Raises:
            Unavailable: the database's user does not own the tables.
        """
        if not entries:
            return
        await self._guards("DISABLE")
        gone = delete(audit_terms).where(audit_terms.c.position.in_(entries))
        await self._connection.execute(gone)
        for place, indexed in entries.items():
            columns = {name: getattr(indexed, name) for name in _COLUMNS}
            changed = update(audit_entries).where(audit_entries.c.position == place)
            await self._connection.execute(changed.values(columns))
        terms = [
            {"term": term, "at": indexed.at, "position": place}
            for place, indexed in entries.items()
            for term in sorted(indexed.terms)
        ]
        if terms:
            await self._connection.execute(insert(audit_terms), terms)
        await self._guards("ENABLE")

    async def _guards(self, how: str) -> None:
        for table in _GUARDED:
            await self._connection.execute(
                text(f"ALTER TABLE {table} {how} TRIGGER {table}_append_only")
            )


def _indexed(row: Row[Any], terms: Sequence[str]) -> Indexed:
    return Indexed(
        uid=row.uid,
        at=row.at,
        action=row.action,
        outcome=row.outcome,
        agency=row.agency,
        actor=row.actor,
        transfer=row.transfer,
        meeting=row.meeting,
        terms=frozenset(terms),
    )
