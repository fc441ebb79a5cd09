"""What is stored of archives that are picked up: digests, and counts of what was given out."""

from dataclasses import dataclass
from typing import Protocol

from gateway.domain.transfers import TransferId


@dataclass(frozen=True, slots=True)
class PickUp:
    """The way to one archive.

    Attributes:
        link_digest: keyed digest of the token in the notice's address.
        code_digest: of the code that travels with the password; it opens once.
        session_digest: of the session that the code was exchanged for; None while it was not.
        begun: downloads begun from the first byte; `requests` counts resumed ones too.
        given_bytes: bytes given out, those under way counted in full.
    """

    transfer: TransferId
    link_digest: bytes
    code_digest: bytes
    session_digest: bytes | None = None
    begun: int = 0
    requests: int = 0
    given_bytes: int = 0


class PickUpStore(Protocol):
    """The ways to archives that are picked up."""

    async def offer(self, pick_up: PickUp) -> None:
        """Store a way to an archive; one that is there stays as it is."""
        ...

    async def of_link(self, digest: bytes) -> TransferId | None:
        """The transfer to whose archive a link leads."""
        ...

    async def get(self, transfer: TransferId, *, lock: bool = False) -> PickUp | None:
        """The way to a transfer's archive; `lock` keeps others from changing it meanwhile."""
        ...

    async def update(self, pick_up: PickUp) -> None:
        """Store what changed of it.

        Raises:
            NotFound: there is none for this transfer.
        """
        ...
