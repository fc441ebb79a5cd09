"""The life of a request for information: only legal moves, and what each of them keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict
from gateway.domain.information_requests.content import Subject
from gateway.domain.information_requests.events import (
    AnswerGiven,
    AnswerUndelivered,
    ApprovalGiven,
    ClarificationAsked,
    ClarificationGiven,
    Dispatched,
    Edited,
    Forwarded,
    PassingOnFailed,
    Read,
    Readdressed,
    RequestEvent,
    TimeRanOut,
    Undelivered,
    WithdrawalMade,
)
from gateway.domain.information_requests.machine import MOVES, advance, drawing
from gateway.domain.information_requests.states import (
    STATES,
    Answered,
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)

AT = datetime(2026, 12, 10, 22, tzinfo=UTC)
PEOPLE = [RepresentativeId(name) for name in ("asker", "second", "holder", "colleague")]
PACKS = [PackId(name) for name in ("pack-1", "pack-2", "pack-3")]
DRAFT = InformationRequest(
    id=RequestId("request-1"),
    reference="R-0000-0000",
    agency=AgencyId("lead"),
    requester=PEOPLE[0],
    holding_agency=AgencyId("health"),
    holder=PEOPLE[2],
    authority=AuthorityCode("OTA-66C"),
    purpose="SAFETY-PLAN",
    meeting=MeetingId("meeting-1"),
    child=ChildReference("child-1"),
    marking=Classification.IN_CONFIDENCE,
    created_at=AT,
    edited_at=AT,
    entered_at=AT,
)

people, packs = st.sampled_from(PEOPLE), st.sampled_from(PACKS)
events: st.SearchStrategy[RequestEvent] = st.one_of(
    st.builds(Edited, st.none() | people),
    st.builds(ApprovalGiven, people),
    st.builds(Dispatched, packs),
    st.builds(Undelivered, packs),
    st.just(Read()),
    st.just(ClarificationAsked()),
    st.just(ClarificationGiven()),
    st.builds(Forwarded, people, packs),
    st.builds(PassingOnFailed, packs),
    st.builds(Readdressed, people, packs),
    st.builds(AnswerGiven, st.sampled_from(AnswerKind), st.none() | packs),
    st.builds(AnswerUndelivered, packs),
    st.just(WithdrawalMade()),
    st.just(TimeRanOut()),
)


@given(st.lists(events, max_size=25))
def test_whatever_happens_only_legal_moves_are_made(happening: list[RequestEvent]) -> None:
    """Each event leads where the table says, or is refused and changes nothing."""
    request = DRAFT
    for number, event in enumerate(happening, 1):
        before, at = request, AT + timedelta(hours=number)
        try:
            request = advance(before, event, at)
        except Conflict:
            continue
        assert request.state is MOVES[before.state, type(event)]
        assert (request.entered_at != before.entered_at) == (request.state is not before.state)
        assert request.packs[: len(before.packs)] == before.packs
        assert (request.id, request.agency, request.child) == (DRAFT.id, DRAFT.agency, DRAFT.child)
        assert request.holding_agency == DRAFT.holding_agency


@given(st.lists(events, max_size=25))
def test_what_a_request_says_of_itself_holds_together(happening: list[RequestEvent]) -> None:
    """An open one was sent in a pack, an acknowledgement is not lost, an answer fits its pack."""
    request = DRAFT
    for number, event in enumerate(happening, 1):
        before = request
        try:
            request = advance(request, event, AT + timedelta(hours=number))
        except Conflict:
            continue
        if request.state.is_open or request.state is RequestState.ANSWERED:
            assert request.sent_at is not None
            assert request.pack is not None
        if request.state in {RequestState.ACKNOWLEDGED, RequestState.CLARIFYING}:
            assert request.acknowledged_at is not None
        if before.state.is_open and request.state.is_open:
            assert before.acknowledged_at in {None, request.acknowledged_at}
        if isinstance(request.progress, Answered):
            assert request.progress.answer.has_documents == (request.progress.pack is not None)


@pytest.mark.parametrize("state", [RequestState.WITHDRAWN, RequestState.EXPIRED])
def test_what_has_ended_stays_ended(state: RequestState) -> None:
    """No event leads out of it."""
    assert not [event for begun, event in MOVES if begun is state]


def test_an_answer_ends_it_unless_its_pack_could_not_be_delivered() -> None:
    """Only the pack that answered can undo the answer."""
    sent = advance(DRAFT, Dispatched(PACKS[0]), AT)
    answered = advance(sent, AnswerGiven(AnswerKind.DISCLOSED, PACKS[1]), AT)
    with pytest.raises(Conflict):
        advance(answered, AnswerUndelivered(PACKS[2]), AT)
    again = advance(answered, AnswerUndelivered(PACKS[1]), AT)
    assert again.state is RequestState.ACKNOWLEDGED
    declined = advance(again, AnswerGiven(AnswerKind.DECLINED), AT)
    with pytest.raises(Conflict):
        advance(declined, AnswerUndelivered(PACKS[1]), AT)


def test_nobody_approves_their_own_request_and_an_edit_undoes_an_approval() -> None:
    """The second person is another one, and approves what they read."""
    with pytest.raises(Conflict, match="cannot approve"):
        advance(DRAFT, ApprovalGiven(DRAFT.requester), AT)
    approved = advance(DRAFT, ApprovalGiven(PEOPLE[1]), AT)
    assert approved.state is RequestState.APPROVED
    assert advance(approved, Edited(), AT).state is RequestState.DRAFT


def test_who_drafted_it_or_changed_it_last_does_not_approve_it() -> None:
    """Whoever is named as requester; two persons stand behind what goes out."""
    drafted = replace(DRAFT, drafted_by=PEOPLE[1])
    edited = advance(drafted, Edited(PEOPLE[3]), AT)
    assert edited.edited_by == PEOPLE[3]
    for writer in (PEOPLE[0], PEOPLE[1], PEOPLE[3]):
        with pytest.raises(Conflict, match="cannot approve"):
            advance(edited, ApprovalGiven(writer), AT)
    assert advance(edited, ApprovalGiven(PEOPLE[2]), AT).state is RequestState.APPROVED


def test_what_could_not_be_passed_on_is_the_holders_before_again() -> None:
    """By whatever way it went before; only the end of its present pack counts."""
    sent = advance(DRAFT, Dispatched(PACKS[0]), AT)
    once = advance(sent, Forwarded(PEOPLE[3], PACKS[1]), AT)
    with pytest.raises(Conflict):
        advance(once, PassingOnFailed(PACKS[0]), AT)
    back = advance(once, PassingOnFailed(PACKS[1]), AT)
    assert (back.state, back.holder) == (RequestState.ACKNOWLEDGED, PEOPLE[2])
    again = advance(back, Forwarded(PEOPLE[1], PACKS[2]), AT)
    assert advance(again, PassingOnFailed(PACKS[2]), AT).holder == PEOPLE[2]


def test_the_asking_agency_addresses_an_open_request_anew() -> None:
    """In a pack of its own, and nobody gets it back; a draft is edited instead."""
    with pytest.raises(Conflict):
        advance(DRAFT, Readdressed(PEOPLE[3], PACKS[0]), AT)
    sent = advance(DRAFT, Dispatched(PACKS[0]), AT)
    with pytest.raises(Conflict, match="has the request already"):
        advance(sent, Readdressed(PEOPLE[2], PACKS[1]), AT)
    anew = advance(advance(sent, Read(), AT), Readdressed(PEOPLE[3], PACKS[1]), AT)
    assert (anew.state, anew.holder) == (RequestState.SENT, PEOPLE[3])
    with pytest.raises(Conflict):
        advance(anew, PassingOnFailed(PACKS[1]), AT)


def test_one_that_could_not_be_delivered_is_a_draft_again() -> None:
    """The holder never had it; only the end of its present pack counts."""
    sent = advance(DRAFT, Dispatched(PACKS[0]), AT)
    with pytest.raises(Conflict):
        advance(sent, Undelivered(PACKS[1]), AT)
    again = advance(sent, Undelivered(PACKS[0]), AT)
    assert (again.state, again.sent_at) == (RequestState.DRAFT, None)


def test_the_drawing_shows_every_move() -> None:
    """One line for each, and the three ends."""
    lines = drawing().splitlines()
    assert len([line for line in lines if ": " in line]) == len(MOVES)
    assert len([line for line in lines if line.endswith("--> [*]")]) == 3
    assert set(STATES.values()) == set(RequestState)


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_age_changes_on_the_birthday(born: date, years: int) -> None:
    """The day before it is a year less; whoever is born on 29 February counts from 1 March."""
    leap = (born.month, born.day) == (2, 29)
    year = born.year + years
    try:
        birthday = born.replace(year=year)
    except ValueError:
        assert leap
        birthday = date(year, 3, 1)
    subject = Subject(ChildReference("child-1"), born_on=born)
    assert subject.age_on(birthday) == years
    assert subject.age_on(birthday - timedelta(days=1)) == (years - 1 if years else None)


def test_the_age_stated_stands_where_the_date_of_birth_is_not_known() -> None:
    """And is not asked where it is."""
    reference = ChildReference("child-1")
    assert Subject(reference).age_on(AT.date()) is None
    assert Subject(reference, age_years=9).age_on(AT.date()) == 9
    known = Subject(reference, born_on=date(2010, 1, 1), age_years=9)
    assert known.age_on(AT.date()) == 16
