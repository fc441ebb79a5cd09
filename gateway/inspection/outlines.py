"""An outline as the child sends it and the parent believes it: JSON of a few bounded shapes."""

import json
from collections.abc import Sequence
from typing import Any, Final

from gateway.domain.protocol_texts import Block, Bullets, Heading, Table, Text
from gateway.inspection.report import NoAnswer

MOST_BLOCKS: Final = 3_000
MOST_CELLS: Final = 20_000
_LONGEST: Final = 20_000  # characters of one text
_DEEPEST: Final = 9
_MOST_BYTES: Final = 8 * 1024 * 1024

Said = list[Any]
"""A block as it is sent: its kind, then what it holds."""


def line_of(said: Sequence[Said]) -> bytes:
    """The outline as bytes; texts that are too long are cut, as no draft takes them."""
    cut = [[_cut(part) for part in block] for block in said]
    return json.dumps(cut).encode()


def blocks_in(data: bytes) -> tuple[Block, ...]:
    """The blocks in what a child sent.

    Raises:
        NoAnswer: it is not of the expected shape, or too much.
    """
    if len(data) > _MOST_BYTES:
        raise NoAnswer
    try:
        said = json.loads(data)
        _require(isinstance(said, list) and len(said) <= MOST_BLOCKS)
        return tuple(_block(one) for one in said)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NoAnswer from error


def _cut(part: Any) -> Any:
    if isinstance(part, str):
        return part[:_LONGEST]
    return [_cut(each) for each in part] if isinstance(part, list) else part


def _block(said: Any) -> Block:
    _require(isinstance(said, list) and len(said) >= 2)
    kind, *rest = said
    if kind == "heading":
        level, text = rest
        _require(type(level) is int and 0 <= level <= _DEEPEST)
        return Heading(_text(text), level)
    (value,) = rest
    if kind == "table":
        return Table((), _rows(value))
    if kind == "item":
        return Bullets((_text(value),))
    _require(kind == "text")
    return Text(_text(value))


def _rows(said: Any) -> tuple[tuple[str, ...], ...]:
    _require(isinstance(said, list))
    rows = []
    for row in said:
        _require(isinstance(row, list))
        rows.append(tuple(_text(cell) for cell in row))
    _require(sum(map(len, rows)) <= MOST_CELLS)
    return tuple(rows)


def _text(said: Any) -> str:
    """A text without control characters but line ends."""
    _require(isinstance(said, str) and len(said) <= _LONGEST)
    return "".join(c if c == "\n" or c.isprintable() else " " for c in said)


def _require(holds: bool) -> None:
    if not holds:
        raise NoAnswer
