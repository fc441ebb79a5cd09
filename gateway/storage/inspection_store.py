"""What was found in documents, in PostgreSQL."""

from collections.abc import Mapping

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.inspected import Inspected, Inspections
from gateway.domain.packs import BlobId, DocumentId, PackId, RequestId
from gateway.domain.register import AgencyId, ChildReference
from gateway.storage.inspection_tables import document_inspections
from gateway.storage.request_tables import information_requests
from gateway.storage.rows import from_row, to_row
from gateway.storage.tables import documents


class PostgresInspections:
    """What was found in documents."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, inspected: Inspected, sealed: bytes | None) -> None:
        """Keep it in place of what was found before; `sealed` holds words of the document."""
        row = {**to_row(inspected), "sealed": sealed}
        statement = insert(document_inspections).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[document_inspections.c.document],
                set_={name: statement.excluded[name] for name in row if name != "document"},
            )
        )

    async def of_pack(self, pack: PackId) -> Inspections:
        """What is known in the clear of a pack's documents."""
        query = (
            select(document_inspections)
            .join(documents, documents.c.id == document_inspections.c.document)
            .where(documents.c.pack == pack)
        )
        rows = await self._connection.execute(query)
        found = (from_row(Inspected, row) for row in rows.mappings())
        return {inspected.document: inspected for inspected in found}

    async def sealed(self, document: DocumentId) -> bytes | None:
        """The encrypted part; None where there is none, or it was destroyed."""
        query = select(document_inspections.c.sealed).where(
            document_inspections.c.document == document
        )
        found: bytes | None = await self._connection.scalar(query)
        return found

    async def forget(self, blob: BlobId) -> None:
        """Destroy the encrypted part of the document that has this blob."""
        of_blob = select(documents.c.id).where(documents.c.blob == blob).scalar_subquery()
        await self._connection.execute(
            update(document_inspections)
            .where(document_inspections.c.document == of_blob)
            .values(sealed=None)
        )

    async def latest_by_child(
        self, agency: AgencyId, most: int
    ) -> Mapping[ChildReference, tuple[RequestId, bytes]]:
        """For each child, a request this agency asks or was sent, with its encrypted content.

        One that was sent goes before drafts, a newer one before older ones. At most `most`
        children, those with the newest requests.
        """
        table = information_requests
        received = and_(table.c.holding_agency == agency, table.c.sent_at.is_not(None))
        each = (
            select(table.c.child, table.c.id, table.c.content)
            .where(or_(table.c.agency == agency, received))
            .ext(distinct_on(table.c.child))
            .order_by(table.c.child, table.c.sent_at.is_(None), table.c.id.desc())
            .subquery()
        )
        query = select(each).order_by(each.c.id.desc()).limit(most)
        rows = await self._connection.execute(query)
        return {
            ChildReference(row["child"]): (RequestId(row["id"]), row["content"])
            for row in rows.mappings()
        }
