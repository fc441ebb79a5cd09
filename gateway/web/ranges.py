"""Which bytes of a file a request asks for.

Source: RFC 9110 sections 13.1.5 (If-Range), 14.1.2 and 14.2 (Range).
"""

import re
from collections.abc import Sequence
from typing import Final

from gateway.services.pick_ups import Span

_ONE: Final = re.compile(
    r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.IGNORECASE
)


def whole(size_bytes: int) -> Span:
    """All of a file."""
    return Span(0, size_bytes - 1)


def asked_span(
    given: Sequence[str], if_range: str | None, etag: str, size_bytes: int
) -> Span | None:
    """The bytes that a request asks for; None for a range that the file does not have.

    All of it where nothing is asked for, the range is not valid, there are several, or `if_range`
    names another file: `etag` is the strong one of this, with its quotes.
    """
    found = _ONE.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None or (if_range is not None and if_range.strip() != etag):
        return whole(size_bytes)
    first, last, suffix = found.groups()
    if suffix is not None:
        length = min(int(suffix), size_bytes)
        return Span(size_bytes - length, size_bytes - 1) if length else None
    begin, end = int(first), int(last) if last else size_bytes - 1
    if last and end < begin:
        return whole(size_bytes)  # not valid, and so ignored
    return Span(begin, min(end, size_bytes - 1)) if begin < size_bytes else None
