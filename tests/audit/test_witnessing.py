"""What a witness is asked, and which of its answers are taken."""

import json
import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.merkle import LARGEST_SIZE, leaf_hash
from gateway.audit.notes import Kind, Note, Signature, VerifierKey, cosign, sign
from gateway.audit.witnessing import add_checkpoint, cosignature_in, size_in, with_signatures
from gateway.domain.errors import Tampered

NOW = 1_790_000_000
ORIGIN = "log.example/audit"
SEED, WITNESS_SEED, OTHER_SEED = (bytes([number] * 32) for number in (1, 2, 3))
LOG = VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED)
WITNESS = VerifierKey.of_seed("witness.example/w1", Kind.COSIGNATURE, WITNESS_SEED)
OTHER = VerifierKey.of_seed("witness.example/w2", Kind.COSIGNATURE, OTHER_SEED)
TEXT = str(Checkpoint(ORIGIN, 7, leaf_hash(b"any")))
NOTE = bytes(Note(TEXT, (sign(TEXT, ORIGIN, SEED),)))

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
_VECTORS = Path(os.environ.get("GATEWAY_SHARED", _BESIDE)) / "vectors" / "tlog" / "vectors.json"


def line(signature: Signature) -> bytes:
    return bytes(Note(TEXT, (signature,))).removeprefix(f"{TEXT}\n".encode())


def cosigned(time: int = NOW, text: str = TEXT) -> bytes:
    return line(cosign(text, WITNESS.name, WITNESS_SEED, time))


BY_OTHER = line(cosign(TEXT, OTHER.name, OTHER_SEED, NOW))


def _real_cosignatures() -> list[Any]:
    """Real checkpoints with witnesses' cosignatures; also changed ones, which are not valid."""
    if not _VECTORS.exists():
        return [pytest.param(None, "", marks=pytest.mark.skip(f"{_VECTORS} is not there"))]
    return [
        pytest.param(vector, vkey, id=f"{vector['id']}, {vkey.partition('+')[0]}")
        for vector in json.loads(_VECTORS.read_text())["notes"]
        for vkey in vector["vkeys"]
        if VerifierKey.parse(vkey).kind is Kind.COSIGNATURE
    ]


@pytest.mark.parametrize(("vector", "vkey"), _real_cosignatures())
def test_real_cosignatures_are_taken_from_an_answer(vector: Any, vkey: str) -> None:
    """Those of four public witnesses; not one whose time or checkpoint was changed."""
    text, _, lines = vector["note"].rpartition("\n\n")
    log, *witnesses = lines.splitlines(keepends=True)
    asked, body = f"{text}\n\n{log}".encode(), "".join(witnesses).encode()
    key = VerifierKey.parse(vkey)
    if vector["valid"]:
        taken = cosignature_in(body, asked, key, NOW)
        assert taken.decode() == next(line for line in witnesses if f" {key.name} " in line)
        assert signed_by(with_signatures(asked, [taken]), key)
    else:
        with pytest.raises(Tampered):
            cosignature_in(body, asked, key, NOW)


def signed_by(note: bytes, key: VerifierKey) -> bool:
    return [signed.key for signed in Note.parse(note).verify([key])] == [key]


def test_a_request_is_written_as_the_specification_shows_it() -> None:
    """Its example, to the byte."""
    proof = [
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
        "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
    ]
    checkpoint = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "\N{EM DASH} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4"
        "URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    ).encode()
    expected = "\n".join(["old 20852014", *proof, "", ""]).encode() + checkpoint
    assert add_checkpoint(20852014, [b64decode(node) for node in proof], checkpoint) == expected


def test_the_first_request_has_no_proof() -> None:
    """From an empty log there is none to give."""
    assert add_checkpoint(0, (), NOTE) == b"old 0\n\n" + NOTE


@pytest.mark.parametrize(
    ("old", "proof"),
    [(-1, ()), (0, (bytes(32),)), (5, (bytes(32),) * 64), (5, (bytes(31),)), (2**63, ())],
)
def test_what_no_witness_takes_is_not_written(old: int, proof: tuple[bytes, ...]) -> None:
    """Too many hashes, hashes of another length, a proof from nothing."""
    with pytest.raises(ValueError, match=r"a proof|a witness"):
        add_checkpoint(old, proof, NOTE)


@given(st.integers(0, LARGEST_SIZE))
def test_a_size_is_read(size: int) -> None:
    """As the specification has it: decimal, and a line break."""
    assert size_in(f"{size}\n".encode()) == size


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n", b"7", b"7\r\n", b"07\n", b"+7\n", b" 7\n", b"7 \n", b"7\n\n", b"-7\n", b"1_0\n",
        b"7.0\n", b"seven\n", "\u0667\n".encode(), b"\xff\n", str(2**63).encode() + b"\n",
        b"9" * 10_000 + b"\n",
    ],
)  # fmt: skip
def test_what_is_not_exactly_a_size_is_refused(body: bytes) -> None:
    """No sign, no blank, no leading zero, nothing after it, nothing beyond what a log can hold."""
    with pytest.raises(Tampered, match="not a size"):
        size_in(body)


@given(st.binary(max_size=30))
def test_any_body_is_a_size_or_refused(body: bytes) -> None:
    """Never an error of another kind."""
    try:
        size = size_in(body)
    except Tampered:
        return
    assert f"{size}\n".encode() == body


