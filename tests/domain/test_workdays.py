"""Counting working days, and when reminders are due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendars import HolidayCalendar
from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.timing import (
    ReminderKind,
    ReminderTiming,
    expires_at,
    is_overdue,
    plan,
)
from gateway.domain.workdays import (
    MOST_DAYS,
    REGIONS,
    add_working_days,
    subtract_working_days,
    working_days_between,
)

CALENDAR = HolidayCalendar()
ZONE = ZoneInfo("Pacific/Auckland")
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
regions = st.sampled_from([None, *REGIONS])


@given(days, st.integers(1, 60), regions)
def test_adding_and_counting_agree(start: date, count: int, region: str | None) -> None:
    """The day reached is a working day, and exactly so many lie between."""
    reached = add_working_days(CALENDAR, start, count, region)
    assert CALENDAR.is_working_day(reached, region)
    assert working_days_between(CALENDAR, start, reached, region) == count
    back = subtract_working_days(CALENDAR, reached, count, region)
    assert working_days_between(CALENDAR, back, reached, region) == count
    assert CALENDAR.is_working_day(back, region)


@given(days, regions)
def test_no_days_is_the_day_itself_or_the_next_one_worked(day: date, region: str | None) -> None:
    """And nothing lies between a day and itself or an earlier one."""
    reached = add_working_days(CALENDAR, day, 0, region)
    assert reached >= day
    assert (reached == day) == CALENDAR.is_working_day(day, region)
    assert working_days_between(CALENDAR, day, day, region) == 0
    assert working_days_between(CALENDAR, day, day - timedelta(days=9), region) == 0


@pytest.mark.parametrize("count", [-1, MOST_DAYS + 1])
def test_what_cannot_be_counted_is_refused(count: int) -> None:
    """Neither backwards nor for ever."""
    for counted in (add_working_days, subtract_working_days):
        with pytest.raises(InvalidInput):
            counted(CALENDAR, date(2026, 1, 1), count, None)
    with pytest.raises(InvalidInput):
        working_days_between(CALENDAR, date(2000, 1, 1), date(2026, 1, 1), None)


@given(days, st.integers(0, 60), regions, st.integers(0, 23))
def test_reminders_come_in_order_after_the_sending(
    due: date, before: int, region: str | None, hour: int
) -> None:
    """Each later than the one before, at its hour, and on working days but for the due day."""
    sent = datetime(due.year, due.month, due.day, tzinfo=UTC) - timedelta(days=before)
    planned = plan(due, sent, region, ZONE, ReminderTiming(at_hour=hour), CALENDAR)
    times = [sent, *(reminder.at for reminder in planned)]
    assert times == sorted(set(times))
    assert planned == plan(due, sent, region, ZONE, ReminderTiming(at_hour=hour), CALENDAR)
    for reminder in planned:
        local = reminder.at.astimezone(ZONE)
        assert reminder.kind is ReminderKind.DUE or CALENDAR.is_working_day(local.date(), region)
    assert {ReminderKind.OVERDUE, ReminderKind.STILL_OVERDUE} <= {r.kind for r in planned}
    assert expires_at(due, region, ZONE, ReminderTiming(), CALENDAR) > planned[-1].at


def test_a_plan_by_hand() -> None:
    """Due on Monday 9 November 2026, sent the week before; the hour stays nine all the year."""
    sent = datetime(2026, 11, 1, 22, tzinfo=UTC)
    planned = plan(date(2026, 11, 9), sent, "CAN", ZONE, ReminderTiming(), CALENDAR)
    assert [(r.kind.value, r.at.astimezone(ZONE).isoformat()) for r in planned] == [
        ("due soon", "2026-11-05T09:00:00+13:00"),
        ("due today", "2026-11-09T09:00:00+13:00"),
        ("overdue", "2026-11-10T09:00:00+13:00"),
        ("still overdue", "2026-11-17T09:00:00+13:00"),  # 13 November is Canterbury's day
    ]
    assert not is_overdue(date(2026, 11, 9), date(2026, 11, 9))
    assert is_overdue(date(2026, 11, 9), date(2026, 11, 10))
