"""What is secret about one transfer: made once, stored encrypted, destroyed when done."""

import json
from dataclasses import dataclass

from gateway.domain.errors import Tampered
from gateway.domain.secret import Secret
from gateway.domain.transfers import TransferId
from gateway.services.parts import Parts
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class TransferSecrets:
    """What is secret about a transfer.

    Attributes:
        password: of the archive; `code`: on the contents page; `link`: token of the one-time link
            that acknowledges; `answer`: token of the one-time link to the request a pack carries.
        pick_up, pick_up_code: token of the page the archive is picked up from, and the code that
            opens it; both blank in what an earlier version stored.
    """

    password: Secret
    code: Secret
    link: Secret
    answer: Secret
    pick_up: Secret
    pick_up_code: Secret

    @property
    def can_be_picked_up(self) -> bool:
        """Whether they have what a pick-up needs."""
        return bool(self.pick_up.reveal() and self.pick_up_code.reveal())


def make(parts: Parts) -> TransferSecrets:
    """Fresh secrets for one transfer."""
    return TransferSecrets(
        parts.passphrases.new(),
        parts.identifiers.acknowledgement_code(),
        parts.identifiers.token(),
        parts.identifiers.token(),
        parts.identifiers.token(),
        parts.identifiers.acknowledgement_code(),
    )


def digests(parts: Parts, secrets: TransferSecrets) -> tuple[bytes, bytes]:
    """Keyed digests of the code and the link token, by which they are recognised later."""
    return code_digest(parts, secrets.code.reveal()), link_digest(parts, secrets.link.reveal())


def code_digest(parts: Parts, typed: str) -> bytes:
    """The keyed digest of an acknowledgement code as a person may have typed it."""
    return parts.vault.digest("acknowledgement code", _folded(typed))


def pick_up_code_digest(parts: Parts, typed: str) -> bytes:
    """The keyed digest of a pick-up code as a person may have typed it."""
    return parts.vault.digest("pick-up code", _folded(typed))


def pick_up_link_digest(parts: Parts, token: str) -> bytes:
    """The keyed digest of the token of the page an archive is picked up from."""
    return parts.vault.digest("pick-up link", token)


def link_digest(parts: Parts, token: str) -> bytes:
    """The keyed digest of a one-time link's token."""
    return parts.vault.digest("acknowledgement link", token)


def answer_digest(parts: Parts, token: str) -> bytes:
    """The keyed digest of the token of a one-time link to a request."""
    return parts.vault.digest("answer link", token)


def name(transfer: TransferId) -> str:
    """The name under which a transfer's secrets are stored."""
    return f"transfer:{transfer}"


async def store(parts: Parts, work: Work, transfer: TransferId, secrets: TransferSecrets) -> None:
    """Store the secrets encrypted; a transfer's are stored once and never replaced."""
    packed = json.dumps(
        {
            "password": secrets.password.reveal(),
            "code": secrets.code.reveal(),
            "link": secrets.link.reveal(),
            "answer": secrets.answer.reveal(),
            "pick_up": secrets.pick_up.reveal(),
            "pick_up_code": secrets.pick_up_code.reveal(),
        }
    )
    sealed = parts.vault.seal_secret(name(transfer), Secret(packed))
    await work.keys.put(name(transfer), sealed)


async def load(parts: Parts, work: Work, transfer: TransferId) -> TransferSecrets:
    """The secrets of a transfer that is under way.

    Raises:
        Tampered: they are gone or not what was stored.
    """
    sealed = await work.keys.get(name(transfer))
    if sealed is None:
        raise Tampered("The transfer's secrets are gone.", "Send the pack again as a new one.")
    held = json.loads(parts.vault.open_secret(name(transfer), sealed).reveal())
    return TransferSecrets(
        Secret(held["password"]),
        Secret(held["code"]),
        Secret(held["link"]),
        Secret(held.get("answer", "")),  # one stored by an earlier version carries no request
        Secret(held.get("pick_up", "")),
        Secret(held.get("pick_up_code", "")),
    )


def _folded(typed: str) -> str:
    """A code without what people add to it, or take for something else."""
    return typed.upper().translate(str.maketrans("OIL", "011", " -"))
