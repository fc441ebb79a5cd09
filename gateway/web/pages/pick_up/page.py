"""The page an archive is picked up from, and its download.

Mail scanners open links, and some press buttons: looking changes nothing, and the form counts only
with the proof that its page was read. The code is typed once; a cookie then opens this one transfer
to this one browser. A download that was cut off is resumed where it was (RFC 9110 section 14).
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from gateway.domain.errors import (
    Conflict,
    Forbidden,
    GatewayError,
    InvalidInput,
    Problem,
    TooManyRequests,
)
from gateway.domain.secret import Secret
from gateway.domain.transfers import Archive, Transfer, TransferId
from gateway.services import pick_ups
from gateway.services.pick_ups import Span
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import cookie, set_cookie
from gateway.web.ranges import asked_span
from gateway.web.request_models import CodeBody

_COOKIE: Final = "pick-up-"
_log = structlog.get_logger("gateway.web")


async def show(call: Call) -> web.Response:
    """What there is to pick up, or the form that takes the code."""
    return await _page(call)


async def open_with_code(call: Call) -> web.Response:
    """On to the page again, now open to this browser; or the form again."""
    if not hmac.compare_digest(call.form.text("page").encode(), _proof(call).encode()):
        raise Forbidden(
            "This did not come from the page itself.", "Open the address again and use its button."
        )
    try:
        code = validated({"code": call.form.text("code")}, CodeBody).code
        opened = await pick_ups.open_with_code(call.parts, call.actor, call.path["token"], code)
    except (InvalidInput, Conflict, TooManyRequests) as error:
        status, errors = await refused(call, error)
        return await _page(call, status=status, errors=errors)
    left = int((opened.expires_at - call.parts.clock.now()).total_seconds())
    response = go(f"/pick-up/{call.path['token']}")
    set_cookie(call.request, response, _cookie(opened.transfer), opened.session, left)
    return response


async def download(call: Call) -> web.StreamResponse:
    """The archive, or the range of it that is asked for."""
    token, request = call.path["token"], call.request
    transfer, archive = await pick_ups.archive_of(call.parts, token, _session(call))
    etag = f'"{archive.sha256}"'
    asked = request.headers.getall("Range", [])
    span = asked_span(asked, request.headers.get("If-Range"), etag, archive.size_bytes)
    if span is None:
        nothing = {"Content-Range": f"bytes */{archive.size_bytes}"}
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=nothing)
    response = _head(transfer, archive, span, etag)
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    chunks = await pick_ups.begin_download(call.parts, call.actor, token, _session(call), span)
    unsent = span.length
    try:
        await response.prepare(request)
        async for chunk in chunks:
            await _write(call, response, chunk)
            unsent -= len(chunk)
        await response.write_eof()
    except (OSError, TimeoutError, GatewayError) as error:  # the answer has begun: only a cut tells
        _log.warning("download_cut", transfer=transfer.id, error=type(error).__name__)
        _cut(request)
    finally:
        await _closed(chunks)
        if unsent:
            await pick_ups.give_back(call.parts, transfer.id, unsent)
    return response


def _head(transfer: Transfer, archive: Archive, span: Span, etag: str) -> web.StreamResponse:
    """The answer without its bytes."""
    part = span.length < archive.size_bytes
    response = web.StreamResponse(
        status=HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{transfer.reference}.zip"',
            "Accept-Ranges": "bytes",
            "ETag": etag,
        },
    )
    if part:
        where = f"bytes {span.first}-{span.last}/{archive.size_bytes}"
        response.headers["Content-Range"] = where
    response.content_length = span.length
    return response


async def _write(call: Call, response: web.StreamResponse, data: bytes) -> None:
    """Send a piece; whoever does not take it in time is let go."""
    async with asyncio.timeout(call.settings.body_idle_seconds):
        await response.write(data)


async def _closed(chunks: AsyncIterator[bytes]) -> None:
    close = getattr(chunks, "aclose", None)
    if close is not None:
        with suppress(Exception):
            await close()


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _page(
    call: Call, *, status: int = HTTPStatus.OK, errors: Sequence[Problem] = ()
) -> web.Response:
    token = call.path["token"]
    view = await pick_ups.look_at(call.parts, token, _session(call))
    return page(
        call.request,
        "pick_up/page.html",
        status=status,
        view=view,
        token=token,
        proof=_proof(call),
        errors=errors,
    )


def _session(call: Call) -> Callable[[TransferId], Secret | None]:
    """What the browser keeps for a transfer: a cookie for each, so that none displaces another."""
    return lambda transfer: cookie(call.request, _cookie(transfer))


def _cookie(transfer: TransferId) -> str:
    return f"{_COOKIE}{transfer}"


def _proof(call: Call) -> str:
    """What the page's form carries, so that a POST by itself does nothing."""
    return call.parts.vault.digest("pick-up page", call.path["token"]).hex()