def test_the_witnesss_line_is_taken_and_others_are_passed_over() -> None:
    """Of unknown keys nothing is known, so their lines may say what they like."""
    rubbish = line(Signature("unknown.example", b"abcd", bytes(2424)))
    body = BY_OTHER + rubbish + cosigned()
    assert cosignature_in(body, NOTE, WITNESS, NOW) == cosigned()


def test_a_line_twice_is_kept_once() -> None:
    """A witness that repeats itself says nothing more."""
    assert cosignature_in(cosigned() + cosigned(NOW + 1), NOTE, WITNESS, NOW) == cosigned()


@pytest.mark.parametrize("time", [1, NOW - 10**8, NOW, NOW + 3600])
def test_times_up_to_an_hour_ahead_are_taken(time: int) -> None:
    """Clocks differ; an old cosignature of the same checkpoint is as good as ever."""
    assert cosignature_in(cosigned(time), NOTE, WITNESS, NOW) == cosigned(time)


@pytest.mark.parametrize("time", [0, NOW + 3601, 2**63 - 1])
def test_a_time_that_cannot_be_is_refused(time: int) -> None:
    """A cosignature from the future would make a later fork look earlier."""
    with pytest.raises(Tampered, match="time"):
        cosignature_in(cosigned(time), NOTE, WITNESS, NOW)


WRONG_SIGNATURE = Signature(WITNESS.name, WITNESS.id, NOW.to_bytes(8, "big") + bytes(64))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"ok\n",
        BY_OTHER,
        cosigned()[:-1],
        cosigned().replace(b"\n", b"\r\n"),
        cosigned() + b"\n",
        b"\n" + cosigned(),
        b"more text\n\n" + cosigned(),
        cosigned() + b"\n" + cosigned(),
        cosigned() + line(WRONG_SIGNATURE),
        line(WRONG_SIGNATURE),
        line(Signature(WITNESS.name, WITNESS.id, b"short")),
        line(cosign(TEXT, WITNESS.name, OTHER_SEED, NOW)),
        line(sign(TEXT, WITNESS.name, WITNESS_SEED)),
        cosigned(text=str(Checkpoint(ORIGIN, 8, leaf_hash(b"any")))),
        cosigned(text=str(Checkpoint(ORIGIN, 7, leaf_hash(b"another")))),
        cosigned(text=str(Checkpoint("log.example/other", 7, leaf_hash(b"any")))),
        BY_OTHER * 100 + cosigned(),
        cosigned().decode().encode("utf-16"),
    ],
)
def test_an_answer_that_does_not_hold_is_refused(body: bytes) -> None:
    """Malformed, of another key, another kind, over another checkpoint, or without the witness."""
    with pytest.raises(Tampered):
        cosignature_in(body, NOTE, WITNESS, NOW)


@given(st.data())
def test_a_changed_answer_is_refused_or_gives_the_same_line(data: st.DataObject) -> None:
    """No change of a byte makes another cosignature of it."""
    body = bytearray(BY_OTHER + cosigned())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        taken = cosignature_in(bytes(body), NOTE, WITNESS, NOW)
    except Tampered:
        return
    assert taken == cosigned()


def test_only_a_witnesss_key_is_asked_for() -> None:
    """A log's key signs otherwise; to take it for a witness's is a mistake of ours."""
    with pytest.raises(ValueError, match="cosigns"):
        cosignature_in(cosigned(), NOTE, LOG, NOW)


def test_kept_lines_make_a_checkpoint_that_every_witness_signed() -> None:
    """It opens with the keys of the log and of both witnesses."""
    note = with_signatures(NOTE, [cosigned(), BY_OTHER])
    checkpoint, signed = open_signed(note, [LOG, WITNESS, OTHER])
    assert checkpoint.size == 7
    assert [(s.key.name, s.time) for s in signed] == [
        (ORIGIN, None),
        (WITNESS.name, NOW),
        (OTHER.name, NOW),
    ]


def test_without_lines_the_checkpoint_stays_as_it_is() -> None:
    """To the byte."""
    assert with_signatures(NOTE, []) == NOTE


def test_a_line_is_added_once() -> None:
    """The first of a key stays, be it in the note or among the lines."""
    once = with_signatures(NOTE, [cosigned(), cosigned(NOW + 9) + BY_OTHER])
    assert once == NOTE + cosigned() + BY_OTHER
    assert with_signatures(once, [BY_OTHER, cosigned(NOW + 9)]) == once


@pytest.mark.parametrize(
    "lines",
    [b"", b"rubbish\n", b"text\n\n" + BY_OTHER, BY_OTHER + b"\n", b64encode(BY_OTHER)],
)
def test_what_is_not_a_signature_line_is_not_added(lines: bytes) -> None:
    """The published file stays a note, and one with the same text."""
    with pytest.raises(Tampered):
        with_signatures(NOTE, [cosigned(), lines])


def test_more_signatures_than_a_note_takes_are_refused() -> None:
    """A reader would refuse the whole note."""
    lines = [line(Signature(f"w{number}", b"abcd", b"x")) for number in range(100)]
    assert with_signatures(NOTE, lines[:99]).count(b"\n") == 3 + 1 + 100
    with pytest.raises(Tampered, match="too many"):
        with_signatures(NOTE, lines)
