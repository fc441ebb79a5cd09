"""What changed in the register, in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.services.register_storage import RegisterKind, SealedChange
from gateway.storage.columns import Moment, Word, identifier, one_of, sized
from gateway.storage.rows import from_row, to_row
from gateway.storage.tables import LONGEST_IDENTIFIER, metadata

_LONGEST_JOINED = 500  # characters of two identifiers joined


register_changes = Table(
    "register_changes",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", identifier(), ForeignKey("users.id")),
    Column("kind", Word(RegisterKind), nullable=False),
    Column("identifier", identifier(), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    one_of("kind", RegisterKind),
    sized("identifier", _LONGEST_JOINED),
    Index(None, "kind", "identifier"),
)


class PostgresRegisterHistory:
    """What changed in the register."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, changes: Sequence[SealedChange]) -> None:
        """Store changes."""
        if changes:
            rows = [to_row(change) for change in changes]
            await self._connection.execute(insert(register_changes), rows)

    async def of(self, kind: RegisterKind, identifier: str, limit: int) -> Sequence[SealedChange]:
        """The changes of one thing, newest first."""
        query = select(register_changes).where(
            register_changes.c.kind == kind, register_changes.c.identifier == identifier
        )
        newest_first = (register_changes.c.at.desc(), register_changes.c.id.desc())
        rows = await self._connection.execute(query.order_by(*newest_first).limit(limit))
        return [from_row(SealedChange, row) for row in rows.mappings()]
