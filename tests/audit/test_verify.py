"""Verification of an exported log: what it finds, and what it can say of where."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, cosign, sign
from gateway.audit.tiles import LONGEST_ENTRY
from gateway.audit.verify import Summary, verify_export
from gateway.domain.errors import InvalidInput, Tampered

ORIGIN = "log.example/audit"
SEED, WITNESS_SEED = b"s" * 32, b"w" * 32
LOG = VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED)
WITNESS = VerifierKey.of_seed("witness.example", Kind.COSIGNATURE, WITNESS_SEED)


def line(number: int, **changed: Any) -> bytes:
    """An entry as it is exported."""
    entry = Entry(
        uid=f"u{number}",
        at=datetime(2026, 3, 1, 9, number % 60, tzinfo=UTC),
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="police",
        actor={"kind": "person", "role": "sender"},
        subject={"pack": f"p{number}"},
        origin=Origin("gw.example", "0.1.0"),
        detail={"attempt": number, "note": 'a "quoted" tōhu', **changed},
    )
    return entry.leaf() + b"\n"


def publish(lines: Sequence[bytes], origin: str = ORIGIN, *, witnessed: bool = False) -> bytes:
    """The checkpoint that the log signs over `lines`."""
    root = root_of(leaf_hash(each[:-1]) for each in lines)
    text = str(Checkpoint(origin, len(lines), root))
    cosigned = (cosign(text, "witness.example", WITNESS_SEED, 1),) if witnessed else ()
    return bytes(Note(text, (sign(text, ORIGIN, SEED), *cosigned)))


LINES = [line(number) for number in range(13)]
NEWEST = publish(LINES)
OLDER = publish(LINES[:5])


def verify(lines: Sequence[bytes], since: bytes | None = None) -> Summary:
    return verify_export(iter(lines), NEWEST, [LOG], since=since)


@pytest.mark.parametrize("size", range(14))
def test_an_untouched_log_verifies_since_every_older_checkpoint(size: int) -> None:
    """The summary says what was verified, and against what."""
    older = publish(LINES[:size])
    summary = verify_export(LINES, NEWEST, [LOG], since=older)
    assert bytes(str(summary.checkpoint), "ascii") in NEWEST
    assert [signed.key for signed in summary.signed] == [LOG]
    assert summary.older
    assert summary.older.size == size


@pytest.mark.parametrize("size", range(14))
def test_a_log_of_any_size_verifies(size: int) -> None:
    """An empty one too, with nothing older."""
    summary = verify_export(LINES[:size], publish(LINES[:size]), [LOG])
    assert (summary.checkpoint.size, summary.older) == (size, None)


def test_a_relied_on_witness_must_have_cosigned_the_newest() -> None:
    """But not the older checkpoint, which an auditor had from the log itself."""
    witnessed = publish(LINES, witnessed=True)
    summary = verify_export(LINES, witnessed, [LOG, WITNESS], since=OLDER)
    assert {signed.key for signed in summary.signed} == {LOG, WITNESS}
    with pytest.raises(Tampered, match="has not cosigned"):
        verify_export(LINES, NEWEST, [LOG, WITNESS])


# The keys ----------------------------------------------------------------------------------------

NEW_SEED = b"n" * 32
NEW = VerifierKey.of_seed(ORIGIN, Kind.ED25519, NEW_SEED)


def signed_by(lines: Sequence[bytes], *seeds: bytes, name: str = ORIGIN) -> bytes:
    """A checkpoint over `lines` with a signature of each key."""
    text = str(Checkpoint(ORIGIN, len(lines), root_of(leaf_hash(each[:-1]) for each in lines)))
    return bytes(Note(text, tuple(sign(text, name, seed) for seed in seeds)))


@pytest.mark.parametrize("seeds", [(NEW_SEED,), (NEW_SEED, SEED), (SEED, NEW_SEED)])
def test_after_a_rotation_older_checkpoints_still_verify(seeds: tuple[bytes, ...]) -> None:
    """The present key stands first; the one of a rotation may carry signatures of both."""
    newest = signed_by(LINES, *seeds)
    for older in (OLDER, signed_by(LINES[:5], NEW_SEED), signed_by(LINES[:5], SEED, NEW_SEED)):
        summary = verify_export(LINES, newest, [NEW, LOG], since=older)
        assert NEW in {signed.key for signed in summary.signed}


def test_an_earlier_key_does_not_sign_the_newest() -> None:
    """Whoever still has the key that was given up cannot pass a log off as the present one."""
    with pytest.raises(Tampered, match=f"present key of {ORIGIN} has not signed"):
        verify_export(LINES, NEWEST, [NEW, LOG])
    verify_export(LINES, NEWEST, [LOG, NEW])


def test_an_older_checkpoint_of_a_key_that_was_not_given_is_refused() -> None:
    """Earlier keys are taken from the verifier alone."""
    with pytest.raises(Tampered, match="signed with another key"):
        verify_export(LINES, signed_by(LINES, NEW_SEED), [NEW], since=OLDER)


def test_a_wrong_signature_of_an_earlier_key_is_found() -> None:
    """Even where the present key's would do."""
    text = NEWEST.decode().rpartition("\n\n")[0] + "\n"
    forged = replace(sign(text, ORIGIN, SEED), blob=b"\x00" * 64)
    newest = bytes(Note(text, (sign(text, ORIGIN, NEW_SEED), forged)))
    with pytest.raises(Tampered, match=r"signature of .* is wrong"):
        verify_export(LINES, newest, [NEW, LOG])


