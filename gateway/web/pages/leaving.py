"""Leaving, for whoever came by a one-time link and has no session to sign out of."""

from typing import Final

from aiohttp import web

from gateway.domain.actors import Role
from gateway.services import answer_links
from gateway.web.calls import Call
from gateway.web.pages.shell import go
from gateway.web.pages.visitors import LINK_COOKIE, cookie, forget_cookie
from gateway.web.routing import Route


async def leave(call: Call) -> web.Response:
    """What the link opened is closed, and the browser forgets it."""
    text = cookie(call.request, LINK_COOKIE)
    if text is not None:
        await answer_links.leave(call.parts, text)
    response = go("/help/open-a-pack", said="signed-out")
    forget_cookie(call.request, response, LINK_COOKIE)
    return response


LEAVING_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "POST", "/received/{request}/leave", leave, "leaveRequest",
        "Close what a one-time link opened", frozenset({Role.RESPONDER}), page=True, form=True,
    ),
)  # fmt: skip
