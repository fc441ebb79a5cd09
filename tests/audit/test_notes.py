"""Signed notes: reading and writing, verifier keys, signatures and cosignatures."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.notes import (
    LARGEST_NOTE,
    MOST_SIGNATURES,
    Kind,
    Note,
    Signature,
    VerifierKey,
    cosign,
    sign,
)
from gateway.domain.errors import InvalidInput, Tampered

SEED, OTHER_SEED = bytes(range(32)), bytes(32)
KEY = VerifierKey.of_seed("log.example", Kind.ED25519, SEED)
WITNESS = VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, OTHER_SEED)
TEXT = "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
SIGNED = Note(TEXT, (sign(TEXT, "log.example", SEED),))

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(0x20)])
    | st.just("\n")
).map(lambda text: text + "\n")
SIGNATURES = st.builds(
    Signature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
NOTES = st.builds(Note, TEXTS, st.lists(SIGNATURES, min_size=1, max_size=5).map(tuple))


@given(NOTES)
def test_what_is_written_reads_back(note: Note) -> None:
    """Whatever the text holds: empty lines, and lines that look like signatures."""
    assert Note.parse(bytes(note)) == note


@given(st.data(), NOTES)
def test_what_is_read_writes_back_or_is_refused(data: st.DataObject, note: Note) -> None:
    """No two files are the same note: any change of a byte changes what is read."""
    changed = bytearray(bytes(note))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        read = Note.parse(bytes(changed))
    except Tampered:
        return
    assert bytes(read) == changed


DASH = "\N{EM DASH} ".encode()
WELL_FORMED = bytes(SIGNED)


@pytest.mark.parametrize(
    "data",
    [
        WELL_FORMED.replace(DASH, b"- "),
        WELL_FORMED.replace(DASH, DASH + b" "),
        WELL_FORMED.replace(b"\n\n", b"\n"),
        WELL_FORMED.replace(b"\n", b"\r\n"),
        WELL_FORMED.removesuffix(b"\n"),
        WELL_FORMED + b"\n",
        WELL_FORMED + b"trailing\n",
        WELL_FORMED.replace(b"=\n", b"=\t\n"),
        b"\x00" + WELL_FORMED,
        b"\xff" + WELL_FORMED,
        WELL_FORMED.replace(DASH + b"log.example", DASH + b"log+example"),
        WELL_FORMED.replace(DASH + b"log.example", DASH + "log\N{NO-BREAK SPACE}x".encode()),
        WELL_FORMED.replace(DASH + b"log.example", DASH),
        WELL_FORMED[:-4] + b"\n",
        b"text\n\n",
        b"text\n\n\n",
        b"text\n\n" + DASH + b"n AAAAAA==\n",
        b"text\n\n" + DASH + b"n AAAAAAB=\n",
        b"text\n\n" + DASH + b"n AAAA\xc2\xb5AAA\n",
        DASH + b"n AAAAAAA=\n",
        b"",
    ],
)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    """Another dash, spaces, line ends, control characters, base64 that is not the one form."""
    with pytest.raises(Tampered, match=r"not a signed note|one way"):
        Note.parse(data)


def test_a_note_of_many_signatures_is_read_up_to_the_limit() -> None:
    """100 are read; one more, or a larger file, is refused before anything is checked."""
    line = bytes(SIGNED).rpartition(b"\n\n")[2]
    whole = TEXT.encode() + b"\n" + line * MOST_SIGNATURES
    assert len(Note.parse(whole).signatures) == MOST_SIGNATURES
    with pytest.raises(Tampered, match="not a signed note"):
        Note.parse(whole + line)
    with pytest.raises(Tampered, match="too large"):
        Note.parse(b"a" * LARGEST_NOTE + whole)


@pytest.mark.parametrize(
    ("text", "signatures"),
    [
        ("no line break", SIGNED.signatures),
        ("tab\t\n", SIGNED.signatures),
        ("text\n", ()),
        ("text\n", SIGNED.signatures * 101),
        ("text\n", (Signature("a b", b"1234", b"x"),)),
        ("text\n", (Signature("a", b"123", b"x"),)),
        ("text\n", (Signature("a", b"1234", b""),)),
    ],
)
def test_what_could_not_be_read_is_not_made(text: str, signatures: tuple[Signature, ...]) -> None:
    """A note that is not well formed cannot be had at all."""
    with pytest.raises(ValueError, match=r"a note|a signature"):
        Note(text, signatures)


@given(NAMES, st.sampled_from(Kind), st.binary(min_size=32, max_size=32))
@example("n", Kind.ED25519, b"\xfb\xef" * 16)
def test_a_verifier_key_reads_back(name: str, kind: Kind, public: bytes) -> None:
    """Also when its base64 holds a plus sign."""
    key = VerifierKey(name, kind, public)
    assert VerifierKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        str(KEY) + "=",
        str(KEY) + "\n",
        str(KEY)[:-1],
        str(KEY).replace("log", "lag"),
        str(KEY).replace("+", "++", 1),
        "log.example",
        "log.example+00000000+",
        "log.example+00000000+\xe9",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    """Its id binds the name, the kind and the key; nothing else is taken."""
    with pytest.raises(InvalidInput, match="not a verifier key"):
        VerifierKey.parse(text)


def test_a_signature_of_an_unknown_key_is_passed_over() -> None:
    """By name or by id alone no key is known; what is left is verified."""
    known = SIGNED.signatures[0]
    strangers = (
        Signature("log.example", b"none", known.blob),
        Signature("other.example", known.key_id, known.blob),
    )
    note = Note(TEXT, (*strangers, known))
    assert [signed.key for signed in note.verify([KEY])] == [KEY]
    with pytest.raises(Tampered, match="signed with another key"):
        Note(TEXT, strangers).verify([KEY])


@pytest.mark.parametrize("bits", [0, 7, 255, 256, 511])
def test_a_wrong_signature_of_a_known_key_rejects_the_note(bits: int) -> None:
    """Even beside a good one of the same key."""
    good = SIGNED.signatures[0]
    blob = bytearray(good.blob)
    blob[bits // 8] ^= 1 << bits % 8
    note = Note(TEXT, (good, Signature(good.name, good.key_id, bytes(blob))))
    with pytest.raises(Tampered, match=r"signature of log\.example is wrong"):
        note.verify([KEY])


@pytest.mark.parametrize("length", [1, 7, 8, 63, 65, 71, 73])
@pytest.mark.parametrize("key", [KEY, WITNESS], ids=["log", "witness"])
def test_a_signature_of_another_length_is_wrong(key: VerifierKey, length: int) -> None:
    """Short or long, it is refused like a false one."""
    note = Note(TEXT, (Signature(key.name, key.id, bytes(length)),))
    with pytest.raises(Tampered, match="is wrong"):
        note.verify([key])


def test_a_cosignature_holds_for_its_time_and_text_alone() -> None:
    """A witness says when it saw the checkpoint; neither can be changed."""
    cosigned = cosign(TEXT, "witness.example", OTHER_SEED, 1_700_000_000)
    (signed,) = Note(TEXT, (cosigned,)).verify([WITNESS])
    assert (signed.key, signed.time) == (WITNESS, 1_700_000_000)
    later = Signature(cosigned.name, cosigned.key_id, b"\x00" * 7 + b"\x01" + cosigned.blob[8:])
    never = Signature(cosigned.name, cosigned.key_id, b"\xff" * 8 + cosigned.blob[8:])
    for text, signature in [(TEXT, later), (TEXT, never), (TEXT + "more\n", cosigned)]:
        with pytest.raises(Tampered, match=r"is wrong|cannot be"):
            Note(text, (signature,)).verify([WITNESS])


def test_a_plain_signature_is_no_cosignature() -> None:
    """One secret key used for both kinds has two ids, and neither signature serves as the other."""
    plain = sign(TEXT, "witness.example", OTHER_SEED)
    disguised = Signature(plain.name, WITNESS.id, bytes(8) + plain.blob)
    with pytest.raises(Tampered, match="signed with another key"):
        Note(TEXT, (plain,)).verify([WITNESS])
    with pytest.raises(Tampered, match="is wrong"):
        Note(TEXT, (disguised,)).verify([WITNESS])


@pytest.mark.parametrize(
    "other",
    [KEY, VerifierKey("renamed.example", Kind.COSIGNATURE, KEY.public)],
    ids=["given twice", "a witness with the log's key"],
)
def test_one_key_does_not_count_as_two(other: VerifierKey) -> None:
    """A witness that has the log's key would vouch for nothing."""
    with pytest.raises(InvalidInput, match="the same"):
        SIGNED.verify([KEY, other])


