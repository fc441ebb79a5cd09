"""From a route's table entry to aiohttp's handler: read, call, answer."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from gateway.domain.errors import InvalidInput, NotFound
from gateway.web import bodies
from gateway.web.calls import Answer, Call
from gateway.web.keys import ACTOR, PARTS, SETTINGS
from gateway.web.models import NoQuery
from gateway.web.routing import Route

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,200}")


def handler_of(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler that aiohttp calls for a route."""
    return partial(_handle, route)


async def _handle(route: Route, request: web.Request) -> web.StreamResponse:
    answer = await route.handler(await _call(route, request))
    return _response(route, answer) if isinstance(answer, Answer) else answer


async def _call(route: Route, request: web.Request) -> Call:
    settings = request.app[SETTINGS]
    path = dict(request.match_info)
    for name, value in path.items():
        if name not in route.places and not _IDENTIFIER.fullmatch(
            value
        ):  # as if it were well-formed and not there
            raise NotFound(f"There is no such {name}.", "Check the identifier.", field=name)
    # links in mail may come with parameters that others have added to them
    query = NoQuery() if route.is_page else bodies.read_query(request, route.query)
    key = _key(request) if route.keyed else None
    if not route.takes_body:
        bodies.require_no_body(request)
    body = await bodies.read_json(request, settings, route.body) if route.body else None
    actor = request[ACTOR]
    return Call(request.app[PARTS], settings, actor, request, path, query, body, key)


def _key(request: web.Request) -> str:
    given = request.headers.getall(KEY_HEADER, [])
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        raise InvalidInput(
            f"This request needs one {KEY_HEADER} header.",
            "Give a fresh one of 1 to 200 printable ASCII characters, such as a UUID, "
            "and the same one again when you repeat the request.",
            field=KEY_HEADER,
        )
    return given[0]


def _response(route: Route, answer: Answer) -> web.Response:
    if answer.value is None:
        return web.Response(status=route.status, headers=answer.headers)
    if route.answer is None or not isinstance(answer.value, route.answer):
        raise TypeError("the handler's answer is not what the table of routes says")
    return web.Response(
        status=route.status,
        body=answer.value.model_dump_json().encode(),
        content_type=bodies.JSON_TYPE,
        headers=answer.headers,
    )
