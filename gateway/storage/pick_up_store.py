"""Archives that are picked up, in PostgreSQL."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.transfers import TransferId
from gateway.services.pick_up_storage import PickUp
from gateway.storage.columns import identifier
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.tables import DIGEST_BYTES, metadata

pick_ups = Table(
    "pick_ups",
    metadata,
    Column("transfer", identifier(), ForeignKey("transfers.id"), primary_key=True),
    Column("link_digest", LargeBinary, nullable=False),
    Column("code_digest", LargeBinary, nullable=False),
    Column("session_digest", LargeBinary),
    Column("begun", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("given_bytes", BigInteger, nullable=False),
    UniqueConstraint("link_digest"),
    CheckConstraint(
        f"octet_length(link_digest) = {DIGEST_BYTES} "
        f"AND octet_length(code_digest) = {DIGEST_BYTES} "
        f"AND octet_length(session_digest) = {DIGEST_BYTES}",
        name="digests_sized",
    ),
    CheckConstraint("begun >= 0 AND requests >= begun AND given_bytes >= 0", name="counts"),
)


class PostgresPickUps:
    """The ways to archives that are picked up, by digests only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def offer(self, pick_up: PickUp) -> None:
        """Store a way to an archive; one that is there stays as it is."""
        statement = insert(pick_ups).values(to_row(pick_up))
        await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=[pick_ups.c.transfer])
        )

    async def of_link(self, digest: bytes) -> TransferId | None:
        """The transfer to whose archive a link leads."""
        query = select(pick_ups.c.transfer).where(pick_ups.c.link_digest == digest)
        return await self._connection.scalar(query)

    async def get(self, transfer: TransferId, *, lock: bool = False) -> PickUp | None:
        """The way to a transfer's archive; `lock` keeps others from changing it meanwhile."""
        query = select(pick_ups).where(pick_ups.c.transfer == transfer)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(PickUp, row)

    async def update(self, pick_up: PickUp) -> None:
        """Store what changed of it.

        Raises:
            NotFound: there is none for this transfer.
        """
        statement = update(pick_ups).where(pick_ups.c.transfer == pick_up.transfer)
        result = await self._connection.execute(statement.values(to_row(pick_up)))
        expect_one(result, "pick-up")
