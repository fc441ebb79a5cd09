"""How quickly agencies answer what they are asked, for the quarterly report."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Self

from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.states import (
    Answered,
    InformationRequest,
    RequestState,
)
from gateway.domain.information_requests.timing import is_overdue
from gateway.domain.register import AgencyId
from gateway.domain.workdays import Calendar, working_days_between

_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a calendar year, e.g. `2026-Q4`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The quarter that `text` names.

        Raises:
            InvalidInput: it names none.
        """
        found = _QUARTER.fullmatch(text)
        if found is None or not 1900 <= int(found[1]) <= 2100:
            raise InvalidInput(
                "This is not a quarter.", "Write it as in '2026-Q4'.", field="quarter"
            )
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        after = date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)
        return after - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True)
class AgencyTimes:
    """How quickly one agency answered the requests sent to it in a quarter (working days).

    Attributes:
        outcomes: how often it answered what, by the answer's words.
        withdrawn, expired: ended without an answer.
        open, overdue: not ended yet; and of these, past their day.
        answered_by_due: answered on the day asked for, or before.
        slowest_tenth_days_to_answer: the 90th percentile. Figures over nothing are None.
    """

    agency: AgencyId
    asked: int
    answered: int
    outcomes: Mapping[str, int]
    open: int
    overdue: int
    answered_by_due: int
    median_days_to_acknowledge: float | None
    median_days_to_answer: float | None
    slowest_tenth_days_to_answer: float | None
    withdrawn: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """By which days it is counted: zone, calendar, each agency's region, and what day it is."""

    zone: tzinfo
    calendar: Calendar
    region_of: Callable[[AgencyId], str | None]
    today: date


def response_times(
    requests: Iterable[InformationRequest], counting: Counting
) -> tuple[AgencyTimes, ...]:
    """The times of each agency that was asked, in the order of their identifiers."""
    by_agency: dict[AgencyId, list[InformationRequest]] = {}
    for request in requests:
        by_agency.setdefault(request.holding_agency, []).append(request)
    return tuple(_of(agency, by_agency[agency], counting) for agency in sorted(by_agency))


def _of(
    agency: AgencyId, requests: Sequence[InformationRequest], counting: Counting
) -> AgencyTimes:
    region = counting.region_of(agency)
    outcomes: Counter[str] = Counter()
    to_answer, to_acknowledge, in_time = list[int](), list[int](), 0
    for request in requests:
        if request.sent_at is None:
            continue
        if request.acknowledged_at is not None:
            days = _days(request.sent_at, request.acknowledged_at, region, counting)
            to_acknowledge.append(days)
        if isinstance(request.progress, Answered):
            outcomes[request.progress.answer.value] += 1
            to_answer.append(_days(request.sent_at, request.progress.at, region, counting))
            day = request.progress.at.astimezone(counting.zone).date()
            in_time += request.due_on is not None and day <= request.due_on
    still = [request for request in requests if request.state.is_open]
    return AgencyTimes(
        agency=agency,
        asked=len(requests),
        answered=len(to_answer),
        outcomes=dict(sorted(outcomes.items())),
        open=len(still),
        overdue=sum(r.due_on is not None and is_overdue(r.due_on, counting.today) for r in still),
        answered_by_due=in_time,
        median_days_to_acknowledge=percentile(to_acknowledge, 0.5),
        median_days_to_answer=percentile(to_answer, 0.5),
        slowest_tenth_days_to_answer=percentile(to_answer, 0.9),
        withdrawn=sum(request.state is RequestState.WITHDRAWN for request in requests),
        expired=sum(request.state is RequestState.EXPIRED for request in requests),
    )


def percentile(values: Sequence[int], share: float) -> float | None:
    """The value below which `share` (0 to 1) of `values` lies, interpolated; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _days(begun: datetime, ended: datetime, region: str | None, counting: Counting) -> int:
    first, last = (moment.astimezone(counting.zone).date() for moment in (begun, ended))
    return working_days_between(counting.calendar, first, last, region)
