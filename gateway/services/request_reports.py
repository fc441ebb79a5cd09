"""The quarterly report: how quickly agencies answer."""

from datetime import datetime, time, timedelta

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden
from gateway.domain.information_requests.reporting import (
    AgencyTimes,
    Counting,
    Quarter,
    response_times,
)
from gateway.services.auditing import record
from gateway.services.parts import Parts

_READERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR})


async def response_times_of(
    parts: Parts, actor: Actor, quarter: Quarter
) -> tuple[AgencyTimes, ...]:
    """The response times of the agencies that the actor's agency asked, and of that agency itself.

    An operator who acts for no agency sees all. The look is recorded.

    Raises:
        Forbidden: the actor's role reads no reports.
    """
    if actor.role not in _READERS or actor.request is not None:
        raise Forbidden("Your role does not read reports.", "Ask an auditor.")
    first = datetime.combine(quarter.first, time(), parts.rules.zone)
    last = datetime.combine(quarter.last + timedelta(days=1), time(), parts.rules.zone)
    async with parts.database.work() as work:
        requests = await work.requests.sent_between(actor.agency, first, last)
        regions = {agency.id: agency.region for agency in (await work.register.agencies()).values()}
        detail = {"quarter": str(quarter)}
        await record(parts, work, actor, Action.RESPONSE_TIMES_READ, {}, detail)
    counting = Counting(parts.rules.zone, parts.calendar, regions.get, parts.today())
    return response_times(requests, counting)
