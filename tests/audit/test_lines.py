"""The check of lines: what is quick decides exactly as what is exact."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.lines import LONGEST_LINE, LineCheck, checked, exact_fault, shape
from gateway.audit.merkle import leaf_hash

DETAIL: dict[str, Any] = {
    "attempt": 7,
    "consulted": {"c1": True},
    "documents": [
        {"children": ["c1", "c2"], "document": "d1", "size_bytes": 10},
        {"children": [], "document": "d2", "size_bytes": 0},
    ],
    "mixed": ["a", {}, [1, [2]], {"x": 1, "y": None}],
    "none": {},
    "protocol": None,
}


def line(detail: dict[str, Any] = DETAIL, action: Action = Action.PACK_SENT) -> bytes:
    """An entry as it is exported."""
    entry = Entry(
        uid="u1",
        at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        action=action,
        outcome=Outcome.SUCCESS,
        agency="police",
        actor={"kind": "person", "role": "sender"},
        subject={"pack": "p1"},
        origin=Origin("gw.example", "0.1.0"),
        detail=detail,
    )
    return entry.leaf() + b"\n"


LINE = line()
MACRON = '"tōhu"'.encode()
PIECES = [
    *(b'"', b"\\", b"\n", b"\r", b"\x00", b"\x7f", b"\xff", b" ", b",", b":", b"{}", b"[]"),
    *(b"0", b"-", b"1", b"1.5", b"1e9", b"9" * 15, b"9" * 16, b"null", b"true", b"NaN"),
    *(b'"a":1,', b',"a":1', b'"v":1,', b",1", b"1,", b'"x"', MACRON, b"\\u0041", b'"\\n"'),
]


@st.composite
def altered(draw: st.DrawFn) -> bytes:
    """A line with up to three places cut out, doubled, overwritten, or something put in."""
    text = LINE
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        middle = draw(st.sampled_from([*PIECES, b"", 2 * text[begin:end]]) | st.binary(max_size=3))
        text = text[:begin] + middle + text[end:]
    return text


@st.composite
def revalued(draw: st.DrawFn) -> bytes:
    """A line whose values are others: mostly still entries, of this shape or of another."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    scalar = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text
    value = st.recursive(
        scalar,
        lambda of: st.lists(of, max_size=3) | st.dictionaries(text, of, max_size=2),
        max_leaves=4,
    )
    names = draw(st.lists(st.sampled_from(sorted(DETAIL)), max_size=3))
    return line({**DETAIL, **{name: draw(value) for name in names}})


@given(altered() | revalued() | st.binary(max_size=30))
def test_what_fits_a_shape_passes_the_exact_check(candidate: bytes) -> None:
    """A shape accepts nothing that the exact check refuses, whatever is done to a line."""
    if shape(LINE)(candidate):
        assert exact_fault(candidate) is None


@given(st.lists(altered() | revalued(), min_size=1, max_size=6))
def test_the_check_finds_what_the_exact_check_finds(candidates: list[bytes]) -> None:
    """Also while it learns from lines that are odd themselves."""
    check = LineCheck()
    for candidate in (LINE, *candidates, *candidates):
        assert check.fault(candidate) == exact_fault(candidate)


@given(revalued(), st.data())
def test_shapes_of_odd_lines_accept_only_entries(odd: bytes, data: st.DataObject) -> None:
    """Taken from a line with any values, and held against changes of that line."""
    fits = shape(odd)
    place = data.draw(st.integers(0, len(odd) - 1))
    piece = data.draw(st.sampled_from(PIECES))
    for candidate in (odd[:place] + piece + odd[place:], odd[:place] + piece + odd[place + 1 :]):
        if fits(candidate):
            assert exact_fault(candidate) is None


