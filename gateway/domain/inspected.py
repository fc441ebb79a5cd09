"""What is kept in the clear of a look into a document: what the rules need, and no word of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gateway.domain.classification import Classification
from gateway.domain.inspection import Concern, FileType, Inspection, Kind
from gateway.domain.packs import DocumentId
from gateway.domain.register import ChildReference, RepresentativeId

_CHILD, _PERSON = "child:", "person:"


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the rules may know of a look into a document; it holds no word of the document.

    Attributes:
        file_type: what it is; None where it is nothing that is taken in.
        made_here: whether the gateway made the document itself, from a template of the policies.
        counts: how often each kind of discovery was made.
        marking: the highest protective marking found in it; None where none was.
        mentioned: references of the known people it speaks of; see `child_key`, `person_key`.
        scanned: whether a malware scanner looked through exactly these bytes and found nothing.
        removed: kinds of what was taken out since it was chosen for the pack.
        stamped: whether the gateway put the marking of the label onto its pages.
    """

    document: DocumentId
    inspected_at: datetime
    file_type: FileType | None = None
    counts: tuple[tuple[Kind, int], ...] = ()
    marking: Classification | None = None
    endorsements: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    removed: tuple[Kind, ...] = ()
    scanned: bool = False
    made_here: bool = False
    stamped: bool = False

    @classmethod
    def of(
        cls, document: DocumentId, inspection: Inspection, at: datetime, *, scanned: bool
    ) -> Self:
        """What is kept in the clear of `inspection`."""
        return cls(
            document=document,
            file_type=inspection.file_type,
            inspected_at=at,
            counts=inspection.counts,
            marking=inspection.marking,
            endorsements=inspection.endorsements,
            mentioned=tuple(sorted({d.about for d in inspection.discoveries if d.about})),
            removed=inspection.removed,
            scanned=scanned,
        )

    def count(self, concern: Concern) -> int:
        """How many discoveries of this concern there are."""
        return sum(number for kind, number in self.counts if kind.concern is concern)

    def count_of(self, kind: Kind) -> int:
        """How many discoveries of this kind there are."""
        return dict(self.counts).get(kind, 0)

    @property
    def children_mentioned(self) -> tuple[ChildReference, ...]:
        """References of the known children it speaks of."""
        return tuple(ChildReference(one) for one in _after(_CHILD, self.mentioned))

    @property
    def people_mentioned(self) -> tuple[RepresentativeId, ...]:
        """The recipients whose full name it holds."""
        return tuple(RepresentativeId(one) for one in _after(_PERSON, self.mentioned))


Inspections = Mapping[DocumentId, Inspected]
"""What was found in documents, by document; those that were never looked into are not in it."""


def child_key(child: ChildReference) -> str:
    """The reference under which a child is known to the inspection."""
    return f"{_CHILD}{child}"


def person_key(person: RepresentativeId) -> str:
    """The reference under which a representative is known to the inspection."""
    return f"{_PERSON}{person}"


def _after(prefix: str, references: Iterable[str]) -> Iterable[str]:
    return (one.removeprefix(prefix) for one in references if one.startswith(prefix))
