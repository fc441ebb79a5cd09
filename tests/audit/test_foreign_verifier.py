"""Another project's code accepts the exported log and its proofs, and refuses what was changed.

The verifier is the reference library for these formats, which Go's own module log is built on.
"""

import re
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.foreign import Verdict, foreign_verifier, run
from support.sample_log import SampleLog, leaf, lines_of, write_keys

from gateway.audit.merkle import EMPTY_ROOT
from gateway.audit.notes import Kind, Note, Signature, VerifierKey, cosign, sign
from gateway.audit.proofs import Proof

SIZES = (1, 2, 255, 256, 257)
LOG = SampleLog.of_size(21)
OTHER_SEED, WITNESS_SEED = b"o" * 32, b"w" * 32
WITNESS = VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, WITNESS_SEED)

few = settings(max_examples=8, deadline=None)
places = st.integers(0, LOG.size - 2)  # of an entry that has a next one


@pytest.fixture(autouse=True, scope="module")
def _built() -> None:
    foreign_verifier()


def judged(entries: bytes, checkpoint: bytes, *keys: VerifierKey) -> Verdict:
    """What the verifier says of an export; by default it is told the log's true key."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "entries.jsonl").write_bytes(entries)
        (folder / "checkpoint").write_bytes(checkpoint)
        write_keys(folder / "key.pub", *(keys or (LOG.key,)))
        return run("log", folder, folder / "key.pub")


def accepts(verdict: Verdict, log: SampleLog) -> None:
    """Hold that it accepts, and that it found the same size and root."""
    root = b64encode(log.state.root).decode()
    assert verdict == Verdict(accepted=True, said=f"accepted {log.size} {root}")


def refuses(verdict: Verdict, why: str) -> None:
    """Hold that it refuses, for the reason meant."""
    assert not verdict.accepted
    assert re.search(why, verdict.said), verdict.said


def flipped(data: bytes, place: int, bits: int = 1) -> bytes:
    """`data` with some bits of one byte the other way."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


# The export ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [*SIZES, 70_000])
def test_an_export_is_accepted(size: int, tmp_path: Path) -> None:
    """At the sizes where tiles begin and end, and with the key that lies beside it."""
    log = SampleLog.of_size(size)
    log.write_export(tmp_path)
    accepts(run("log", tmp_path, tmp_path / "key.pub"), log)


def test_cosignatures_and_former_keys_do_no_harm() -> None:
    """A checkpoint with a witness's signature, and a file with all the keys there are."""
    text = str(LOG.state)
    cosigned = bytes(
        Note(text, (sign(text, LOG.origin, LOG.seed), cosign(text, WITNESS.name, WITNESS_SEED, 7)))
    )
    former = VerifierKey.of_seed(LOG.origin, Kind.ED25519, OTHER_SEED)
    accepts(judged(lines_of(LOG.leaves), cosigned, LOG.key), LOG)
    accepts(judged(lines_of(LOG.leaves), cosigned, LOG.key, former, WITNESS), LOG)


@few
@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_an_entry_is_refused(place: int, bits: int) -> None:
    """Wherever it is; if it is a line break, the number of entries is wrong."""
    changed = flipped(lines_of(LOG.leaves), place, bits)
    refuses(judged(changed, LOG.checkpoint), "root|there are|EOF")


