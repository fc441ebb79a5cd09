"""Requests for information in PostgreSQL: the requests, their lists and what they say."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from support.stored_requests import ARO, AT, BEN, A, B, C, keep, made, sent

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, NotFound
from gateway.domain.information_requests.states import (
    Acknowledged,
    Answered,
    AnswerKind,
    Approved,
    Clarifying,
    Draft,
    Expired,
    InformationRequest,
    RequestProgress,
    RequestState,
    Sent,
    Withdrawn,
)
from gateway.domain.packs import Pack, PackId, PackKind, RequestId
from gateway.domain.register import ChildReference, MeetingId, RepresentativeId
from gateway.services.paging import Page
from gateway.services.request_storage import RequestFilter
from gateway.storage.database import PostgresDatabase

R1, ANY = RequestId("r1"), RequestFilter()
MakePack = Callable[..., Pack]

STATES: list[RequestProgress] = [
    Draft(),
    Approved(AT, ARO),
    Sent(),
    Acknowledged(),
    Clarifying(),
    Answered(AT, AnswerKind.PARTLY, PackId("p1")),
    Answered(AT, AnswerKind.NOT_HELD),
    Withdrawn(AT),
    Expired(AT),
]


@pytest.mark.parametrize("progress", STATES, ids=lambda progress: type(progress).__name__)
async def test_a_request_comes_back_as_it_was(
    filled: PostgresDatabase, progress: RequestProgress
) -> None:
    """To the last field, in each of its states."""
    draft = made("r1")
    await keep(filled, draft)
    later = datetime(2026, 11, 6, 10, tzinfo=timezone(timedelta(hours=13)))
    changed = replace(
        draft,
        progress=progress,
        packs=(PackId("p1"), PackId("p2")),
        due_on=date(2026, 12, 31),
        marking=Classification.SENSITIVE,
        edited_at=later,
        entered_at=later,
        sent_at=later,
        acknowledged_at=later,
    )
    async with filled.work() as work:
        assert await work.requests.asked(R1, A) == draft
        await work.requests.update(changed)
    async with filled.work() as work:
        stored = await work.requests.asked(R1, None, lock=True)
    assert stored == changed
    assert stored.state is changed.state
    assert stored.sent_at is not None
    assert stored.sent_at.tzinfo is UTC


async def test_what_a_request_says_is_kept_beside_it(filled: PostgresDatabase) -> None:
    """Its content can be rewritten, its answer put and taken back, byte by byte."""
    await keep(filled, made("r1"), made("r2"))
    async with filled.work() as work:
        await work.requests.rewrite(R1, b"\0anew\xff")
        assert await work.requests.answer(R1) is None
        await work.requests.put_answer(R1, b"\0answer\xff")
        await work.requests.update(made("r1", purpose="other"))
    async with filled.work() as work:
        assert await work.requests.content(R1) == b"\0anew\xff"
        assert await work.requests.content(RequestId("r2")) == b"sealed"
        assert await work.requests.answer(R1) == b"\0answer\xff"
        await work.requests.put_answer(R1, None)
        assert await work.requests.answer(R1) is None
        assert await work.requests.content(RequestId("none")) is None
        assert await work.requests.answer(RequestId("none")) is None


async def test_a_request_has_two_sides_and_no_third(filled: PostgresDatabase) -> None:
    """Who asks has it always, who is asked once it was sent, and nobody else at all."""
    draft, gone = made("r1"), sent("r2")
    await keep(filled, draft, gone)
    async with filled.work() as work:
        for lock in (False, True):
            assert await work.requests.asked(R1, A, lock=lock) == draft
            assert await work.requests.asked(R1, B, lock=lock) is None
            assert await work.requests.received(R1, B, lock=lock) is None
            assert await work.requests.received(gone.id, B, lock=lock) == gone
            assert await work.requests.received(gone.id, A, lock=lock) is None
            assert await work.requests.received(gone.id, C, lock=lock) is None
        assert await work.requests.list_asked(A, Page(), ANY) == [draft, gone]
        assert await work.requests.list_received(B, Page(), ANY) == [gone]
        for agency, listed in (
            (B, await work.requests.list_asked(B, Page(), ANY)),
            (A, await work.requests.list_received(A, Page(), ANY)),
            (C, await work.requests.list_asked(C, Page(), ANY)),
            (C, await work.requests.list_received(C, Page(), ANY)),
        ):
            assert listed == [], agency


async def test_a_request_does_not_change_agencies(filled: PostgresDatabase) -> None:
    """Nor does one change that is not there."""
    await keep(filled, made("r1"))
    for wrong in (made("r1", B), made("r9")):
        async with filled.work() as work:
            with pytest.raises(NotFound):
                await work.requests.update(wrong)
    async with filled.work() as work:
        with pytest.raises(NotFound):
            await work.requests.rewrite(RequestId("r9"), b"x")
        with pytest.raises(NotFound):
            await work.requests.put_answer(RequestId("r9"), b"x")
        assert await work.requests.asked(R1, A) == made("r1")


async def test_requests_come_in_pages(filled: PostgresDatabase) -> None:
    """Oldest first, going on after the last one seen, on both sides."""
    requests = [sent(f"r{n}") for n in range(5)]
    await keep(filled, *reversed(requests), sent("r9", B))
    async with filled.work() as work:
        for page, expected in (
            (Page(limit=2), requests[:2]),
            (Page(limit=9, after=requests[1].id), requests[2:]),
            (Page(limit=9, after=requests[4].id), []),
        ):
            assert await work.requests.list_asked(A, page, ANY) == expected
            assert await work.requests.list_received(B, page, ANY) == expected


async def test_a_listing_keeps_to_a_state(filled: PostgresDatabase) -> None:
    """Filtered before it is cut into pages."""
    await keep(filled, made("r1"), sent("r2"), made("r3"), sent("r4", progress=Withdrawn(AT)))
    async with filled.work() as work:
        drafts = RequestFilter(state=RequestState.DRAFT)
        found = await work.requests.list_asked(A, Page(limit=2), drafts)
        assert [each.id for each in found] == ["r1", "r3"]
        withdrawn = RequestFilter(state=RequestState.WITHDRAWN)
        (only,) = await work.requests.list_received(B, Page(), withdrawn)
        assert only.id == "r4"


async def test_overdue_is_open_and_past_its_day(filled: PostgresDatabase) -> None:
    """On the day itself it is not, and what has ended or was not sent never is."""
    day = date(2026, 11, 20)
    await keep(
        filled,
        sent("r1"),
        sent("r2", due_on=day - timedelta(days=1)),
        sent("r3", progress=Clarifying(), due_on=day - timedelta(days=2)),
        sent("r4", progress=Answered(AT, AnswerKind.NOT_HELD), due_on=day - timedelta(days=2)),
        made("r5", due_on=day - timedelta(days=2)),
        made("r6"),
    )
    async with filled.work() as work:
        for on, identifiers in (
            (day - timedelta(days=1), ["r3"]),
            (day, ["r2", "r3"]),
            (day + timedelta(days=1), ["r1", "r2", "r3"]),
        ):
            wanted = RequestFilter(overdue_on=on)
            asked = await work.requests.list_asked(A, Page(), wanted)
            received = await work.requests.list_received(B, Page(), wanted)
            assert [each.id for each in asked] == [each.id for each in received] == identifiers
        both = RequestFilter(state=RequestState.CLARIFYING, overdue_on=day)
        assert [each.id for each in await work.requests.list_asked(A, Page(), both)] == ["r3"]


async def test_what_was_sent_in_a_time_is_found_for_both_sides(filled: PostgresDatabase) -> None:
    """From the first moment, until before the last; drafts never."""
    second = timedelta(seconds=1)
    await keep(
        filled,
        sent("r1", sent_at=AT - second),
        sent("r2", B),
        sent("r3", sent_at=AT + second),
        sent("r4", sent_at=AT + 2 * second),
        made("r5"),
    )
    async with filled.work() as work:
        for agency, identifiers in ((A, ["r2", "r3"]), (B, ["r2", "r3"]), (None, ["r2", "r3"])):
            found = await work.requests.sent_between(agency, AT, AT + 2 * second)
            assert [each.id for each in found] == identifiers
        assert await work.requests.sent_between(C, AT, AT + 2 * second) == []


async def test_a_request_is_found_by_every_pack_of_it(
    filled: PostgresDatabase, make_pack: MakePack
) -> None:
    """Those that carry it, and the one that answers it; a meeting's pack belongs to none."""
    request = sent("r1", packs=(PackId("p1"),))
    await keep(filled, request, sent("r2"))
    carrying = replace(make_pack("p1"), kind=PackKind.REQUEST, request=R1, recipients=(BEN,))
    answering = replace(make_pack("p2", B), kind=PackKind.ANSWER, request=R1, recipients=(ARO,))
    async with filled.work() as work:
        for pack in (carrying, answering, make_pack("p3")):
            await work.packs.add(pack)
        assert await work.packs.get(answering.id, B) == answering
        assert await work.requests.carried_by(carrying.id) == request
        assert await work.requests.carried_by(answering.id, lock=True) == request
        assert await work.requests.carried_by(PackId("p3"), lock=True) is None
        assert await work.requests.carried_by(PackId("p9")) is None


