"""Codes beside a password: of an authenticator app (RFC 6238), and to recover without it."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp

from gateway.domain.secret import Secret
from gateway.domain.users import UserId
from gateway.services.parts import Parts
from gateway.services.storage import Work

STEP_SECONDS = 30
_DRIFT_STEPS = (-1, 0, 1)  # of a clock that is not quite right, RFC 6238 section 5.2
RECOVERY_CODES = 10
_RECOVERY = "recovery code"


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of an authenticator app: as it is typed, and as the address a QR code holds."""

    text: Secret
    address: Secret


def new_seed() -> Secret:
    """A fresh seed: 160 random bits, RFC 4226 section 4."""
    return Secret(pyotp.random_base32())


def seed_of(text: Secret, login: str, issuer: str) -> Seed:
    """The seed with the address that an app reads."""
    made = pyotp.TOTP(text.reveal(), name=login, issuer=issuer)
    return Seed(text, Secret(made.provisioning_uri()))


def step_of(seed: Secret, code: str, now: datetime) -> int | None:
    """The time step a code is for, if it is right now or a step beside; None if it is not."""
    typed = "".join(code.split()).encode()
    app, present = pyotp.TOTP(seed.reveal()), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (present + drift for drift in _DRIFT_STEPS):
        if hmac.compare_digest(app.generate_otp(step).encode(), typed):
            found = step
    return found


def seal_seed(parts: Parts, user: UserId, seed: Secret) -> bytes:
    """The seed as it is stored."""
    return parts.vault.seal_secret(f"totp:{user}", seed)


def open_seed(parts: Parts, user: UserId, sealed: bytes) -> Secret:
    """The seed that was stored.

    Raises:
        Tampered: it is not what was stored for this user.
    """
    return parts.vault.open_secret(f"totp:{user}", sealed)


async def replace_recovery_codes(parts: Parts, work: Work, user: UserId) -> tuple[Secret, ...]:
    """Fresh recovery codes, which are shown once; earlier ones are void."""
    codes = tuple(parts.identifiers.acknowledgement_code() for _ in range(RECOVERY_CODES))
    digests = [recovery_digest(parts, user, code.reveal()) for code in codes]
    await work.users.put_recovery_codes(user, digests)
    return codes


def recovery_digest(parts: Parts, user: UserId, typed: str) -> bytes:
    """The keyed digest of a recovery code as a person may have typed it."""
    folded = "".join(typed.upper().split()).translate(str.maketrans("OIL", "011", "-"))
    return parts.vault.digest(_RECOVERY, f"{user}:{folded}")
