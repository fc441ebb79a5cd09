"""Threads and reminders of requests for information in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.stored_requests import ARO, AT, BEN, A, B, keep, sent

from gateway.domain.errors import NotFound
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import RequestId
from gateway.services.request_storage import SealedMessage, StoredReminder
from gateway.storage.database import PostgresDatabase

R1 = RequestId("r1")


async def test_a_thread_comes_oldest_first(filled: PostgresDatabase) -> None:
    """By the identifiers, which are made in order, and only that of the request."""
    await keep(filled, sent("r1"), sent("r2"))
    messages = [
        SealedMessage(f"m{n}", R1, AT, B if n else A, BEN if n else ARO, kind, b"\0words\xff")
        for n, kind in enumerate(MessageKind)
    ]
    other = replace(messages[0], id="m9", request=RequestId("r2"))
    async with filled.work() as work:
        for message in (other, *reversed(messages)):
            await work.requests.add_message(message)
        assert await work.requests.messages(R1) == messages
        assert await work.requests.messages(RequestId("r2")) == [other]
        assert await work.requests.messages(RequestId("r9")) == []


async def test_reminders_are_planned_as_a_whole(filled: PostgresDatabase) -> None:
    """A new plan takes the place of the one before, of this request alone."""
    await keep(filled, sent("r1"), sent("r2"))
    soon, due = (StoredReminder(R1, kind, AT) for kind in list(ReminderKind)[:2])
    other = replace(soon, request=RequestId("r2"))
    async with filled.work() as work:
        await work.requests.plan_reminders(R1, [replace(soon, done_at=AT), due])
        await work.requests.plan_reminders(other.request, [other])
        await work.requests.plan_reminders(R1, [soon])
        assert await work.requests.reminder(R1, soon.kind) == soon
        assert await work.requests.reminder(R1, due.kind) is None
        await work.requests.plan_reminders(R1, [])
        assert await work.requests.reminder(R1, soon.kind, lock=True) is None
        assert await work.requests.reminder(other.request, other.kind, lock=True) == other


async def test_a_reminder_moves_on(filled: PostgresDatabase) -> None:
    """Begun, then done; one that is not planned does neither."""
    await keep(filled, sent("r1"))
    soon, due = (StoredReminder(R1, kind, AT) for kind in list(ReminderKind)[:2])
    begun = replace(soon, begun_at=AT + timedelta(seconds=1))
    async with filled.work() as work:
        await work.requests.plan_reminders(R1, [soon])
        await work.requests.update_reminder(begun)
        assert await work.requests.reminder(R1, soon.kind, lock=True) == begun
        done = replace(begun, done_at=AT + timedelta(seconds=2))
        await work.requests.update_reminder(done)
        assert await work.requests.reminder(R1, soon.kind) == done
        with pytest.raises(NotFound):
            await work.requests.update_reminder(due)
