"""Tokens and idempotent answers in PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.actors import Role
from gateway.domain.errors import Conflict
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.services.storage import StoredAnswer, Token
from gateway.storage.database import PostgresDatabase

AT = datetime(2026, 11, 5, 20, 30, tzinfo=UTC)
A, B = AgencyId("agency-a"), AgencyId("agency-b")
TOKEN = Token(
    id="t1",
    digest=b"d" * 32,
    role=Role.COORDINATOR,
    agency=A,
    representative=RepresentativeId("aro"),
    created_at=AT,
    expires_at=AT + timedelta(days=1),
)


async def add(database: PostgresDatabase, *tokens: Token) -> None:
    async with database.work() as work:
        for token in tokens:
            await work.tokens.add(token)


async def test_a_token_is_found_by_its_digest(filled: PostgresDatabase) -> None:
    """As it was stored, and by nothing else."""
    async with filled.work() as work:
        await work.tokens.add(TOKEN)
        assert await work.tokens.by_digest(b"d" * 32) == TOKEN
        assert await work.tokens.by_digest(b"e" * 32) is None


async def test_tokens_are_listed_newest_last(filled: PostgresDatabase) -> None:
    """Whatever their identifiers."""
    newer = replace(
        TOKEN, id="a", digest=b"e" * 32, created_at=AT + timedelta(hours=1), representative=None
    )
    async with filled.work() as work:
        await work.tokens.add(newer)
        await work.tokens.add(TOKEN)
        assert await work.tokens.list(None) == [TOKEN, newer]


async def test_a_token_is_revoked_once(filled: PostgresDatabase) -> None:
    """The first time stands."""
    async with filled.work() as work:
        await work.tokens.add(TOKEN)
        assert await work.tokens.revoke("t1", None, AT)
        assert not await work.tokens.revoke("t1", None, AT + timedelta(hours=1))
        assert not await work.tokens.revoke("t9", None, AT)
        assert await work.tokens.by_digest(b"d" * 32) == replace(TOKEN, revoked_at=AT)


async def test_two_tokens_do_not_share_a_digest(filled: PostgresDatabase) -> None:
    """Nor can a digest of another size be stored."""
    for bad in (replace(TOKEN, id="t2"), replace(TOKEN, id="t3", digest=b"short")):
        with pytest.raises(Conflict):
            await add(filled, TOKEN, bad)


async def test_an_answer_belongs_to_an_agency_and_a_key(filled: PostgresDatabase) -> None:
    """Another agency may use the same key for something else."""
    answer = StoredAnswer("digest", '{"transfers": []}')
    async with filled.work() as work:
        assert await work.answers.get(A, "k") is None
        await work.answers.put(A, "k", answer, AT)
    async with filled.work() as work:
        assert await work.answers.get(A, "k") == answer
        assert await work.answers.get(B, "k") is None
        assert await work.answers.get(A, "K") is None


async def test_of_equal_requests_at_once_one_is_done(filled: PostgresDatabase) -> None:
    """The others wait for it, and are given its answer."""
    done: list[int] = []

    async def request(number: int) -> str:
        async with filled.work() as work:
            answer = await work.answers.get(A, "k")
            if answer is None:
                done.append(number)
                await asyncio.sleep(0.05)  # the work itself, in which others could overtake
                answer = StoredAnswer("digest", f"answer {number}")
                await work.answers.put(A, "k", answer, AT)
            return answer.body

    bodies = await asyncio.gather(*(request(number) for number in range(5)))
    assert len(done) == 1
    assert set(bodies) == {f"answer {done[0]}"}


async def test_a_failed_request_leaves_its_key_free(filled: PostgresDatabase) -> None:
    """What was rolled back was never answered."""

    async def fail() -> None:
        async with filled.work() as work:
            await work.answers.get(A, "k")
            await work.answers.put(A, "k", StoredAnswer("digest", "half"), AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with filled.work() as work:
        assert await work.answers.get(A, "k") is None
