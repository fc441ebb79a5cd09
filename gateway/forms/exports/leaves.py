"""Reading an entry's bytes for an export, whatever they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.audit.entries import SCHEMA

_DEEPEST = 64  # levels of nesting; entries have 5, and what is deeper could exhaust the stack


@dataclass(frozen=True)
class Leaf:
    """An entry's bytes with the members they hold; none where they are not a JSON object."""

    raw: bytes

    @cached_property
    def members(self) -> Mapping[str, Any]:
        """The entry's members by name."""
        return _members(self.raw) or {}

    @property
    def is_known(self) -> bool:
        """Whether its schema is one whose members mean what this module takes them to mean."""
        version = self.members.get("v")
        return type(version) is int and 1 <= version <= SCHEMA

    def at(self, *path: str) -> Any:
        """The value at the end of `path`; None where there is none."""
        value: Any = self.members
        for name in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    def text(self, *path: str) -> str:
        """The value at the end of `path` as text; nothing where there is none."""
        return text_of(self.at(*path))


def text_of(value: Any) -> str:
    """`value` as a person reads it: text as it is, anything else as JSON, nothing for None."""
    if value is None:
        return ""
    return well_formed(value) if isinstance(value, str) else compact(value).decode()


def compact(value: Any) -> bytes:
    """`value` as JSON on one line, its keys in the order they have.

    What stands in an entry is canonical JSON so far, and stays it in this form.
    """
    options: dict[str, Any] = {"separators": (",", ":"), "allow_nan": False}
    try:
        return json.dumps(value, ensure_ascii=False, **options).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can write
        return json.dumps(value, **options).encode()


def well_formed(text: str) -> str:
    """`text` with whatever UTF-8 cannot hold replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _members(raw: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    shallow = raw.count(b"{") + raw.count(b"[") <= _DEEPEST
    return value if shallow or _within(value, _DEEPEST) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("the number is too large")
    return number


def _within(value: Any, levels: int) -> bool:
    match value:
        case dict():
            return levels > 0 and all(_within(item, levels - 1) for item in value.values())
        case list():
            return levels > 0 and all(_within(item, levels - 1) for item in value)
        case _:
            return True
