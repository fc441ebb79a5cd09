"""What is written of each request: one line without path, query, body or header; and the errors."""

import traceback
from collections.abc import Iterator
from pathlib import PurePath

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.domain.actors import Actor, ActorKind
from gateway.web.keys import (
    ACTOR,
    CORRELATION,
    HTTPS,
    MONOTONIC,
    PARTS,
    ROUTE,
    SETTINGS,
    SOURCE,
)
from gateway.web.sources import is_https, source_of

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FRAMES = 20  # the innermost ones
_log = structlog.get_logger("gateway.web")


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note who asks, and write one line when it is answered.

    The line names the route by its template: the address itself may hold a link's token.
    """
    settings, monotonic = request.app[SETTINGS], request.app[MONOTONIC]
    began = monotonic()
    source = source_of(request, trust_proxy=settings.trust_proxy)
    request[SOURCE] = source
    request[HTTPS] = is_https(request, trust_proxy=settings.trust_proxy)
    request[CORRELATION] = request.app[PARTS].identifiers.new()
    request[ACTOR] = Actor(ActorKind.PERSON, None, None, None, source)
    status: int | None = None  # stays so when the caller went away
    try:
        response = await handler(request)
        status = response.status
    finally:
        route = request.get(ROUTE)
        _log.info(
            "request",
            method=request.method if request.method in _METHODS else "other",
            route=route.path if route else None,
            operation=route.operation if route else None,
            status=status,
            milliseconds=round(1000 * (monotonic() - began), 1),
            correlation=request[CORRELATION],
            source=source,
        )
    return response


def log_unexpected(error: BaseException, correlation: str | None) -> None:
    """Log an error nobody foresaw: its type and where it happened.

    Neither its text nor any value: both may hold what was sent, or a secret.
    """
    _log.error(
        "unexpected error",
        errors=[type(each).__qualname__ for each in _chain(error)],
        frames=_frames(error),
        correlation=correlation,
    )


def _frames(error: BaseException) -> list[str]:
    summaries = [
        f"{PurePath(frame.f_code.co_filename).name}:{line}:{frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return summaries[-_FRAMES:]


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
