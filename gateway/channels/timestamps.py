"""Asking a time-stamping service over HTTP to confirm that bytes exist now.

Source: RFC 3161, sections 2.4 and 3.4.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from gateway.channels.posting import Poster, Reply, check_address, unusual
from gateway.domain.errors import InvalidInput
from gateway.services.ports import Clock
from gateway.services.witnessing import Away, Refusing, Stamped

_QUERY = "application/timestamp-query"
_CLOCKS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StamperSettings:
    """How to reach a time-stamping service.

    Attributes:
        url: its address; https, or http on this machine.
        roots_file: certificates (PEM) that the service's certificate must lead to.
        ca_file: certificate authorities to trust for https instead of the system's.
        timeout_seconds: for a whole request.

    Raises:
        InvalidInput: a value is unknown or unsafe.
    """

    url: str
    roots_file: Path
    ca_file: Path | None = None
    timeout_seconds: float = 20.0

    def __post_init__(self) -> None:
        check_address(self.url, self.timeout_seconds)


class HttpStamper:
    """A time-stamping service that is reached over HTTP.

    Raises:
        InvalidInput: the file of roots cannot be read or holds no certificate.
    """

    def __init__(self, settings: StamperSettings, clock: Clock) -> None:
        self._url = settings.url
        self._roots = _certificates(settings.roots_file)
        self._clock = clock
        self._poster = Poster(settings.ca_file, settings.timeout_seconds)

    @property
    def name(self) -> str:
        """Its address."""
        return self._url

    async def stamp(self, data: bytes) -> Stamped | Refusing | Away:
        """Have `data` stamped; the response is verified before it is given back."""
        builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
        reply = await self._poster.post(self._url, request.as_bytes(), _QUERY)
        if not isinstance(reply, Reply):
            return reply
        if reply.status != 200:
            return unusual(reply.status, "It refuses")
        return self._verified(request, reply.body, data)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._poster.close()

    def _verified(self, request: TimeStampRequest, body: bytes, data: bytes) -> Stamped | Refusing:
        """The response if it is for this request and data, now, by whom the roots vouch for."""
        builder = VerifierBuilder.from_request(request)
        for root in self._roots:
            builder = builder.add_root_certificate(root)
        try:
            response = decode_timestamp_response(body)
            if response.status != PKIStatus.GRANTED:
                return Refusing(f"It gives no time stamp (status {response.status}).")
            builder.build().verify_message(response, data)
            apart = abs(response.tst_info.gen_time - self._clock.now())
        except (VerificationError, ValueError) as error:
            return Refusing(f"Its time stamp does not hold: {error}.")
        if apart > _CLOCKS_APART:
            return Refusing("Its clock and ours are more than an hour apart.")
        return Stamped(body)


def _certificates(file: Path) -> list[x509.Certificate]:
    """The certificates in a file, each once."""
    try:
        return list(dict.fromkeys(x509.load_pem_x509_certificates(file.read_bytes())))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "The file of the time-stamping service's roots cannot be read.",
            "Name a readable file of certificates in PEM form.",
            field="roots_file",
        ) from error
