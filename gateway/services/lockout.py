"""Counting failed sign-ins, so that guessing ends soon and nobody is locked out by another.

Failures count for one login at one device or, from a device that never signed in as that login, for
the login and the neighbourhood of the address. Whoever guesses elsewhere therefore locks only
themselves out; the owner's own browser, known by its device cookie, goes on. What is counted is
each try, before it is looked at, so that many at once get no more than the limit; a try that was
right is taken back.

Source: the OWASP page on device cookies.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from gateway.domain.errors import TooManyRequests
from gateway.domain.secret import Secret
from gateway.domain.users import UserId
from gateway.services.parts import Parts
from gateway.services.storage import Work
from gateway.services.user_storage import Failures

WINDOW = timedelta(minutes=30)
TRIES = 10  # of one login at one device, or in one neighbourhood
TRIES_OF_NEIGHBOURS = 100  # of all logins in one neighbourhood
DAY = timedelta(days=1)
CODES_A_DAY = 50  # wrong codes after the right password, from devices that are not known
_FORGET_AFTER = 2 * DAY
_PREFIX_BITS_4, _PREFIX_BITS_6 = 24, 48
_DEVICE = "device cookie"
_NONCE_LENGTH, _PROOF_LENGTH = 26, 64
_DEVICE_FORM = re.compile(rf"[0-9A-Z]{{{_NONCE_LENGTH}}}[0-9a-f]{{{_PROOF_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Tally:
    """One count: its key, how many it takes, in which time, and whose it is.

    Attributes:
        own: whether it is of this login alone, so that signing in clears it.
    """

    key: bytes
    limit: int
    window: timedelta
    own: bool


def tallies(
    parts: Parts, login: str, source: str, device: Secret | None, user: UserId | None = None
) -> tuple[Tally, ...]:
    """The counts a try falls under; with `user`, those of a code after their right password."""
    nonce = _nonce(parts, login, device)
    if nonce is not None:
        return (Tally(_key(parts, "device", login, nonce), TRIES, WINDOW, own=True),)
    near = neighbourhood(source)
    found = [
        Tally(_key(parts, "address", login, near), TRIES, WINDOW, own=True),
        Tally(_key(parts, "neighbours", near), TRIES_OF_NEIGHBOURS, WINDOW, own=False),
    ]
    if user is not None:
        found.append(Tally(_key(parts, "codes", user), CODES_A_DAY, DAY, own=True))
    return tuple(sorted(found, key=lambda tally: tally.key))  # one order, so none waits in a ring


def own_password(parts: Parts, user: UserId) -> Tally:
    """The count of wrong passwords typed by whoever has a session already."""
    return Tally(_key(parts, "own password", user), TRIES, WINDOW, own=True)


async def take(parts: Parts, work: Work, counted: Sequence[Tally]) -> None:
    """Count a try.

    Raises:
        TooManyRequests: there were too many; nothing is counted then.
    """
    now = parts.clock.now()
    for tally in counted:
        held = await work.sessions.failures(tally.key)
        if held is None or now - held.since >= tally.window:
            await work.sessions.forget_failures(now - _FORGET_AFTER)
            held = Failures(tally.key, 0, now)
        if held.count >= tally.limit:
            left = held.since + tally.window - now
            raise TooManyRequests(
                "Too many failed sign-ins.",
                f"Wait {_minutes(left)} and try again, or sign in with a passkey.",
                retry_after_seconds=int(left.total_seconds()) + 1,
            )
        await work.sessions.put_failures(replace(held, count=held.count + 1))


async def give_back(work: Work, counted: Sequence[Tally]) -> None:
    """Take back a try that was right."""
    for tally in counted:
        held = await work.sessions.failures(tally.key)
        if held is not None and held.count > 0:
            await work.sessions.put_failures(replace(held, count=held.count - 1))


async def settle(work: Work, counted: Sequence[Tally]) -> None:
    """Clear what counts for this login alone, as its owner has signed in; take back the rest."""
    for tally in counted:
        if tally.own:
            await work.sessions.clear_failures(tally.key)
    await give_back(work, [tally for tally in counted if not tally.own])


def device_cookie(parts: Parts, login: str) -> Secret:
    """What a browser keeps that has signed in as this login."""
    nonce = parts.identifiers.new()
    return Secret(nonce + _proof(parts, login, nonce))


def is_known(parts: Parts, login: str, device: Secret | None) -> bool:
    """Whether the device has signed in as this login before."""
    return _nonce(parts, login, device) is not None


def neighbourhood(source: str) -> str:
    """The part of an address that one household or office has."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return str(ip_network((address, _PREFIX_BITS_6), strict=False))
        address = mapped
    return str(ip_network((address, _PREFIX_BITS_4), strict=False))


def _nonce(parts: Parts, login: str, device: Secret | None) -> str | None:
    """What tells the device, if its cookie is of this login."""
    text = device.reveal() if device else ""
    if not _DEVICE_FORM.fullmatch(text):
        return None
    nonce, proof = text[:_NONCE_LENGTH], text[_NONCE_LENGTH:]
    return nonce if hmac.compare_digest(proof, _proof(parts, login, nonce)) else None


def _proof(parts: Parts, login: str, nonce: str) -> str:
    return parts.vault.digest(_DEVICE, f"{nonce}:{login}").hex()


def _key(parts: Parts, kind: str, *what: str) -> bytes:
    return parts.vault.digest(f"sign-in failures, {kind}", "\n".join(what))


def _minutes(left: timedelta) -> str:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    if minutes > 120:
        return f"{-(-minutes // 60)} hours"
    return "a minute" if minutes == 1 else f"{minutes} minutes"
