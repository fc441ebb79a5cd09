"""Requests that wait for a second person's approval."""

from aiohttp import web

from gateway.services.approvals import awaited_approvals
from gateway.web.calls import Call
from gateway.web.pages.register.typed import shown


async def show(call: Call) -> web.Response:
    """The list."""
    found = await awaited_approvals(call.parts, call.actor)
    named = call.actor.representative is not None
    return shown(call, "approvals", found=found, named=named)
