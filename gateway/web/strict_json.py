"""JSON as RFC 8259 has it, and no more: what two readers could take differently is refused.

Refused beyond bad grammar: duplicate names, NaN and Infinity, numbers no double can hold, lone
surrogates, a byte order mark, anything but UTF-8, and deep nesting (RFC 7493 sections 2.1 to 2.3).
"""

import json
import math
import re
from typing import Any, Final, NoReturn

from gateway.web.problems import malformed

DEEPEST: Final = 32  # levels; the deepest body this interface takes has four
# An unterminated string matches too, to the end: otherwise each quote in it would be tried again.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = re.compile(rb"[^\[\]{}]+")
_REMEDY = "Send one JSON value in UTF-8, as RFC 8259 describes it."


def parse(data: bytes) -> object:
    """The value `data` holds.

    Raises:
        HttpFault: 400, it is not strict JSON.
    """
    _require_shallow(data)
    try:
        value: object = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_distinct,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        _require_text(value)
    except (ValueError, RecursionError):  # its text repeats what was sent
        raise malformed("The body is not strict JSON.", _REMEDY) from None
    return value


def _require_shallow(data: bytes) -> None:
    """Count brackets outside strings before the parser, which recurses, sees them."""
    depth = 0
    for bracket in _NOT_BRACKETS.sub(b"", _STRING.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise malformed("The body is nested too deeply.", f"Use at most {DEEPEST} levels.")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no double holds this number")
    return number


def _require_text(value: object) -> None:
    """Refuse strings with half a surrogate pair, which no UTF-8 can carry on."""
    json.dumps(value, ensure_ascii=False).encode("utf-8")