def test_the_present_key_has_the_name_of_the_log() -> None:
    """A key of another name comes first: what the log's own key signed is not what was asked."""
    other = VerifierKey.of_seed("other.example", Kind.ED25519, NEW_SEED)
    with pytest.raises(Tampered, match=r"present key of other\.example has not signed"):
        verify_export(LINES, NEWEST, [other, LOG])
    misnamed = signed_by(LINES, NEW_SEED, name="other.example")
    with pytest.raises(Tampered, match="has not signed this"):
        verify_export(LINES, misnamed, [other])


def test_a_witness_signs_no_older_checkpoint_for_the_log() -> None:
    """Nor is it the log's key, though it comes first."""
    witnessed = publish(LINES, witnessed=True)
    assert verify_export(LINES, witnessed, [WITNESS, LOG], since=OLDER).older
    text = OLDER.decode().rpartition("\n\n")[0] + "\n"
    only_witnessed = bytes(Note(text, (cosign(text, "witness.example", WITNESS_SEED, 1),)))
    with pytest.raises(Tampered, match="signed with another key"):
        verify_export(LINES, witnessed, [WITNESS, LOG], since=only_witnessed)


@pytest.mark.parametrize("keys", [[], [WITNESS]])
def test_without_a_key_of_the_log_nothing_is_verified(keys: list[VerifierKey]) -> None:
    """A witness alone does not say which log it is."""
    with pytest.raises(InvalidInput, match="None of the keys is a log's own"):
        verify_export(LINES, publish(LINES, witnessed=True), keys)


def test_a_key_given_twice_is_refused() -> None:
    """Also as another's."""
    with pytest.raises(InvalidInput, match="Two of the keys are the same"):
        verify_export(LINES, NEWEST, [LOG, LOG])


# Steps 1 and 2: the checkpoints ------------------------------------------------------------------


@pytest.mark.parametrize("place", range(0, len(NEWEST), 3))
def test_any_changed_byte_of_the_checkpoint_is_found(place: int) -> None:
    """Of its text, of the signature line, of a line break."""
    changed = bytearray(NEWEST)
    changed[place] ^= 1
    with pytest.raises(Tampered):
        verify_export(LINES, bytes(changed), [LOG])
    with pytest.raises(Tampered):
        verify_export(LINES, NEWEST, [LOG], since=bytes(changed))


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """The same key and the same entries, under another origin; as the newest or as the older."""
    other = publish(LINES[:5], "other.example")
    with pytest.raises(Tampered, match=r"'other\.example' has not signed"):
        verify_export(LINES[:5], other, [LOG])
    with pytest.raises(Tampered, match=r"'other\.example' has not signed"):
        verify(LINES, since=other)
    text = str(Checkpoint("other.example", 5, root_of(leaf_hash(each[:-1]) for each in LINES[:5])))
    renamed = bytes(Note(text, (sign(text, "other.example", b"o" * 32),)))
    both = [LOG, VerifierKey.of_seed("other.example", Kind.ED25519, b"o" * 32)]
    with pytest.raises(Tampered, match="The older checkpoint: It is of another log"):
        verify_export(LINES, NEWEST, both, since=renamed)


def test_a_log_that_has_shrunk_is_found() -> None:
    """A backup put back has a good signature and fewer entries than once were signed."""
    with pytest.raises(Tampered, match="It is of 13 entries, and the export of 5 only"):
        verify_export(LINES[:5], OLDER, [LOG], since=NEWEST)


def test_two_logs_of_one_size_are_found() -> None:
    """Both signed: someone was shown another log; no entry need be read to see it."""
    other = publish([*LINES[:12], line(99)])
    with pytest.raises(Tampered, match="Two different logs of 13 entries"):
        verify_export([], NEWEST, [LOG], since=other)


