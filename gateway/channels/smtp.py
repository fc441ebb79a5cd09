"""One mail to one relay over SMTP, streamed, with exactly one of three outcomes.

The library's own DATA command takes a whole message in memory; this one writes piece by piece and
waits whenever the connection is full, so a pack of any size takes a few megabytes. What the relay
says while the mail is still on its way is heard at once.
Source: RFC 5321; RFC 1870 (SIZE); RFC 3207 (STARTTLS); RFC 3461 (DSN); RFC 4954 (AUTH).
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPResponse,
)
from aiosmtplib.protocol import SMTPProtocol

from gateway.channels.mime import Mail
from gateway.channels.outcomes import Phase, SessionFailedError, outcome_of
from gateway.channels.replies import in_own_words
from gateway.domain.secret import Secret
from gateway.services.ports import Accepted, Outcome, Rejected

_FAREWELL_SECONDS = 5.0  # for QUIT; the mail is the relay's by then
_START_INPUT = 354
_SIZE = re.compile(r"[0-9]{1,20}")  # RFC 1870 section 3
_ENVID_LIMIT = 100  # characters, RFC 3461 section 4.4


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes our mail, and how to talk to it.

    Attributes:
        tls: context that checks certificates and names; None only where `security` is `none`.
        step_seconds: longest wait for an answer, and for room on the connection.
        handover_seconds: longest wait for the answer to a whole mail; RFC 5321 section 4.5.3.2.6
            asks for ten minutes, since giving up early is what makes mail arrive twice.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    tls: ssl.SSLContext | None
    username: str | None
    password: Secret | None
    local_hostname: str
    step_seconds: float
    handover_seconds: float


async def deliver(mail: Mail, relay: Relay) -> Outcome:
    """Hand `mail` to `relay` in a session of its own.

    Raises:
        Exception: what the attachment raised; the connection is cut, so nothing was accepted.
    """
    client = SMTP(
        hostname=relay.host,
        port=relay.port,
        local_hostname=relay.local_hostname,
        timeout=relay.step_seconds,
        use_tls=relay.security == "tls",
        start_tls=False,
        tls_context=relay.tls,
    )
    delivery = _Delivery(client, mail, relay)
    try:
        return await delivery.run()
    except (SMTPException, OSError) as error:
        if error is delivery.unreadable:
            raise
        return outcome_of(error, delivery.phase)
    finally:
        await _cut(client)


class _Delivery:
    """A mail on its way.

    `phase` says how far it has come when something fails, `unreadable` what the attachment raised.
    """

    def __init__(self, client: SMTP, mail: Mail, relay: Relay) -> None:
        self.phase = Phase.SESSION
        self.unreadable: Exception | None = None
        self._client = client
        self._mail = mail
        self._relay = relay

    async def run(self) -> Outcome:
        """Open the session, hand the mail over, take leave."""
        await self._open()
        limit = self._client.esmtp_extensions.get("size", "")
        if _SIZE.fullmatch(limit) and 0 < int(limit) < self._mail.size_bytes:
            return Rejected(
                f"The mail has {self._mail.size_bytes} bytes; the relay takes {int(limit)}.",
                of_content=True,
            )
        self.phase = Phase.LETTER
        await self._name_parties()
        reply = await self._hand_over()
        if not 200 <= reply.code < 300:
            raise SMTPDataError(reply.code, reply.message)
        with suppress(SMTPException, OSError):
            await self._client.quit(timeout=min(_FAREWELL_SECONDS, self._relay.step_seconds))
        return Accepted(in_own_words(reply.code, reply.message))

    async def _open(self) -> None:
        """Connect, secure the connection, sign in; nothing of the mail is said before that."""
        client, relay = self._client, self._relay
        await client.connect()
        await client.ehlo()
        if relay.security == "starttls":
            if not client.supports_extension("starttls"):
                raise SessionFailedError("The relay does not offer STARTTLS; nothing was sent.")
            await client.starttls()
            await client.ehlo()
        if relay.username is not None and relay.password is not None:
            await client.login(relay.username, relay.password.reveal())

    async def _name_parties(self) -> None:
        """MAIL and RCPT; a bounce shall bring back headers only, never the pack."""
        options = []
        if self._client.supports_extension("size"):
            options.append(f"SIZE={self._mail.size_bytes}")
        if self._client.supports_extension("dsn"):
            options.append("RET=HDRS")
            # '+' is the one sign of our identifiers that xtext (RFC 3461 section 4) must escape.
            name = self._mail.message_id.replace("+", "+2B")
            options += [f"ENVID={name}"] if len(name) <= _ENVID_LIMIT else []
        await self._client.mail(self._mail.sender, options=options)
        await self._client.rcpt(self._mail.recipient)

    async def _hand_over(self) -> SMTPResponse:
        """DATA, the mail, the closing dot, and the relay's answer to it."""
        start = await self._client.execute_command(b"DATA")
        protocol = self._client.protocol
        if start.code != _START_INPUT or protocol is None:
            raise SMTPDataError(start.code, start.message)
        with _listening(protocol) as answer:
            if not await self._pour(protocol, answer):
                return await self._cut_short(answer)
            self.phase = Phase.HANDED_OVER
            protocol.write(b".\r\n")
            await asyncio.wait({answer}, timeout=self._relay.handover_seconds)
            if not answer.done():
                raise SessionFailedError("The relay did not answer to the complete mail.")
            return answer.result()

    async def _pour(self, protocol: SMTPProtocol, answer: asyncio.Task[SMTPResponse]) -> bool:
        """Write the mail as fast as the relay takes it; False when it would not hear the end."""
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                if answer.done():
                    return False
                try:
                    protocol.write(piece)
                    await _room(protocol, answer, self._relay.step_seconds)
                except ConnectionError:
                    return False
        return not answer.done()

    async def _cut_short(self, answer: asyncio.Task[SMTPResponse]) -> SMTPResponse:
        """What the relay said in the middle of the mail; thanks at that point are not for it."""
        await asyncio.wait({answer}, timeout=self._relay.step_seconds)
        if not answer.done():
            raise SessionFailedError("The connection was lost before the mail was complete.")
        reply = answer.result()
        if 400 <= reply.code < 600:
            return reply
        self.phase = Phase.HANDED_OVER
        raise SessionFailedError("The relay answered before the mail was complete.")

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        """The mail's pieces with leading dots doubled (RFC 5321 section 4.5.2)."""
        at_line_start = True
        async with aclosing(self._mail.stream()) as stream:
            while True:
                try:
                    piece = await anext(stream, None)
                except Exception as error:
                    self.unreadable = error
                    raise
                if piece is None:
                    return
                if at_line_start and piece.startswith(b"."):
                    piece = b"." + piece
                at_line_start = piece.endswith(b"\n")
                yield piece.replace(b"\n.", b"\n..") if b"\n." in piece else piece


