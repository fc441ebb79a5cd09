"""Asking a witness over HTTP to cosign a checkpoint (C2SP tlog-witness, add-checkpoint)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.notes import Kind, VerifierKey
from gateway.audit.witnessing import add_checkpoint, cosignature_in, size_in
from gateway.channels.posting import LONGEST_NAME, Poster, Reply, check_address, unusual
from gateway.domain.errors import InvalidInput, Tampered
from gateway.services.ports import Clock
from gateway.services.witnessing import Away, Behind, Cosigned, Refusing

_SIZE_TYPE = "text/x.tlog.size"
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
        if self.key.kind is not Kind.COSIGNATURE or len(self.key.name) > LONGEST_NAME:
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