def test_entries_under_the_checkpoint_of_an_empty_log_are_surplus() -> None:
    """Size 0 commits to nothing, and only one root goes with it."""
    with pytest.raises(Tampered, match=r"Entry 0 \(line 1\) was added after"):
        verify_export(LINES, publish([]), [LOG])
    text = str(Checkpoint(ORIGIN, 13, leaf_hash(b""))).replace("\n13\n", "\n0\n")
    with pytest.raises(Tampered, match="not a checkpoint"):
        verify_export([], bytes(Note(text, (sign(text, ORIGIN, SEED),))), [LOG])


# Step 3: each line -------------------------------------------------------------------------------


def faulty(change: Callable[[bytes], bytes]) -> list[bytes]:
    """The log with entry 7 changed, and signed with it."""
    return [*LINES[:7], change(LINES[7]), *LINES[8:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + b"\n",
        lambda text: text[:-1] + b"\r\n",
        lambda text: b" " + text,
        lambda text: text[:-1] + b" \n",
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b":", b": ", 1),
        lambda text: text.replace(b'"v":1', b'"v":1,"v":1'),
        lambda text: text.replace(b'"v":1', b'"v":01'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":7.0'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":7e0'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":-0'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":NaN'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":Infinity'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":9007199254740992'),
        lambda text: text.replace(b'"attempt":7', b'"attempt":' + b"9" * 5000),
        lambda text: text.replace(b"police", b"p\\u006flice"),
        lambda text: text.replace(b"police", b"police\\/"),
        lambda text: text.replace(b"police", b"police\\ud800"),
        lambda text: text.replace(b"police", b"police\xed\xa0\x80"),
        lambda text: text.replace(b"police", b"police\x00"),
        lambda text: text.replace(b"police", b"police\xff"),
        lambda text: text.replace("ō".encode(), b"\\u014d"),
        lambda text: text.replace(b'{"kind":"person","role":"sender"}', b"{}]["),
        lambda _text: b"[" * 50_000 + b"\n",
        lambda _text: b"\n",
        lambda _text: b"",
        lambda _text: json.dumps(json.loads(LINES[7])).encode() + b"\n",
    ],
)
def test_a_line_that_is_not_canonical_is_named(change: Callable[[bytes], bytes]) -> None:
    """Even when it was signed so: another reader could understand it differently."""
    lines = faulty(change)
    with pytest.raises(Tampered, match=r"Entry 7 \(line 8\) is not .*canonical JSON") as caught:
        verify_export(lines, publish(lines), [LOG])
    assert caught.value.field == "line 8"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b'"v":1', b'"v":2'),
        lambda text: text.replace(b'"v":1', b'"v":0'),
        lambda text: text.replace(b'"v":1', b'"v":true'),
        lambda text: text.replace(b'"v":1', b'"v":"1"'),
        lambda text: text.replace(b'"v":1,', b""),
        lambda text: text.replace(b'"uid":"u7",', b""),
        lambda text: text.replace(b'"uid":', b'"uia":"x","uid":'),
        lambda _text: b"{}\n",
        lambda _text: b"[]\n",
        lambda _text: b'"v"\n',
        lambda _text: b"1\n",
        lambda _text: b"null\n",
    ],
)
def test_a_line_that_is_no_known_entry_is_named(change: Callable[[bytes], bytes]) -> None:
    """Another schema version, members missing or added, or no object at all."""
    lines = faulty(change)
    with pytest.raises(Tampered, match=r"Entry 7 \(line 8\) is not an entry"):
        verify_export(lines, publish(lines), [LOG])


def test_a_line_longer_than_any_entry_is_refused_unread() -> None:
    """The longest that an entry bundle takes verifies; one byte more does not."""
    room = LONGEST_ENTRY - len(line(0, filler="")) + 1
    fits, too_long = line(0, filler="x" * room), line(0, filler="x" * (room + 1))
    assert len(fits) == LONGEST_ENTRY + 1
    verify_export([fits], publish([fits]), [LOG])
    with pytest.raises(Tampered, match=r"Entry 0 \(line 1\) is longer"):
        verify_export([too_long], publish([too_long]), [LOG])


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_whatever_an_entry_can_hold_verifies(detail: dict[str, Any]) -> None:
    """Any keys, in the order of UTF-16, and the largest numbers."""
    lines = [line(0, nested=[detail])]
    verify_export(lines, publish(lines), [LOG])


