"""New Zealand's working days against the days the government publishes."""

from datetime import date, timedelta

import pytest

from gateway.calendars import FIRST_YEAR, LAST_YEAR, HolidayCalendar
from gateway.domain.errors import InvalidInput
from gateway.domain.workdays import REGIONS

CALENDAR = HolidayCalendar()


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 6),  # Waitangi Day
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 4, 27),  # ANZAC Day falls on a Saturday: the Monday after
        date(2026, 6, 1),  # King's Birthday
        date(2026, 7, 10),  # Matariki
        date(2026, 10, 26),  # Labour Day
        date(2027, 2, 8),  # Waitangi Day falls on a Saturday: the Monday after
        date(2027, 6, 25),  # Matariki
        date(2026, 12, 29),  # the summer closure
        date(2027, 1, 15),  # its last day
    ],
)
def test_public_holidays_are_not_worked(day: date) -> None:
    """Everywhere, whatever the region; the day before or after is worked somewhere in the week."""
    assert day.weekday() < 5
    for region in (None, *REGIONS):
        assert not CALENDAR.is_working_day(day, region)


@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("AUK", date(2026, 1, 26)),
        ("WGN", date(2026, 1, 19)),
        ("OTA", date(2026, 3, 23)),
        ("TKI", date(2026, 3, 9)),
        ("CAN", date(2026, 11, 13)),
    ],
)
def test_an_anniversary_is_kept_in_its_region_only(region: str, day: date) -> None:
    """Elsewhere people work."""
    assert not CALENDAR.is_working_day(day, region)
    assert CALENDAR.is_working_day(day, None)
    assert CALENDAR.is_working_day(day, "STL")


def test_weekends_are_not_worked_and_plain_days_are() -> None:
    """A week without holidays has five."""
    week = [date(2026, 8, 3) + timedelta(days=n) for n in range(7)]
    assert [CALENDAR.is_working_day(day, "WGN") for day in week] == [True] * 5 + [False] * 2


def test_the_summer_closure_can_be_left_out() -> None:
    """Then only the public holidays remain."""
    open_all_summer = HolidayCalendar(closure=None)
    assert open_all_summer.is_working_day(date(2026, 12, 29), None)
    assert not CALENDAR.is_working_day(date(2026, 12, 29), None)
    assert CALENDAR.is_working_day(date(2026, 12, 24), None)
    assert CALENDAR.is_working_day(date(2027, 1, 18), None)


def test_what_is_not_known_is_refused() -> None:
    """An unknown region, and years without known holidays."""
    with pytest.raises(InvalidInput) as caught:
        CALENDAR.is_working_day(date(2026, 8, 3), "XXX")
    assert caught.value.field == "region"
    for year in (FIRST_YEAR - 1, LAST_YEAR + 1):
        with pytest.raises(InvalidInput):
            CALENDAR.is_working_day(date(year, 8, 3), None)
