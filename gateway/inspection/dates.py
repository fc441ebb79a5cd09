"""Days of the calendar as people write them, in English and te reo Māori."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = (
    # plain forms: small letters, no macrons
    "january jan kohitatea hanuere",
    "february feb hui-tanguru huitanguru pepuere",
    "march mar poutu-te-rangi poututerangi maehe",
    "april apr paenga-whawha paengawhawha aperira",
    "may haratua mei",
    "june jun pipiri hune",
    "july jul hongongoi hongoingoi hurae",
    "august aug here-turi-koka hereturikoka akuhata",
    "september sept sep mahuru hepetema",
    "october oct whiringa-a-nuku whiringaanuku oketopa",
    "november nov whiringa-a-rangi whiringaarangi noema",
    "december dec hakihea tihema",
)
_NUMBERS: Final = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
_MONTH: Final = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_GAP: Final = r"[\s.,/-]{1,3}"
_YEAR: Final = r"'?(?P<{}>\d{{4}}|\d{{2}})"
_DATE: Final = re.compile(
    r"(?<![\w])(?<!\d[./-])(?:"
    r"(?P<y1>\d{4})(?P<s1>[./-])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})\s?(?P<s2>[./ -])\s?(?P<m2>\d{1,2})\s?(?P=s2)\s?" + _YEAR.format("y2") + r"|"
    r"(?P<d3>\d{1,2})\s?(?:st|nd|rd|th)?(?:\s{1,2}(?:day )?(?:of|o))?"
    rf"{_GAP}(?P<m3>{_MONTH}){_GAP}" + _YEAR.format("y3") + r"|"
    rf"(?P<m4>{_MONTH})\.?\s{{1,2}}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}(?P<y4>\d{{4}})"
    r")(?![\w]|[./-]\d)"
)
_FORMS: Final = ("1", "2", "3", "4")
_CENTURIES: Final = (2000, 1900)


@dataclass(frozen=True, slots=True)
class Written:
    """A date that is written in a text.

    Attributes:
        days: the days it may mean: one, or one of each century where it names none.
    """

    start: int
    end: int
    days: tuple[date, ...]


def written_dates(plain: str, start: int = 0, end: int | None = None) -> Iterator[Written]:
    """The dates in a part of a plain text; the day stands before the month unless it cannot."""
    for match in _DATE.finditer(plain, start, len(plain) if end is None else end):
        form = next(f for f in _FORMS if match["d" + f])
        days = tuple(_days(match["y" + form], match["m" + form], match["d" + form]))
        if days:
            yield Written(match.start(), match.end(), days)


def _days(year: str, month: str, day: str) -> Iterator[date]:
    month_number = _NUMBERS.get(month) or int(month)
    day_number = int(day)
    if month_number > len(_MONTHS):  # as Americans write it
        month_number, day_number = day_number, month_number
    years = (int(year),) if len(year) == 4 else [century + int(year) for century in _CENTURIES]
    for each in years:
        try:
            yield date(each, month_number, day_number)
        except ValueError:  # no such day
            continue
