"""The quarterly report: quarters, percentiles, and how quickly agencies answer."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendars import HolidayCalendar
from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.reporting import (
    AgencyTimes,
    Counting,
    Quarter,
    percentile,
    response_times,
)
from gateway.domain.information_requests.states import (
    Acknowledged,
    Answered,
    AnswerKind,
    Expired,
    InformationRequest,
    RequestProgress,
    Sent,
    Withdrawn,
)
from gateway.domain.packs import RequestId
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)

ZONE = ZoneInfo("Pacific/Auckland")
HEALTH, POLICE = AgencyId("health"), AgencyId("police")
MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)  # 14:00 in Auckland
DUE = date(2026, 11, 13)
COUNTING = Counting(ZONE, HolidayCalendar(), {HEALTH: None}.get, date(2026, 11, 16))


def asked(
    progress: RequestProgress, *, of: AgencyId = HEALTH, read: datetime | None = None
) -> InformationRequest:
    """A request sent on a Monday, due on the Friday of the week after."""
    return InformationRequest(
        id=RequestId("r1"),
        reference="R-1",
        agency=AgencyId("care"),
        requester=RepresentativeId("pat"),
        holding_agency=of,
        holder=RepresentativeId("iris"),
        authority=AuthorityCode("OTA-66C"),
        purpose="safety",
        meeting=MeetingId("m"),
        child=ChildReference("child-1"),
        marking=Classification.IN_CONFIDENCE,
        created_at=MONDAY,
        edited_at=MONDAY,
        entered_at=MONDAY,
        due_on=DUE,
        progress=progress,
        sent_at=MONDAY,
        acknowledged_at=read,
    )


def answered(days: int, kind: AnswerKind = AnswerKind.NOT_HELD) -> InformationRequest:
    """One that was answered so many days after it was sent."""
    return asked(Answered(MONDAY + timedelta(days=days), kind))


def only(requests: Sequence[InformationRequest], counting: Counting = COUNTING) -> AgencyTimes:
    """The times of the one agency that was asked."""
    (times,) = response_times(requests, counting)
    return times


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2100-Q4", date(2100, 10, 1), date(2100, 12, 31)),
    ],
)
def test_a_quarter_is_three_months(text: str, first: date, last: date) -> None:
    """From its first day to its last, and it is written as it is read."""
    quarter = Quarter.parse(text)
    assert (quarter.first, quarter.last) == (first, last)
    assert str(quarter) == text


@given(st.integers(1900, 2099), st.integers(1, 4))
def test_quarters_follow_each_other_without_a_gap(year: int, number: int) -> None:
    """The day after one is the first of the next."""
    quarter, after = Quarter(year, number), Quarter(year + number // 4, number % 4 + 1)
    assert quarter.last + timedelta(days=1) == after.first
    assert quarter < after


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-Q0", "2026-Q5", "2026-q4", "1899-Q4", "2101-Q1", "2026-Q4\n", "२०२६-Q1"],
)
def test_what_names_no_quarter_is_refused(text: str) -> None:
    """With the field named and an example."""
    with pytest.raises(InvalidInput) as caught:
        Quarter.parse(text)
    assert caught.value.field == "quarter"
    assert "2026-Q4" in caught.value.remedy


@given(st.text(max_size=10))
def test_any_text_is_a_quarter_or_refused(text: str) -> None:
    """Nothing else is raised."""
    with suppress(InvalidInput):
        assert str(Quarter.parse(text)) == text


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.9, 7),
        ([3, 1, 2], 0.5, 2),
        ([4, 1, 3, 2], 0.5, 2.5),
        (list(range(11)), 0.9, 9),
        ([0, 10], 0.9, 9),
        ([5, 1], 0, 1),
        ([5, 1], 1, 5),
    ],
)
def test_a_percentile_by_hand(values: list[int], share: float, expected: float | None) -> None:
    """Interpolated between neighbours; of nothing there is none."""
    found = percentile(values, share)
    assert found == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30), st.floats(0, 1))
def test_a_percentile_lies_within_and_grows_with_the_share(values: list[int], share: float) -> None:
    """Whatever the order of the values."""
    found, half = percentile(values, share), percentile(values, share / 2)
    assert found is not None
    assert half is not None
    assert min(values) <= half <= found <= max(values)
    assert percentile(sorted(values, reverse=True), share) == found


def test_times_are_counted_in_working_days() -> None:
    """Weekends are none; what was read on the day it came took none."""
    requests = [
        asked(Answered(MONDAY + timedelta(days=1), AnswerKind.DISCLOSED), read=MONDAY),
        asked(
            Answered(MONDAY + timedelta(days=7), AnswerKind.DECLINED),
            read=MONDAY + timedelta(days=2),
        ),
        answered(11),
    ]
    times = only(requests)
    assert (times.asked, times.answered, times.open, times.overdue) == (3, 3, 0, 0)
    assert times.outcomes == {"declined": 1, "disclosed": 1, "not held": 1}
    assert times.median_days_to_acknowledge == 1
    assert times.median_days_to_answer == 5
    assert times.slowest_tenth_days_to_answer == pytest.approx(5 + 0.8 * 4)


@pytest.mark.parametrize(
    ("at", "in_time"),
    [
        (datetime(2026, 11, 13, 10, 59, tzinfo=UTC), 1),  # 23:59 in Auckland
        (datetime(2026, 11, 13, 11, 0, tzinfo=UTC), 0),  # midnight there
    ],
)
def test_the_due_day_ends_at_midnight_in_the_registers_zone(at: datetime, in_time: int) -> None:
    """Not in UTC."""
    request = asked(Answered(at, AnswerKind.NOT_HELD))
    assert only([request]).answered_by_due == in_time
    assert only([replace(request, due_on=None)]).answered_by_due == 0


@pytest.mark.parametrize(
    ("progress", "is_open"),
    [(Sent(), 1), (Acknowledged(), 1), (Withdrawn(MONDAY), 0), (Expired(MONDAY), 0)],
)
def test_what_is_open_and_past_its_day_is_overdue(progress: RequestProgress, is_open: int) -> None:
    """From the day after; what has ended without an answer counts as asked only."""
    for today, overdue in ((DUE, 0), (DUE + timedelta(days=1), is_open)):
        times = only([asked(progress)], replace(COUNTING, today=today))
        assert (times.asked, times.answered, times.open) == (1, 0, is_open)
        assert times.overdue == overdue
        ended = (isinstance(progress, Withdrawn), isinstance(progress, Expired))
        assert (times.withdrawn, times.expired) == ended
        assert times.median_days_to_answer is None
        assert times.slowest_tenth_days_to_answer is None


def test_a_regions_anniversary_day_is_no_working_day() -> None:
    """By the region of the agency that was asked: Canterbury's show day is 13 November 2026."""
    request = answered(14)
    canterbury = replace(COUNTING, region_of={HEALTH: "CAN"}.get)
    assert only([request]).median_days_to_answer == 10
    assert only([request], canterbury).median_days_to_answer == 9


def test_each_agency_has_its_own_line() -> None:
    """In the order of their identifiers; nobody asked, none."""
    requests = [asked(Sent(), of=POLICE), answered(1), asked(Sent(), of=POLICE)]
    times = response_times(requests, COUNTING)
    assert [(each.agency, each.asked) for each in times] == [(HEALTH, 1), (POLICE, 2)]
    assert response_times([], COUNTING) == ()
