"""A witness that follows the specification to the letter (C2SP tlog-witness, add-checkpoint)."""

import asyncio
import json
import os
import re
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.merkle import verify_consistency
from gateway.audit.notes import Kind, Note, VerifierKey, cosign
from gateway.domain.errors import Tampered

_REQUEST = re.compile(
    rb"old (?P<old>0|[1-9][0-9]*)\n(?P<proof>(?:[A-Za-z0-9+/]{43}=\n){0,63})\n(?P<checkpoint>.+)",
    re.DOTALL,
)


@dataclass
class StrictWitness:
    """Cosigns what continues what it cosigned last, which it remembers in a file.

    Attributes:
        logs: the key of each log it knows, by origin.
        now: gives the time in seconds since 1970.
        statuses: what it answered, in order.
    """

    state: Path
    logs: Mapping[str, VerifierKey]
    now: Callable[[], int]
    name: str = "witness.example/w1"
    seed: bytes = b"w" * 32
    statuses: list[int] = field(default_factory=list)
    url: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def key(self) -> VerifierKey:
        """The verifier key of its cosignatures."""
        return VerifierKey.of_seed(self.name, Kind.COSIGNATURE, self.seed)

    @property
    def cosigned(self) -> dict[str, tuple[int, bytes]]:
        """The size and root it cosigned last of each log, as the file has it."""
        if not self.state.exists():
            return {}
        stored = json.loads(self.state.read_text())
        return {origin: (size, bytes.fromhex(root)) for origin, (size, root) in stored.items()}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["StrictWitness"]:
        """Answer at `url` while the block lasts."""
        app = web.Application()
        app.router.add_post("/prefix/add-checkpoint", self._add_checkpoint)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/prefix"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _add_checkpoint(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._turn:  # looking and keeping are one step
            answer = self._answer(body)
        self.statuses.append(answer.status)
        return answer

    def _answer(self, body: bytes) -> web.Response:
        asked = _REQUEST.fullmatch(body)
        try:
            note = Note.parse(asked["checkpoint"] if asked else b"")
            checkpoint = Checkpoint.parse(note.text)
        except Tampered:
            return web.Response(status=400)
        assert asked
        if checkpoint.origin not in self.logs:
            return web.Response(status=404)
        try:
            note.verify([self.logs[checkpoint.origin]])
        except Tampered:
            return web.Response(status=403)
        proof = [b64decode(line) for line in asked["proof"].split()]
        return self._judge(int(asked["old"]), proof, checkpoint, note)

    def _judge(
        self, old: int, proof: list[bytes], checkpoint: Checkpoint, note: Note
    ) -> web.Response:
        if old > checkpoint.size:
            return web.Response(status=400)
        size, root = self.cosigned.get(checkpoint.origin, (0, b""))
        if old != size or (size == checkpoint.size and root != checkpoint.root):
            return web.Response(
                status=409, body=f"{size}\n".encode(), headers={"Content-Type": "text/x.tlog.size"}
            )
        try:
            if old:
                verify_consistency(old, checkpoint.size, proof, root, checkpoint.root)
        except Tampered:
            return web.Response(status=422)
        if proof and not old:
            return web.Response(status=422)
        self._keep(checkpoint)
        signature = cosign(note.text, self.name, self.seed, self.now())
        signed = bytes(Note(note.text, (signature,)))
        return web.Response(body=signed.removeprefix(f"{note.text}\n".encode()))

    def _keep(self, checkpoint: Checkpoint) -> None:
        """Write the new state beside the old one and change over, before anything is answered."""
        sizes = {origin: (size, root.hex()) for origin, (size, root) in self.cosigned.items()}
        sizes[checkpoint.origin] = (checkpoint.size, checkpoint.root.hex())
        beside = self.state.with_suffix(".new")
        with beside.open("w") as file:
            json.dump(sizes, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.state)


@dataclass
class Canned:
    """A server that answers every request with the same bytes, whole with status and headers.

    Attributes:
        answer: None closes the connection; `then_hang` keeps it open afterwards.
        requests: what came, head and body.
    """

    answer: bytes | None
    then_hang: bool = False
    requests: list[bytes] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Canned"]:
        """Answer at `url` while the block lasts."""
        tasks: set[asyncio.Task[None]] = set()

        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(reader, writer)
            writer.transport.abort()

        server = await asyncio.start_server(session, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/prefix"
        try:
            yield self
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: ([0-9]+)", head.lower())
        self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
        if self.answer is not None:
            writer.write(self.answer)
            await writer.drain()
        if self.then_hang:
            await asyncio.Event().wait()
        elif self.answer is not None:
            writer.close()
            await writer.wait_closed()


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer over HTTP; underscores in names of headers stand for hyphens."""
    named = {"Content-Length": str(len(body)), "Content-Type": "text/plain", "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
