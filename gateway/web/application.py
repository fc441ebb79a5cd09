"""The web application: the table of routes, with sign-in, limits, errors and logs around it."""

import asyncio
import json
import time
import warnings
from collections import Counter
from collections.abc import Callable

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, web

from gateway.services.parts import Parts
from gateway.web.access import expect, guard
from gateway.web.answering import answer_errors
from gateway.web.dispatch import handler_of
from gateway.web.headers import set_headers
from gateway.web.keys import (
    BUCKETS,
    CLOSING,
    DESCRIPTION,
    MONOTONIC,
    PARTS,
    ROUTES,
    SETTINGS,
    STATIC,
    STREAMS,
    TEMPLATES,
    Buckets,
)
from gateway.web.limits import TokenBuckets
from gateway.web.observing import observe
from gateway.web.openapi import openapi_document
from gateway.web.pages.audit.runs import RUNS, Runs
from gateway.web.pages.shell import load_templates
from gateway.web.pages.table import PAGES
from gateway.web.routes import TABLE
from gateway.web.routing import Route
from gateway.web.settings import WebSettings
from gateway.web.static_files import StaticFiles


def create_web_app(
    parts: Parts,
    settings: WebSettings,
    monotonic: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The application that serves API and pages over `parts`; `monotonic` gives seconds.

    Serve it with `gateway.web.WebRunner`, which keeps aiohttp's own log lines from repeating what
    was sent.
    """
    for warning in (BadContentDispositionHeader, BadContentDispositionParam):
        # they repeat the header of an upload, and with it a file's name, on standard error
        warnings.filterwarnings("ignore", category=warning)
    app = web.Application(
        middlewares=[observe, answer_errors, guard], client_max_size=settings.json_limit_bytes
    )
    app[PARTS] = parts
    app[SETTINGS] = settings
    app[MONOTONIC] = monotonic
    app[BUCKETS] = _buckets(settings, monotonic)
    app[TEMPLATES] = load_templates()
    app[STATIC] = StaticFiles.load()
    app[DESCRIPTION] = json.dumps(openapi_document(settings), ensure_ascii=False).encode()
    app[ROUTES] = _add_routes(app)
    app[CLOSING], app[STREAMS] = asyncio.Event(), Counter()
    app.on_shutdown.append(_end_streams)
    app.on_response_prepare.append(set_headers)
    app[RUNS] = Runs(monotonic)
    app.on_shutdown.append(app[RUNS].end)
    return app


async def _end_streams(app: web.Application) -> None:
    """Have pages that are kept up to date end, so that nothing waits for them."""
    app[CLOSING].set()


def _add_routes(app: web.Application) -> dict[tuple[str, str], Route]:
    """Have aiohttp know every route of the table; GET answers HEAD too."""
    known: dict[tuple[str, str], Route] = {}
    for route in (*TABLE, *PAGES):
        handler = handler_of(route)
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            app.router.add_route(method, route.pattern, handler, expect_handler=expect)
            known[method, route.path] = route
    return known


def _buckets(settings: WebSettings, monotonic: Callable[[], float]) -> Buckets:
    def counted(per_minute: int) -> TokenBuckets:
        return TokenBuckets(per_minute, settings.buckets_limit, monotonic)

    return Buckets(
        tokens=counted(settings.requests_per_minute),
        addresses=counted(settings.requests_per_minute),
        public_posts=counted(settings.public_posts_per_minute),
        page_posts=counted(settings.page_posts_per_minute),
        failed_sign_ins=counted(settings.failed_sign_ins_per_minute),
    )
