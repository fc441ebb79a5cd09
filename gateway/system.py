"""Time and randomness from the operating system."""

import secrets
from datetime import UTC, datetime

from gateway.domain.secret import Secret
from gateway.services.ports import Clock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing to mistake or to read into


class SystemClock:
    """The operating system's clock; the machine keeps it right (NZISM 16.6.11)."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock others are given


class RandomIdentifiers:
    """Identifiers from the operating system's generator."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new(self) -> str:
        """48 bits of milliseconds and 80 random bits as 26 characters, in the order of making.

        Within a millisecond each is larger than the last by a random amount, so that one process's
        identifiers sort as they were made and still cannot be guessed.
        """
        milliseconds = int(self._clock.now().timestamp() * 1000)
        fresh = (milliseconds << 80) | secrets.randbits(79)
        self._last = max(fresh, self._last + 1 + secrets.randbits(70))
        return _text(self._last, 26)

    def reference(self) -> str:
        """`T-` and 40 random bits."""
        text = _text(secrets.randbits(40), 8)
        return f"T-{text[:4]}-{text[4:]}"

    def acknowledgement_code(self) -> Secret:
        """60 random bits in three groups of four."""
        text = _text(secrets.randbits(60), 12)
        return Secret("-".join((text[:4], text[4:8], text[8:])))

    def token(self) -> Secret:
        """256 random bits."""
        return Secret(secrets.token_urlsafe(32))


def jitter() -> float:
    """A random number in [0, 1)."""
    return secrets.randbits(53) / 2**53


def _text(number: int, length: int) -> str:
    return "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(length)))
