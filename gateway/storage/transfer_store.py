"""Transfers in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.packs import PackId
from gateway.domain.register import AgencyId
from gateway.domain.transfers import State, Transfer, TransferId
from gateway.services.paging import Page
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.tables import transfers

_BEFORE_MAILING = (State.QUEUED, State.SEALED)  # a sealed one may be sealed again, narrower


class PostgresTransfers:
    """Transfers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, transfer: Transfer, code_digest: bytes, link_digest: bytes) -> None:
        """Store a new transfer with digests of its acknowledgement code and link token.

        Raises:
            Conflict: the pack already has a transfer to this recipient, or the reference, message
                identifier or link is in use.
        """
        digests = {"code_digest": code_digest, "link_digest": link_digest, "wrong_codes": 0}
        await self._connection.execute(insert(transfers).values(_row(transfer) | digests))

    async def get(
        self, transfer: TransferId, agency: AgencyId | None, *, lock: bool = False
    ) -> Transfer | None:
        """The transfer if it is this agency's; `lock` keeps others from changing it meanwhile."""
        query = select(transfers).where(transfers.c.id == transfer)
        if agency is not None:
            query = query.where(transfers.c.agency == agency)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Transfer, row)

    async def update(self, transfer: Transfer) -> None:
        """Store a transfer that moved on.

        Raises:
            NotFound: this agency has no such transfer.
        """
        same = (transfers.c.id == transfer.id, transfers.c.agency == transfer.agency)
        statement = update(transfers).where(*same).values(_row(transfer))
        expect_one(await self._connection.execute(statement), "transfer")

    async def list(
        self,
        agency: AgencyId,
        page: Page,
        *,
        pack: PackId | None = None,
        state: State | None = None,
        newest_first: bool = False,
    ) -> Sequence[Transfer]:
        """The agency's transfers, oldest first unless asked otherwise."""
        query = select(transfers).where(transfers.c.agency == agency)
        if pack is not None:
            query = query.where(transfers.c.pack == pack)
        if state is not None:
            query = query.where(transfers.c.state == state)
        if page.after is not None:
            beyond = transfers.c.id < page.after if newest_first else transfers.c.id > page.after
            query = query.where(beyond)
        order = transfers.c.id.desc() if newest_first else transfers.c.id
        rows = await self._connection.execute(query.order_by(order).limit(page.limit))
        return [from_row(Transfer, row) for row in rows.mappings()]

    async def awaiting_documents(self, pack: PackId) -> int:
        """How many transfers of the pack are not mailed yet and may still be sealed."""
        query = select(func.count()).select_from(transfers).where(transfers.c.pack == pack)
        count = await self._connection.scalar(query.where(transfers.c.state.in_(_BEFORE_MAILING)))
        return int(count or 0)

    async def by_reference(self, reference: str) -> tuple[Transfer, bytes, int] | None:
        """Lock and give the transfer with this reference, its code digest and wrong guesses."""
        query = select(transfers).where(transfers.c.reference == reference).with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        return from_row(Transfer, row), row["code_digest"], row["wrong_codes"]

    async def named(self, reference: str) -> TransferId | None:
        """The identifier of the transfer with this reference."""
        query = select(transfers.c.id).where(transfers.c.reference == reference)
        return await self._connection.scalar(query)

    async def by_link(self, digest: bytes) -> Transfer | None:
        """Lock and give the transfer whose one-time link token has this digest."""
        query = select(transfers).where(transfers.c.link_digest == digest).with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Transfer, row)

    async def replace_link(self, transfer: TransferId, digest: bytes) -> None:
        """Make the transfer's one-time link void: only a token of this digest would open it."""
        statement = update(transfers).where(transfers.c.id == transfer)
        expect_one(await self._connection.execute(statement.values(link_digest=digest)), "transfer")

    async def count_wrong_code(self, transfer: TransferId) -> None:
        """Count a wrong acknowledgement code."""
        statement = update(transfers).where(transfers.c.id == transfer)
        await self._connection.execute(statement.values(wrong_codes=transfers.c.wrong_codes + 1))


def _row(transfer: Transfer) -> dict[str, Any]:
    return to_row(transfer) | {"state": transfer.state}