def test_keys_beyond_the_basic_plane_sort_by_utf16() -> None:
    """The order of code points, Python's own, is refused."""
    good = line(0, **{"\U0001f600": 1, "\ufb33": 2})
    first, second = '"\U0001f600":1,'.encode(), '"\ufb33":2'.encode()
    bad = good.replace(first + second, second + b"," + first[:-1])
    assert bad != good
    verify_export([good], publish([good]), [LOG])
    with pytest.raises(Tampered, match="Entry 0"):
        verify_export([bad], publish([bad]), [LOG])


def test_the_fields_of_an_entry_are_those_that_are_written() -> None:
    """What the verifier knows of this schema version is what the log writes."""
    plain = json.loads(LINES[0])
    verify_export([canonical(plain) + b"\n"], publish([LINES[0]]), [LOG])


# Steps 4 to 6: count, root, prefix ---------------------------------------------------------------

NO_HINT = "Only an older checkpoint could tell where"
BEFORE = "within the first 5"
AFTER = r"The first 5 are as the older checkpoint says"


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    """Anywhere in any line, whatever it is changed to; the place is named as well as can be."""
    place = data.draw(st.integers(0, len(LINES) - 1))
    changed = bytearray(LINES[place])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    lines = [*LINES[:place], bytes(changed), *LINES[place + 1 :]]
    named = rf"Entry {place} \(line {place + 1}\) is not"
    with pytest.raises(Tampered, match=f"{named}|{NO_HINT}"):
        verify(lines)
    with pytest.raises(Tampered, match=f"{named}|{BEFORE if place < 5 else AFTER}"):
        verify(lines, since=OLDER)


@pytest.mark.parametrize("place", range(13))
def test_an_edited_entry_is_found(place: int) -> None:
    """One that is well formed in itself: the roots differ, and say on which side it lies."""
    lines = [*LINES[:place], line(place, note="edited"), *LINES[place + 1 :]]
    with pytest.raises(Tampered, match=f"content or order differs. {NO_HINT}"):
        verify(lines)
    with pytest.raises(Tampered, match=BEFORE if place < 5 else AFTER):
        verify(lines, since=OLDER)


@pytest.mark.parametrize("place", range(13))
def test_a_removed_entry_is_found(place: int) -> None:
    """From the beginning, the middle or the end."""
    lines = LINES[:place] + LINES[place + 1 :]
    with pytest.raises(Tampered, match=f"There are 12 entries; the checkpoint says 13. {NO_HINT}"):
        verify(lines)
    with pytest.raises(Tampered, match=BEFORE if place < 5 else AFTER):
        verify(lines, since=OLDER)


@pytest.mark.parametrize("count", range(13))
def test_a_truncated_log_is_found(count: int) -> None:
    """Cut after any entry, down to nothing."""
    with pytest.raises(Tampered, match=f"There are {count} entries; the checkpoint says 13"):
        verify(LINES[:count])
    with pytest.raises(Tampered, match=BEFORE if count < 5 else AFTER):
        verify(LINES[:count], since=OLDER)


def test_a_file_cut_within_a_line_is_named() -> None:
    """The last line, without its end."""
    cut = b"".join(LINES)[:-9].splitlines(keepends=True)
    with pytest.raises(Tampered, match=r"Entry 12 \(line 13\) is not"):
        verify(cut)


@pytest.mark.parametrize("place", range(12))
def test_swapped_entries_are_found(place: int) -> None:
    """Two neighbours; nothing is added or missing."""
    lines = list(LINES)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    with pytest.raises(Tampered, match="content or order differs"):
        verify(lines)
    with pytest.raises(Tampered, match=BEFORE if place < 5 else AFTER):
        verify(lines, since=OLDER)


@pytest.mark.parametrize("place", range(13))
@pytest.mark.parametrize("what", [line(99), None], ids=["new", "duplicate"])
def test_an_inserted_or_repeated_entry_is_found(place: int, what: bytes | None) -> None:
    """Before any entry: its own copy, or one that never was."""
    lines = [*LINES[:place], what or LINES[place], *LINES[place:]]
    if what is None and place == 12:
        with pytest.raises(Tampered, match=r"Entry 13 \(line 14\) was added after"):
            verify(lines)
        return
    with pytest.raises(Tampered, match="more entries than the checkpoint's 13, not only"):
        verify(lines)
    within = place < 5 and not (what is None and place == 4)  # a fifth doubled comes sixth
    with pytest.raises(Tampered, match=BEFORE if within else AFTER):
        verify(lines, since=OLDER)


def test_an_appended_entry_is_named() -> None:
    """Reading stops there: a log without end is refused at its first surplus line."""

    def endless() -> Any:
        yield from LINES
        while True:
            yield line(99)

    with pytest.raises(Tampered, match=r"Entry 13 \(line 14\) was added after the checkpoint's"):
        verify_export(endless(), NEWEST, [LOG])


