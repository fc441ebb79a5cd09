"""Signing in through an agency's own identity provider."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from gateway.domain.errors import NotSignedIn
from gateway.services import single_sign_on
from gateway.services.sessions import Browser
from gateway.services.single_sign_on import Back
from gateway.web.calls import Call
from gateway.web.keys import HTTPS, SOURCE
from gateway.web.pages.shell import go, own_place
from gateway.web.pages.visitors import SESSION_COOKIE, cookie, forget_cookie, set_cookie
from gateway.web.routing import PUBLIC, Route

_COOKIE = "sign-on"
_COOKIE_SECONDS = 600
_BACK = "/sign-in/back"
_LONGEST = 4096  # characters of a code or state


async def leave_for_provider(call: Call) -> web.Response:
    """Off to the provider's own page; this browser keeps a cookie that it must come back with."""
    onward = own_place(call.request.query.get("next", "/"))
    back = f"{_own_base(call)}{_BACK}"
    address, text = await single_sign_on.begin(call.parts, call.path["provider"], back, onward)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
    set_cookie(call.request, response, _COOKIE, text, _COOKIE_SECONDS)
    return response


async def come_back(call: Call) -> web.Response:
    """Signed in, and on to the page that was wanted."""
    query = call.request.query
    code, state = query.get("code", ""), query.get("state", "")
    if not code or len(code) > _LONGEST or len(state) > _LONGEST:
        raise NotSignedIn(
            "The identity provider did not sign you in.", "Start again at the sign-in page."
        )
    browser = Browser(call.request[SOURCE], call.request.headers.get("User-Agent", ""))
    came = Back(state, code, query.get("iss"))
    held = cookie(call.request, _COOKIE)
    earlier = cookie(call.request, SESSION_COOKIE)
    text, onward = await single_sign_on.finish(call.parts, held, came, browser, earlier)
    response = go(onward)
    forget_cookie(call.request, response, _COOKIE)
    seconds = int(call.parts.rules.sessions.absolute.total_seconds())
    set_cookie(call.request, response, SESSION_COOKIE, text, seconds)
    return response


def _own_base(call: Call) -> str:
    """The address this gateway is reached under; without one set, as this browser reached it."""
    if call.parts.rules.link_base is not None:
        return call.parts.rules.link_base
    return f"{'https' if call.request[HTTPS] else 'http'}://{call.request.host}"


SIGN_ON_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/sign-in/with/{provider}", leave_for_provider, "leaveForProvider",
        "Go to an identity provider to sign in", PUBLIC, page=True,
    ),
    Route(
        "GET", _BACK, come_back, "comeBackFromProvider",
        "Come back from an identity provider", PUBLIC, page=True,
    ),
)  # fmt: skip
