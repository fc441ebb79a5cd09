"""Drafts of answers, the most urgent requests, and who attends what, in PostgreSQL."""

from datetime import date, timedelta

from support.stored_requests import ARO, AT, BEN, A, B, C, keep, made, sent

from gateway.domain.information_requests.states import (
    Answered,
    AnswerKind,
    Clarifying,
    RequestState,
    Withdrawn,
)
from gateway.domain.packs import RequestId
from gateway.services.paging import Page
from gateway.services.request_storage import RequestFilter, SealedDraft, Side
from gateway.storage.database import PostgresDatabase

R1 = RequestId("r1")
ANY = RequestFilter()


async def test_a_request_has_one_draft(filled: PostgresDatabase) -> None:
    """The last one saved stands, and it can be forgotten, twice too."""
    await keep(filled, sent("r1"), sent("r2"))
    first, second = SealedDraft(R1, BEN, AT, b"one"), SealedDraft(R1, ARO, AT, b"two")
    async with filled.work() as work:
        assert await work.requests.draft(R1) is None
        await work.requests.put_draft(first)
        assert await work.requests.draft(R1) == first
        await work.requests.put_draft(second)
        assert await work.requests.draft(R1) == second
        assert await work.requests.draft(RequestId("r2")) is None
        await work.requests.drop_draft(R1)
        await work.requests.drop_draft(R1)
        assert await work.requests.draft(R1) is None


async def test_the_most_urgent_come_first(filled: PostgresDatabase) -> None:
    """Open ones by their day, then drafts, then what ended last."""
    day = date(2026, 11, 20)
    later = AT + timedelta(days=1)
    await keep(
        filled,
        made("r1"),
        sent("r2", progress=Answered(AT, AnswerKind.NOT_HELD), due_on=day - timedelta(days=9)),
        sent("r3", progress=Withdrawn(later), entered_at=later),
        sent("r4", due_on=day),
        sent("r5", progress=Clarifying(), due_on=day - timedelta(days=1)),
        sent("r6", due_on=None),
        sent("r7", of=B),
    )
    async with filled.work() as work:
        asking = await work.requests.most_urgent(A, Side.ASKING, ANY, skip=0, limit=9)
        assert [each.id for each in asking] == ["r5", "r4", "r6", "r1", "r3", "r2"]
        some = await work.requests.most_urgent(A, Side.ASKING, ANY, skip=1, limit=2)
        assert [each.id for each in some] == ["r4", "r6"]
        asked = await work.requests.most_urgent(B, Side.ASKED, ANY, skip=0, limit=9)
        assert [each.id for each in asked] == ["r5", "r4", "r6", "r3", "r2"]
        drafts = RequestFilter(state=RequestState.DRAFT)
        only = await work.requests.most_urgent(A, Side.ASKING, drafts, skip=0, limit=9)
        assert [each.id for each in only] == ["r1"]
        overdue = RequestFilter(overdue_on=day)
        late = await work.requests.most_urgent(A, Side.ASKING, overdue, skip=0, limit=9)
        assert [each.id for each in late] == ["r5"]
        assert await work.requests.most_urgent(C, Side.ASKED, ANY, skip=0, limit=9) == []


async def test_who_attends_what(filled: PostgresDatabase) -> None:
    """Meetings by the agency of who attends; people by their agency."""
    async with filled.work() as work:
        people = await work.register.people_of([A, B])
        assert {person.id for person in people} >= {ARO, BEN}
        assert {person.agency for person in people} == {A, B}
        assert await work.register.people_of([]) == []
        for agency in (A, B, C):
            attended = await work.register.meetings_attended_by(agency, Page())
            own = {person.id for person in await work.register.people_of([agency])}
            assert all(own & set(meeting.attendees) for meeting in attended)
        first = await work.register.meetings_attended_by(A, Page(limit=1))
        rest = await work.register.meetings_attended_by(A, Page(after=first[0].id))
        assert first[0] not in rest
