"""Handlers for meetings, the audit log, the API's description, and the service's health."""

import asyncio
import json

from aiohttp import web

from gateway.domain.errors import Unavailable
from gateway.services import auditing, register
from gateway.web.answers.others import (
    EntryPage,
    EntryShown,
    Health,
    MeetingPage,
    MeetingShown,
    MeetingSummary,
)
from gateway.web.calls import Answer, Call
from gateway.web.keys import DESCRIPTION
from gateway.web.models import PageQuery
from gateway.web.paging import next_after

_READY_WITHIN_SECONDS = 5.0  # below the usual patience of a probe


async def list_meetings(call: Call) -> Answer:
    """A page of the meetings the agency leads."""
    page = call.query_as(PageQuery).page()
    found = await register.list_meetings(call.parts, call.actor, page)
    items = tuple(MeetingSummary.model_validate(meeting) for meeting in found)
    return Answer(MeetingPage(items=items, next=next_after([m.id for m in found], page)))


async def get_meeting(call: Call) -> Answer:
    """A meeting with its attendees."""
    return Answer(
        MeetingShown.of(*await register.get_meeting(call.parts, call.actor, call.meeting))
    )


async def list_entries(call: Call) -> Answer:
    """A page of the agency's entries in the audit log; the look is itself recorded."""
    page = call.query_as(PageQuery).page()
    found = await auditing.read(call.parts, call.actor, page)
    items = tuple(EntryShown(position=at, entry=json.loads(leaf)) for at, leaf in found)
    return Answer(EntryPage(items=items, next=next_after([str(at) for at, _ in found], page)))


async def describe(call: Call) -> web.Response:
    """The API's description, OpenAPI 3.1."""
    return web.Response(body=call.request.app[DESCRIPTION], content_type="application/json")


async def is_up(_: Call) -> Answer:
    """That the process is up."""
    return Answer(Health(status="up"))


async def is_ready(call: Call) -> Answer:
    """That the database answers.

    Raises:
        Unavailable: it does not.
    """
    try:
        async with asyncio.timeout(_READY_WITHIN_SECONDS), call.parts.database.work() as work:
            await work.keys.get("readiness")
    except TimeoutError as error:
        raise Unavailable("The database does not answer.", "Try again later.") from error
    return Answer(Health(status="ready"))