def test_keys_whose_ids_collide_are_not_guessed_between() -> None:
    """Four bytes collide soon; two known keys of one name and id are refused."""
    found: dict[bytes, VerifierKey] = {}
    for number in range(2_000_000):
        key = VerifierKey("log.example", Kind.ED25519, number.to_bytes(32, "big"))
        twin = found.setdefault(key.id, key)
        if twin is not key:
            break
    else:
        pytest.fail("no two ids collide")
    with pytest.raises(InvalidInput, match="the same"):
        SIGNED.verify([key, twin])


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_witness_does_not_sign_an_impossible_time(time: int) -> None:
    """Nor would a reader take it."""
    with pytest.raises(Tampered, match="time cannot be"):
        cosign(TEXT, "witness.example", OTHER_SEED, time)


# Published vectors ------------------------------------------------------------------------------

WRONG = "is wrong"
MALFORMED = "not a signed note|one way"
UNKNOWN = "signed with another key"
FAILURES = {  # how an invalid vector's id begins, and why it fails here
    "no known key": UNKNOWN,
    "bad sig": WRONG,
    "good peter + BAD enoch": WRONG,
    "malformed": MALFORMED,
    "misnamed": UNKNOWN,
    "wrong hash": UNKNOWN,
    "text changed": WRONG,
    "CRLF": MALFORMED,
    "sumdb": WRONG,
    "real cosigned, size changed": WRONG,
    "cosig timestamp bumped": WRONG,
    "witness key used as plain": f"{WRONG}|{UNKNOWN}",
}


