"""Canonical JSON (RFC 8785) for the values an audit entry holds."""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring  # as dumps writes text, without a new encoder for each

JSON = None | bool | int | str | Sequence["JSON"] | Mapping[str, "JSON"]

_LARGEST_INTEGER = 2**53 - 1  # RFC 7493 section 2.2: beyond it, readers may differ


def canonical(value: JSON) -> bytes:
    """`value` as the one sequence of bytes RFC 8785 gives for it.

    Numbers with a fraction are not taken: nothing the log records needs them, and without them two
    programs cannot disagree on how a number is written.

    Raises:
        ValueError: a float, an integer beyond 2**53 - 1, a lone surrogate, or any other type.
    """
    return _write(value).encode("utf-8")


def _write(value: JSON) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case None | bool():
            return json.dumps(value)
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise ValueError("the integer is too large for canonical JSON")
            return str(value)
        case Mapping():
            return "{" + ",".join([_member(key, value[key]) for key in _sorted(value)]) + "}"
        case list() | tuple():
            return "[" + ",".join([_write(item) for item in value]) + "]"
        case _:
            raise ValueError(f"canonical JSON does not take a {type(value).__name__}")


def _member(key: str, value: JSON) -> str:
    return f"{encode_basestring(key)}:{_write(value)}"


def _sorted(members: Mapping[str, JSON]) -> list[str]:
    """Keys in the order of their UTF-16 code units (RFC 8785 section 3.2.3)."""
    if not all(isinstance(key, str) for key in members):
        raise ValueError("canonical JSON takes only text as a key")
    return sorted(members, key=lambda key: key.encode("utf-16-be"))
