"""A log of any size, made with the log's own formats and written as it is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.proofs import Proof
from gateway.audit.tiles import WIDTH, Tile, bundle, hashes_in, tiles_of

ORIGIN = "log.example/audit"
_ENTRY = Entry(
    uid="entry-#",
    at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    action=Action.PACK_SENT,
    outcome=Outcome.SUCCESS,
    agency="agency-a",
    actor={"kind": "person", "role": "sender"},
    subject={"pack": "pack-#"},
    origin=Origin("gw.example", "0.1.0"),
    detail={"note": 'he "tohu" tō'},
).leaf()


def leaf(number: int) -> bytes:
    """An entry's exact bytes; each number gives another."""
    return _ENTRY.replace(b"#", b"%d" % number)


def lines_of(leaves: Iterable[bytes]) -> bytes:
    """Entries as they are exported, one a line."""
    return b"".join(each + b"\n" for each in leaves)


@dataclass(frozen=True)
class SampleLog:
    """A log's entries, its name, and the seed (32 bytes) of the key that signs for it."""

    leaves: Sequence[bytes]
    origin: str = ORIGIN
    seed: bytes = b"s" * 32

    @classmethod
    def of_size(cls, size: int) -> "SampleLog":
        """A log of that many entries."""
        return cls([leaf(number) for number in range(size)])

    @property
    def size(self) -> int:
        """How many entries it has."""
        return len(self.leaves)

    @property
    def key(self) -> VerifierKey:
        """The public half of the key that signs."""
        return VerifierKey.of_seed(self.origin, Kind.ED25519, self.seed)

    @cached_property
    def state(self) -> Checkpoint:
        """What the log commits to."""
        return Checkpoint(self.origin, self.size, root_of(self._levels[0]))

    @property
    def checkpoint(self) -> bytes:
        """The signed checkpoint over all entries."""
        return self.signed(self.state)

    def signed(self, state: Checkpoint) -> bytes:
        """A checkpoint as this log would sign it, true or not."""
        return bytes(Note(str(state), (sign(str(state), self.origin, self.seed),)))

    def first(self, size: int) -> "SampleLog":
        """The log as it was when it had `size` entries."""
        return SampleLog(self.leaves[:size], self.origin, self.seed)

    def receipt(self, index: int) -> Proof:
        """The receipt of an entry, with the entry in it."""
        path = inclusion_proof(index, self.size, hashes_in(self.tile, self.size))
        return Proof(index, path, self.checkpoint, extra=self.leaves[index])

    def grown_from(self, old: int) -> tuple[bytes, ...]:
        """The proof that the log only grew since it had `old` entries."""
        return consistency_proof(old, self.size, hashes_in(self.tile, self.size))

    @cached_property
    def _levels(self) -> list[list[bytes]]:
        """The hashes that stand in the tiles of each level."""
        levels = [[leaf_hash(each) for each in self.leaves]]
        while len(below := levels[-1]) >= WIDTH:
            starts = range(0, len(below) - WIDTH + 1, WIDTH)
            levels.append([root_of(below[at : at + WIDTH]) for at in starts])
        return levels

    def tile(self, tile: Tile) -> bytes:
        """A tile's hashes."""
        first = tile.index * WIDTH
        return b"".join(self._levels[tile.level][first : first + tile.width])

    def write_export(self, folder: Path) -> None:
        """Write it as `gateway audit export` does."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "entries.jsonl").write_bytes(lines_of(self.leaves))
        (folder / "checkpoint").write_bytes(self.checkpoint)
        write_keys(folder / "key.pub", self.key)

    def write_tiles(self, folder: Path) -> None:
        """Write it as C2SP tlog-tiles has it, with the key beside it."""
        files = {"checkpoint": self.checkpoint}
        for tile in tiles_of(self.size):
            files[tile.path] = self.tile(tile)
            if not tile.level:
                first = tile.index * WIDTH
                files[tile.entries_path] = bundle(self.leaves[first : first + tile.width])
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        write_keys(folder / "key.pub", self.key)


def write_keys(path: Path, *keys: VerifierKey) -> None:
    """Write verifier keys, one a line."""
    path.write_text("".join(f"{key}\n" for key in keys))
