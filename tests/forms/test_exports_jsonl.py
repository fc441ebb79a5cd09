"""JSON Lines exports of the log, and what all formats have in common."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import leaf_hash
from gateway.forms.exports import Exporter, Format, exporter

_ORIGIN = "log.gateway.example"
_PERSON = "5f" * 16
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
STRANGE = [
    b"",
    b"{}",
    b"null",
    b"[1]",
    b"not JSON",
    b"\xff\xfe{}",
    b'\xef\xbb\xbf{"v":1}',
    b'{"v":1',
    b'{"v":1,"at":NaN}',
    b'{"v":1,"at":1e999}',
    b'{"v":1,"detail":{"size_bytes":' + b"9" * 5000 + b"}}",
    b'{"v":1,"detail":' + b"[" * 100_000,
    b'{"v":1,"detail":' + b"[" * 500 + b"]" * 500 + b"}",
    b'{"v":1,"at":7,"action":[],"actor":"x","subject":3,"detail":null,"agency":{"a":1.5}}',
    b'{"v":1,"uid":"\\ud800","actor":{"person":"\\udfff","kind":[]},"detail":{"rules":["\\ud800"]}}',
    b'{"v":1,"at":"0001-01-01T00:00:00","subject":{"recipient":["a"]},"action":"transfer.mailed"}',
    b'{"v":2,"at":"2027-01-01T00:00:00Z","who":"x","score":1.5}',
    b'{"v":"1"}',
    b'{"v":true}',
    b'{\n"v": 1}',
    b'{\r"v": 1}',
]


def _leaf(detail: Any = None, subject: Any = None) -> bytes:
    return Entry(
        uid="01JD",
        at=datetime(2026, 12, 1, 9, 30, 0, 7000, tzinfo=UTC),
        action=Action.TRANSFER_QUEUED,
        outcome=Outcome.SUCCESS,
        agency="lead",
        actor={"kind": "person", "person": _PERSON, "source": "192.0.2.7"},
        subject=subject or {"transfer": "01JT"},
        origin=Origin("gateway-1", "0.1.0"),
        detail=detail or {},
    ).leaf()


def _line(position: int, leaf: bytes, names: dict[str, str]) -> bytes:
    return exporter(Format.JSONL, _ORIGIN).row(position, leaf, names)


def test_a_line_holds_the_entry_byte_for_byte() -> None:
    """Whoever has a line can compute the leaf hash that the tree holds."""
    leaf = _leaf({"purpose": "Whānau – hui\u2028\x7f"})
    line = _line(3, leaf, {_PERSON: "Ngaio Sample"})
    entry = line.removeprefix(b'{"entry":').partition(b',"names":')[0]
    assert leaf_hash(entry) == leaf_hash(leaf)
    assert json.loads(line) == {
        "entry": json.loads(leaf),
        "names": {_PERSON: "Ngaio Sample"},
        "position": 3,
    }


@given(st.integers(0, 2**40), st.dictionaries(_TEXT, _TEXT), st.dictionaries(_TEXT, _TEXT))
def test_a_line_is_canonical_json_that_reads_back(
    position: int, detail: dict[str, str], names: dict[str, str]
) -> None:
    """Any text in any place gives one line, in the one form RFC 8785 knows."""
    line = _line(position, _leaf(detail), names)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    value = json.loads(line)
    assert canonical(value) + b"\n" == line
    assert (value["position"], value["names"]) == (position, names)
    assert value["entry"]["detail"] == detail


@pytest.mark.parametrize("leaf", STRANGE)
def test_a_strange_leaf_is_handed_on_whole(leaf: bytes) -> None:
    """Bytes that cannot stand on a line as they are stand in it as base64."""
    line = _line(0, leaf, {"\ud800": "\udfff"})
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    if line.startswith(b'{"entry":'):
        assert line.startswith(b'{"entry":' + leaf + b',"names":')
    else:
        assert base64.b64decode(json.loads(line)["leaf"], validate=True) == leaf


@pytest.mark.parametrize("wanted", list(Format))
@pytest.mark.parametrize("leaf", STRANGE)
def test_no_format_fails_on_a_strange_leaf(wanted: Format, leaf: bytes) -> None:
    """An export never stops at an entry that it does not understand."""
    row = exporter(wanted, _ORIGIN).row(0, leaf, {})
    assert row.decode().endswith("\n")


@settings(max_examples=50)
@pytest.mark.parametrize("wanted", list(Format))
@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["detail", "subject", "actor", "rules", "consulted", "source"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps({"v": 1, "action": "document.added", "detail": value}).encode())
)
def test_no_format_fails_on_any_bytes(wanted: Format, leaf: bytes) -> None:
    """Neither random bytes nor JSON of another shape make a format fail."""
    assert exporter(wanted, _ORIGIN).row(1, leaf, {}).endswith(b"\n")


@pytest.mark.parametrize("wanted", list(Format))
def test_a_huge_value_takes_a_row_like_any_other(wanted: Format) -> None:
    """A detail of 400,000 characters, half of them signs, is written in one go."""
    leaf = _leaf({"reason": ";=" * 200_000, "rules": ["r" * 1000] * 50})
    assert exporter(wanted, _ORIGIN).row(2**53, leaf, {}).endswith(b"\n")


def test_every_format_says_what_it_is() -> None:
    """Each has a media type and an ending; only CSV has a head."""
    made: dict[Format, Exporter] = {wanted: exporter(wanted, _ORIGIN) for wanted in Format}
    assert {one.extension for one in made.values()} == {"jsonl", "csv", "ocsf.jsonl"}
    assert all("/" in one.media_type for one in made.values())
    assert [wanted for wanted in Format if made[wanted].head()] == [Format.CSV]


def test_rows_are_independent_of_each_other() -> None:
    """The same entry gives the same row whatever was written before it."""
    for wanted in Format:
        fresh, used = exporter(wanted, _ORIGIN), exporter(wanted, _ORIGIN)
        used.row(1, b"not JSON", {"a": "b"})
        rows = {hashlib.sha256(one.row(5, _leaf(), {})).digest() for one in (fresh, used)}
        assert len(rows) == 1
