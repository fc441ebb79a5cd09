"""Sending a password by text message, through an SMS gateway that speaks HTTP.

Kannel's interface is what many gateways imitate. Its POST form is used where possible: address,
password and text then stay out of the request line, and so out of the logs of what lies between.
Source: Kannel user guide, "Using HTTP to send SMS"; NZISM 21.1.11 (passwords by text message are
an agency's choice, to be recorded).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiohttp import ClientSession

from gateway.channels import fields
from gateway.channels.gsm import code_text, password_text
from gateway.channels.http_client import Door, Request
from gateway.domain.addresses import e164_number
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import Outcome

_PRINTABLE = re.compile(r"[!-~]+(?: [!-~]+)*")  # what may stand in an HTTP header
_SENDER = re.compile(r"\+?[0-9]{2,15}|[A-Za-z0-9]{1,11}")  # number, short code or name
_LATER = frozenset({401, 407, 408, 425, 429})  # our sign-in or their load, not this message


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """How to reach a gateway with Kannel's interface.

    Attributes:
        url: its sendsms address; https, or http on this machine.
        method: `get` puts everything into the URL; only for gateways that know nothing else.
        sender: number or name the message comes from; the gateway's own when None.
        ca_file: certificate authorities to trust instead of the system's.

    Raises:
        InvalidInput: a value is missing, unknown or unsafe.
    """

    url: str
    username: str
    password: Secret
    method: Literal["post", "get"] = "post"
    sender: str | None = None
    ca_file: Path | None = None
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        _check_web(self.url, self.timeout_seconds)
        _require(_PRINTABLE.fullmatch(self.username), "username", "Give a plain user name.")
        _require(
            _PRINTABLE.fullmatch(self.password.reveal()),
            "password",
            "Use letters, digits and signs of ASCII.",
        )
        _require(self.method in {"post", "get"}, "method", "Use 'post' or 'get'.")
        _require(
            self.sender is None or _SENDER.fullmatch(self.sender),
            "sender",
            "Give a number, or a name of up to eleven letters and digits.",
        )


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How to reach a gateway that takes JSON: `{"to": ..., "text": ..., "reference": ...}`.

    Attributes:
        url: https, or http on this machine; `token` is sent as a bearer token.
        ca_file: certificate authorities to trust instead of the system's.

    Raises:
        InvalidInput: a value is missing, unknown or unsafe.
    """

    url: str
    token: Secret
    ca_file: Path | None = None
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        _check_web(self.url, self.timeout_seconds)
        _require(_PRINTABLE.fullmatch(self.token.reveal()), "token", "Give a token of ASCII.")


class KannelTexter:
    """Sends text messages through Kannel's sendsms interface."""

    def __init__(self, settings: SmsSettings, session: ClientSession | None = None) -> None:
        self._settings = settings
        self._door = Door(settings.ca_file, settings.timeout_seconds, session)

    async def send_password(
        self,
        to: str,
        reference: str,
        agency: str,
        password: Secret,
        pick_up_code: Secret | None = None,
    ) -> Outcome:
        """Text a password to `to` (E.164), with the code of a pick-up if there is one.

        Raises:
            InvalidInput: a value may not stand in a text message; nothing was sent.
        """
        return await self._send(to, password_text(reference, agency, password, pick_up_code))

    async def send_code(self, to: str, reference: str, agency: str, code: Secret) -> Outcome:
        """Text to `to` (E.164) the code that opens a request.

        Raises:
            InvalidInput: a value may not stand in a text message; nothing was sent.
        """
        return await self._send(to, code_text(reference, agency, code))

    async def _send(self, to: str, text: str) -> Outcome:
        values = {
            "username": self._settings.username,
            "password": self._settings.password.reveal(),
            "to": e164_number(to, field="to"),
            "coding": "0",  # the GSM 7-bit alphabet, which the text keeps to
        }
        if self._settings.sender is not None:
            values["from"] = self._settings.sender
        return await self._door.ask(self._request(values, text))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._door.close()

    def _request(self, values: dict[str, str], text: str) -> Request:
        # 403 is Kannel's answer to a wrong user name or password, which an administrator can mend.
        later = _LATER | {403}
        if self._settings.method == "get":
            query = {**values, "text": text, "charset": "UTF-8"}
            return Request("GET", self._settings.url, later, query=query)
        headers = {f"X-Kannel-{name.title()}": value for name, value in values.items()}
        headers["Content-Type"] = "text/plain; charset=UTF-8"
        return Request("POST", self._settings.url, later, headers=headers, body=text.encode())


class WebhookTexter:
    """Sends text messages by handing JSON to a service of the agency."""

    def __init__(self, settings: WebhookSettings, session: ClientSession | None = None) -> None:
        self._settings = settings
        self._door = Door(settings.ca_file, settings.timeout_seconds, session)

    async def send_password(
        self,
        to: str,
        reference: str,
        agency: str,
        password: Secret,
        pick_up_code: Secret | None = None,
    ) -> Outcome:
        """Text a password to `to` (E.164); repeated calls carry the same idempotency key.

        Raises:
            InvalidInput: a value may not stand in a text message; nothing was sent.
        """
        # The number is part of the key: the same reference to a corrected number is a new message.
        return await self._send(
            to, reference, password_text(reference, agency, password, pick_up_code)
        )

    async def send_code(self, to: str, reference: str, agency: str, code: Secret) -> Outcome:
        """Text to `to` (E.164) the code that opens a request; each code is a message of its own.

        Raises:
            InvalidInput: a value may not stand in a text message; nothing was sent.
        """
        own = f"{reference}\n{code.reveal()}"
        return await self._send(to, reference, code_text(reference, agency, code), own)

    async def _send(self, to: str, reference: str, text: str, own: str | None = None) -> Outcome:
        number = e164_number(to, field="to")
        key = hashlib.sha256(f"{own or reference}\n{number}".encode()).hexdigest()
        headers = {
            "Authorization": f"Bearer {self._settings.token.reveal()}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        body = json.dumps({"to": number, "text": text, "reference": reference}).encode()
        request = Request("POST", self._settings.url, _LATER, headers=headers, body=body)
        return await self._door.ask(request)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._door.close()


def _check_web(url: str, timeout_seconds: float) -> None:
    fields.web_address(url, "url")
    _require("?" not in url, "url", "Give the address without a query.")
    _require(timeout_seconds > 0, "timeout_seconds", "Give a number of seconds above zero.")


def _require(held: object, field: str, remedy: str) -> None:
    if not held:
        raise InvalidInput(f"The SMS setting '{field}' is not valid.", remedy, field=field)
