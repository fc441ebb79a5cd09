"""New Zealand's working days: public holidays, regional anniversaries, the summer closure."""

from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from gateway.domain.errors import InvalidInput
from gateway.domain.workdays import REGIONS

FIRST_YEAR, LAST_YEAR = 1900, 2100  # beyond them the library knows no holidays
SUMMER: Final = ((12, 25), (1, 15))  # Privacy Act 2020 s 7(1), 'working day'
_SATURDAY = 5


class HolidayCalendar:
    """New Zealand's working days.

    Args:
        closure: first and last day (month, day) of the summer closure, across the new year; None
            for none. No statute sets a time for section 66C, so the Privacy Act's working day is a
            choice, for each agency to confirm.
    """

    def __init__(self, closure: tuple[tuple[int, int], tuple[int, int]] | None = SUMMER) -> None:
        self._closure = closure
        self._holidays = lru_cache(maxsize=256)(_holidays)

    def is_working_day(self, day: date, region: str | None) -> bool:
        """Whether `day` is worked; `region` (a code of `REGIONS`) adds its anniversary day.

        Raises:
            InvalidInput: the region is not known, or the year beyond what holidays are known for.
        """
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise InvalidInput(
                "No public holidays are known for that year.",
                f"Use a day from {FIRST_YEAR} to {LAST_YEAR}.",
            )
        if region is not None and region not in REGIONS:
            raise InvalidInput(
                "This is not the code of a region.",
                f"Use one of: {', '.join(sorted(REGIONS))}.",
                field="region",
            )
        return (
            day.weekday() < _SATURDAY
            and not self._is_closed(day)
            and day not in self._holidays(day.year, region)
        )

    def _is_closed(self, day: date) -> bool:
        if self._closure is None:
            return False
        first, last = self._closure
        return (day.month, day.day) >= first or (day.month, day.day) <= last


def _holidays(year: int, region: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NZ", subdiv=region, years=year))
