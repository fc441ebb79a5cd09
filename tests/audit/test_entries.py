"""Audit entries and their canonical bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.entries import Action, Entry, Origin, Outcome

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_equal_another_implementation_s(value: Any) -> None:
    """Two programs agree on every value an entry can hold, and it reads back the same."""
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value)) == value


def test_keys_are_sorted_by_their_utf16_units() -> None:
    """The example of RFC 8785 section 3.2.3."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = list(json.loads(canonical(dict.fromkeys(keys, ""))))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, "\ud800", b"x", {1: 2}, {"a": {3}}])
def test_what_has_no_one_form_is_refused(value: Any) -> None:
    """Floats, huge integers, lone surrogates and other types are not written."""
    with pytest.raises((ValueError, UnicodeEncodeError)):
        canonical(value)


def test_a_leaf_is_one_line_in_utc() -> None:
    """Whatever the zone of the time given, the leaf says UTC, and holds no line break."""
    at = datetime(2026, 12, 1, 13, 0, 0, 1500, timezone(timedelta(hours=13)))
    entry = Entry(
        uid="u",
        at=at,
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="a",
        actor={"kind": "service"},
        subject={"pack": "p\n"},
        origin=Origin("host", "1"),
    )
    leaf = entry.leaf()
    assert b"\n" not in leaf
    assert json.loads(leaf)["at"] == "2026-12-01T00:00:00.001Z"
    assert at.astimezone(UTC).hour == 0


def test_actions_are_named_subject_and_event() -> None:
    """Every action is `subject.event`, once."""
    names = [action.value for action in Action]
    assert len(set(names)) == len(names)
    assert all(name.count(".") == 1 and name == name.lower() for name in names)
