"""Privacy breaches in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, insert, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.breaches import Breach, BreachId, Lesson, LessonId
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.register import AgencyId
from gateway.storage.breach_tables import breach_lessons, breaches
from gateway.storage.request_tables import information_requests
from gateway.storage.rows import expect_one, from_row, to_row


class PostgresBreaches:
    """Breaches with what was written of them, encrypted; and their lessons."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, breach: Breach, sealed: bytes) -> None:
        """Store a new breach."""
        await self._connection.execute(insert(breaches).values(to_row(breach) | {"sealed": sealed}))

    async def get(
        self, breach: BreachId, agency: AgencyId | None, *, lock: bool = False
    ) -> tuple[Breach, bytes] | None:
        """The breach and what was written of it, if it is this agency's; any for None."""
        query = select(breaches).where(breaches.c.id == breach)
        if agency is not None:
            query = query.where(breaches.c.agency == agency)
        if lock:
            query = query.with_for_update()
        return await self._one(query)

    async def told_of(self, breach: BreachId, agency: AgencyId) -> tuple[Breach, bytes] | None:
        """The breach of another agency, if this one was told of it by a notice."""
        return await self._one(select(breaches).where(breaches.c.id == breach, _told(agency)))

    async def update(self, breach: Breach, sealed: bytes | None = None) -> None:
        """Store a changed breach; what was written of it stays where None is given."""
        same = (breaches.c.id == breach.id, breaches.c.agency == breach.agency)
        values = to_row(breach) | ({} if sealed is None else {"sealed": sealed})
        expect_one(
            await self._connection.execute(update(breaches).where(*same).values(values)), "breach"
        )

    async def of_agency(self, agency: AgencyId, most: int) -> Sequence[tuple[Breach, bytes]]:
        """The breaches of an agency, newest first."""
        query = select(breaches).where(breaches.c.agency == agency)
        rows = await self._connection.execute(query.order_by(breaches.c.id.desc()).limit(most))
        return [(from_row(Breach, row), row["sealed"]) for row in rows.mappings()]

    async def shared_with(self, agency: AgencyId, most: int) -> Sequence[Breach]:
        """The breaches of other agencies that this one was told of, newest first."""
        query = select(breaches).where(_told(agency))
        rows = await self._connection.execute(query.order_by(breaches.c.id.desc()).limit(most))
        return [from_row(Breach, row) for row in rows.mappings()]

    async def request_named(self, reference: str, agency: AgencyId) -> InformationRequest | None:
        """The request with this reference, if this agency asks it, or was asked."""
        received = (
            information_requests.c.holding_agency == agency
        ) & information_requests.c.sent_at.is_not(None)
        query = select(information_requests).where(
            information_requests.c.reference == reference,
            or_(information_requests.c.agency == agency, received),
        )
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(InformationRequest, row)

    async def add_lesson(self, lesson: Lesson) -> None:
        """Store a new lesson."""
        await self._connection.execute(insert(breach_lessons).values(to_row(lesson)))

    async def lessons(self, breach: BreachId) -> Sequence[Lesson]:
        """The lessons of a breach, oldest first."""
        query = select(breach_lessons).where(breach_lessons.c.breach == breach)
        rows = await self._connection.execute(query.order_by(breach_lessons.c.id))
        return [from_row(Lesson, row) for row in rows.mappings()]

    async def lesson(self, breach: BreachId, lesson: LessonId) -> Lesson | None:
        """One lesson of a breach, kept from changing until the transaction ends."""
        query = select(breach_lessons).where(
            breach_lessons.c.id == lesson, breach_lessons.c.breach == breach
        )
        row = (await self._connection.execute(query.with_for_update())).mappings().one_or_none()
        return None if row is None else from_row(Lesson, row)

    async def update_lesson(self, lesson: Lesson) -> None:
        """Store a lesson that moved on."""
        statement = update(breach_lessons).where(breach_lessons.c.id == lesson.id)
        expect_one(await self._connection.execute(statement.values(to_row(lesson))), "lesson")

    async def _one(self, query: Select[tuple[object, ...]]) -> tuple[Breach, bytes] | None:
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else (from_row(Breach, row), row["sealed"])


def _told(agency: AgencyId) -> ColumnElement[bool]:
    """Whether an agency was told of another's breach."""
    shared = type_coerce(breaches.c.shared_with, JSONB).contains([agency])
    return shared & (breaches.c.agency != agency)
