"""Packs, their documents, and wrapped keys in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.errors import Conflict
from gateway.domain.packs import Document, DocumentId, Pack, PackId, PackKind
from gateway.domain.register import AgencyId
from gateway.services.paging import Page
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.tables import documents, packs, wrapped_keys


class PostgresPacks:
    """Packs and their documents."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, pack: Pack) -> None:
        """Store a new pack."""
        await self._connection.execute(insert(packs).values(to_row(pack)))

    async def get(
        self, pack: PackId, agency: AgencyId | None, *, lock: bool = False
    ) -> Pack | None:
        """The pack if it is this agency's; `lock` keeps others from changing it meanwhile.

        The lock also holds back documents being added to it.
        """
        query = select(packs).where(packs.c.id == pack)
        if agency is not None:
            query = query.where(packs.c.agency == agency)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Pack, row)

    async def update(self, pack: Pack) -> None:
        """Store a changed pack; it stays its agency's.

        Raises:
            NotFound: this agency has no such pack.
        """
        same = (packs.c.id == pack.id, packs.c.agency == pack.agency)
        result = await self._connection.execute(update(packs).where(*same).values(to_row(pack)))
        expect_one(result, "pack")

    async def remove(self, pack: PackId) -> None:
        """Forget a pack that was never sent, with its documents.

        Raises:
            Conflict: it was sent, or is gone.
        """
        unsent = (packs.c.id == pack, packs.c.sent_at.is_(None))
        found = await self._connection.scalar(select(packs.c.id).where(*unsent).with_for_update())
        if found is None:
            raise Conflict("The pack was sent or is gone.", "Look at its transfers.")
        await self._connection.execute(delete(documents).where(documents.c.pack == pack))
        await self._connection.execute(delete(packs).where(packs.c.id == pack))

    async def list(
        self,
        agency: AgencyId,
        page: Page,
        *,
        kind: PackKind | None = None,
        unsent: bool = False,
        newest_first: bool = False,
    ) -> Sequence[Pack]:
        """The agency's packs, oldest first unless asked otherwise, or only those not sent."""
        query = select(packs).where(packs.c.agency == agency)
        if kind is not None:
            query = query.where(packs.c.kind == kind)
        if unsent:
            query = query.where(packs.c.sent_at.is_(None))
        if page.after is not None:
            beyond = packs.c.id < page.after if newest_first else packs.c.id > page.after
            query = query.where(beyond)
        order = packs.c.id.desc() if newest_first else packs.c.id
        rows = await self._connection.execute(query.order_by(order).limit(page.limit))
        return [from_row(Pack, row) for row in rows.mappings()]

    async def documents(self, pack: PackId) -> tuple[Document, ...]:
        """The documents of a pack, in order."""
        query = select(documents).where(documents.c.pack == pack)
        rows = await self._connection.execute(query.order_by(documents.c.position, documents.c.id))
        return tuple(from_row(Document, row) for row in rows.mappings())

    async def add_document(self, document: Document) -> None:
        """Store a new document of a pack."""
        await self._connection.execute(insert(documents).values(to_row(document)))

    async def update_document(self, document: Document) -> None:
        """Store a document whose label or title changed.

        Raises:
            NotFound: the pack has no such document.
        """
        same = (documents.c.id == document.id, documents.c.pack == document.pack)
        statement = update(documents).where(*same).values(to_row(document))
        expect_one(await self._connection.execute(statement), "document")

    async def remove_document(self, document: DocumentId) -> None:
        """Forget a document; its blob is destroyed apart."""
        await self._connection.execute(delete(documents).where(documents.c.id == document))


class PostgresKeys:
    """Wrapped keys by name.

    A destroyed key's wrapped bytes may outlast it in backups and in pages PostgreSQL has not yet
    reused; without the master key they are of no use.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, name: str, wrapped: bytes) -> None:
        """Store a wrapped key or secret under a name not used before."""
        await self._connection.execute(insert(wrapped_keys).values(name=name, wrapped=wrapped))

    async def get(self, name: str) -> bytes | None:
        """The wrapped bytes, or None once destroyed."""
        query = select(wrapped_keys.c.wrapped).where(wrapped_keys.c.name == name)
        wrapped: bytes | None = await self._connection.scalar(query)
        return wrapped

    async def destroy(self, name: str) -> bool:
        """Forget it for good; whether there was anything to forget."""
        statement = delete(wrapped_keys).where(wrapped_keys.c.name == name)
        return (await self._connection.execute(statement)).rowcount > 0
