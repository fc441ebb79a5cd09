"""The way in."""

from aiohttp import web

from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.pages.navigation import HOMES
from gateway.web.pages.shell import go


async def show_home(call: Call) -> web.Response:
    """On to the home page of the role acted in."""
    role = call.request[VISITOR].actor.role
    return go(HOMES[role] if role else "/sign-in")
