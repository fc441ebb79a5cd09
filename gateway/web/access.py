"""Who may call what: sign-in, roles from the table of routes, and limits; all else is refused."""

import math
import re
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.domain.actors import Actor, ActorKind
from gateway.domain.errors import Forbidden, NotSignedIn, TooManyRequests
from gateway.domain.secret import Secret
from gateway.services import accounts
from gateway.web.keys import ACTOR, BUCKETS, PARTS, ROUTE, ROUTES, SETTINGS, SOURCE
from gateway.web.limits import TokenBuckets, caller_of
from gateway.web.pages.forms import read_form
from gateway.web.pages.resending import can_be_kept, offer
from gateway.web.pages.shell import go
from gateway.web.pages.visitors import identify
from gateway.web.routing import PUBLIC, Route

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what the table of routes allows.

    Raises:
        NotSignedIn: there is no valid bearer token, and the route needs one.
        Forbidden: the token's role is not among the route's.
        TooManyRequests: the token, or the address, has asked too often.
    """
    buckets, source = request.app[BUCKETS], request[SOURCE]
    _take(buckets.addresses, caller_of(source))
    resource = request.match_info.route.resource
    if resource is None:  # aiohttp's own answers: no such address, or not with this method
        return await handler(request)
    route = request.app[ROUTES].get((request.method, resource.canonical))
    if route is None:
        raise Forbidden("Nobody may call this.", "Use what the API's description lists.")
    request[ROUTE] = route
    if route.page and route.roles is not PUBLIC:
        led = await _visit(request)
        if led is not None:
            return led
    elif route.roles is PUBLIC:
        if request.method == "POST":
            # signing in counts its failures itself, so that nobody is kept out by a neighbour
            posts = buckets.page_posts if route.page else buckets.public_posts
            _take(posts, caller_of(source))
        request[ACTOR] = Actor(ActorKind.RECIPIENT, None, None, None, source)
    else:
        await _sign_in(request, route)
    await _let_body_come(request)
    return await handler(request)


async def _visit(request: web.Request) -> web.Response | None:
    """Sign in by the browser's cookie; who is not is led to the page for it, or keeps their form.

    Raises:
        NotSignedIn: there is no session, and what was sent cannot be kept.
        Forbidden: the visitor's role is not among the route's.
    """
    buckets = request.app[BUCKETS]
    try:
        visitor = await identify(request)
    except NotSignedIn:
        if request.method in {"GET", "HEAD"}:
            place = quote(request.path_qs, safe="/")
            return go(f"/sign-in?next={place}")
        if can_be_kept(request, request[ROUTE]):
            return offer(request, await read_form(request, request.app[SETTINGS]))
        _take(buckets.failed_sign_ins, caller_of(request[SOURCE]))
        raise
    _take(buckets.tokens, visitor.actor.token or visitor.csrf)
    return None


async def _sign_in(request: web.Request, route: Route) -> None:
    buckets, source = request.app[BUCKETS], request[SOURCE]
    try:
        actor = await accounts.sign_in(request.app[PARTS], _token(request), source)
    except NotSignedIn:
        # Beyond the limit a failure only changes its name: whoever has a valid token may share the
        # address with the one who guesses, and 256 bits are not guessed.
        _take(buckets.failed_sign_ins, caller_of(source))
        raise
    request[ACTOR] = actor
    _take(buckets.tokens, actor.token or actor.request or "")
    if actor.role not in route.roles:  # type: ignore[operator] # PUBLIC never comes here
        raise Forbidden("Your role does not allow this.", "Ask someone whose role does.")


def _token(request: web.Request) -> Secret:
    given = request.headers.getall("Authorization", [])
    found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise NotSignedIn(
            "This needs a bearer token.", "Send one header 'Authorization: Bearer <token>'."
        )
    return Secret(found.group(1))


def _take(buckets: TokenBuckets, key: str) -> None:
    wait = math.ceil(buckets.take(key))
    if wait > 0:
        raise TooManyRequests(
            "Too many requests.", f"Wait {wait} s and try again.", retry_after_seconds=wait
        )


async def expect(_: web.Request) -> None:
    """Do nothing yet about `Expect: 100-continue`: the body is asked for once it is wanted."""


async def _let_body_come(request: web.Request) -> None:
    """Tell a client that waits for it to go on and send the body (RFC 9110 section 10.1.1)."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
