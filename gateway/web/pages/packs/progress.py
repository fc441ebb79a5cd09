"""What becomes of a sent pack: a page, kept up to date by server-sent events where scripts run.

Source of the events: HTML Standard, section 9.2 (server-sent events).
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from gateway.domain.errors import GatewayError, TooManyRequests
from gateway.services import labelling
from gateway.services.transfer_views import TransferView, watch_pack
from gateway.web.calls import Call
from gateway.web.keys import CLOSING, STREAMS, VISITOR
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import identify

EVERY_SECONDS: Final = 1.0
_SIGN_OF_LIFE: Final = 15  # looks between two comments that show the stream to be alive
_LOOKS: Final = 900  # about a quarter of an hour
_STREAMS_OF_ONE: Final = 6


async def show_progress(call: Call) -> web.Response:
    """The transfers of a pack."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    if view.pack.sent_at is None:
        return go(f"/packs/{call.pack}")
    transfers = await watch_pack(call.parts, call.actor, call.pack)
    return page(
        call.request,
        "packs/progress.html",
        view=view,
        transfers=transfers,
        over=_over(transfers),
        marking=view.pack.marking.value,
    )


async def stream_progress(call: Call) -> web.StreamResponse:
    """The same, again whenever it changes, until nothing more is to be expected."""
    transfers = await watch_pack(call.parts, call.actor, call.pack)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
    )
    visitor, streams = call.request[VISITOR].csrf, call.request.app[STREAMS]
    if call.request.method == "HEAD":
        return web.Response(content_type="text/event-stream")
    if streams[visitor] >= _STREAMS_OF_ONE:
        raise TooManyRequests(
            "Too many pages are kept up to date at once.",
            "Close some of them, or reload this one by hand.",
            retry_after_seconds=60,
        )
    streams[visitor] += 1
    try:
        await response.prepare(call.request)
        await _keep_showing(call, response, transfers)
    except (ConnectionError, GatewayError):
        pass  # gone, or signed out, or the database is away: the browser asks again
    finally:
        _leave(streams, visitor)
    return response


def event(name: str, data: str) -> bytes:
    """One event; each line of its data is a line of its own."""
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    body = "".join(f"data: {line}\n" for line in lines)
    return f"event: {name}\n{body}\n".encode()


async def _keep_showing(
    call: Call, response: web.StreamResponse, transfers: Sequence[TransferView]
) -> None:
    shown: Sequence[TransferView] | None = None
    for look in range(_LOOKS):
        if transfers != shown:
            await response.write(event("show", _fragment(call, transfers)))
            shown = transfers
        elif look % _SIGN_OF_LIFE == 0:
            await identify(call.request)  # whoever signed out meanwhile sees no more
            await response.write(b": still here\n\n")
        if _over(transfers):
            break
        if await _leaving(call):
            return  # without an end, so that the browser asks again once the service is back
        transfers = await watch_pack(call.parts, call.actor, call.pack)
    await response.write(event("end", ""))


async def _leaving(call: Call) -> bool:
    """Wait a little; whether the browser has gone meanwhile, or the service is to stop."""
    try:
        async with asyncio.timeout(EVERY_SECONDS):
            await call.request.app[CLOSING].wait()
    except TimeoutError:
        return call.request.transport is None or call.request.transport.is_closing()
    return True


def _fragment(call: Call, transfers: Sequence[TransferView]) -> str:
    made = page(call.request, "packs/live.html", transfers=transfers, over=_over(transfers))
    return made.text or ""


def _over(transfers: Sequence[TransferView]) -> bool:
    return all(view.settled for view in transfers)


def _leave(streams: Counter[str], visitor: str) -> None:
    streams[visitor] -= 1
    if streams[visitor] <= 0:
        del streams[visitor]
