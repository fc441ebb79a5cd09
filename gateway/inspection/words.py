"""What the words of a document tell: protective markings, identifiers, people who are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.classification import Classification
from gateway.domain.inspection import Discovery, Known
from gateway.inspection.passages import Passage


@dataclass(frozen=True, slots=True)
class Words:
    """What was found in a document's words.

    Attributes:
        discoveries: markings, identifiers and people, in the order of the document.
        marking: the highest protective marking found; None where there is none.
        endorsements: endorsements found, in capitals, sorted.
    """

    discoveries: tuple[Discovery, ...]
    marking: Classification | None
    endorsements: tuple[str, ...]


def read(passages: Iterable[Passage], known: Sequence[Known]) -> Words:
    """Look for markings, identifiers and known people in a document's passages."""
    return Words((), None, ())
