"""Letters, archives and a mail sink that keeps every byte, for the tests of the channels."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
import trustme

from gateway.channels import MailSettings, SmtpMailer
from gateway.domain.classification import Classification
from gateway.domain.secret import Secret
from gateway.services.ports import Attachment, Mailer, NoticeLetter, PackLetter, PasswordLetter

PASSWORD = "violin-harbour-mustard-canopy-otter-ladder"
SENT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class Attach(Protocol):
    """Makes an attachment from bytes that come in pieces of a given size."""

    def __call__(self, data: bytes, piece: int = ..., name: str = ...) -> Attachment:
        """An attachment of `data`."""
        ...


@pytest.fixture
def attach() -> Attach:
    """Make an attachment; it may be opened again and again."""

    def make(data: bytes, piece: int = 65536, name: str = "T-7KQ2-M9XD.zip") -> Attachment:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(data), piece):
                yield data[start : start + piece]

        return Attachment(name, len(data), pieces)

    return make


@pytest.fixture
def pack_letter() -> PackLetter:
    """A letter with every field set; the people and places are made up."""
    return PackLetter(
        message_id="01J9Z3-attempt.example@gateway.lead.example",
        to="aroha.test@provider.example",
        reference="T-7KQ2-M9XD",
        classification=Classification.IN_CONFIDENCE,
        marking="IN-CONFIDENCE \N{EN DASH} external",
        sender_agency="Lead Agency Example",
        contact=("Sam Sample, Coordinator", "Lead Agency Example", "+64 4 000 0000"),
        reply_to="coordinator@lead.example",
        privacy_statement="Use this only for the meeting.\n\nDo not pass it on.",
        password_channel="by text message",
        acknowledge_at="https://gateway.lead.example/received/abcDEF-123_456",
        date=SENT,
    )


@pytest.fixture
def password_letter() -> PasswordLetter:
    """A password for another mailbox of the same person."""
    return PasswordLetter(
        message_id="01J9Z3-password@gateway.lead.example",
        to="aroha.second@mailbox.example",
        reference="T-7KQ2-M9XD",
        sender_agency="Lead Agency Example",
        password=Secret(PASSWORD),
        date=SENT,
    )


@pytest.fixture
def notice_letter() -> NoticeLetter:
    """A notice to the coordinator."""
    return NoticeLetter(
        message_id="01J9Z3-notice@gateway.lead.example",
        to="coordinator@lead.example",
        reference="T-7KQ2-M9XD",
        subject="Not delivered: T-7KQ2-M9XD",
        lines=("The relay refused the mail.", "550 5.1.1 unknown user"),
        date=SENT,
    )


@dataclass
class Sink:
    """A mail server that says what it is told to, and keeps the raw bytes it got.

    Attributes:
        replies: by verb; also `greeting` and `dot` (after the mail). None closes the connection.
        early: (bytes of mail, reply) to answer in the middle of a mail, then read no more.
        discard: count the mail's bytes instead of keeping them.
        echo: answer to a mail with these codes and the whole mail, as some filters do.
        deaf: read nothing of a mail.
        starttls: offer STARTTLS with this context.
        mails: raw, with doubled dots, without the closing dot.
    """

    replies: dict[str, str | None] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("SIZE 0", "DSN")
    early: tuple[int, str | None] | None = None
    discard: bool = False
    echo: str | None = None
    deaf: bool = False
    starttls: ssl.SSLContext | None = None
    port: int = 0
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    received_bytes: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session."""
        try:
            await self._session(reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            writer.transport.abort()
        self.ended.set()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say(writer, "greeting", "220 sink.example ready"):
            return
        while line := await reader.readline():
            self.commands.append(line.decode("ascii").rstrip("\r\n"))
            verb = line.split()[0].decode("ascii").upper()
            if verb == "EHLO":
                names = (*self.extensions, *(["STARTTLS"] if self.starttls else []))
                usual = "".join(f"250-{name}\r\n" for name in names) + "250 HELP"
                usual = "250-sink.example\r\n" + usual
            else:
                usual = {
                    "STARTTLS": "220 go",
                    "AUTH": "235 ok",
                    "DATA": "354 go on",
                    "QUIT": "221 bye",
                }.get(verb, "250 ok")
            if not await self._say(writer, verb, usual):
                return
            if verb == "STARTTLS" and self.starttls:
                await writer.start_tls(self.starttls)
                self.starttls = None
            refused = verb != "DATA" or not (self.replies.get(verb) or "354").startswith("354")
            if not refused and not await self._mail(reader, writer):
                return
            if verb == "QUIT":
                return

    async def _mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        kept = bytearray()
        if self.deaf:
            await asyncio.Event().wait()
        while not kept.endswith(b"\r\n.\r\n"):
            piece = await reader.read(65536)
            if not piece:
                return False
            self.received_bytes += len(piece)
            kept += piece
            if self.discard:
                del kept[:-5]
            if self.early and self.received_bytes >= self.early[0]:
                if self.early[1] is not None:
                    writer.write(f"{self.early[1]}\r\n".encode())
                    await writer.drain()
                    await asyncio.Event().wait()
                return False
        self.mails.append(bytes(kept[:-3]))
        if self.echo is not None:
            code, enhanced = self.echo.split()
            lines = self.mails[-1].decode().splitlines()
            start = "".join(f"{code}-{enhanced} {line}\r\n" for line in lines)
            self.replies["dot"] = f"{start}{code} {enhanced} end"
        return await self._say(writer, "dot", "250 2.0.0 queued as 4Xyz")

    async def _say(self, writer: asyncio.StreamWriter, moment: str, usual: str) -> bool:
        reply = self.replies.get(moment, usual)
        if reply is None:
            return False
        if reply == "silence":
            await asyncio.Event().wait()
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True


RunSink = Callable[..., Any]


@pytest.fixture
async def run_sink() -> AsyncIterator[RunSink]:
    """Start sinks; they and their sessions end with the test."""
    servers: list[asyncio.Server] = []
    sessions: set[asyncio.Task[None]] = set()

    async def start(
        tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **script: Any
    ) -> Sink:
        sink = Sink(**script)

        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            sessions.add(task)
            await sink.serve(reader, writer)

        server = await asyncio.start_server(session, host, 0, ssl=tls)
        servers.append(server)
        sink.port = server.sockets[0].getsockname()[1]
        return sink

    yield start
    for server in servers:
        server.close()
    for task in sessions:
        task.cancel()
    await asyncio.gather(*sessions, return_exceptions=True)
    for server in servers:
        await server.wait_closed()


MakeMailer = Callable[..., Mailer]


@pytest.fixture
def mailer() -> MakeMailer:
    """Make a mailer for a relay on this machine."""

    def make(port: int, **settings: Any) -> Mailer:
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender_address": "packs@lead.example",
            "sender_name": "Lead Agency Example",
            "timeout_seconds": 5.0,
            "handover_seconds": 5.0,
        }
        return SmtpMailer(MailSettings(**{**values, **settings}))

    return make


@dataclass(frozen=True)
class Tls:
    """A certificate authority, a server certificate it issued, and its file for clients."""

    server: ssl.SSLContext
    ca_file: Path
    certificate: Path


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], Tls]:
    """Make certificate authorities of one's own for `127.0.0.1` and `localhost`."""

    def make(name: str) -> Tls:
        ca = trustme.CA(organization_name=name)
        issued = ca.issue_cert("localhost", "127.0.0.1")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(server)
        ca_file, certificate = tmp_path / f"{name}.pem", tmp_path / f"{name}-server.pem"
        ca.cert_pem.write_to_path(str(ca_file))
        issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
        return Tls(server, ca_file, certificate)

    return make


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Find ports nobody listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find
