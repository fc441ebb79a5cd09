"""Scans documents for malware with ClamAV's clamd, over its socket.

Source: clamd(8), commands INSTREAM and PING. A document goes there unencrypted, in pieces, and is
held neither here nor, as clamd is on this machine, anywhere else.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from gateway.domain.errors import Unavailable
from gateway.services.ports import Scanned

_PIECE_BYTES: Final = 64 * 1024
_REPLY_BYTES: Final = 4096
_CONNECT_SECONDS: Final = 5.0
_CLEAN: Final = "stream: OK"
_FOUND: Final = " FOUND"
_SIGNATURE_CHARACTERS: Final = 200


class ClamdScanner:
    """Looks for malware by asking a clamd (implements `gateway.services.ports.Scanner`).

    Args:
        address: path of its socket, or `host:port`.
        seconds: longest wait for it to take a piece, or to answer.
    """

    def __init__(self, address: str, *, seconds: float = 120.0) -> None:
        self._address = address
        self._seconds = seconds

    async def scan(self, chunks: AsyncIterator[bytes]) -> Scanned:
        """What is found in a document given in chunks.

        Raises:
            Unavailable: clamd does not answer, or takes no document of this size.
        """
        async with self._connected() as (reader, writer):
            try:
                await self._send(writer, b"zINSTREAM\0")
                async for chunk in chunks:
                    for start in range(0, len(chunk), _PIECE_BYTES):
                        piece = chunk[start : start + _PIECE_BYTES]
                        await self._send(writer, struct.pack(">I", len(piece)) + piece)
                await self._send(writer, struct.pack(">I", 0))
            except ConnectionError:
                # it hangs up on what is over its StreamMaxLength, and says so first
                return _understood(await self._reply(reader))
            return _understood(await self._reply(reader))

    async def require_ready(self) -> None:
        """Hold that clamd answers.

        Raises:
            Unavailable: it does not.
        """
        async with self._connected() as (reader, writer):
            try:
                await self._send(writer, b"zPING\0")
            except ConnectionError as error:
                raise _away() from error
            if await self._reply(reader) != "PONG":
                raise _away()

    @asynccontextmanager
    async def _connected(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._open()
        except (OSError, TimeoutError) as error:
            raise _away() from error
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await writer.wait_closed()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=_REPLY_BYTES)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_REPLY_BYTES)

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                writer.write(data)
                await writer.drain()
        except TimeoutError as error:
            raise _away() from error

    async def _reply(self, reader: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(self._seconds):
                line = await reader.readuntil(b"\0")
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            raise _away() from error
        return line[:-1].decode("utf-8", errors="replace").strip()


def _understood(reply: str) -> Scanned:
    """What a reply means; whatever is neither clean nor a signature is no answer.

    Raises:
        Unavailable: it is an error, or says nothing that is known.
    """
    if reply == _CLEAN:
        return Scanned(None)
    if reply.startswith("stream: ") and reply.endswith(_FOUND):
        name = reply.removeprefix("stream: ").removesuffix(_FOUND)
        shown = "".join(c if c.isprintable() else " " for c in name)
        return Scanned(shown[:_SIGNATURE_CHARACTERS] or "unnamed")
    if "size limit exceeded" in reply:
        raise Unavailable(
            "The document is larger than the malware scanner takes.",
            "Split it; or have the administrator raise clamd's StreamMaxLength.",
            field="file",
        )
    raise _away()


def _away() -> Unavailable:
    return Unavailable(
        "The malware scanner does not answer, so the document was not scanned.",
        "Try again in a few minutes; if it stays so, tell the administrator.",
    )
