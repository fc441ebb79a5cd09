"""Where the application and each request keep what belongs to them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jinja2
from aiohttp import web

from gateway.domain.actors import Actor
from gateway.services.parts import Parts
from gateway.web.limits import TokenBuckets
from gateway.web.routing import Route
from gateway.web.settings import WebSettings
from gateway.web.static_files import StaticFiles
from gateway.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Buckets:
    """What is counted: requests by token and by address, and what is allowed less often."""

    tokens: TokenBuckets
    addresses: TokenBuckets
    public_posts: TokenBuckets
    page_posts: TokenBuckets
    failed_sign_ins: TokenBuckets


PARTS = web.AppKey("parts", Parts)
SETTINGS = web.AppKey("settings", WebSettings)
BUCKETS = web.AppKey("buckets", Buckets)
TEMPLATES = web.AppKey("templates", jinja2.Environment)
STATIC = web.AppKey("static", StaticFiles)
DESCRIPTION = web.AppKey("description", bytes)
MONOTONIC: web.AppKey[Callable[[], float]] = web.AppKey("monotonic")
ROUTES: web.AppKey[Mapping[tuple[str, str], Route]] = web.AppKey("routes")
CLOSING = web.AppKey("closing", asyncio.Event)  # set when the service is to stop
STREAMS: web.AppKey[Counter[str]] = web.AppKey("streams")  # pages kept up to date, by session

SOURCE = web.RequestKey("source", str)
HTTPS = web.RequestKey("https", bool)
CORRELATION = web.RequestKey("correlation", str)
ACTOR = web.RequestKey("actor", Actor)
ROUTE = web.RequestKey("route", Route)
VISITOR = web.RequestKey("visitor", Visitor)
