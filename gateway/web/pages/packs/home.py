"""A coordinator's home page, and the page of a meeting."""

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.services.meetings import list_led, look_at_meeting
from gateway.services.paging import Page
from gateway.services.waiting import what_waits
from gateway.web.calls import Call
from gateway.web.models import PageQuery
from gateway.web.pages.shell import page

_MEETINGS = 100


async def show_coordinator(call: Call) -> web.Response:
    """The meetings the agency leads, the latest first, and what waits."""
    after = call.query_as(PageQuery).after
    found = await list_led(call.parts, call.actor, Page(_MEETINGS, after))
    following = found[-1][0].id if len(found) == _MEETINGS else None
    waiting = await what_waits(call.parts, call.actor)
    names = {meeting.id: meeting.title for meeting, _ in found}
    found.sort(key=lambda pair: pair[0].held_at, reverse=True)
    return page(
        call.request,
        "packs/home.html",
        now=call.parts.clock.now(),
        meetings=found,
        names=names,
        following=following,
        waiting=waiting,
        nothing=waiting.nothing,
        marking=Classification.IN_CONFIDENCE.value,
    )


async def show_meeting(call: Call) -> web.Response:
    """A meeting and who attends it."""
    view = await look_at_meeting(call.parts, call.actor, call.meeting)
    marking = Classification.IN_CONFIDENCE.value
    return page(call.request, "packs/meeting.html", view=view, marking=marking)