@pytest.mark.parametrize("how", ["asked", "received", "carried"])
async def test_a_locked_request_keeps_others_waiting(
    filled: PostgresDatabase, make_pack: MakePack, how: str
) -> None:
    """Whichever side locks it, and by whichever way it was found."""
    await keep(filled, sent("r1"))
    pack = replace(make_pack("p1"), kind=PackKind.REQUEST, request=R1, recipients=(BEN,))
    async with filled.work() as work:
        await work.packs.add(pack)
    order: list[str] = []

    async def lock() -> None:
        async with filled.work() as work:
            await work.requests.asked(R1, None, lock=True)
            order.append("second")

    async with filled.work() as work:
        if how == "asked":
            await work.requests.asked(R1, A, lock=True)
        elif how == "received":
            await work.requests.received(R1, B, lock=True)
        else:
            await work.requests.carried_by(pack.id, lock=True)
        waiting = asyncio.create_task(lock())
        _, pending = await asyncio.wait([waiting], timeout=0.3)
        assert pending
        order.append("first")
    await waiting
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        (made("r1", holding_agency=A), "of_two_agencies"),
        (made("r1", holding_agency=C), "fk_information_requests_holding_agency"),
        (made("r1", holder=RepresentativeId("nobody")), "fk_information_requests_holder"),
        (made("r1", meeting=MeetingId("none")), "fk_information_requests_meeting"),
        (made("r" * 201), "id_sized"),
        (made("r1", child=ChildReference("")), "child_sized"),
        (made("r1", reference="R-r0"), "uq_information_requests_reference"),
    ],
)
async def test_nonsense_is_kept_out(
    filled: PostgresDatabase, wrong: InformationRequest, constraint: str
) -> None:
    """The database refuses what no correct program would write, without showing the row."""
    await keep(filled, made("r0"))
    with pytest.raises(Conflict, match=constraint) as caught:
        await keep(filled, wrong)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("size", [0, 1_048_577])
async def test_a_content_is_bounded(filled: PostgresDatabase, size: int) -> None:
    """Neither nothing nor without an end."""
    with pytest.raises(Conflict, match="content_sized"):
        async with filled.work() as work:
            await work.requests.add(made("r1"), b"x" * size)
