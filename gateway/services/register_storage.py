"""What the use cases need of storage for the register's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.register import (
    Agency,
    ConflictOfInterest,
    Meeting,
    Representative,
)
from gateway.domain.register import Protocol as SharingProtocol
from gateway.domain.users import UserId

Thing = Agency | Representative | SharingProtocol | Meeting | ConflictOfInterest


class RegisterKind(StrEnum):
    """What sort of thing of the register it is."""

    AGENCY = "agencies"
    REPRESENTATIVE = "representatives"
    PROTOCOL = "protocols"
    MEETING = "meetings"
    CONFLICT = "conflicts"


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """One thing of the register that was added (no `before`) or changed.

    Attributes:
        identifier: parts are joined with `/`: `protocol/version`, `representative/child`.
    """

    kind: RegisterKind
    identifier: str
    before: Thing | None
    after: Thing


@dataclass(frozen=True, slots=True)
class SealedChange:
    """A change of the register as stored: what it was and became is encrypted.

    Attributes:
        by: the user who made it; None for the operator on the command line.
    """

    id: str
    at: datetime
    by: UserId | None
    kind: RegisterKind
    identifier: str
    sealed: bytes


class RegisterHistory(Protocol):
    """What changed in the register."""

    async def add(self, changes: Sequence[SealedChange]) -> None:
        """Store changes."""
        ...

    async def of(self, kind: RegisterKind, identifier: str, limit: int) -> Sequence[SealedChange]:
        """The changes of one thing, newest first."""
        ...
