"""What stands outside a gateway during a test: servers in a thread of their own, and a receiver."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field
from typing import Any

_FRAME = re.compile(rb"([1-9][0-9]*) ")
_POSITION = re.compile(rb' position="([0-9]+)" ')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LIMIT_SECONDS = 20


@dataclass
class Background:
    """An event loop in a thread, in which servers answer until all is over."""

    loop: asyncio.AbstractEventLoop
    stack: AsyncExitStack

    def start(self, server: AbstractAsyncContextManager[Any]) -> None:
        """Have a server answer from now on."""
        entering = self.stack.enter_async_context(server)
        asyncio.run_coroutine_threadsafe(entering, self.loop).result(_LIMIT_SECONDS)


@contextmanager
def background() -> Iterator[Background]:
    """A background; what was started in it ends with the block."""
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Background(loop, stack)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(_LIMIT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@dataclass
class SyslogReceiver:
    """Keeps what it reads (RFC 5425 framing), connection by connection, in the order they end."""

    port: int
    received: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["SyslogReceiver"]:
        """Listen while the block lasts."""
        server = await asyncio.start_server(self._read, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received.append(await reader.read())
        writer.close()

    def entries(self) -> list[tuple[int, bytes]]:
        """Position and exact bytes of each entry that arrived, in order, doubles among them."""
        return [entry for each in list(self.received) for entry in _entries(each)]


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        framed = _FRAME.match(data)
        assert framed, data[:100]
        message, data = (
            data[framed.end() :][: int(framed[1])],
            data[framed.end() + int(framed[1]) :],
        )
        head, _, leaf = message.partition(_BYTE_ORDER_MARK)
        position = _POSITION.search(head)
        assert position, head
        yield int(position[1]), leaf
