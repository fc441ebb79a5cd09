"""Help for recipients, who need no account to read it."""

from aiohttp import web

from gateway.web.calls import Call
from gateway.web.pages.shell import page


async def show_opening(call: Call) -> web.Response:
    """How to open a pack."""
    return page(call.request, "requests/open_a_pack.html")