def test_two_equal_entries_are_two() -> None:
    """The same content twice verifies as often as it was logged, no more and no less."""
    twice = [LINES[0], LINES[0]]
    verify_export(twice, publish(twice), [LOG])
    with pytest.raises(Tampered, match="There are 1 entries"):
        verify_export(twice[:1], publish(twice), [LOG])


@pytest.mark.parametrize("place", range(5))
def test_a_log_rebuilt_with_the_right_key_is_found(place: int) -> None:
    """All entries match the new checkpoint; only yesterday's shows that one was changed."""
    lines = [*LINES[:place], line(place, note="rewritten"), *LINES[place + 1 :]]
    verify_export(lines, publish(lines), [LOG])
    with pytest.raises(Tampered, match="The log was rewritten since the older checkpoint"):
        verify_export(lines, publish(lines), [LOG], since=OLDER)


# Any log, any tampering --------------------------------------------------------------------------


@given(st.data())
def test_any_changed_byte_of_the_file_is_found(data: st.DataObject) -> None:
    """Line breaks too, that join or divide lines; the first line that it spoils is named."""
    content = b"".join(LINES)
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.sampled_from(b'\n\r" 0a') | st.integers(0, 255))
    if content[place] == other:
        return
    changed = content[:place] + bytes([other]) + content[place + 1 :]
    entry = content[:place].count(b"\n")
    named = rf"Entry {entry} \(line {entry + 1}\) is"
    with pytest.raises(Tampered, match=f"{named}|content or order differs. {NO_HINT}"):
        verify(BytesIO(changed).readlines())
    with pytest.raises(Tampered, match=f"{named}|{BEFORE if entry < 5 else AFTER}"):
        verify(BytesIO(changed).readlines(), since=OLDER)


@st.composite
def tampered(draw: st.DrawFn) -> tuple[list[bytes], int, list[bytes]]:
    """A log, where the first difference lies, and what was made of the log."""
    log = [line(number) for number in range(draw(st.integers(1, 40)))]
    place = draw(st.integers(0, len(log) - 1))
    other = draw(st.integers(0, len(log) - 1))
    changed = list(log)
    match draw(st.sampled_from(["edit", "remove", "cut", "swap", "insert", "repeat", "move"])):
        case "edit":
            changed[place] = line(place, note="edited")
        case "remove":
            del changed[place]
        case "cut":
            del changed[place:]
        case "swap":
            changed[place], changed[other] = changed[other], changed[place]
        case "insert":
            changed.insert(place, line(99))
        case "repeat":
            changed.insert(other, log[place])
        case _:
            changed.insert(other, changed.pop(place))
    pairs = enumerate(zip_longest(log, changed))
    first = next((at for at, (was, now) in pairs if was != now), None)
    assume(first is not None)
    assert first is not None
    return log, first, changed


@given(tampered(), st.data())
def test_any_tampering_is_found_and_placed(
    made: tuple[list[bytes], int, list[bytes]], data: st.DataObject
) -> None:
    """The surplus entry is named; else an older checkpoint tells on which side of it to look."""
    log, first, changed = made
    size = data.draw(st.integers(0, len(log)))
    where = f"within the first {size}," if first < size else f"The first {size} are as the older"
    if first == len(log):
        where = rf"Entry {first} \(line {first + 1}\) was added after"
    with pytest.raises(Tampered, match=where):
        verify_export(changed, publish(log), [LOG], since=publish(log[:size]))
    with pytest.raises(Tampered):
        verify_export(changed, publish(log), [LOG])


@given(tampered(), st.data())
def test_a_log_signed_anew_must_begin_with_what_was_signed_before(
    made: tuple[list[bytes], int, list[bytes]], data: st.DataObject
) -> None:
    """With the right key and a good checkpoint of its own; an older one is no prefix of it."""
    log, first, changed = made
    size = data.draw(st.integers(0, len(log)))
    newest, older = publish(changed), publish(log[:size])
    if size <= first:
        assert verify_export(changed, newest, [LOG], since=older).older
        return
    with pytest.raises(Tampered, match=r"rewritten since|the export of .* only|Two different logs"):
        verify_export(changed, newest, [LOG], since=older)


def test_progress_is_told_now_and_then() -> None:
    """The number of entries read so far."""
    told: list[int] = []
    lines = [LINES[0]] * 20_001
    verify_export(lines, publish(lines), [LOG], progress=told.append)
    assert told == [10_000, 20_000]
