"""When mails about actions and about packs that are to be deleted go out."""

from datetime import date, datetime, time

from gateway.domain.meeting_records import NoticeKind
from gateway.services.parts import Parts
from gateway.services.storage import Work

_MORNING = time(9)  # in the register's zone


async def plan_notice(parts: Parts, work: Work, about: str, kind: NoticeKind, due_on: date) -> None:
    """Have a mail sent on its day, in the morning; one that has no day at once."""
    day = kind.day(due_on)
    at = None if day is None else datetime.combine(day, _MORNING, parts.rules.zone)
    await work.jobs.meeting_notice(about, kind.value, at)
