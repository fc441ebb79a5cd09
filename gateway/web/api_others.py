"""Handlers for meetings, the API's description, and the service's health."""

import asyncio

from aiohttp import web

from gateway.domain.errors import Unavailable
from gateway.services import register
from gateway.services.gate import require_signed
from gateway.services.inspecting import require_scanner
from gateway.web.answers.others import (
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


async def describe(call: Call) -> web.Response:
    """The API's description, OpenAPI 3.1."""
    return web.Response(body=call.request.app[DESCRIPTION], content_type="application/json")


async def is_up(_: Call) -> Answer:
    """That the process is up."""
    return Answer(Health(status="up"))


async def is_ready(call: Call) -> Answer:
    """That the database answers and the audit log is signed: without a log nothing is sent.

    So does the malware scanner, where scanning is required.

    Raises:
        Unavailable: one of them fails.
    """
    try:
        async with asyncio.timeout(_READY_WITHIN_SECONDS):
            await require_signed(call.parts)
    except TimeoutError as error:
        raise Unavailable("The database does not answer.", "Try again later.") from error
    try:
        async with asyncio.timeout(_READY_WITHIN_SECONDS):
            await require_scanner(call.parts)
    except TimeoutError as error:
        raise Unavailable("The malware scanner does not answer.", "Try again later.") from error
    return Answer(Health(status="ready"))
