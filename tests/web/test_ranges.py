"""Which bytes a request asks for (RFC 9110 section 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.pick_ups import Span
from gateway.web.ranges import asked_span, whole

ETAG = f'"{"0" * 64}"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-499", Span(0, 499)),
        ("bytes=500-999", Span(500, 999)),
        ("bytes=500-", Span(500, 9999)),
        ("bytes=-500", Span(9500, 9999)),
        ("bytes=0-0", Span(0, 0)),
        ("Bytes=9500-999999", Span(9500, 9999)),
        ("bytes=-999999", Span(0, 9999)),
        ("bytes=10000-", None),
        ("bytes=-0", None),
        ("bytes=5-4", Span(0, 9999)),
        ("bytes=0-1,5-6", Span(0, 9999)),
        ("lines=0-1", Span(0, 9999)),
        ("bytes=", Span(0, 9999)),
        ("bytes=\u0661-\u0662", Span(0, 9999)),
        ("bytes=1-" + "9" * 30, Span(0, 9999)),
    ],
)
def test_one_range_is_given_and_whatever_is_not_valid_ignored(
    asked: str, expected: Span | None
) -> None:
    """As the examples of the RFC have it."""
    assert asked_span([asked], None, ETAG, 10_000) == expected


def test_a_range_of_another_file_gets_the_whole() -> None:
    """If-Range with another tag, a weak one or a date; so do two Range headers."""
    for other in ('"1"', f"W/{ETAG}", "Tue, 01 Dec 2026 00:00:00 GMT", ""):
        assert asked_span(["bytes=1-2"], other, ETAG, 10) == whole(10)
    assert asked_span(["bytes=1-2"], ETAG, ETAG, 10) == Span(1, 2)
    assert asked_span(["bytes=1-2", "bytes=3-4"], None, ETAG, 10) == whole(10)
    assert asked_span([], None, ETAG, 10) == whole(10)


@given(st.text(max_size=40), st.integers(1, 10**12))
def test_no_text_asks_for_bytes_that_are_not_there(text: str, size: int) -> None:
    """Whatever a client writes, the span lies within the file."""
    for asked in (text, f"bytes={text}"):
        span = asked_span([asked], None, ETAG, size)
        assert span is None or 0 <= span.first <= span.last < size
