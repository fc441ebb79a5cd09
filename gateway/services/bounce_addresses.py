"""Addresses to which mail comes back: each says of which transfer it was, and that we made it.

The tag behind the transfer's identifier is a keyed digest, so whoever was not sent the mail cannot
have it taken for bounced. The address holds no word about anybody.
Source: RFC 5321 section 4.5.5 and RFC 5233 (detail behind a plus sign); the draft on bounce address
tag validation (BATV) has the same idea.
"""

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.transfers import TransferId
from gateway.services.parts import Parts

_TAG_LENGTH: Final = 24  # hex digits: 96 bits
_DETAIL: Final = re.compile(rf"([0-9a-z]{{26}})-([knp])-([0-9a-f]{{{_TAG_LENGTH}}})", re.ASCII)


class What(StrEnum):
    """What a mail held, by the letter it has in the address."""

    PACK = "p"
    NOTICE = "n"
    PASSWORD = "k"  # noqa: S105 - a letter for a kind of mail


@dataclass(frozen=True, slots=True)
class Tagged:
    """What an address of ours says: the mail that came back to it."""

    transfer: TransferId
    what: What


def address(parts: Parts, transfer: TransferId, what: What) -> str | None:
    """The address to which this mail comes back; None for the sender's own."""
    base = parts.rules.bounces_address
    if base is None:
        return None
    local, _, domain = base.partition("@")
    return f"{local}+{transfer.lower()}-{what.value}-{_tag(parts, transfer, what)}@{domain}"


def read(parts: Parts, text: str) -> Tagged | None:
    """What an address says, if we made it; None for any other."""
    local, _, domain = (parts.rules.bounces_address or "").partition("@")
    given, _, where = text.strip().lower().partition("@")
    name, _, detail = given.partition("+")
    found = _DETAIL.fullmatch(detail)
    if found is None or not local or (name, where) != (local.lower(), domain):
        return None
    transfer, what = TransferId(found[1].upper()), What(found[2])
    right = hmac.compare_digest(found[3], _tag(parts, transfer, what))
    return Tagged(transfer, what) if right else None


def _tag(parts: Parts, transfer: TransferId, what: What) -> str:
    named = f"{what.value}:{transfer}"
    return parts.vault.digest("bounce address", named).hex()[:_TAG_LENGTH]
