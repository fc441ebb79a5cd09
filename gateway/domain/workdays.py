"""Counting working days."""

from datetime import date, timedelta
from typing import Final, Protocol

from gateway.domain.errors import InvalidInput

MOST_DAYS: Final = 1_000  # working days; about four years

# Regions of New Zealand with an anniversary day of their own, by their usual codes.
REGIONS: Final = {
    "AUK": "Auckland",
    "BOP": "Bay of Plenty",
    "CAN": "Canterbury",
    "CIT": "Chatham Islands",
    "GIS": "Gisborne",
    "HKB": "Hawke's Bay",
    "MBH": "Marlborough",
    "MWT": "Manawatū-Whanganui",
    "NSN": "Nelson",
    "NTL": "Northland",
    "OTA": "Otago",
    "STL": "Southland",
    "TAS": "Tasman",
    "TKI": "Taranaki",
    "WGN": "Wellington",
    "WKO": "Waikato",
    "WTC": "West Coast",
}


class Calendar(Protocol):
    """Knows which days are worked."""

    def is_working_day(self, day: date, region: str | None) -> bool:
        """Whether `day` is worked; `region` adds its anniversary day.

        Raises:
            InvalidInput: the region is not known.
        """
        ...


def add_working_days(calendar: Calendar, start: date, days: int, region: str | None) -> date:
    """The day that is `days` working days after `start`, which does not count itself.

    With 0 it is `start`, or the next working day.

    Raises:
        InvalidInput: `days` is negative or more than `MOST_DAYS`.
    """
    _bounded(days)
    day = start
    while days == 0 and not calendar.is_working_day(day, region):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not calendar.is_working_day(day, region):
            day += timedelta(days=1)
    return day


def subtract_working_days(calendar: Calendar, end: date, days: int, region: str | None) -> date:
    """The working day that is `days` working days before `end`, which does not count itself.

    Raises:
        InvalidInput: `days` is negative or more than `MOST_DAYS`.
    """
    _bounded(days)
    day = end
    for _ in range(days):
        day -= timedelta(days=1)
        while not calendar.is_working_day(day, region):
            day -= timedelta(days=1)
    return day


def working_days_between(calendar: Calendar, first: date, last: date, region: str | None) -> int:
    """How many working days there are after `first`, up to and with `last`; 0 if it is not later.

    Raises:
        InvalidInput: they are further apart than can be counted.
    """
    if (last - first).days > 2 * MOST_DAYS:
        raise InvalidInput("The days are too far apart.", "Ask for a shorter time.")
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day, region) for day in days)


def _bounded(days: int) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise InvalidInput(
            "That many working days cannot be counted.", f"Use 0 to {MOST_DAYS}.", field="days"
        )
