"""Serving the application: aiohttp's runner, with its own words for requests that are not HTTP.

aiohttp answers and logs what it cannot parse by repeating it, and a malformed request may well hold
a bearer token. Here neither the answer nor the log does.
"""

import asyncio
from typing import Any

import structlog
from aiohttp import web

from gateway.domain.errors import InvalidInput
from gateway.web.problems import INTERNAL, MALFORMED, details, problem_response

_log = structlog.get_logger("gateway.web")


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - repeats what was sent
    ) -> web.StreamResponse:
        """The answer to what is not HTTP, and to what went wrong outside the application."""
        _log.warning("request not understood", status=status, error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        kind = MALFORMED if status < 500 else INTERNAL
        wrong = InvalidInput("The request is not valid HTTP.", "Check it against RFC 9112.")
        response = problem_response(details(wrong, kind), {"X-Content-Type-Options": "nosniff"})
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log that something went wrong outside the application, by its type alone."""
        error = kw.get("exc_info")
        _log.error("connection failed", error=type(error).__name__, place=str(args[0])[:40])


class _Server(web.Server):
    """Makes a handler for each connection."""

    def __call__(self) -> web.RequestHandler:
        # its access log would hold addresses with tokens; a compressed body is refused, not opened
        options: dict[str, Any] = {"access_log": None, "auto_decompress": False}
        return _Connection(self, loop=asyncio.get_running_loop(), **options)


class WebRunner(web.AppRunner):
    """Runs the application: no access log but its own, and no signal handlers."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(app, access_log=None, handle_signals=False)

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        return _Server(server.request_handler, request_factory=server.request_factory)
