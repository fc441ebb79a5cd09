"""The sequencer: gives entries their places, grows the tree over them, signs checkpoints.

Everything one run adds is one transaction, so a process killed at any point leaves either all of it
or nothing: no gap, no fork, no entry lost. A signature that was made but not committed is never
shown to anyone. Whatever does not fit what was signed before stops the sequencer, and with it all
sending: a log that cannot be trusted is not continued. So does an entry in the queue that does not
have its exact form, or says something else than its row: it would be signed for good.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.growing import Edge
from gateway.audit.indexing import Admission
from gateway.audit.merkle import leaf_hash
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.tiles import WIDTH
from gateway.domain.errors import Tampered
from gateway.domain.secret import Secret
from gateway.services.log_storage import FullTile, Kept, SignedCheckpoint
from gateway.services.ports import Clock
from gateway.services.storage import Database, Work

_EVERYTHING = 1_000_000  # entries that may wait while keys are changed
_BATCH = 5_000  # entries: some megabytes, and a transaction of about a second

_EVIDENCE = "Stop, keep the database as it is as evidence, and tell the security manager."


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's origin (a name for it, without scheme) and the seed of its Ed25519 key, in hex."""

    origin: str
    seed: Secret

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""
        return VerifierKey.of_seed(self.origin, Kind.ED25519, bytes.fromhex(self.seed.reveal()))

    def sign(self, text: str, *also: "LogKey") -> bytes:
        """The signed note with this key's signature, and those of others after it."""
        keys = (self, *also)
        return bytes(
            Note(text, tuple(sign(text, k.origin, bytes.fromhex(k.seed.reveal())) for k in keys))
        )


class Memory(Protocol):
    """Where the last checkpoint is remembered outside the database. It blocks, but briefly."""

    def last(self) -> bytes | None:
        """The last checkpoint that was kept."""
        ...

    def keep(self, note: bytes) -> None:
        """Remember a checkpoint."""
        ...

    def require_usable(self) -> None:
        """Hold that one could be remembered now."""
        ...


@dataclass(slots=True)
class Sequencer:
    """Gives waiting entries their places; any number of processes may run one.

    Attributes:
        signing: gives the log's key; read each time, so that a key taken away stops the log.
        memory: tells a database that was set back from one that was not.
    """

    database: Database
    signing: Callable[[], LogKey]
    clock: Clock
    memory: Memory
    _lock: asyncio.Lock
    _known: bytes | None = None  # the checkpoint that this process signed last
    _admission: Admission = field(default_factory=Admission)
    _unkept: bytes | None = None  # a checkpoint that was made but could not be remembered yet

    @classmethod
    def over(
        cls, database: Database, signing: Callable[[], LogKey], clock: Clock, memory: Memory
    ) -> "Sequencer":
        """A sequencer that has seen nothing of the log yet."""
        return cls(database, signing, clock, memory, asyncio.Lock())

    async def run(self, *, wait: bool = False) -> int:
        """Place every entry that waits now; how many they were.

        Where another process is at it, it is left to it, unless `wait` is set.

        Raises:
            Unavailable: the database does not answer, or a checkpoint cannot be remembered.
            InvalidInput: the log's key cannot be read.
            Tampered: the stored log is not what was signed before, or was signed with another key.
        """
        placed = 0
        async with self._lock:
            await self._keep()
            while done := await self._batch(wait=wait):
                placed += done
                if done < _BATCH:
                    break
        return placed

    async def require_sound(self) -> None:
        """Hold that the log could be continued now, whether something waits or not.

        Raises:
            Unavailable, InvalidInput, Tampered: as for `run`.
        """
        key = self.signing()
        await asyncio.to_thread(self.memory.require_usable)
        # the memory first: what is remembered was committed before
        remembered = await asyncio.to_thread(self.memory.last)
        async with self.database.snapshot() as view:
            newest = await view.tree.newest()
            require_key(await view.tree.verifier_keys(), key, newest)
            await _require_remembered(view, remembered)
            await load(view, newest)

    async def hand_over(self, new: LogKey, note: Callable[[Work], Awaitable[None]]) -> None:
        """Have a new key sign from now on; the checkpoint that says so is signed by both.

        `note` writes the entry that says so, into the very transaction that hands over.

        Raises:
            Unavailable, InvalidInput, Tampered: as for `run`; the present key still counts.
        """
        async with self._lock:
            await self._keep()
            async with self.database.work() as work:
                await work.tree.lock(wait=True)
                await note(work)
                await work.journal.flush()
                placed = await self._place(work, _EVERYTHING, new)
                since = self.clock.now()
                await work.tree.add_verifier_key(str(new.verifier_key), placed.size, since)
            await self._remember(placed)

    async def _batch(self, *, wait: bool) -> int:
        async with self.database.work() as work:
            if await work.tree.waiting_since() is None or not await work.tree.lock(wait=wait):
                return 0
            placed = await self._place(work, _BATCH)
        await self._remember(placed)
        return placed.entries

    async def _place(self, work: Work, limit: int, *successor: LogKey) -> "_Placed":
        """Give what waits its places in the locked tree, and sign a checkpoint over it."""
        key = self.signing()
        note, edge = await self._edge(work, key)
        entries = await work.tree.sequence(edge.size, limit)
        if not entries:  # another process was faster
            return _Placed(0, note, edge.size)
        await asyncio.to_thread(self._admit, entries)
        leaves = [entry.leaf for entry in entries]
        note = await _extend(work, edge, leaves, (key, *successor), self.clock)
        return _Placed(len(leaves), note, edge.size)

    def _admit(self, entries: Iterable[Kept]) -> None:
        for entry in entries:
            if fault := self._admission.fault(entry.leaf, entry.indexed):
                raise Tampered(
                    f"Row {entry.number} of the queue (audit_pending) {fault}.",
                    "The gateway did not write it so. Keep a copy of the row as evidence, and tell "
                    "the security manager; the log goes on once the row is out of the queue.",
                )

    async def _remember(self, placed: "_Placed") -> None:
        self._known = placed.note
        if placed.entries:
            self._unkept = placed.note
        await self._keep()

    async def _keep(self) -> None:
        """Remember the checkpoint made last; until that is done, no other is made here."""
        if self._unkept is not None:
            await asyncio.to_thread(self.memory.keep, self._unkept)
            self._unkept = None

    async def _edge(self, work: Work, key: LogKey) -> tuple[bytes | None, Edge]:
        """The newest checkpoint, and the tree as stored, held to be what it was signed over.

        It is read anew each time: what is unfinished of it takes little, however long the log is.
        """
        newest, known = await work.tree.newest(), await work.tree.verifier_keys()
        if not known:
            since = self.clock.now()
            await work.tree.add_verifier_key(str(key.verifier_key), 0, since)
        require_key(known, key, newest)
        note = newest.note if newest else None
        if note is None or note != self._known:
            await _require_remembered(work, await asyncio.to_thread(self.memory.last))
        return note, await load(work, newest)


