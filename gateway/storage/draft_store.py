"""Protocols while they are written, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.drafts import Comment, DraftId, ProtocolDraft
from gateway.domain.errors import Conflict
from gateway.domain.register import AgencyId
from gateway.storage.draft_tables import draft_comments, protocol_drafts
from gateway.storage.rows import expect_one, from_row, to_row


class PostgresDrafts:
    """Drafts of protocols, and comments on them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, draft: ProtocolDraft) -> None:
        """Store a new draft.

        Raises:
            Conflict: the protocol has an open one.
        """
        statement = upsert(protocol_drafts).values(to_row(draft)).on_conflict_do_nothing()
        made = await self._connection.scalar(statement.returning(protocol_drafts.c.id))
        if made is None:
            raise Conflict(
                "A draft of this protocol is being written already.",
                "Go on with that one, or abandon it first.",
                field="protocol",
            )

    async def get(
        self, draft: DraftId, agency: AgencyId, *, lock: bool = False
    ) -> ProtocolDraft | None:
        """The draft, if the agency writes it, or is listed in it and it was shared."""
        query = select(protocol_drafts).where(protocol_drafts.c.id == draft, _readable(agency))
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(ProtocolDraft, row)

    async def update(self, draft: ProtocolDraft) -> None:
        """Store a changed draft."""
        statement = update(protocol_drafts).where(protocol_drafts.c.id == draft.id)
        expect_one(await self._connection.execute(statement.values(to_row(draft))), "draft")

    async def of_agency(self, agency: AgencyId, most: int) -> Sequence[ProtocolDraft]:
        """The drafts an agency writes or may read, those changed last first."""
        query = select(protocol_drafts).where(_readable(agency))
        query = query.order_by(protocol_drafts.c.changed_at.desc(), protocol_drafts.c.id)
        rows = await self._connection.execute(query.limit(most))
        return [from_row(ProtocolDraft, row) for row in rows.mappings()]

    async def comment(self, comment: Comment) -> None:
        """Store a new comment."""
        await self._connection.execute(insert(draft_comments).values(to_row(comment)))

    async def comments(self, draft: DraftId) -> Sequence[Comment]:
        """The comments on a draft, oldest first."""
        query = select(draft_comments).where(draft_comments.c.draft == draft)
        rows = await self._connection.execute(query.order_by(draft_comments.c.id))
        return [from_row(Comment, row) for row in rows.mappings()]

    async def settle(self, draft: DraftId, comment: str, at: datetime) -> None:
        """Mark a comment as dealt with.

        Raises:
            NotFound: there is none such on this draft that is open.
        """
        statement = update(draft_comments).where(
            draft_comments.c.draft == draft,
            draft_comments.c.id == comment,
            draft_comments.c.settled_at.is_(None),
        )
        result = await self._connection.execute(statement.values(settled_at=at))
        expect_one(result, "comment")


def _readable(agency: AgencyId) -> ColumnElement[bool]:
    """Whose a draft is to read: the lead agency's, and once shared those that it lists."""
    content = type_coerce(protocol_drafts.c.content, JSONB)
    listed = content.contains({"agencies": [{"agency": agency}]})
    shared = and_(protocol_drafts.c.shared_at.is_not(None), listed)
    return or_(protocol_drafts.c.lead_agency == agency, shared)
