"""When holders and requesters are reminded of a request, and when it expires.

Section 66C sets no time, so these are the gateway's own, counted in working days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from gateway.domain.workdays import Calendar, add_working_days, subtract_working_days


class ReminderKind(StrEnum):
    """What a reminder says."""

    DUE_SOON = "due soon"
    DUE = "due today"
    OVERDUE = "overdue"
    STILL_OVERDUE = "still overdue"


@dataclass(frozen=True, slots=True)
class ReminderTiming:
    """When reminders go out.

    Attributes:
        soon_days, still_overdue_days, expire_after_days: working days before and after the due day.
        at_hour: hour of the day in the register's time zone.
    """

    soon_days: int = 2
    still_overdue_days: int = 5
    at_hour: int = 9
    expire_after_days: int = 20


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder and its time, in UTC."""

    kind: ReminderKind
    at: datetime


def plan(
    due_on: date,
    sent_at: datetime,
    region: str | None,
    zone: tzinfo,
    timing: ReminderTiming,
    calendar: Calendar,
) -> tuple[Reminder, ...]:
    """The reminders of a request sent at `sent_at`, in order; none that would come before it."""
    days = {
        ReminderKind.DUE_SOON: subtract_working_days(calendar, due_on, timing.soon_days, region),
        ReminderKind.DUE: due_on,
        ReminderKind.OVERDUE: add_working_days(calendar, due_on, 1, region),
        ReminderKind.STILL_OVERDUE: add_working_days(
            calendar, due_on, timing.still_overdue_days, region
        ),
    }
    planned: list[Reminder] = []
    for kind, day in days.items():
        at = _moment(day, time(timing.at_hour), zone)
        if at > (planned[-1].at if planned else sent_at):
            planned.append(Reminder(kind, at))
    return tuple(planned)


def expires_at(
    due_on: date,
    region: str | None,
    zone: tzinfo,
    timing: ReminderTiming,
    calendar: Calendar,
) -> datetime:
    """When a request that nobody answered expires: at the end of its last day, in UTC."""
    last = add_working_days(calendar, due_on, timing.expire_after_days, region)
    return _moment(last + timedelta(days=1), time(), zone)


def is_overdue(due_on: date, today: date) -> bool:
    """Whether the day for an answer has passed."""
    return today > due_on


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
