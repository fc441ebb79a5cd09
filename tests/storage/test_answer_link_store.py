"""One-time links to requests in PostgreSQL, found by digests only."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.stored_requests import AT, BEN, keep, sent

from gateway.domain.errors import Conflict, NotFound
from gateway.domain.packs import RequestId
from gateway.services.request_storage import AnswerLink
from gateway.storage.database import PostgresDatabase

LATER = AT + timedelta(days=1)
FIRST = AnswerLink(b"1" * 32, RequestId("r1"), BEN, LATER)
OTHER = AnswerLink(b"2" * 32, RequestId("r2"), BEN, LATER)


@pytest.fixture
async def linked(filled: PostgresDatabase) -> PostgresDatabase:
    """A database with two requests, each with a link."""
    await keep(filled, sent("r1"), sent("r2"))
    async with filled.work() as work:
        await work.links.add(FIRST)
        await work.links.add(OTHER)
    return filled


async def test_a_link_comes_back_as_it_was(linked: PostgresDatabase) -> None:
    """To the last field, before and after it is used."""
    used = replace(
        FIRST,
        code_digest=b"c" * 32,
        code_expires_at=AT + timedelta(minutes=10),
        codes_sent=2,
        wrong_codes=1,
        session_digest=b"s" * 32,
        session_expires_at=AT + timedelta(hours=8),
    )
    async with linked.work() as work:
        assert await work.links.by_digest(FIRST.digest) == FIRST
        await work.links.update(used)
    async with linked.work() as work:
        assert await work.links.by_digest(FIRST.digest, lock=True) == used
        assert await work.links.by_session(b"s" * 32) == used
        assert await work.links.by_digest(OTHER.digest) == OTHER


async def test_what_is_not_there_is_not_found(linked: PostgresDatabase) -> None:
    """No link by another digest, and no session by that of the link, nor by none."""
    async with linked.work() as work:
        assert await work.links.by_digest(b"9" * 32, lock=True) is None
        assert await work.links.by_session(FIRST.digest) is None
        assert await work.links.by_session(b"") is None
        with pytest.raises(NotFound):
            await work.links.update(replace(FIRST, digest=b"9" * 32))


async def test_a_new_link_voids_the_earlier_one(linked: PostgresDatabase) -> None:
    """And its session; those of other requests stand."""
    async with linked.work() as work:
        await work.links.update(replace(FIRST, session_digest=b"s" * 32))
        anew = replace(FIRST, digest=b"3" * 32)
        await work.links.add(anew)
        assert await work.links.by_digest(FIRST.digest) is None
        assert await work.links.by_session(b"s" * 32) is None
        assert await work.links.by_digest(anew.digest) == anew
        assert await work.links.by_digest(OTHER.digest) == OTHER


async def test_a_further_link_stands_beside_the_earlier_until_it_is_preferred(
    linked: PostgresDatabase,
) -> None:
    """First those that were not opened go, then also what was opened; others' stay."""
    second, third = replace(FIRST, digest=b"3" * 32), replace(FIRST, digest=b"4" * 32)
    async with linked.work() as work:
        await work.links.update(replace(FIRST, session_digest=b"s" * 32))
        await work.links.offer(second)
        await work.links.offer(third)
        assert await work.links.by_digest(second.digest) == second
        await work.links.retire_others(third, sessions=False)
        assert await work.links.by_digest(second.digest) is None
        assert await work.links.by_session(b"s" * 32) is not None
        await work.links.retire_others(third, sessions=True)
        assert await work.links.by_session(b"s" * 32) is None
        assert await work.links.by_digest(third.digest) == third
        await work.links.drop(third)
        assert await work.links.by_digest(third.digest) is None
        assert await work.links.by_digest(OTHER.digest) == OTHER


async def test_closing_leaves_nothing_that_opens(linked: PostgresDatabase) -> None:
    """Neither link nor session, and closing again does no harm."""
    async with linked.work() as work:
        await work.links.update(replace(FIRST, session_digest=b"s" * 32))
        await work.links.close(FIRST.request)
        await work.links.close(FIRST.request)
        assert await work.links.by_digest(FIRST.digest) is None
        assert await work.links.by_session(b"s" * 32) is None
        assert await work.links.by_digest(OTHER.digest) == OTHER


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"digest": b"short"}, "digest_sized"),
        ({"wrong_codes": -1}, "counts"),
        ({"request": RequestId("r9")}, "fk_answer_links_request"),
        ({"session_digest": b"s" * 32}, "uq_answer_links_session_digest"),
    ],
)
async def test_nonsense_is_kept_out(
    linked: PostgresDatabase, change: dict[str, object], constraint: str
) -> None:
    """The database refuses what no correct program would write."""
    async with linked.work() as work:
        await work.links.update(replace(OTHER, session_digest=b"s" * 32))
    wrong = replace(replace(FIRST, digest=b"4" * 32), **change)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=constraint):
        async with linked.work() as work:
            await work.links.add(wrong)
