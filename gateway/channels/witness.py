"""Asking a witness over HTTP to cosign a checkpoint (C2SP tlog-witness, add-checkpoint)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from gateway.audit.notes import Kind, VerifierKey
from gateway.audit.witnessing import add_checkpoint, cosignature_in, size_in
from gateway.channels import fields
from gateway.channels.tls import client_context
from gateway.domain.errors import InvalidInput, Tampered
from gateway.services.ports import Clock
from gateway.services.witnessing import Away, Behind, Cosigned, Refusing

_LARGEST_ANSWER = 65536  # bytes; some cosignatures, also of kinds that are passed over
_LONGEST_NAME = 200  # characters of a party's name or address, by which what it gives is stored
_SIZE_TYPE = "text/x.tlog.size"
_LATER = frozenset({408, 421, 425, 429})  # the service's load or ours, not this request
_REFUSALS = {
    400: "It finds the request malformed",
    403: "It does not know the key that signs this log",
    404: "It does not know this log",
    422: "It holds that this log is not the one it knows: the proof does not lead here",
}


@dataclass(frozen=True, slots=True)
class WitnessSettings:
    """How to reach a witness.

    Attributes:
        url: its submission prefix; https, or http on this machine.
        key: the verifier key it cosigns with.
        ca_file: certificate authorities to trust instead of the system's.
        timeout_seconds: for a whole request.

    Raises:
        InvalidInput: a value is unknown or unsafe.
    """

    url: str
    key: VerifierKey
    ca_file: Path | None = None
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        check_address(self.url, self.timeout_seconds)
        if self.key.kind is not Kind.COSIGNATURE or len(self.key.name) > _LONGEST_NAME:
            raise InvalidInput(
                "This is not the key of a witness, or its name is too long.",
                "Give the witness's verifier key, which is for cosignatures.",
                field="key",
            )


class HttpWitness:
    """A witness that is reached over HTTP."""

    def __init__(self, settings: WitnessSettings, clock: Clock) -> None:
        self._key = settings.key
        self._url = f"{settings.url.rstrip('/')}/add-checkpoint"
        self._clock = clock
        self._poster = Poster(settings.ca_file, settings.timeout_seconds)

    @property
    def name(self) -> str:
        """The name of its key."""
        return self._key.name

    async def cosign(
        self, old: int, proof: Sequence[bytes], checkpoint: bytes
    ) -> Cosigned | Behind | Refusing | Away:
        """Have a checkpoint cosigned; the cosignature is verified before it is given back."""
        body = add_checkpoint(old, proof, checkpoint)
        reply = await self._poster.post(self._url, body, "text/plain; charset=utf-8")
        if not isinstance(reply, Reply):
            return reply
        try:
            if reply.status == 200:
                now = int(self._clock.now().timestamp())
                return Cosigned(cosignature_in(reply.body, checkpoint, self._key, now))
            if reply.status == 409 and reply.media_type == _SIZE_TYPE:
                return Behind(size_in(reply.body))
        except Tampered as error:
            return Refusing(error.message)
        return unusual(reply.status, _REFUSALS.get(reply.status, "It refuses"))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._poster.close()


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
    if "?" in url or len(url) > _LONGEST_NAME:
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