def test_published_verifier_keys(vkey_vector: dict[str, Any]) -> None:
    """Valid ones write back the same, the others are refused."""
    if vkey_vector["valid"]:
        assert str(VerifierKey.parse(vkey_vector["vkey"])) == vkey_vector["vkey"]
    else:
        with pytest.raises(InvalidInput, match="not a verifier key"):
            VerifierKey.parse(vkey_vector["vkey"])


def test_published_notes(note_vector: dict[str, Any]) -> None:
    """Each verifies, or fails for the reason its name says; real checkpoints are among them."""
    keys = [VerifierKey.parse(key) for key in note_vector["vkeys"]]
    data = note_vector["note"].encode()
    if not note_vector["valid"]:
        (reason,) = (why for begin, why in FAILURES.items() if note_vector["id"].startswith(begin))
        with pytest.raises(Tampered, match=reason):
            Note.parse(data).verify(keys)
        return
    note = Note.parse(data)
    assert bytes(note) == data
    assert {signed.key for signed in note.verify(keys)} == set(keys)
    if note_vector["checkpoint"]:
        origin, size, root = note_vector["checkpoint"]
        assert Checkpoint.parse(note.text) == Checkpoint(origin, size, b64decode(root))


def test_published_signatures_come_out_the_same(signing_vector: dict[str, Any]) -> None:
    """Signing the text with the published seed gives the published note, byte for byte."""
    _, _, name, _, encoded = signing_vector["skey"].split("+", 4)
    seed = b64decode(encoded)[1:]
    note = Note(signing_vector["text"], (sign(signing_vector["text"], name, seed),))
    assert bytes(note).decode() == signing_vector["note"]


def test_the_id_of_a_key_is_that_of_the_specification() -> None:
    """The example of C2SP signed-note, written out."""
    example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    key = VerifierKey.parse(example)
    assert (key.name, key.kind, key.id.hex()) == ("example.com/foo", Kind.ED25519, "530d903a")
    assert b64encode(b"\x01" + key.public).decode() == example.rpartition("+")[2]
    note = (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    (signed,) = Note.parse(note.encode()).verify([key])
    assert (signed.key, signed.time) == (key, None)
