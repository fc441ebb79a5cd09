"""From a route's table entry to aiohttp's handler: read, call, answer."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from aiohttp import web

from gateway.domain.errors import InvalidInput, NotFound
from gateway.web import bodies
from gateway.web.calls import Answer, Call
from gateway.web.keys import ACTOR, PARTS, SETTINGS, VISITOR
from gateway.web.models import NoQuery
from gateway.web.pages.forms import CSRF_FIELD, CSRF_HEADER, read_form
from gateway.web.pages.resending import can_be_kept, offer
from gateway.web.pages.shell import require_same_origin
from gateway.web.pages.visitors import is_csrf, require_csrf
from gateway.web.routing import Route

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,200}")


def handler_of(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler that aiohttp calls for a route."""
    return partial(_handle, route)


async def _handle(route: Route, request: web.Request) -> web.StreamResponse:
    call = await _call(route, request)
    if isinstance(call, web.Response):
        return call
    answer = await route.handler(call)
    return _response(route, answer) if isinstance(answer, Answer) else answer


async def _call(route: Route, request: web.Request) -> Call | web.Response:
    settings = request.app[SETTINGS]
    path = dict(request.match_info)
    for name, value in path.items():
        if name not in route.places and not _IDENTIFIER.fullmatch(
            value
        ):  # as if it were well-formed and not there
            raise NotFound(f"There is no such {name}.", "Check the identifier.", field=name)
    # links in mail may come with parameters that others have added to them
    taken = not route.is_page or route.query is not NoQuery
    query = bodies.read_query(request, route.query) if taken else NoQuery()
    key = _key(request) if route.keyed else None
    if not route.takes_body:
        bodies.require_no_body(request)
    body = await bodies.read_json(request, settings, route.body) if route.body else None
    actor = request[ACTOR]
    call = Call(request.app[PARTS], settings, actor, request, path, query, body, key)
    return await _checked(route, call) if route.page and request.method == "POST" else call


async def _checked(route: Route, call: Call) -> Call | web.Response:
    """The call, once its form is known to come from a page of ours, made for this visitor.

    A form of an earlier session is given back to be sent anew.
    """
    require_same_origin(call)
    request = call.request
    token = request.headers.get(CSRF_HEADER, "")
    form = await read_form(request, call.settings) if route.form else call.form
    given = token or form.text(CSRF_FIELD)
    if VISITOR in request and not (route.parts and not token):
        # an upload without scripts has it in its first part, which `parts` of uploads looks at
        if given and can_be_kept(request, route) and not is_csrf(request, given):
            return offer(request, form)
        require_csrf(request, given)
    return replace(call, form=form)


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
