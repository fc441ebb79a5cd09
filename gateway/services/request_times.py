"""When a request's reminders go out and when it ends, in the working days of its holder."""

from datetime import date, datetime, timedelta

from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests import timing
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.workdays import add_working_days, working_days_between
from gateway.services.parts import Parts
from gateway.services.request_storage import StoredReminder
from gateway.services.storage import Work


async def region_of(work: Work, request: InformationRequest) -> str | None:
    """The region whose working days count for a request: its holder's."""
    agency = await work.register.agency(request.holding_agency)
    return agency.region if agency else None


def expires_at(parts: Parts, request: InformationRequest, region: str | None) -> datetime:
    """When a request of this holding agency's region expires, and its links with it.

    One that moved lately, for example because its answer could not be delivered, has some days yet.
    """
    rules, zone = parts.rules.reminders, parts.rules.zone
    due = request.due_on or parts.today()
    moved_on = request.entered_at.astimezone(zone).date()
    grace = timing.ReminderTiming(expire_after_days=rules.still_overdue_days)
    return max(
        timing.expires_at(due, region, zone, rules, parts.calendar),
        timing.expires_at(moved_on, region, zone, grace, parts.calendar),
    )


async def plan_reminders(parts: Parts, work: Work, request: InformationRequest) -> None:
    """Plan the reminders still to come and the end of a request that is open now.

    Raises:
        InvalidInput: it has no due date.
    """
    if request.due_on is None or request.sent_at is None:
        raise InvalidInput("The request has no due date.", "Say by when.", field="due_on")
    region = await region_of(work, request)
    planned = timing.plan(
        request.due_on,
        parts.clock.now(),
        region,
        parts.rules.zone,
        parts.rules.reminders,
        parts.calendar,
    )
    reminders = [StoredReminder(request.id, one.kind, one.at) for one in planned]
    await work.requests.plan_reminders(request.id, reminders)
    for one in reminders:
        await work.jobs.remind(request.id, one.kind.value, one.at)
    await work.jobs.expire_request(request.id, expires_at(parts, request, region))


def suggested_day(parts: Parts, working_days: int, region: str | None) -> date:
    """The day that leaves a holder in this region so many working days from today."""
    return add_working_days(parts.calendar, parts.today(), working_days, region)


def leaves_less(parts: Parts, due_on: date | None, working_days: int, region: str | None) -> bool:
    """Whether `due_on`, unless it has passed, leaves fewer working days than that."""
    today = parts.today()
    if due_on is None or due_on < today or due_on - today > timedelta(days=working_days * 3 + 30):
        return False
    return working_days_between(parts.calendar, today, due_on, region) < working_days


def is_worked(parts: Parts, due_on: date | None, region: str | None, furthest_days: int) -> bool:
    """Whether `due_on` is a working day there; a day too far away has a rule of its own."""
    if due_on is None or due_on > parts.today() + timedelta(days=furthest_days):
        return True
    return parts.calendar.is_working_day(due_on, region)
