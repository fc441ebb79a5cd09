"""A large pack passes through the service without ever being held in memory."""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, MultipartWriter
from support.running import CONTACT, Installation, installation

pytestmark = pytest.mark.server
_DOCUMENT_BYTES = 100 * 1024 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_LIMIT_SECONDS = 120


class Sink:
    """An SMTP server that counts bytes and keeps nothing."""

    def __init__(self) -> None:
        self.data_bytes = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: every command is taken, data is counted to its final dot."""
        writer.write(b"220 sink\r\n")
        while command := await reader.readline():
            if command.upper().startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                await self._data(reader)
                writer.write(b"250 kept nothing\r\n")
            elif command.upper().startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()

    async def _data(self, reader: asyncio.StreamReader) -> None:
        tail = b""
        while tail != b"\r\n.\r\n":
            chunk = await reader.read(1 << 20)
            assert chunk, "the connection ended in the middle of a mail"
            self.data_bytes += len(chunk)
            tail = (tail + chunk)[-5:]


def peak_bytes(pid: int) -> int:
    """The largest resident memory the process ever had."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


async def document() -> AsyncIterator[bytes]:
    """100 MB that cannot be compressed."""
    for _ in range(_DOCUMENT_BYTES // (1 << 20)):
        yield os.urandom(1 << 20)


async def upload(session: ClientSession, pack: str) -> None:
    """Add a document to the pack through the API."""
    label = {
        "classification": "IN-CONFIDENCE",
        "category": "Care and protection",
        "source_agency": "tamariki-care",
        "children": ["child-7f3a"],
    }
    with MultipartWriter("form-data") as body:
        part = body.append_json(label)
        part.set_content_disposition("form-data", name="label")
        part = body.append(document())
        part.set_content_disposition("form-data", name="file", filename="film.bin")
        async with session.post(f"/api/v1/packs/{pack}/documents", data=body) as answer:
            assert answer.status == 201, await answer.text()


async def send_large_pack(there: Installation, token: str, sink: Sink) -> int:
    """Upload 200 MB, send it, and wait for it; gives by how much the service's peak rose."""
    service = there.services[0]
    async with ClientSession(there.base, headers={"Authorization": f"Bearer {token}"}) as session:
        terms = {
            "meeting": "kowhai-2026-12-08",
            "authority": "OTA-66C",
            "purpose": "SAFETY-PLAN",
            "marking": "IN-CONFIDENCE",
            "statements": [
                {"recipient": "aroha-tauira", "ground": "66C(a)(ii)", "belief": "It assists."}
            ],
            "consultations": [{"child": "child-7f3a", "consulted": False, "account": "Too young."}],
        }
        async with session.post("/api/v1/packs", json=terms) as answer:
            assert answer.status == 201, await answer.text()
            pack = (await answer.json())["id"]
        idle = peak_bytes(service.pid)
        await upload(session, pack)
        await upload(session, pack)
        headers = {"Idempotency-Key": "once"}
        async with session.post(f"/api/v1/packs/{pack}/send", headers=headers) as answer:
            assert answer.status == 202, await answer.text()
        ends = time.monotonic() + _LIMIT_SECONDS
        state = ""
        while state != "password sent" and time.monotonic() < ends:
            await asyncio.sleep(0.5)
            async with session.get("/api/v1/transfers", params={"pack": pack}) as answer:
                listed = json.loads(await answer.text())["items"]
                (state,) = {t["state"] for t in listed if t["recipient"] == "aroha-tauira"}
    assert state == "password sent"
    assert sink.data_bytes > 2 * _DOCUMENT_BYTES * 4 / 3
    return peak_bytes(service.pid) - idle


async def test_two_hundred_megabytes_raise_the_peak_by_less_than_64() -> None:
    """From upload over sealing to mailing, the service's peak memory stays near idle."""
    sink = Sink()
    async with await asyncio.start_server(sink.serve, "127.0.0.1", 0) as server:
        port = str(server.sockets[0].getsockname()[1])
        with installation(mail_port=port) as there:
            await asyncio.to_thread(there.serve)
            making = ("token", "create", "--role", "coordinator", "--agency", "tamariki-care")
            token = await asyncio.to_thread(there.run, *making, "--representative", CONTACT)
            risen = await send_large_pack(there, token.strip(), sink)
    assert risen < _MOST_BYTES, f"{risen:,} bytes"
