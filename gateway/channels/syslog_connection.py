"""A connection to a receiver of the log, with an end that proves what was read.

That the receiver's host acknowledged bytes is not enough: its system may hold megabytes that its
program never read, and they die with the program. So a connection is ended in four steps:

1. Wait until the receiver's host acknowledged every byte, while its side is still open.
2. Say that nothing more comes: a TLS close_notify alert, then the end of the TCP stream.
3. Read until the receiver's side ends too.
4. Take an orderly end as the proof. A program that ends or is killed with bytes unread makes its
   system reset the connection instead, and refusals within TLS come as alerts; both are failures.

Where the operating system does not tell what is acknowledged, step 1 is left out; then a receiver
that stops in good order at that very moment can be mistaken for one that read everything.
Source: RFC 5425 section 4.4; RFC 8446 section 6.1; RFC 1122 section 4.2.2.13 (reset on unread
bytes); RFC 2525 section 2.17.
"""

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

if sys.platform == "linux":
    import fcntl
    import termios

_T = TypeVar("_T")
_PIECE_BYTES = 65536
_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}  # seconds, seconds, times
_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.001, 0.05


class Connection:
    """An open connection, secured by `tls` unless that is None.

    Every step may take `step_seconds`. Whatever fails raises an OSError (ssl.SSLError and
    TimeoutError are some); after that the connection can only be cut.
    """

    def __init__(
        self, sock: socket.socket, host: str, tls: ssl.SSLContext | None, step_seconds: float
    ) -> None:
        self._sock = sock
        self._seconds = step_seconds
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = tls and tls.wrap_bio(self._arrived, self._leaving, server_hostname=host)

    @classmethod
    async def open(
        cls, host: str, port: int, tls: ssl.SSLContext | None, step_seconds: float
    ) -> "Connection":
        """A connection over which nothing was said yet, the certificate checked.

        Raises:
            OSError: there is no connection, or it cannot be secured.
        """
        async with asyncio.timeout(step_seconds):
            sock = await _connected(host, port)
        try:
            connection = cls(sock, host, tls, step_seconds)
            if connection._tls:
                async with asyncio.timeout(step_seconds):
                    await connection._step(connection._tls.do_handshake)
        except BaseException:
            sock.close()
            raise
        return connection

    async def send(self, data: bytes) -> None:
        """Write `data` as fast as the receiver takes it."""
        rest = memoryview(data)
        loop = asyncio.get_running_loop()
        while rest:
            piece = rest[:_PIECE_BYTES]
            async with asyncio.timeout(self._seconds):
                if self._tls:
                    written = await self._step(partial(self._tls.write, piece))
                else:
                    await loop.sock_sendall(self._sock, piece)
                    written = len(piece)
            rest = rest[written:]

    async def finish(self) -> None:
        """End the connection; returns only once the receiver's program has read everything."""
        async with asyncio.timeout(self._seconds):
            await self._acknowledged()
            if not self.stands():
                raise ConnectionResetError
            if self._tls:
                with suppress(ssl.SSLWantReadError):  # its answer is read below
                    self._tls.unwrap()
                await self._flush()
            self._sock.shutdown(socket.SHUT_WR)
            await self._read_to_end()
        self._sock.close()

    def stands(self) -> bool:
        """Whether the receiver's side is open, as far as this side has heard."""
        try:
            while data := self._sock.recv(_PIECE_BYTES):
                self._arrived.write(data)
        except BlockingIOError:
            return self._hear()
        except OSError:
            return False
        return False

    def cut(self) -> None:
        """Drop the connection at once."""
        self._sock.close()

    def _hear(self) -> bool:
        """Take in what TLS has to say for itself; False when the receiver ended it."""
        if not self._tls:
            self._arrived.read()  # a receiver of syslog has nothing to say
            return True
        try:
            while self._tls.read(_PIECE_BYTES):
                pass
        except ssl.SSLWantReadError:
            return True
        except ssl.SSLError:
            return False
        return False

    async def _acknowledged(self) -> None:
        if sys.platform == "linux":
            pause = _FIRST_LOOK_SECONDS
            while int.from_bytes(
                fcntl.ioctl(self._sock, termios.TIOCOUTQ, bytes(4)), sys.byteorder
            ):
                if not self.stands():
                    raise ConnectionResetError
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_LOOK_SECONDS)

    async def _read_to_end(self) -> None:
        """Read until the receiver's stream ends in order.

        A receiver that ends it without a close_notify of its own is accepted; many do that.
        """
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(self._sock, _PIECE_BYTES):
            if self._tls:
                self._arrived.write(data)
                with suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                    while self._tls.read(_PIECE_BYTES):
                        pass

    async def _step(self, step: Callable[[], _T]) -> _T:
        """Do a step of TLS, with what it has to send and to hear for it."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await loop.sock_recv(self._sock, _PIECE_BYTES)
                self._arrived.write(data) if data else self._arrived.write_eof()
            except ssl.SSLError:
                with suppress(OSError):
                    await self._flush()  # an alert that tells the other side why
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if data := self._leaving.read():
            await asyncio.get_running_loop().sock_sendall(self._sock, data)


async def _connected(host: str, port: int) -> socket.socket:
    """A connected socket; every address of `host` is tried in turn."""
    loop = asyncio.get_running_loop()
    failure = OSError("the name has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)  # noqa: FBT003 - the library's own form
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEPALIVE.items():
                if hasattr(socket, name):
                    sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
