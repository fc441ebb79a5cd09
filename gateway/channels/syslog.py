"""Handing the audit log to a syslog receiver over TLS.

Each delivery goes over a connection of its own, which is ended in a way that proves the receiver's
program read it all (`gateway.channels.syslog_connection`). The next connection is opened before
that end and waits, quiet, for the next delivery: if the receiver is stopped or killed meanwhile,
that connection breaks, and `connect` tells of it.

The receiver must take messages as long as an entry may be: 65,535 bytes and some 400 more. Many
take only 8192 unless told otherwise, and cut off what is longer.
Source: RFC 5425 (TLS 1.2 or later by RFC 9662; port 6514); NZISM 16.6.12 (a central log).
"""

import re
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gateway.channels import fields
from gateway.channels.syslog_connection import Connection
from gateway.channels.syslog_format import frame
from gateway.channels.tls import client_context
from gateway.domain.errors import InvalidInput, Unavailable
from gateway.services.forwarding import Record

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?|::1")


@dataclass(frozen=True, slots=True)
class SyslogSettings:
    """How to reach the receiver.

    Attributes:
        security: `tls`, always with a checked certificate; `none` is for a receiver on this machine
            only.
        ca_file: certificate authorities to trust instead of the system's.
        certificate_file: this gateway's own certificate (PEM), if the receiver asks for one;
            `key_file` its key, if that is not in the same file.
        timeout_seconds: longest wait for the receiver in each step.

    Raises:
        InvalidInput: a value is missing, unknown or unsafe.
    """

    host: str
    port: int = 6514
    security: Literal["tls", "none"] = "tls"
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        _require(_HOST.fullmatch(self.host), "host", "Give a host name or an address.")
        _require(0 < self.port < 65536, "port", "Give a port from 1 to 65535.")
        _require(
            self.security in {"tls", "none"}
            and (self.security == "tls" or fields.is_loopback(self.host)),
            "security",
            "Use 'tls'; 'none' is allowed for a receiver on this machine only.",
        )
        _require(
            self.key_file is None or self.certificate_file is not None,
            "certificate_file",
            "Name the certificate that belongs to the key.",
        )
        _require(self.timeout_seconds > 0, "timeout_seconds", "Give a number above zero.")


class SyslogCollector:
    """A syslog receiver; `origin` is the name of the log, which stands in every message.

    Raises:
        InvalidInput: a file of certificates or the key cannot be read.
    """

    def __init__(self, settings: SyslogSettings, origin: str) -> None:
        self._settings = settings
        self._origin = origin
        self._tls = _context(settings) if settings.security == "tls" else None
        self._waiting: Connection | None = None
        self._unbroken = False

    @property
    def addr(self) -> str:
        """The receiver's host and port, for messages and for the cursor."""
        host = self._settings.host
        return f"{f'[{host}]' if ':' in host else host}:{self._settings.port}"

    async def connect(self) -> bool:
        """Have a connection open; whether there was one all the time since the last delivery.

        Raises:
            Unavailable: the receiver cannot be reached, or its certificate is not trusted.
        """
        await self._ready()
        return self._unbroken

    async def deliver(self, records: Sequence[Record]) -> None:
        """Hand records over; returns only once the receiver's program has read them all.

        Raises:
            Unavailable: that is not certain; any number of them may have arrived.
        """
        current, following = await self._ready(), None
        self._waiting, self._unbroken = None, False
        try:
            async with self._said_plainly():
                await current.send(b"".join(frame(each, self._origin) for each in records))
                following = await self._open()
                await current.finish()
        except BaseException:
            for connection in (current, following):
                if connection:
                    connection.cut()
            raise
        self._waiting, self._unbroken = following, True

    async def close(self) -> None:
        """Drop the waiting connection; nothing is under way on it."""
        if self._waiting:
            self._waiting.cut()
        self._waiting, self._unbroken = None, False

    async def _ready(self) -> Connection:
        """The connection that waits, or a new one if it broke."""
        if self._waiting is None or not self._waiting.stands():
            await self.close()
            async with self._said_plainly():
                self._waiting = await self._open()
        return self._waiting

    async def _open(self) -> Connection:
        settings = self._settings
        return await Connection.open(
            settings.host, settings.port, self._tls, settings.timeout_seconds
        )

    @asynccontextmanager
    async def _said_plainly(self) -> AsyncIterator[None]:
        """Turn failures of the connection into an error of ours."""
        try:
            yield
        except (OSError, UnicodeError) as error:  # a name that no DNS can hold is the latter
            raise _unavailable(error, self.addr) from error


def _unavailable(error: OSError | UnicodeError, addr: str) -> Unavailable:
    """A failure in words of our own; no text of the other side's is kept."""
    receiver = f"The log receiver {addr}"
    again = "Everything is kept and sent once it answers. See that it runs."
    match error:
        case ssl.SSLCertVerificationError():
            remedy = "Have it use a certificate for this name, or name its authority in 'ca_file'."
            return Unavailable(f"{receiver} has a certificate that is not trusted.", remedy)
        case ssl.SSLError():
            remedy = "See that it speaks TLS 1.2 or later and accepts this gateway's certificate."
            return Unavailable(f"{receiver} and the gateway cannot agree on TLS.", remedy)
        case TimeoutError():
            return Unavailable(f"{receiver} did not take or confirm entries in time.", again)
        case ConnectionRefusedError():
            return Unavailable(f"{receiver} takes no connections.", again)
        case socket.gaierror() | UnicodeError():
            return Unavailable(f"{receiver} has a name that leads nowhere.", "Check the name.")
        case _:
            return Unavailable(f"{receiver} cannot be reached, or broke the connection.", again)


def _context(settings: SyslogSettings) -> ssl.SSLContext:
    context = client_context(settings.ca_file)
    if settings.certificate_file:
        try:
            context.load_cert_chain(settings.certificate_file, settings.key_file, password=_none)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise InvalidInput(
                "The gateway's certificate for the log receiver cannot be read.",
                "Name readable PEM files with a certificate and its key, not under a password.",
                field="certificate_file",
            ) from error
    return context


def _none() -> str:
    """No password: OpenSSL would ask for one on the terminal."""
    return ""


def _require(held: object, field: str, remedy: str) -> None:
    if not held:
        raise InvalidInput(f"The syslog setting '{field}' is not valid.", remedy, field=field)
