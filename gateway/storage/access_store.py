"""Bearer tokens and answers given under idempotency keys, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.services.storage import StoredAnswer, Token
from gateway.storage.locks import lock_key
from gateway.storage.rows import from_row, to_row
from gateway.storage.tables import answers, tokens


class PostgresTokens:
    """Bearer tokens, by digest only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, token: Token) -> None:
        """Store a new token."""
        await self._connection.execute(insert(tokens).values(to_row(token)))

    async def by_digest(self, digest: bytes) -> Token | None:
        """The token with this digest, revoked and expired ones too."""
        query = select(tokens).where(tokens.c.digest == digest)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Token, row)

    async def list(self, agency: AgencyId | None) -> Sequence[Token]:
        """The agency's tokens, newest last; all for None."""
        query = select(tokens).order_by(tokens.c.created_at, tokens.c.id)
        if agency is not None:
            query = query.where(tokens.c.agency == agency)
        rows = await self._connection.execute(query)
        return [from_row(Token, row) for row in rows.mappings()]

    async def any_of(self, agency: AgencyId, role: Role, at: datetime) -> bool:
        """Whether the agency has a token for this role that can be used at `at`."""
        query = select(tokens.c.id).where(
            tokens.c.agency == agency,
            tokens.c.role == role,
            tokens.c.revoked_at.is_(None),
            tokens.c.expires_at > at,
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def revoke(self, token: str, agency: AgencyId | None, at: datetime) -> bool:
        """Revoke a token of the agency (of any for None); whether one was not revoked yet."""
        standing = [tokens.c.id == token, tokens.c.revoked_at.is_(None)]
        if agency is not None:
            standing.append(tokens.c.agency == agency)
        result = await self._connection.execute(
            update(tokens).where(*standing).values(revoked_at=at)
        )
        return result.rowcount > 0


class PostgresAnswers:
    """Answers given under idempotency keys."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, agency: AgencyId, key: str) -> StoredAnswer | None:
        """The answer given under this key; waits for a request under way with the same key.

        From here to the end of the transaction the key belongs to this request.
        """
        name = lock_key("answer", agency, key)
        await self._connection.execute(select(func.pg_advisory_xact_lock(name)))
        query = select(answers).where(answers.c.agency == agency, answers.c.key == key)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(StoredAnswer, row)

    async def put(self, agency: AgencyId, key: str, answer: StoredAnswer, at: datetime) -> None:
        """Remember an answer."""
        values = {"agency": agency, "key": key, "at": at} | to_row(answer)
        await self._connection.execute(insert(answers).values(values))
