"""Sending mail through the agency's relay."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gateway.channels import fields
from gateway.channels.messages import (
    Letterhead,
    compose_notice,
    compose_pack,
    compose_password,
    compose_pick_up,
)
from gateway.channels.smtp import Relay, deliver
from gateway.channels.tls import client_context
from gateway.domain.addresses import domain_of
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import (
    Attachment,
    NoticeLetter,
    Outcome,
    PackLetter,
    PasswordLetter,
    PickUpLetter,
)

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?|::1")
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}")  # no standard header, so none can be replaced


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How to reach the relay, and who the mails come from.

    Attributes:
        security: `starttls` or `tls`, always with a checked certificate; `none` is for a relay on
            this machine only. Source: NZISM 15.2.47, 16.1 (no clear text between agencies).
        sender_address: canonical; also the envelope sender, so bounces go there, unless a letter
            says otherwise.
        ca_file: certificate authorities to trust instead of the system's.
        timeout_seconds: longest wait for one answer, and for room on a full connection.
        handover_seconds: longest wait for the answer to a whole mail (RFC 5321: ten minutes).
        header_name: header with the protective marking; begins with `X-`.
        local_hostname: name to greet the relay with; the sender's domain when None.

    Raises:
        InvalidInput: a value is missing, unknown or unsafe.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender_address: str
    sender_name: str
    username: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    handover_seconds: float = 600.0
    header_name: str = "X-Protective-Marking"
    local_hostname: str | None = None

    def __post_init__(self) -> None:
        fields.mailbox(self.sender_address, "sender_address")
        fields.header_value(self.sender_name, "sender_name")
        _require(_HOST.fullmatch(self.host), "host", "Give a host name or an address.")
        _require(0 < self.port < 65536, "port", "Give a port from 1 to 65535.")
        _require(
            self.security in {"starttls", "tls"}
            or (self.security == "none" and fields.is_loopback(self.host)),
            "security",
            "Use 'starttls' or 'tls'; 'none' is allowed for a relay on this machine only.",
        )
        _require(
            (self.username is None) == (self.password is None),
            "username",
            "Give both a user name and a password, or neither.",
        )
        _require(
            self.timeout_seconds > 0 and self.handover_seconds > 0,
            "timeout_seconds",
            "Give a number of seconds above zero.",
        )
        _require(
            _HEADER_NAME.fullmatch(self.header_name),
            "header_name",
            "Give a header name that begins with 'X-'.",
        )
        _require(
            self.local_hostname is None or _HOST.fullmatch(self.local_hostname),
            "local_hostname",
            "Give the full name of this machine.",
        )


class SmtpMailer:
    """Sends mail by SMTP: one session for every mail, three outcomes, no half mail.

    Raises:
        InvalidInput: the file of certificate authorities cannot be read.
    """

    def __init__(self, settings: MailSettings) -> None:
        self._letterhead = Letterhead(
            settings.sender_address, settings.sender_name, settings.header_name
        )
        self._relay = Relay(
            host=settings.host,
            port=settings.port,
            security=settings.security,
            tls=None if settings.security == "none" else client_context(settings.ca_file),
            username=settings.username,
            password=settings.password,
            local_hostname=settings.local_hostname or domain_of(settings.sender_address),
            step_seconds=settings.timeout_seconds,
            handover_seconds=settings.handover_seconds,
        )

    async def send_pack(self, letter: PackLetter, attachment: Attachment) -> Outcome:
        """Send a pack; the attachment is streamed, never held whole in memory.

        Raises:
            InvalidInput: a value may not stand in a mail; nothing was sent.
            Refused: the pack is classified above what mail may carry; nothing was sent.
            Exception: what the attachment raised; the connection was cut, nothing was accepted.
        """
        return await deliver(compose_pack(letter, attachment, self._letterhead), self._relay)

    async def send_pick_up(self, letter: PickUpLetter) -> Outcome:
        """Tell a recipient that a pack can be picked up.

        Raises:
            InvalidInput: a value may not stand in a mail; nothing was sent.
        """
        return await deliver(compose_pick_up(letter, self._letterhead), self._relay)

    async def send_password(self, letter: PasswordLetter) -> Outcome:
        """Send a password to another mailbox.

        Raises:
            InvalidInput: a value may not stand in a mail; nothing was sent.
        """
        return await deliver(compose_password(letter, self._letterhead), self._relay)

    async def send_notice(self, letter: NoticeLetter) -> Outcome:
        """Tell the coordinator something.

        Raises:
            InvalidInput: a value may not stand in a mail; nothing was sent.
        """
        return await deliver(compose_notice(letter, self._letterhead), self._relay)


def _require(held: object, field: str, remedy: str) -> None:
    if not held:
        raise InvalidInput(f"The mail setting '{field}' is not valid.", remedy, field=field)
