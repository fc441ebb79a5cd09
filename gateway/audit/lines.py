"""The check of an export's lines: each is exactly an entry, in the one form it can have.

The exact check reads a line as JSON, writes the value again and compares. Most lines differ from
one that has passed only in their values, so the shape of such a line is kept as a pattern. What
fits a shape is an entry too; whatever fits none is checked exactly. Shapes save time and decide
nothing else.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Never

from gateway.audit.canonical import canonical
from gateway.audit.merkle import leaf_hashes
from gateway.audit.tiles import LONGEST_ENTRY

LONGEST_LINE = LONGEST_ENTRY + 1  # bytes, with the "\n"
_FIELDS = {  # of an entry, by schema version
    1: set("v uid at action outcome agency actor subject detail host version".split())  # noqa: SIM905
}
_TOGETHER = 256  # lines


@dataclass(frozen=True, slots=True)
class Checked:
    """The leaf hashes of some lines; `fault` is what keeps the line after them from being one."""

    hashes: Sequence[bytes]
    fault: str | None = None


def checked(lines: Iterable[bytes], check: "LineCheck") -> Iterator[Checked]:
    """Check and hash `lines`, some at a time, up to the first that is no entry."""
    rest = iter(lines)
    while some := list(islice(rest, _TOGETHER)):
        for number, line in enumerate(some):
            if fault := check.fault(line):
                yield Checked(leaf_hashes(some[:number]), fault)
                return
        yield Checked(leaf_hashes(some))


def exact_fault(line: bytes) -> str | None:
    """What keeps a line from being an entry.

    Comparing it with what is written from it finds duplicate keys, spaces, another order and
    needless escapes alike; numbers are looked at while reading.
    """
    if len(line) > LONGEST_LINE:
        return "is longer than an entry can be"
    try:
        text = line.decode()
        value, _ = _READER.raw_decode(text)
        by_utf16 = not text.isascii() and _BEYOND_BMP.search(text)
        written = canonical(value).decode() if by_utf16 else _WRITER.encode(value)
    except (ValueError, RecursionError):
        return "is not canonical JSON"
    if text != written + "\n":
        return "is not a line in the one form that canonical JSON allows"
    if type(value) is not dict or type(value.get("v")) is not int:
        return "is not an entry"
    if value.keys() != _FIELDS.get(value["v"]):
        return "is not an entry of a schema version known here"
    return None


def _integer(digits: str) -> int:
    value = int(digits)
    if len(digits) > 15:  # with fewer it is never beyond 2**53
        canonical(value)
    return value


def _refuse(number: str) -> Never:
    raise ValueError(f"{number} is not taken")


_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")  # where UTF-16 sorts differently from Python
_READER = json.JSONDecoder(parse_float=_refuse, parse_int=_integer, parse_constant=_refuse)
_WRITER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, check_circular=False, separators=(",", ":")
)

# Shapes ------------------------------------------------------------------------------------------

_MOST_ACTIONS, _MOST_SHAPES = 128, 8  # shapes of each action
_LARGEST_SHAPE, _MOST_BRACKETS = 8192, 100  # bytes of the line that a shape is taken from
_STRING = rb'"[ !#-\[\]-~]*+"'  # ASCII that is written as itself; all else is checked exactly
_SCALAR = b"(?:" + _STRING + rb"|0|-?[1-9][0-9]{0,14}|null|true|false)"

Fits = Callable[[bytes], object]


@dataclass(slots=True)
class _Known:
    """The shapes of one action, newest first, and how many of its lines fitted none."""

    shapes: list[Fits] = field(default_factory=list)
    missed: int = 0


class LineCheck:
    """`exact_fault`, made fast for lines like those before; room and effort are bounded."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}  # by how a line begins: {"action":"...

    def fault(self, line: bytes) -> str | None:
        """The same as `exact_fault(line)`."""
        begin = line[: line.find(b'"', 11)]
        known = self._known.get(begin)
        if known is not None and len(line) <= LONGEST_LINE:
            for fits in known.shapes:
                if fits(line):
                    return None
        fault = exact_fault(line)
        if fault is None:
            self._learn(begin, line)
        return fault

    def _learn(self, begin: bytes, line: bytes) -> None:
        """Keep the shape of a line that fitted none.

        Of every action's lines that did not, only the first, second, fourth, eighth and so on are
        learned from: making a shape takes as long as checking many lines.
        """
        brackets = line.count(b"{") + line.count(b"[")
        if len(line) > _LARGEST_SHAPE or brackets > _MOST_BRACKETS:
            return
        if begin not in self._known and len(self._known) == _MOST_ACTIONS:
            return
        known = self._known.setdefault(begin, _Known())
        known.missed += 1
        if known.missed.bit_count() == 1:
            known.shapes = [shape(line), *known.shapes[: _MOST_SHAPES - 1]]


def shape(entry: bytes) -> Fits:
    """What tells whether a line is an entry that differs from the line `entry` only in its values.

    The names of members and the schema version are as in `entry`, which has to be one. A text may
    be any other; a number, `null` and so on may be any scalar; lists may have any length; an
    object of one member may have another, or none: with fewer than two there is no order to keep.
    """
    members = (
        _name(name) + (b"%d" % value if name == "v" else _pattern(value))
        for name, value in json.loads(entry).items()
    )
    return re.compile(rb"\{" + b",".join(members) + rb"\}\n").fullmatch


def _pattern(value: Any) -> bytes:
    match value:
        case Mapping() if len(value) < 2:
            item = next((_pattern(only) for only in value.values()), _SCALAR)
            return rb"\{(?:" + _STRING + b":" + item + rb")?\}"
        case Mapping():
            members = (_name(name) + _pattern(item) for name, item in value.items())
            return rb"\{" + b",".join(members) + rb"\}"
        case list():
            item = b"|".join(sorted({_pattern(item) for item in value})) or _SCALAR
            return rb"\[(?:(?:" + item + rb")(?:,(?!\])|(?=\])))*\]"
        case str():
            return _STRING
        case _:
            return _SCALAR


def _name(name: str) -> bytes:
    return re.escape(canonical(name)) + b":"
