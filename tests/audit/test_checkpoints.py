"""Checkpoints: their text, and who must have signed them."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.merkle import EMPTY_ROOT, Tree, leaf_hash
from gateway.audit.notes import Kind, Note, Signature, VerifierKey, cosign, sign
from gateway.audit.tiles import unbundle
from gateway.domain.errors import InvalidInput, Tampered

ORIGIN = "log.example/audit"
SEED, WITNESS_SEED, STRANGER_SEED = (bytes([number] * 32) for number in (1, 2, 3))
LOG = VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED)
WITNESS = VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, WITNESS_SEED)
CHECKPOINT = Checkpoint(ORIGIN, 7, leaf_hash(b"any"))
TEXT = str(CHECKPOINT)
ROOT = b64encode(CHECKPOINT.root).decode()

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
CHECKPOINTS = st.builds(
    Checkpoint,
    LINES,
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(LINES, max_size=3).map(tuple),
) | st.builds(Checkpoint, LINES, st.just(0), st.just(EMPTY_ROOT))


def signed(*signatures: Signature, text: str = TEXT) -> bytes:
    return bytes(Note(text, signatures))


BY_LOG = sign(TEXT, ORIGIN, SEED)
BY_WITNESS = cosign(TEXT, "witness.example", WITNESS_SEED, 1_700_000_000)


@given(CHECKPOINTS)
def test_what_is_written_reads_back(checkpoint: Checkpoint) -> None:
    """Extension lines included."""
    assert Checkpoint.parse(str(checkpoint)) == checkpoint


@given(CHECKPOINTS, st.data())
def test_what_is_read_writes_back_or_is_refused(
    checkpoint: Checkpoint, data: st.DataObject
) -> None:
    """No two texts are the same checkpoint."""
    text = str(checkpoint)
    place = data.draw(st.integers(0, len(text) - 1))
    end = place + data.draw(st.integers(0, 2))
    changed = text[:place] + data.draw(st.text("0+_= \nA٣", max_size=2)) + text[end:]
    try:
        read = Checkpoint.parse(changed)
    except Tampered:
        return
    assert str(read) == changed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"{ORIGIN}\n07\n{ROOT}\n",
        f"{ORIGIN}\n+7\n{ROOT}\n",
        f"{ORIGIN}\n-7\n{ROOT}\n",
        f"{ORIGIN}\n 7\n{ROOT}\n",
        f"{ORIGIN}\n7_0\n{ROOT}\n",
        f"{ORIGIN}\n٧\n{ROOT}\n",
        f"{ORIGIN}\n7.0\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n7\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n7\n{ROOT[:-2]}B=\n",
        f"{ORIGIN}\n7\n{ROOT} \n",
        f"{ORIGIN}\n7\n{ROOT}rubbish\n",
        f"{ORIGIN}\n7\nAAAA\n",
        f"{ORIGIN}\n7\n{ROOT}\n\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    """Sizes and hashes written in another way, lines missing or empty, an impossible root."""
    with pytest.raises(Tampered, match=r"not a checkpoint|one way"):
        Checkpoint.parse(text)


def test_a_checkpoint_opens_with_the_keys_relied_on() -> None:
    """What it says, and which signatures hold; a stranger's beside them changes nothing."""
    stranger = sign(TEXT, "stranger.example", STRANGER_SEED)
    data = signed(BY_LOG, stranger, BY_WITNESS)
    assert open_signed(data, [LOG])[0] == CHECKPOINT
    checkpoint, signatures = open_signed(data, [LOG, WITNESS])
    assert checkpoint == CHECKPOINT
    assert [(s.key, s.time) for s in signatures] == [(LOG, None), (WITNESS, 1_700_000_000)]


def test_a_witness_relied_on_must_have_cosigned() -> None:
    """A checkpoint without it is refused, though the log's signature is good."""
    with pytest.raises(Tampered, match=r"witness witness\.example has not cosigned"):
        open_signed(signed(BY_LOG), [LOG, WITNESS])


def test_a_witness_alone_does_not_stand_for_the_log() -> None:
    """Not under the log's own name either; nor does nobody."""
    with pytest.raises(Tampered, match="has not signed"):
        open_signed(signed(BY_WITNESS), [LOG, WITNESS])
    namesake = VerifierKey.of_seed(ORIGIN, Kind.COSIGNATURE, WITNESS_SEED)
    with pytest.raises(Tampered, match="has not signed"):
        open_signed(signed(cosign(TEXT, ORIGIN, WITNESS_SEED, 1)), [LOG, namesake])
    with pytest.raises(Tampered, match="signed with another key"):
        open_signed(signed(BY_LOG), [])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """The same key, a good signature, but another origin."""
    text = str(Checkpoint("other.example", 7, CHECKPOINT.root))
    with pytest.raises(Tampered, match=r"'other\.example' has not signed"):
        open_signed(signed(sign(text, ORIGIN, SEED), text=text), [LOG])


def test_a_new_key_of_the_log_is_taken_beside_the_old() -> None:
    """Either may have signed: keys are replaced in time."""
    successor = VerifierKey.of_seed(ORIGIN, Kind.ED25519, STRANGER_SEED)
    assert open_signed(signed(BY_LOG), [successor, LOG])[0] == CHECKPOINT
    renewed = signed(sign(TEXT, ORIGIN, STRANGER_SEED))
    assert open_signed(renewed, [successor, LOG])[0] == CHECKPOINT


def test_a_witness_with_the_log_s_own_key_is_no_witness() -> None:
    """It could vouch for nothing that the log does not say itself."""
    twin = VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, SEED)
    with pytest.raises(InvalidInput, match="the same"):
        open_signed(signed(BY_LOG), [LOG, twin])


# Published vectors ------------------------------------------------------------------------------


def test_a_real_cosigned_checkpoint_opens(note_vector: dict[str, Any]) -> None:
    """Those of public logs whose origin is their key's name; one with four witnesses."""
    keys = [VerifierKey.parse(key) for key in note_vector["vkeys"]]
    named = {key.name for key in keys if key.kind is Kind.ED25519}
    if not note_vector["checkpoint"] or note_vector["checkpoint"][0] not in named:
        return
    checkpoint, signatures = open_signed(note_vector["note"].encode(), keys)
    assert checkpoint.size == note_vector["checkpoint"][1]
    assert {s.key for s in signatures} == set(keys)
    assert all(s.time for s in signatures if s.key.kind is Kind.COSIGNATURE)


def test_a_real_log_s_checkpoints_have_the_roots_of_its_entries(
    tiled_log: Path, tiled_log_key: str
) -> None:
    """Each size at which the log signed, from none to all of its entries."""
    keys = [VerifierKey.parse(tiled_log_key)]
    entries = unbundle((tiled_log / "tile" / "entries" / "000.p" / "15").read_bytes(), 15)
    tree = Tree()
    for size in range(16):
        checkpoint, _ = open_signed((tiled_log / f"checkpoint.{size}").read_bytes(), keys)
        assert checkpoint == Checkpoint("example.com/log/testdata", size, tree.root())
        tree.append(leaf_hash(entries[size % 15]))