@dataclass(frozen=True, slots=True)
class _Placed:
    """How many entries were placed, and the newest checkpoint with its size."""

    entries: int
    note: bytes | None
    size: int


async def _require_remembered(work: Work, remembered: bytes | None) -> None:
    """Hold that the database was not set back behind what was signed here before."""
    if remembered is None:
        return
    try:
        size = Checkpoint.parse(Note.parse(remembered).text).size
    except Tampered as error:
        raise Tampered(
            "The file of the last checkpoint does not hold one.",
            "Keep it as evidence; to go on, move log/checkpoint in the data folder away.",
        ) from error
    stored = await work.tree.checkpoint(size)
    if stored is None or stored.note != remembered:
        raise Tampered(
            f"The stored log is not the one this gateway signed {size:,} entries of.",
            "Was an older backup restored? Then tell the auditors, keep the file of the last "
            "checkpoint as evidence, and move it away to go on.",
        )


async def load(work: Work, newest: SignedCheckpoint | None) -> Edge:
    """The tree's right edge, read from what is stored and held against the newest checkpoint.

    Raises:
        Tampered: they do not belong together.
    """
    size = newest.size if newest else 0
    if await work.tree.entries(size, size + 1):
        raise Tampered(f"The stored log has more than the {size:,} entries signed.", _EVIDENCE)
    if newest is None:
        return Edge()
    checkpoint = Checkpoint.parse(Note.parse(newest.note).text)
    edge, level, count = Edge(size), 0, size
    while count:
        first = count - count % WIDTH
        if level == 0:
            hashes = [leaf_hash(leaf) for leaf in await work.tree.entries(first, count)]
        else:
            hashes = list(await work.tree.roots(level - 1, first, count))
        edge.unfinished.append(hashes)
        level, count = level + 1, count // WIDTH
    if checkpoint.size != size or edge.root() != checkpoint.root:
        raise Tampered(
            f"The stored tree does not lead to the root signed over {size:,} entries.",
            _EVIDENCE,
        )
    return edge


async def _extend(
    work: Work, edge: Edge, leaves: Iterable[bytes], keys: tuple[LogKey, ...], clock: Clock
) -> bytes:
    """Store the tiles that become full, and the signed checkpoint over it all."""
    full = [FullTile(*made) for made in edge.append(map(leaf_hash, leaves))]
    first, *others = keys
    note = first.sign(str(Checkpoint(first.origin, edge.size, edge.root())), *others)
    await work.tree.add_tiles(full)
    await work.tree.add_checkpoint(SignedCheckpoint(edge.size, note, clock.now()))
    return note


def require_key(known: Sequence[str], key: LogKey, newest: SignedCheckpoint | None) -> None:
    """Hold that the log is signed with this key; `known` are its keys, the present one first.

    Raises:
        Tampered: it is not.
    """
    mine = key.verifier_key
    if str(mine) in known[1:]:
        raise Tampered(
            "The log already knows a newer signing key than the one it is given here.",
            "If 'gateway audit rotate-key' was cut short, run it again: it finishes the change. "
            "Else bring the newer key.",
            field="log_key_file",
        )
    if known and known[0] != str(mine):
        raise Tampered(
            "The log's signing key or its name (log_origin) is not the one the log is signed with.",
            "Bring the right key and name back; to change the key, use 'gateway audit rotate-key'.",
            field="log_key_file",
        )
    if newest is not None:
        open_signed(newest.note, [mine])
