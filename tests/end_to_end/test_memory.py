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


_ROW_BYTES = 1 << 20
_ROWS = _DOCUMENT_BYTES // _ROW_BYTES
_OBJECTS = (
    b"<</Type /Catalog /Pages 2 0 R>>",
    b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
    b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources 6 0 R>>",
    b"<</Length 25>>\nstream\n200 0 0 200 0 0 cm /I Do \nendstream",
)


async def document() -> AsyncIterator[bytes]:
    """A PDF file with a picture of 100 MB that cannot be compressed."""
    head, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(_OBJECTS, 1):
        offsets.append(len(head))
        head += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    resources = len(head)
    head += b"6 0 obj\n<</XObject <</I 5 0 R>>>>\nendobj\n"
    offsets += [len(head), resources]
    head += (
        b"5 0 obj\n<</Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Width %d /Height %d /Length %d>>\nstream\n" % (_ROW_BYTES, _ROWS, _DOCUMENT_BYTES)
    )
    yield head
    for _ in range(_ROWS):
        yield os.urandom(_ROW_BYTES)
    tail = b"\nendstream\nendobj\n"
    start = len(head) + _DOCUMENT_BYTES + len(tail)
    places = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    yield tail + b"xref\n0 7\n0000000000 65535 f \n" + places
    yield b"trailer\n<</Size 7 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


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
        part.set_content_disposition("form-data", name="file", filename="film.pdf")
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