@contextmanager
def _listening(protocol: SMTPProtocol) -> Generator[asyncio.Task[SMTPResponse], None, None]:
    """A task that holds the relay's next answer, whenever it comes."""
    answer = asyncio.ensure_future(protocol.read_response())
    try:
        yield answer
    finally:
        _forget(answer)


async def _room(protocol: SMTPProtocol, answer: asyncio.Task[SMTPResponse], seconds: float) -> None:
    """Wait until the connection takes more, or the relay answers."""
    drained = asyncio.ensure_future(protocol._drain_helper())  # noqa: SLF001 - as StreamWriter does
    try:
        await asyncio.wait({drained, answer}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not drained.done() and not answer.done():
            raise SessionFailedError("The relay stopped taking the mail.")
        if drained.done():
            drained.result()
    finally:
        _forget(drained)


def _forget(task: asyncio.Task[Any]) -> None:
    """Stop a task nobody needs any more, and take its error from it if it has one."""
    if not task.cancel() and not task.cancelled():
        task.exception()


async def _cut(client: SMTP) -> None:
    """Close the connection at once; what is still unsent is dropped, so no half mail arrives."""
    if isinstance(client.transport, asyncio.WriteTransport):
        client.transport.abort()
    client.close()
    await asyncio.sleep(0)  # lets the transport go
