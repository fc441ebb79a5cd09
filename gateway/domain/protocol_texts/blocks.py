"""What a text is made of, whichever file it is in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is a section's."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its lines are kept apart by line feeds."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; where `heads` is empty, the first column says what the second holds.

    Attributes:
        rows: as long as `heads`, or two cells each.
        choices: what the cells of the last column are chosen from; empty for any words.
        signed: whether people write into it by hand, so that its rows need room.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    choices: tuple[str, ...] = ()
    signed: bool = False


Block = Heading | Text | Bullets | Table
