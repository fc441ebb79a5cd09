"""Transfers in PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import get_args

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import Conflict, NotFound
from gateway.domain.packs import DocumentId, Pack, PackId
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.transfers import Expired, Progress, Sealed, State, Transfer, TransferId
from gateway.domain.transfers.states import Archive, Withheld
from gateway.services.paging import Page
from gateway.storage.database import PostgresDatabase

A, B = AgencyId("agency-a"), AgencyId("agency-b")
MakePack = Callable[..., Pack]
MakeTransfer = Callable[..., Transfer]
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=13))])

st.register_type_strategy(datetime, st.datetimes(timezones=_ZONES))
st.register_type_strategy(
    str, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


@pytest.fixture
async def stored(
    filled: PostgresDatabase, make_pack: MakePack, make_transfer: MakeTransfer
) -> PostgresDatabase:
    """Transfers t1 and t2 of agency-a, t3 of agency-b, each of a pack of its own."""
    async with filled.work() as work:
        for number, of in ((1, A), (2, A), (3, B)):
            await work.packs.add(make_pack(f"p{number}", of))
            await work.transfers.add(
                make_transfer(f"t{number}", f"p{number}", of), bytes(32), bytes([number]) * 32
            )
    return filled


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    progress=st.one_of(*map(st.from_type, get_args(Progress))),
    retry_at=st.none() | st.from_type(datetime),
)
async def test_a_transfer_comes_back_as_it_was(
    stored: PostgresDatabase,
    make_transfer: MakeTransfer,
    progress: Progress,
    retry_at: datetime | None,
) -> None:
    """In every state, with everything the state knows."""
    transfer = replace(make_transfer("t1", "p1"), progress=progress, retry_at=retry_at, attempts=3)
    async with stored.work() as work:
        await work.transfers.update(transfer)
    async with stored.work() as work:
        assert await work.transfers.get(transfer.id, A) == transfer
        assert await work.transfers.list(A, Page(), state=transfer.state, pack=PackId("p1")) == [
            transfer
        ]


async def test_a_transfer_refused_from_the_start_has_no_channel(
    stored: PostgresDatabase, make_pack: MakePack, make_transfer: MakeTransfer
) -> None:
    """It comes back so, with the documents withheld and the rules that did it."""
    transfer = replace(
        make_transfer("t4", "p4"),
        channel=None,
        channel_address=None,
        documents=(),
        withheld=(Withheld(DocumentId("d1"), ("rule-1", "rule-2")),),
    )
    async with stored.work() as work:
        await work.packs.add(make_pack("p4"))
        await work.transfers.add(transfer, bytes(32), b"4" * 32)
    async with stored.work() as work:
        assert await work.transfers.get(transfer.id, A) == transfer


async def test_a_transfer_is_its_agencys_alone(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """Another agency neither gets, locks, lists nor changes it."""
    one, two = make_transfer("t1", "p1"), make_transfer("t2", "p2")
    async with stored.work() as work:
        transfers = work.transfers
        assert await transfers.get(one.id, B) is None
        assert await transfers.get(one.id, B, lock=True) is None
        assert await transfers.get(one.id, None) == one
        assert await transfers.list(A, Page()) == [one, two]
        assert await transfers.list(B, Page()) == [make_transfer("t3", "p3", B)]
        assert await transfers.list(B, Page(), pack=PackId("p1")) == []
        assert await transfers.list(B, Page(), state=State.QUEUED, pack=PackId("p2")) == []
        with pytest.raises(NotFound):
            await transfers.update(replace(one, agency=B))


async def test_transfers_are_listed_by_pack_state_and_page(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """Each narrows what the others leave."""
    one, two = make_transfer("t1", "p1"), make_transfer("t2", "p2")
    ended = replace(one, progress=Expired(one.created_at))
    async with stored.work() as work:
        await work.transfers.update(ended)
        listed = work.transfers.list
        assert await listed(A, Page(limit=1)) == [ended]
        assert await listed(A, Page(after="t1")) == [two]
        assert await listed(A, Page(), pack=PackId("p2")) == [two]
        assert await listed(A, Page(), state=State.EXPIRED) == [ended]
        assert await listed(A, Page(), state=State.MAILED) == []


async def test_a_pack_is_not_sent_to_another_agencys_name(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """A transfer belongs to the agency whose pack it carries."""
    stray = replace(make_transfer("t9", "p1"), agency=B, recipient=RepresentativeId("aro"))
    with pytest.raises(Conflict, match="fk_transfers_agency_pack"):
        async with stored.work() as work:
            await work.transfers.add(stray, bytes(32), b"9" * 32)


async def test_a_recipient_gets_a_pack_once(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """A second transfer of a pack to one person would make a second password."""
    with pytest.raises(Conflict, match="uq_transfers_pack_recipient"):
        async with stored.work() as work:
            await work.transfers.add(make_transfer("t9", "p1"), bytes(32), b"9" * 32)


async def test_a_state_that_does_not_fit_its_progress_is_refused(
    stored: PostgresDatabase, database_url: str
) -> None:
    """Even by hand, the column and what it summarises cannot part."""
    with psycopg.connect(database_url) as connection:
        for statement in (
            "UPDATE transfers SET state = 'mailed'",
            "UPDATE transfers SET progress = '{}'",
            "UPDATE transfers SET state = 'lost', progress = '{\"state\": \"lost\"}'",
        ):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(statement)
            connection.rollback()


async def test_waiting_transfers_of_a_pack_are_counted(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """Those queued or sealed still need its documents; no others do."""
    sealed = Sealed(Archive(blob="b", size_bytes=1, sha256=""))  # type: ignore[arg-type]
    one = make_transfer("t1", "p1")
    async with stored.work() as work:
        assert await work.transfers.awaiting_documents(PackId("p1")) == 1
        await work.transfers.update(replace(one, progress=sealed))
        assert await work.transfers.awaiting_documents(PackId("p1")) == 1
        await work.transfers.update(replace(one, progress=Expired(one.created_at)))
        assert await work.transfers.awaiting_documents(PackId("p1")) == 0
        assert await work.transfers.awaiting_documents(PackId("p9")) == 0


async def test_a_reference_leads_to_its_transfer_and_code(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """With the digest of the code and how often a wrong one was given."""
    async with stored.work() as work:
        await work.transfers.count_wrong_code(TransferId("t1"))
        await work.transfers.count_wrong_code(TransferId("t1"))
        await work.transfers.update(make_transfer("t1", "p1"))  # moving on keeps the count
        found = await work.transfers.by_reference("T-t1")
        assert found == (make_transfer("t1", "p1"), bytes(32), 2)
        assert await work.transfers.by_reference("T-t9") is None


async def test_a_link_leads_to_its_transfer(
    stored: PostgresDatabase, make_transfer: MakeTransfer
) -> None:
    """By the digest of its token only."""
    async with stored.work() as work:
        assert await work.transfers.by_link(b"\2" * 32) == make_transfer("t2", "p2")
        assert await work.transfers.by_link(b"\7" * 32) is None


async def test_guesses_at_one_code_are_counted_one_by_one(stored: PostgresDatabase) -> None:
    """The reference is locked while a code is compared, so guesses at once cannot slip past."""
    order = count()

    async def guess() -> tuple[int, int]:
        async with stored.work() as work:
            found = await work.transfers.by_reference("T-t1")
            assert found is not None
            await work.transfers.count_wrong_code(TransferId("t1"))
            return found[2], next(order)

    seen = await asyncio.gather(*(guess() for _ in range(5)))
    assert sorted(wrong for wrong, _ in seen) == [0, 1, 2, 3, 4]
