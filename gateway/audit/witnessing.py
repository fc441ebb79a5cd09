"""Asking witnesses to cosign checkpoints: what is written to them, and what they answer.

A witness cosigns a checkpoint only if it continues the one it cosigned last, so two different logs
under one name cannot both have its cosignature. Source: C2SP tlog-witness, add-checkpoint.
"""

from base64 import b64encode
from collections.abc import Sequence

from gateway.audit.errors import Tampered
from gateway.audit.merkle import HASH_BYTES, LARGEST_SIZE
from gateway.audit.notes import Kind, Note, Signature, VerifierKey

MOST_PROOF_LINES = 63
CLOCKS_APART = 3600  # seconds that a witness's clock may be ahead of ours
_LONGEST_SIZE = len(str(LARGEST_SIZE))
_REMEDY = "Ask whoever runs the witness; this answer is not used."


def add_checkpoint(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The body of a request to cosign `checkpoint`, a signed note.

    `proof` shows that the checkpoint continues the one of `old` entries; for none it is empty.
    """
    if not 0 <= old <= LARGEST_SIZE or len(proof) > MOST_PROOF_LINES or (proof and not old):
        raise ValueError("a witness takes at most 63 hashes, and none from the empty log")
    if any(len(node) != HASH_BYTES for node in proof):
        raise ValueError("a proof is made of hashes")
    lines = [f"old {old}", *(b64encode(node).decode() for node in proof), ""]
    return "".join(f"{line}\n" for line in lines).encode() + checkpoint


def size_in(body: bytes) -> int:
    """The size that a witness says it cosigned last, from its answer to another one.

    Raises:
        Tampered: the body is not one number and a line break.
    """
    text = body[: _LONGEST_SIZE + 2].decode("ascii", "replace")
    digits = text.removesuffix("\n")
    size = int(digits) if digits.isascii() and digits.isdigit() else -1
    if body != f"{size}\n".encode() or not 0 <= size <= LARGEST_SIZE:
        raise Tampered("The witness's answer is not a size.", _REMEDY)
    return size


def cosignature_in(body: bytes, checkpoint: bytes, key: VerifierKey, now: int) -> bytes:
    """The line in a witness's answer by which `key` cosigned `checkpoint`, a signed note.

    Lines of other keys are passed over, as the specification asks. `now` is in seconds since 1970.

    Raises:
        Tampered: the answer is malformed, the cosignature is wrong or missing, or its time is
            zero or more than an hour ahead of `now`.
    """
    if key.kind is not Kind.COSIGNATURE:
        raise ValueError("only a witness's key cosigns")
    text = Note.parse(checkpoint).text
    answer = _note_of(text, body)
    for signed in answer.verify([key]):
        if signed.time is None or not 0 < signed.time <= now + CLOCKS_APART:
            raise Tampered(f"The time in the cosignature of {key.name} cannot be.", _REMEDY)
    lines = [s for s in answer.signatures if (s.name, s.key_id) == (key.name, key.id)]
    return bytes(Note(text, (lines[0],))).removeprefix(_before_signatures(text))


def with_signatures(note: bytes, lines: Sequence[bytes]) -> bytes:
    """`note` with signature lines added; each of `lines` holds one or more.

    A key that has a line already gets no second one. What the lines sign is not checked here:
    only verified ones are kept.

    Raises:
        Tampered: the note or a line is malformed, or there are more signatures than a note takes.
    """
    parsed = Note.parse(note)
    kept: dict[tuple[str, bytes], Signature] = {}
    for one in (parsed, *(_note_of(parsed.text, line) for line in lines)):
        for signature in one.signatures:
            kept.setdefault((signature.name, signature.key_id), signature)
    try:
        return bytes(Note(parsed.text, tuple(kept.values())))
    except ValueError as error:
        raise Tampered("The checkpoint has too many signatures.", _REMEDY) from error


def _note_of(text: str, lines: bytes) -> Note:
    """The note of a text and the signature lines under it."""
    note = Note.parse(_before_signatures(text) + lines)
    if note.text != text:
        raise Tampered("There is more than signatures in the answer.", _REMEDY)
    return note


def _before_signatures(text: str) -> bytes:
    return f"{text}\n".encode()
