"""Signed notes: a text, and signatures of named keys under it.

Sources: C2SP signed-note and tlog-cosignature (Ed25519 only). A reader takes exactly what a writer
gives: whatever is read is written again and compared.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Self

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from gateway.audit.errors import InvalidInput, Tampered

LARGEST_NOTE = 1_000_000  # bytes; the limit of the reference implementation
MOST_SIGNATURES = 100  # as above
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_REMEDY = "Get the file again from where it was published; do not trust this copy."


class Kind(IntEnum):
    """What a key signs: the byte by which a key's type is known."""

    ED25519 = 0x01  # the note's text
    COSIGNATURE = 0x04  # a witness's: the time and the text of a checkpoint


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a named key; `public` has 32 bytes."""

    name: str
    kind: Kind
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != 32:
            raise ValueError("a verifier key has a name without spaces or +, and 32 bytes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that is written `name+id+base64`.

        Raises:
            InvalidInput: it is malformed, of another type, or its id is not that of the key.
        """
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        try:
            data = b64decode(encoded)
            key = cls(name, Kind(data[0]), data[1:])
        except (ValueError, IndexError):
            key = None
        if key is None or str(key) != text:
            raise InvalidInput("This is not a verifier key.", "Give it as name+id+key, whole.")
        return key

    @classmethod
    def of_seed(cls, name: str, kind: Kind, seed: bytes) -> Self:
        """The public half of the key made from a `seed` of 32 bytes."""
        return cls(name, kind, bytes(SigningKey(seed).verify_key))

    def __str__(self) -> str:
        encoded = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @property
    def id(self) -> bytes:
        """The four bytes that stand for the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: whose it claims to be, and the bytes after the key's id."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line break, and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The note in `data`.

        Raises:
            Tampered: it is not exactly a note.
        """
        if len(data) > LARGEST_NOTE:
            raise Tampered("The note is too large.", _REMEDY)
        try:
            body, _, lines = data.decode().rpartition("\n\n")
            signatures = tuple(_signature(line) for line in lines.split("\n")[:-1])
            note = cls(body + "\n", signatures)
            exact = bytes(note) == data
        except ValueError as error:
            raise Tampered("This is not a signed note.", _REMEDY) from error
        if not exact:
            raise Tampered("The note is not written in the one way it can be.", _REMEDY)
        return note

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise ValueError("a note's text ends in a line break and has no control characters")
        if not 0 < len(self.signatures) <= MOST_SIGNATURES:
            raise ValueError("a note has between 1 and 100 signatures")
        if not all(_is_name(s.name) and len(s.key_id) == 4 and s.blob for s in self.signatures):
            raise ValueError("a signature has a name, a key id of 4 bytes and a content")

    def __bytes__(self) -> bytes:
        lines = (
            f"\N{EM DASH} {s.name} {b64encode(s.key_id + s.blob).decode()}\n"
            for s in self.signatures
        )
        return f"{self.text}\n{''.join(lines)}".encode()

    def verify(self, keys: Sequence[VerifierKey]) -> "tuple[Signed, ...]":
        """Which of `keys` signed; signatures of other keys are passed over.

        Raises:
            Tampered: a signature of one of the keys is wrong, or there is none of them.
            InvalidInput: two of the keys cannot be told apart.
        """
        known = {(key.name, key.id): key for key in keys}
        if len(known) != len(keys) or len({key.public for key in keys}) != len(keys):
            raise InvalidInput("Two of the keys are the same.", "Give each key once.")
        signed = tuple(
            _verify(self.text, signature, key)
            for signature in self.signatures
            if (key := known.get((signature.name, signature.key_id)))
        )
        if not signed:
            raise Tampered(
                "This is signed with another key than the ones given.",
                "If the log's key was changed, give the newer key.pub; else do not trust it.",
            )
        return signed


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds; `time` is a witness's, in seconds since 1970."""

    key: VerifierKey
    time: int | None


def sign(text: str, name: str, seed: bytes) -> Signature:
    """The signature of `text` by the Ed25519 key of that name, made from a seed of 32 bytes."""
    key = VerifierKey.of_seed(name, Kind.ED25519, seed)
    return Signature(name, key.id, SigningKey(seed).sign(text.encode()).signature)


def cosign(text: str, name: str, seed: bytes, time: int) -> Signature:
    """A witness's signature of a checkpoint's `text`, seen at `time` (seconds since 1970)."""
    key = VerifierKey.of_seed(name, Kind.COSIGNATURE, seed)
    signature = SigningKey(seed).sign(_cosigned(text, time)).signature
    return Signature(name, key.id, time.to_bytes(8, "big") + signature)


def _verify(text: str, signature: Signature, key: VerifierKey) -> Signed:
    time, message, blob = None, text.encode(), signature.blob
    if key.kind is Kind.COSIGNATURE:
        time, blob = int.from_bytes(blob[:8], "big"), blob[8:]
        message = _cosigned(text, time)
    try:
        VerifyKey(key.public).verify(message, blob)
    except (BadSignatureError, ValueError) as error:
        raise Tampered(f"The signature of {key.name} is wrong.", _REMEDY) from error
    return Signed(key, time)


def _cosigned(text: str, time: int) -> bytes:
    if not 0 <= time < 2**63:
        raise Tampered("The witness's time cannot be.", _REMEDY)
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _signature(line: str) -> Signature:
    _, name, encoded = line.split(" ")
    data = b64decode(encoded)
    return Signature(name, data[:4], data[4:])


def _is_name(name: str) -> bool:
    spoiled = any(c == "+" or c.isspace() for c in name) or _CONTROL.search(name)
    return bool(name) and not spoiled
