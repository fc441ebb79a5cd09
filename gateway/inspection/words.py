"""What the words of a document tell: protective markings, identifiers, people who are known."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.domain.classification import Classification, highest
from gateway.domain.inspection import Discovery, Kind, Known
from gateway.inspection.birth_columns import BirthColumns
from gateway.inspection.folding import Folded, folded
from gateway.inspection.identifiers import identifiers
from gateway.inspection.markings import markings
from gateway.inspection.passages import Passage
from gateway.inspection.people import People

MOST_OF_A_KIND: Final = 2_000
_MENTIONS_OF_ONE: Final = 20
_ENDORSEMENTS: Final = 50


@dataclass(frozen=True, slots=True)
class Words:
    """What was found in a document's words.

    Attributes:
        discoveries: passage by passage; each marking and each number or address once, where it
            first stands, and each mention of a known person; bounded, see `read`.
        marking: the highest protective marking found; None where there is none.
        endorsements: endorsements found, in capitals, sorted.
    """

    discoveries: tuple[Discovery, ...]
    marking: Classification | None
    endorsements: tuple[str, ...]


def read(passages: Iterable[Passage], known: Sequence[Known]) -> Words:
    """Look for markings, identifiers and known people in a document's passages, one by one.

    Time grows with the length of the text and does not hang on how many people are known, as long
    as their surnames differ. Listed are at most 2,000 identifiers of each kind and 2,000 markings,
    and of each known person 20 mentions, a passage's mentions of one counting once; the highest
    marking is found beyond these limits too.
    """
    reading = _Reading(People(known))
    for passage in passages:
        reading.take(passage)
    marking = highest(reading.levels) if reading.levels else None
    return Words(tuple(reading.found), marking, tuple(sorted(reading.endorsements)))


@dataclass
class _Reading:
    """What was found so far."""

    people: People
    columns: BirthColumns = field(default_factory=BirthColumns)
    found: list[Discovery] = field(default_factory=list)
    levels: set[Classification] = field(default_factory=set)
    endorsements: set[str] = field(default_factory=set)
    said: set[tuple[Kind, str]] = field(default_factory=set)
    of_kind: Counter[Kind] = field(default_factory=Counter)
    of_person: Counter[str] = field(default_factory=Counter)

    def take(self, passage: Passage) -> None:
        text = folded(passage.text)
        self._markings(passage, text)
        self._people(passage, text, self._identifiers(passage, text))

    def _markings(self, passage: Passage, text: Folded) -> None:
        for one in markings(passage, text):
            if one.level is not None:
                self.levels.add(one.level)
            for name in one.endorsements:
                if len(self.endorsements) < _ENDORSEMENTS:
                    self.endorsements.add(name)
            said = " ".join((one.level.value if one.level else "", *one.endorsements))
            self._once(Kind.MARKING_FOUND, said, passage, text, one.start, one.end)

    def _identifiers(self, passage: Passage, text: Folded) -> dict[int, int]:
        """Note the identifiers of a text; gives where dates of birth begin and end."""
        births = {}
        for one in identifiers(text):
            if one.kind is Kind.BIRTH_DATE:
                births[one.start] = one.end
            self._once(one.kind, one.value, passage, text, one.start, one.end)
        for one in self.columns.births(passage.where, text):
            births[one.start] = one.end
            self._once(one.kind, one.value, passage, text, one.start, one.end)
        return births

    def _people(self, passage: Passage, text: Folded, births: dict[int, int]) -> None:
        here: set[str] = set()
        for one in self.people.mentions(text, births.items()):
            reference = one.known.reference
            if reference in here or self.of_person[reference] >= _MENTIONS_OF_ONE:
                continue
            here.add(reference)
            self.of_person[reference] += 1
            context = text.around(one.start, one.end)
            self.found.append(Discovery(one.known.kind, passage.where, context, about=reference))

    def _once(
        self, kind: Kind, value: str, passage: Passage, text: Folded, start: int, end: int
    ) -> None:
        if (kind, value) in self.said or self.of_kind[kind] >= MOST_OF_A_KIND:
            return
        self.said.add((kind, value))
        self.of_kind[kind] += 1
        self.found.append(Discovery(kind, passage.where, text.around(start, end)))