TAMPERINGS: dict[str, tuple[Callable[[list[bytes], int], Sequence[bytes]], str]] = {
    "changed": (lambda leaves, at: [*leaves[:at], leaf(999), *leaves[at + 1 :]], "have the root"),
    "removed": (lambda leaves, at: leaves[:at] + leaves[at + 1 :], "there are 20"),
    "swapped": (
        lambda leaves, at: [*leaves[:at], leaves[at + 1], leaves[at], *leaves[at + 2 :]],
        "have the root",
    ),
    "repeated": (lambda leaves, at: [*leaves[: at + 1], *leaves[at:]], "there are 22"),
    "inserted": (lambda leaves, at: [*leaves[:at], leaf(999), *leaves[at:]], "there are 22"),
    "truncated": (lambda leaves, at: leaves[: at + 1], "there are"),
    "appended": (lambda leaves, _: [*leaves, leaf(999)], "there are 22"),
    "removed and made up": (
        lambda leaves, at: [*leaves[:at], *leaves[at + 1 :], leaf(999)],
        "have the root",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
@few
@given(place=places)
def test_a_tampered_log_is_refused(tampering: str, place: int) -> None:
    """Entries changed, removed, swapped, repeated, inserted or cut off, at any place."""
    tamper, why = TAMPERINGS[tampering]
    refuses(judged(lines_of(tamper(list(LOG.leaves), place)), LOG.checkpoint), why)


def test_a_log_cut_within_its_last_line_is_refused() -> None:
    """Even if only the last line break is gone."""
    refuses(judged(lines_of(LOG.leaves)[:-1], LOG.checkpoint), "entry 20: EOF")


UNKNOWN, INVALID, UNSIGNED = "no verifiable", "invalid signature", "has not signed"
STATE = LOG.state
ELSEWHERE, STRANGER = replace(LOG, origin="other.example"), replace(LOG, seed=OTHER_SEED)
CHECKPOINTS = {
    "another log's": (ELSEWHERE.checkpoint, UNKNOWN),
    "another key's": (STRANGER.checkpoint, UNKNOWN),
    "the log's, in another's name": (LOG.signed(replace(STATE, origin="o.example")), UNSIGNED),
    "one too many, signed": (LOG.signed(replace(STATE, size=22)), "says 22"),
    "one too few, signed": (LOG.signed(replace(STATE, size=20)), "says 20"),
    "none, signed": (LOG.signed(replace(STATE, size=0, root=EMPTY_ROOT)), "nothing can be proved"),
    "wrong root, signed": (LOG.signed(replace(STATE, root=EMPTY_ROOT)), "have the root"),
    "an older one": (LOG.first(13).checkpoint, "says 13"),
    "size changed since": (LOG.checkpoint.replace(b"\n21\n", b"\n20\n"), INVALID),
    "size in another writing": (LOG.signed(STATE).replace(b"\n21\n", b"\n021\n"), INVALID),
    "no signature": (str(STATE).encode() + b"\n", "malformed"),
    "nothing": (b"", "malformed"),
}


@pytest.mark.parametrize("which", CHECKPOINTS)
def test_a_checkpoint_that_is_not_the_log_s_is_refused(which: str) -> None:
    """Of another log or key, or of something else than these entries."""
    checkpoint, why = CHECKPOINTS[which]
    refuses(judged(lines_of(LOG.leaves), checkpoint), why)


@few
@given(st.integers(0), st.integers(1, 255))
def test_any_damaged_signature_is_refused(place: int, bits: int) -> None:
    """Whichever bit of its 64 bytes."""
    note = Note.parse(LOG.checkpoint)
    (good,) = note.signatures
    bad = Signature(good.name, good.key_id, flipped(good.blob, place, bits))
    refuses(judged(lines_of(LOG.leaves), bytes(Note(note.text, (bad,)))), INVALID)


@few
@given(st.integers(0, len(str(STATE).encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_checkpoint_is_refused(place: int, bits: int) -> None:
    """Its name, size and root are all signed."""
    refuses(judged(lines_of(LOG.leaves), flipped(LOG.checkpoint, place, bits)), "^refused: check")


# Receipts ------------------------------------------------------------------------------------


def judged_receipt(receipt: bytes, key: VerifierKey = LOG.key) -> Verdict:
    """What the verifier says of a receipt."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "receipt").write_bytes(receipt)
        write_keys(folder / "key.pub", key)
        return run("receipt", folder / "receipt", folder / "key.pub")


@pytest.mark.parametrize("size", SIZES)
def test_receipts_are_accepted(size: int) -> None:
    """Of the first entry, of the last, and of one between."""
    log = SampleLog.of_size(size)
    for index in {0, size // 2, size - 1}:
        accepts(judged_receipt(bytes(log.receipt(index))), log)


RECEIPT, FAILED = LOG.receipt(6), "invalid transparency proof"
ABOVE = RECEIPT.hashes
REWRITTEN = replace(LOG, leaves=[leaf(999), *LOG.leaves[1:]])
RECEIPTS: dict[str, tuple[Proof, str]] = {
    "another entry": (replace(RECEIPT, extra=LOG.leaves[7]), FAILED),
    "an entry made up": (replace(RECEIPT, extra=leaf(999)), FAILED),
    "no entry": (replace(RECEIPT, extra=b""), "not a proof"),
    "the next place": (replace(RECEIPT, index=7), FAILED),
    "a place after the last": (replace(RECEIPT, index=21), "invalid inputs"),
    "a hash too few": (replace(RECEIPT, hashes=ABOVE[:-1]), FAILED),
    "a hash too many": (replace(RECEIPT, hashes=(*ABOVE, EMPTY_ROOT)), FAILED),
    "hashes swapped": (replace(RECEIPT, hashes=(ABOVE[1], ABOVE[0], *ABOVE[2:])), FAILED),
    "a later checkpoint": (
        replace(RECEIPT, checkpoint=SampleLog.of_size(22).checkpoint),
        FAILED,
    ),
    "another log's checkpoint": (replace(RECEIPT, checkpoint=ELSEWHERE.checkpoint), UNKNOWN),
    "a rewritten log's checkpoint": (replace(RECEIPT, checkpoint=REWRITTEN.checkpoint), FAILED),
}


@pytest.mark.parametrize("which", RECEIPTS)
def test_a_receipt_that_proves_something_else_is_refused(which: str) -> None:
    """With another entry, place, path or checkpoint."""
    receipt, why = RECEIPTS[which]
    refuses(judged_receipt(bytes(receipt)), why)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(bytes(RECEIPT)) - len(RECEIPT.checkpoint) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_receipt_is_refused(place: int, bits: int) -> None:
    """Wherever it is above the checkpoint, of which the same was shown."""
    refuses(judged_receipt(flipped(bytes(RECEIPT), place, bits)), "^refused: ")


# Growth --------------------------------------------------------------------------------------


def judged_growth(old: bytes, new: bytes, proof: Sequence[bytes], *keys: VerifierKey) -> Verdict:
    """What the verifier says of two checkpoints and the proof between them."""
    with tempfile.TemporaryDirectory() as name:
        older, newer, path, known = (Path(name) / file for file in ("old", "new", "proof", "keys"))
        older.write_bytes(old)
        newer.write_bytes(new)
        path.write_text("".join(f"{b64encode(value).decode()}\n" for value in proof))
        write_keys(known, *(keys or (LOG.key,)))
        return run("consistency", older, newer, path, known)


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1), (1, 2), (2, 255), (128, 255), (255, 256), (256, 257), (13, 257)]
)
def test_growth_is_accepted(old: int, new: int) -> None:
    """From a checkpoint to a newer one, or to itself."""
    log = SampleLog.of_size(new)
    accepts(judged_growth(log.first(old).checkpoint, log.checkpoint, log.grown_from(old)), log)


OLDER, GROWN = LOG.first(13), LOG.grown_from(13)
GROWTHS: dict[str, tuple[bytes, bytes, Sequence[bytes], str]] = {
    "the older has another entry": (
        replace(OLDER, leaves=[*OLDER.leaves[:-1], leaf(999)]).checkpoint,
        LOG.checkpoint,
        GROWN,
        FAILED,
    ),
    "the newer was rewritten": (
        OLDER.checkpoint,
        REWRITTEN.checkpoint,
        REWRITTEN.grown_from(13),
        FAILED,
    ),
    "two of one size": (REWRITTEN.checkpoint, LOG.checkpoint, (), FAILED),
    "it has shrunk": (LOG.checkpoint, OLDER.checkpoint, GROWN, "invalid inputs"),
    "another log's older": (ELSEWHERE.first(13).checkpoint, LOG.checkpoint, GROWN, "two logs"),
    "no log's older": (STRANGER.first(13).checkpoint, LOG.checkpoint, GROWN, UNKNOWN),
    "no proof": (OLDER.checkpoint, LOG.checkpoint, (), FAILED),
    "a hash too few": (OLDER.checkpoint, LOG.checkpoint, GROWN[:-1], FAILED),
    "a hash too many": (OLDER.checkpoint, LOG.checkpoint, (*GROWN, EMPTY_ROOT), FAILED),
    "a hash cut short": (OLDER.checkpoint, LOG.checkpoint, (GROWN[0][1:], *GROWN[1:]), "malformed"),
}


@pytest.mark.parametrize("which", GROWTHS)
def test_a_log_that_did_not_only_grow_is_refused(which: str) -> None:
    """Its beginning changed, or there is no proof that it did not."""
    old, new, proof, why = GROWTHS[which]
    refuses(judged_growth(old, new, proof, LOG.key, ELSEWHERE.key), why)


@few
@given(st.integers(0, len(GROWN) - 1), st.integers(0), st.integers(1, 255))
def test_any_changed_hash_between_checkpoints_is_refused(which: int, place: int, bits: int) -> None:
    """Each hash of the proof counts."""
    changed = [*GROWN[:which], flipped(GROWN[which], place, bits), *GROWN[which + 1 :]]
    refuses(judged_growth(OLDER.checkpoint, LOG.checkpoint, changed), FAILED)
