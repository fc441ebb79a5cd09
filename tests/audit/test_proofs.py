"""Receipts: a proof that one entry is in the log."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.merkle import inclusion_proof, leaf_hash, root_of
from gateway.audit.notes import LARGEST_NOTE, Kind, Note, VerifierKey, cosign, sign
from gateway.audit.proofs import Proof
from gateway.audit.tiles import hashes_in
from gateway.domain.errors import Tampered

ORIGIN = "log.example"
SEED, WITNESS_SEED = b"s" * 32, b"w" * 32
KEYS = [
    VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED),
    VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, WITNESS_SEED),
]
ENTRIES = [b"entry %d" % number for number in range(11)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
CHECKPOINT = Checkpoint(ORIGIN, len(ENTRIES), root_of(LEAVES))
TEXT = str(CHECKPOINT)
SIGNED = bytes(
    Note(TEXT, (sign(TEXT, ORIGIN, SEED), cosign(TEXT, "witness.example", WITNESS_SEED, 17)))
)
HASHES = hashes_in(lambda _tile: b"".join(LEAVES), len(LEAVES))
RECEIPTS = [Proof(n, inclusion_proof(n, len(LEAVES), HASHES), SIGNED) for n in range(len(LEAVES))]

PROOFS = st.builds(
    Proof,
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple),
    st.binary(max_size=60),
    st.binary(max_size=20),
)


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_a_receipt_proves_its_entry_and_no_other(index: int) -> None:
    """With the log's key, and with the witness's too."""
    receipt = Proof.parse(bytes(RECEIPTS[index]))
    assert receipt.verify(ENTRIES[index], KEYS[:1]) == CHECKPOINT
    assert receipt.verify(ENTRIES[index], KEYS) == CHECKPOINT
    with pytest.raises(Tampered, match="leads to another root"):
        receipt.verify(ENTRIES[index - 1], KEYS)


@given(st.data())
def test_any_changed_byte_of_a_receipt_is_found(data: st.DataObject) -> None:
    """Its index, its hashes, the checkpoint: nothing can be changed and still prove the entry."""
    index = data.draw(st.integers(0, len(ENTRIES) - 1))
    changed = bytearray(bytes(RECEIPTS[index]))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        Proof.parse(bytes(changed)).verify(ENTRIES[index], KEYS)


def test_a_receipt_does_not_prove_another_entry_s_place() -> None:
    """The index is bound, though it is in no hash."""
    for receipt in RECEIPTS:
        for other in set(range(len(ENTRIES) + 1)) - {receipt.index}:
            forged = Proof(other, receipt.hashes, receipt.checkpoint)
            with pytest.raises(Tampered):
                forged.verify(ENTRIES[receipt.index], KEYS)


def test_a_receipt_needs_its_witness() -> None:
    """A checkpoint that a relied-on witness has not cosigned proves nothing."""
    alone = bytes(Note(TEXT, (sign(TEXT, ORIGIN, SEED),)))
    receipt = Proof(0, RECEIPTS[0].hashes, alone)
    receipt.verify(ENTRIES[0], KEYS[:1])
    with pytest.raises(Tampered, match="has not cosigned"):
        receipt.verify(ENTRIES[0], KEYS)


@given(PROOFS)
def test_what_is_written_reads_back(proof: Proof) -> None:
    """Whatever bytes the checkpoint has; they are looked at only when the proof is checked."""
    assert Proof.parse(bytes(proof)) == proof


@given(PROOFS, st.data())
def test_what_is_read_writes_back_or_is_refused(proof: Proof, data: st.DataObject) -> None:
    """No two files are the same receipt."""
    changed = bytearray(bytes(proof))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        read = Proof.parse(bytes(changed))
    except Tampered:
        return
    assert bytes(read) == changed


def test_a_receipt_that_is_too_large_is_refused() -> None:
    """Before anything in it is read."""
    with pytest.raises(Tampered, match="too large"):
        Proof.parse(bytes(RECEIPTS[0]) + bytes(2 * LARGEST_NOTE))


@pytest.mark.parametrize(
    ("index", "hashes"),
    [(-1, ()), (2**63, ()), (0, (b"short",)), (0, (bytes(32),) * 64)],
)
def test_an_impossible_proof_is_not_made(index: int, hashes: tuple[bytes, ...]) -> None:
    """An index or hashes that no tree has."""
    with pytest.raises(ValueError, match="a proof"):
        Proof(index, hashes, SIGNED)


# Published vectors ------------------------------------------------------------------------------


def test_published_receipts(receipt_file: Path, tiled_log_key: str) -> None:
    """Each proves its entry of a real log, writes back the same, and proves nothing else."""
    keys = [VerifierKey.parse(tiled_log_key)]
    data, entry = receipt_file.read_bytes(), receipt_file.with_suffix(".entry").read_bytes()
    receipt = Proof.parse(data)
    assert bytes(receipt) == data
    checkpoint = receipt.verify(entry, keys)
    assert receipt_file.stem == f"tessera_{receipt.index}_of_{checkpoint.size}"
    with pytest.raises(Tampered, match="leads to another root"):
        receipt.verify(entry + b"\n", keys)


def test_published_malformed_receipts(bad_receipt: str) -> None:
    """Other headers, numbers and base64, as another program refuses them."""
    with pytest.raises(Tampered, match=r"not a receipt|one way"):
        Proof.parse(bad_receipt.encode())
