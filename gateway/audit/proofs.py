"""Receipts: one file that proves an entry to be in the log, offline (C2SP tlog-proof)."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.errors import Tampered
from gateway.audit.merkle import HASH_BYTES, LARGEST_SIZE, leaf_hash, verify_inclusion
from gateway.audit.notes import LARGEST_NOTE, VerifierKey

_HEADER = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63  # the height of the largest tree
_REMEDY = "Ask for the receipt again; do not trust this copy."


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place, what leads from it to the root, and the signed checkpoint, verbatim.

    `extra` is not covered by any signature: never trust it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= LARGEST_SIZE or len(self.hashes) > _MOST_HASHES:
            raise ValueError("a proof has an index and at most 63 hashes")
        if not all(len(value) == HASH_BYTES for value in self.hashes):
            raise ValueError("a proof's hashes have 32 bytes")

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The proof in `data`; neither it nor the checkpoint in it is checked yet.

        Raises:
            Tampered: it is not exactly a proof, or it is larger than one can be.
        """
        if len(data) > 2 * LARGEST_NOTE:
            raise Tampered("The receipt is too large.", _REMEDY)
        head, _, checkpoint = data.partition(b"\n\n")
        try:
            _, *lines = head.decode("ascii").split("\n")
            extra = lines.pop(0).removeprefix("extra ") if lines[0].startswith("extra ") else ""
            index, *hashes = lines
            proof = cls(
                int(index.removeprefix("index ")),
                tuple(b64decode(value) for value in hashes),
                checkpoint,
                b64decode(extra),
            )
        except (ValueError, IndexError) as error:
            raise Tampered("This is not a receipt.", _REMEDY) from error
        if bytes(proof) != data:
            raise Tampered("The receipt is not written in the one way it can be.", _REMEDY)
        return proof

    def __bytes__(self) -> bytes:
        extra = [f"extra {b64encode(self.extra).decode()}"] if self.extra else []
        hashes = (b64encode(value).decode() for value in self.hashes)
        lines = (_HEADER, *extra, f"index {self.index}", *hashes, "", "")
        return "\n".join(lines).encode() + self.checkpoint

    def verify(self, entry: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
        """Hold that `entry` is in the log, under the checkpoint given back.

        `keys` are the log's and those of the witnesses that must have cosigned.

        Raises:
            Tampered: it is not proved.
        """
        checkpoint, _ = open_signed(self.checkpoint, keys)
        leaf = leaf_hash(entry)
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint
