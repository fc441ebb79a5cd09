"""Serving the files that pages fetch."""

from http import HTTPStatus

from aiohttp import web

from gateway.web.calls import Call
from gateway.web.keys import STATIC

_FOREVER = "public, max-age=31536000, immutable"  # its address changes with its content
_A_WHILE = "public, max-age=3600"


async def serve_file(call: Call) -> web.Response:
    """A file."""
    request = call.request
    name = call.path.get("file") or request.path.rpartition("/")[2]
    found = request.app[STATIC].get(name)
    headers = {
        "Cache-Control": _FOREVER if request.query.get("v") == found.digest else _A_WHILE,
        "ETag": f'"{found.digest}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = found.plain
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = found.packed, "gzip"
    return web.Response(body=body, content_type=found.media, charset="utf-8", headers=headers)