def test_other_values_of_the_same_shape_fit() -> None:
    """Which is what makes it quick: lists of any length, other scalars, one child or none."""
    documents = [{"children": ["c"], "document": f"d{n}", "size_bytes": n} for n in range(40)]
    others = [
        {**DETAIL, "attempt": -123456789012345, "protocol": "p@2"},
        {**DETAIL, "documents": documents, "consulted": {}},
        {**DETAIL, "consulted": {"another": False}, "none": {"now": "one"}},
        {**DETAIL, "mixed": [], "attempt": None},
    ]
    fits = shape(LINE)
    assert all(fits(line(detail)) for detail in (DETAIL, *others))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"attempt":7', b'"attempt":07'),
        (b'"attempt":7', b'"attempt":-0'),
        (b'"attempt":7', b'"attempt":7.0'),
        (b'"attempt":7', b'"attempt":1234567890123456'),
        (b'"attempt":7', b'"attempt":'),
        (b'"attempt":7', b'"attempt":7,"attempt":7'),
        (b'"attempt":7,', b""),
        (b'"attempt":7', b'"attempt": 7'),
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":"1"'),
        (b'"v":1', b'"v":true'),
        (b'"police"', b'"pol\\u0069ce"'),
        (b'"police"', b'"pol"ice"'),
        (b'"police"', b'"pol\x1fice"'),
        (b'"police"', b'"pol\xffice"'),
        (b'"police"', MACRON),
        (b'["c1","c2"]', b'["c1","c2",]'),
        (b'["c1","c2"]', b'[,"c1","c2"]'),
        (b'["c1","c2"]', b'["c1""c2"]'),
        (b'["c1","c2"]', b'["c1",,"c2"]'),
        (b'{"c1":true}', b'{"c1":true,}'),
        (b'{"c1":true}', b'{"c1":true,"c2":true}'),
        (b"}\n", b"}"),
        (b"}\n", b"}\n\n"),
        (b"}\n", b"}\r\n"),
        (b"}\n", b"}}\n"),
    ],
)
def test_whatever_is_not_plain_fits_no_shape(old: bytes, new: bytes) -> None:
    """It may be an entry all the same; that is for the exact check to say."""
    other = LINE.replace(old, new, 1)
    assert other != LINE
    assert not shape(LINE)(other)


def test_a_line_too_long_is_refused_though_it_fits() -> None:
    """Its shape was learned from a shorter one."""
    check = LineCheck()
    assert check.fault(LINE) is None
    assert check.fault(line({**DETAIL, "protocol": "x" * LONGEST_LINE})) == exact_fault(
        b"x" * (LONGEST_LINE + 1)
    )


def test_what_is_kept_is_bounded() -> None:
    """However many actions and shapes a hostile log has."""
    check = LineCheck()
    for number in range(300):
        other = json.loads(LINE) | {"action": f"a{number}"}
        assert check.fault(canonical(other) + b"\n") is None
        assert check.fault(line({f"x{number}": 1, "y": 1})) is None
    assert len(check._known) == 128
    shapes = [known.shapes for known in check._known.values()]
    assert max(len(each) for each in shapes) <= 8


@pytest.mark.parametrize("odd", ["deep", "large"])
def test_a_line_that_would_make_a_huge_shape_makes_none(odd: str) -> None:
    """Deep or large, it passes; but the next one is checked exactly again."""
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    check = LineCheck()
    each = line({"x": deep if odd == "deep" else {f"{n:04}": n for n in range(2000)}})
    assert check.fault(each) is None
    assert not check._known


@pytest.mark.parametrize("wrong", [0, 1, 255, 256, 257, 600, None])
def test_lines_are_checked_up_to_the_first_wrong_one(wrong: int | None) -> None:
    """The hashes of those before it, and what is wrong; nothing of those after."""
    lines = [line({"n": number}) for number in range(700)]
    if wrong is not None:
        lines[wrong] = lines[wrong][:-1]
        lines[650] = b""
    *whole, last = checked(lines, LineCheck())
    hashes = [each for part in (*whole, last) for each in part.hashes]
    assert hashes == [leaf_hash(each[:-1]) for each in lines[:wrong]]
    assert [part.fault for part in whole] == [None] * len(whole)
    assert bool(last.fault) is (wrong is not None)
