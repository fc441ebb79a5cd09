"""Sending what was taken out of the log as a file, piece by piece, however large it is."""

import asyncio
import zipfile
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Final

from aiohttp import web

from gateway.forms.exports import Format, exporter
from gateway.services import exporting, review
from gateway.services.review import Wanted
from gateway.web.calls import Call

_LEVEL: Final = 1  # of compression: most of what can be saved, in a fraction of the time


async def send_export(call: Call, wanted: Wanted, form: Format) -> web.StreamResponse:
    """Send every entry that fits as a file, piece by piece."""
    writer = exporter(form, call.settings.log_origin)
    response = web.StreamResponse(
        headers={
            "Content-Type": writer.media_type,
            "Content-Disposition": f'attachment; filename="audit-log.{writer.extension}"',
        }
    )
    taken = review.take_out(call.parts, call.actor, wanted)
    async with aclosing(taken) as pieces:  # whoever goes away early lets the snapshot go too
        piece = await anext(pieces, None)  # a refusal comes before the answer has begun
        await response.prepare(call.request)
        if call.request.method == "HEAD":
            return response
        with _cut_unless_whole(call.request):
            await _write(call, response, writer.head())
            while piece is not None:
                rows = (writer.row(one.position, one.leaf, piece.names) for one in piece.entries)
                await _write(call, response, b"".join(rows))
                piece = await anext(pieces, None)
            await response.write_eof()
    return response


async def _write(call: Call, response: web.StreamResponse, data: bytes) -> None:
    """Send a piece; whoever does not take it in time keeps no snapshot of the database open."""
    async with asyncio.timeout(call.settings.body_idle_seconds):
        await response.write(data)


@contextmanager
def _cut_unless_whole(request: web.Request) -> Iterator[None]:
    """Cut the connection when an answer that has begun cannot be ended, so that it shows."""
    try:
        yield
    except BaseException:
        if request.transport is not None:
            request.transport.abort()
        raise


class _Sink:
    """What a ZIP archive is written to: it cannot be sought in, and is emptied again and again."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Hold some bytes."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing: whoever empties it does."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self._held)
        self._held.clear()
        return data


async def send_log(call: Call) -> web.StreamResponse:
    """Send the whole log as `gateway audit export` writes it, in one ZIP archive."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="log-export.zip"',
        }
    )
    async with aclosing(exporting.stream(call.parts, call.actor)) as pieces:
        piece = await anext(pieces, None)  # a refusal comes before the answer has begun
        await response.prepare(call.request)
        if call.request.method == "HEAD":
            return response
        sink = _Sink()
        with _cut_unless_whole(call.request):
            archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)  # type: ignore[call-overload]
            while piece is not None:
                name = piece.file
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                    while piece is not None and piece.file == name:
                        await asyncio.to_thread(file.write, piece.data)
                        await _write(call, response, sink.taken())
                        piece = await anext(pieces, None)
            archive.close()
            await _write(call, response, sink.taken())
            await response.write_eof()
    return response
