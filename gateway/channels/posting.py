"""Posting something small over HTTP to a party that vouches for the log, and its answer."""

from dataclasses import dataclass
from pathlib import Path

import aiohttp

from gateway.channels import fields
from gateway.channels.tls import client_context
from gateway.domain.errors import InvalidInput
from gateway.services.witnessing import Away, Refusing

_LARGEST_ANSWER = 65536  # bytes; some cosignatures, also of kinds that are passed over
_LATER = frozenset({408, 421, 425, 429})  # the service's load or ours, not this request
LONGEST_NAME = 200  # characters of a party's name or address, by which what it gives is stored


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP, whole."""

    status: int
    media_type: str
    body: bytes


class Poster:
    """Posts bytes and reads a small answer, without following it anywhere else."""

    def __init__(self, ca_file: Path | None, timeout_seconds: float) -> None:
        self._tls = client_context(ca_file)
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, media_type: str) -> Reply | Refusing | Away:
        """The answer to `body`, if it comes in time and is not larger than any should be."""
        try:
            async with self._open().post(
                url,
                data=body,
                headers={"Content-Type": media_type, "Accept-Encoding": "identity"},
                ssl=self._tls,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                answer = bytearray()
                async for chunk in response.content.iter_any():
                    answer += chunk
                    if len(answer) > _LARGEST_ANSWER:
                        return Refusing(f"Its answer is too large (HTTP {response.status}).")
                return Reply(response.status, response.content_type, bytes(answer))
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError too
            return Away(f"It could not be reached ({type(error).__name__}).")

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """The session; nothing is unpacked, so that a small answer stays one."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


def unusual(status: int, refusal: str) -> Refusing | Away:
    """What a status says that brings nothing to use."""
    if status >= 500 or status in _LATER:
        return Away(f"It does not answer now (HTTP {status}).")
    return Refusing(f"{refusal} (HTTP {status}).")


def check_address(url: str, timeout_seconds: float) -> None:
    """Hold that `url` is a plain https address, or http on this machine, and the time sensible.

    Raises:
        InvalidInput: it is not.
    """
    fields.web_address(url, "url")
    if "?" in url or len(url) > LONGEST_NAME:
        raise InvalidInput(
            "The address has a query or is too long.",
            "Give a shorter one, without '?'.",
            field="url",
        )
    if not timeout_seconds > 0:
        raise InvalidInput(
            "The time-out is not valid.",
            "Give a number of seconds above zero.",
            field="timeout_seconds",
        )
