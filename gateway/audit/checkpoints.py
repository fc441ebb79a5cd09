"""Checkpoints: what the log commits to at one size, and who signed it (C2SP tlog-checkpoint)."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gateway.audit.errors import Tampered
from gateway.audit.merkle import EMPTY_ROOT, HASH_BYTES, LARGEST_SIZE
from gateway.audit.notes import Kind, Note, Signed, VerifierKey

_REMEDY = "Get the checkpoint again from where it was published; do not trust this copy."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log, how many entries, and the root hash over them; extension lines are not used."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(line and "\n" not in line for line in (self.origin, *self.extensions)):
            raise ValueError("a checkpoint's lines are not empty")
        if not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_BYTES:
            raise ValueError("a checkpoint has a size and a root hash of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise ValueError("an empty log has only one root")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint that a note's `text` is.

        Raises:
            Tampered: it is not exactly a checkpoint.
        """
        try:
            origin, size, root, *extensions = text.split("\n")[:-1]
            checkpoint = cls(origin, int(size), b64decode(root), tuple(extensions))
        except ValueError as error:
            raise Tampered("This is not a checkpoint.", _REMEDY) from error
        if str(checkpoint) != text:
            raise Tampered("The checkpoint is not written in the one way it can be.", _REMEDY)
        return checkpoint

    def __str__(self) -> str:
        root = b64encode(self.root).decode()
        return "\n".join((self.origin, str(self.size), root, *self.extensions, ""))


def open_signed(data: bytes, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, tuple[Signed, ...]]:
    """The checkpoint in a signed note, and the signatures on it that hold.

    The log's own key has the name of the log (its origin). Every witness in `keys` must have
    cosigned: a verifier who names a witness relies on it.

    Raises:
        Tampered: it is malformed, of another log, or a signature is wrong or missing.
        InvalidInput: two of the keys are the same.
    """
    note = Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    signed = note.verify(keys)
    signers = {signature.key for signature in signed}
    if not any(key.kind is Kind.ED25519 and key.name == checkpoint.origin for key in signers):
        raise Tampered(f"The log {checkpoint.origin[:100]!r} has not signed this.", _REMEDY)
    for key in keys:
        if key.kind is Kind.COSIGNATURE and key not in signers:
            raise Tampered(f"The witness {key.name} has not cosigned this.", _REMEDY)
    return checkpoint, signed
