"""What the use cases need of storage for the audit log, the tree over it, and what rests on it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.audit.entries import Action, Entry, Outcome
from gateway.audit.facets import Facet
from gateway.audit.indexing import Indexed
from gateway.audit.tiles import Tile
from gateway.domain.register import AgencyId
from gateway.services.paging import Page


class Order(StrEnum):
    """In which order of time a search gives entries."""

    OLDEST_FIRST = "oldest"
    NEWEST_FIRST = "newest"


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for in the log; what is None or empty asks for nothing.

    Attributes:
        agency: the agency that entries concern.
        also_concerning: this agency's as well, as the other side of a request; in a search only.
        transfers: the entries of these transfers.
        since, until: aware times; from the first, to before the second.
        actor: pseudonym of a person, or a kind of actor.
        terms: each as `gateway.audit.facets.Facet.term` writes it; all must be met.
    """

    agency: AgencyId | None = None
    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    actions: tuple[Action, ...] = ()
    outcome: Outcome | None = None
    transfers: tuple[str, ...] = ()
    meeting: str | None = None
    terms: tuple[str, ...] = ()
    order: Order = Order.OLDEST_FIRST
    also_concerning: AgencyId | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with its place in the log."""

    position: int
    leaf: bytes


class Journal(Protocol):
    """The audit log: written by use cases, read by auditors."""

    async def append(self, entry: Entry) -> None:
        """Write an entry; it counts when the unit of work commits, and then waits for its place."""
        ...

    async def flush(self) -> None:
        """Write what was appended at once, so that this transaction can place it."""
        ...

    def leaves(self) -> AsyncIterator[bytes]:
        """Every placed entry's exact bytes, in order, without holding them all at once."""
        ...

    async def search(self, query: Query, page: Page) -> Sequence[Found]:
        """Placed entries that fit the query, by their time; `page.after` is a position.

        Raises:
            InvalidInput: `page.after` is not a position of the log.
        """
        ...

    async def transfers(self, query: Query, page: Page) -> Sequence[str]:
        """The transfers with an entry that fits the query, by identifier."""
        ...

    async def counts(self, facet: Facet, query: Query) -> Mapping[str, int]:
        """How many entries that fit the query hold each value of a facet."""
        ...


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as signed: its size, the signed note's exact bytes, and when."""

    size: int
    note: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that is full and so never changes; `root` is the hash over its hashes."""

    tile: Tile
    hashes: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What an outside party gave for the checkpoint of a size.

    Attributes:
        by: a witness's key name, or the address of a time-stamping service.
        data: a signature line of a witness, or a time-stamp response (DER).
    """

    size: int
    by: str
    data: bytes
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """How far an outside party was told of the log, and since when it refuses."""

    told: int
    refusing_since: datetime | None


@dataclass(frozen=True, slots=True)
class LogAlarm:
    """What is wrong with the stored log at a position, and since when that is known."""

    position: int
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry's exact bytes, with what the database keeps beside them to find it by.

    Attributes:
        number: its position in the log; of a waiting entry, its number in the queue.
    """

    number: int
    leaf: bytes
    indexed: Indexed


class TreeStore(Protocol):
    """The tree over the log: entries in their final places, full tiles, signed checkpoints, keys.

    Everything in it is only ever added to.
    """

    async def lock(self, *, wait: bool = False) -> bool:
        """Whether this transaction alone may extend the tree, until it ends.

        `wait` waits for another that is at it, rather than giving False.
        """
        ...

    async def waiting_since(self) -> datetime | None:
        """The time of the oldest committed entry that has no place yet."""
        ...

    async def sequence(self, first: int, limit: int) -> Sequence[Kept]:
        """Give the oldest waiting entries places from `first` on; what they are, in order.

        Each comes with its number in the queue.
        """
        ...

    async def add_tiles(self, tiles: Sequence[FullTile]) -> None:
        """Store tiles that became full."""
        ...

    async def add_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Store a signed checkpoint."""
        ...

    async def newest(self) -> SignedCheckpoint | None:
        """The newest checkpoint; None for a log that was never signed."""
        ...

    async def checkpoint(self, size: int) -> SignedCheckpoint | None:
        """The smallest checkpoint of at least `size` entries."""
        ...

    async def roots(self, level: int, first: int, last: int) -> Sequence[bytes]:
        """The roots of the full tiles of a level, from number `first` to before `last`."""
        ...

    async def hashes(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """The hashes of tiles, full or not; fewer than a tile should have where the log ends."""
        ...

    async def entries(self, first: int, last: int) -> Sequence[bytes]:
        """The exact bytes of the entries from place `first` to before `last`."""
        ...

    async def place(self, uid: str) -> int | None:
        """The place of an entry, which a signed checkpoint then covers; None while it waits."""
        ...

    async def verifier_keys(self) -> Sequence[str]:
        """The log's verifier keys, the present one first."""
        ...

    async def add_verifier_key(self, key: str, size: int, at: datetime) -> None:
        """Store the key that signs from the checkpoint of `size` on."""
        ...


class IndexStore(Protocol):
    """What entries are found by, which no signature covers."""

    async def kept(self, first: int, last: int) -> Sequence[Kept]:
        """The entries from place `first` to before `last`, with what they are found by."""
        ...

    async def correct(self, entries: Mapping[int, Indexed]) -> None:
        """Have the entries at these places found by this alone; their bytes stay as they are."""
        ...


class OutsideStore(Protocol):
    """What outside parties gave for checkpoints, and how far they were told."""

    async def endorse(self, endorsement: Endorsement) -> None:
        """Store what a party gave; the first for a size and party stays."""
        ...

    async def endorsements(self, size: int) -> Sequence[Endorsement]:
        """What parties gave for the checkpoint of exactly this size, in order of name."""
        ...

    async def last_endorsed(self, by: str) -> Endorsement | None:
        """The largest size that a party endorsed."""
        ...

    async def newest_endorsements(self) -> Sequence[Endorsement]:
        """What each party gave for the largest size that it endorsed, in order of name."""
        ...

    async def parties(self) -> Mapping[str, Party]:
        """All that were told of the log, or refuse."""
        ...

    async def told(self, receiver: str) -> int:
        """How many entries a receiver of the log has had; 0 for a new one."""
        ...

    async def set_told(self, receiver: str, entries: int) -> None:
        """Note how many entries a receiver has had; never fewer than before."""
        ...

    async def refusing_since(self, by: str) -> datetime | None:
        """Since when a party refuses; None if it does not."""
        ...

    async def set_refusing(self, by: str, since: datetime | None) -> None:
        """Note that a party refuses since, or no longer."""
        ...

    async def alarms(self) -> Sequence[LogAlarm]:
        """What is known to be wrong with the stored log, by position."""
        ...

    async def set_alarm(self, alarm: LogAlarm) -> bool:
        """Note an alarm; whether it is a new one: the first for a position stays."""
        ...

    async def clear_alarm(self, position: int) -> None:
        """Note that nothing is wrong any more with the entry at a position."""
        ...
