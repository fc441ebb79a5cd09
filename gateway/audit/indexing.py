"""What the database says of an entry beside its exact bytes, held against those bytes.

A search looks at columns and words that no signature covers; each must follow from the entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from gateway.audit.facets import Facets
from gateway.audit.lines import LineCheck
from gateway.audit.reading import understood


@dataclass(frozen=True, slots=True)
class Indexed:
    """By what an entry is found; `at` in milliseconds, as the entry gives it."""

    uid: str
    at: datetime
    action: str
    outcome: str
    agency: str | None
    actor: str
    transfer: str | None
    meeting: str | None
    terms: frozenset[str]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Indexed":
        """By what an entry has to be found that was understood."""
        facets = Facets.among(entry["actor"], entry["subject"], entry["detail"])
        return cls(
            uid=entry["uid"],
            at=datetime.fromisoformat(entry["at"]),
            action=entry["action"],
            outcome=entry["outcome"],
            agency=entry["agency"],
            actor=facets.actor,
            transfer=facets.transfer,
            meeting=facets.meeting,
            terms=facets.terms,
        )

    def differing(self, other: "Indexed") -> tuple[str, ...]:
        """What is not the same in the two; a time may be more exact in one of them."""
        if self == other:
            return ()
        return tuple(name for name in _NAMES if _compared(self, name) != _compared(other, name))


_NAMES = tuple(each.name for each in fields(Indexed))


def _compared(indexed: Indexed, name: str) -> object:
    value = getattr(indexed, name)
    return in_milliseconds(value) if isinstance(value, datetime) else value


def in_milliseconds(at: datetime) -> datetime:
    """A time as exact as an entry gives it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def indexed(leaf: bytes) -> Indexed | None:
    """By what the entry in `leaf` has to be found; None if it is not understood."""
    entry = understood(leaf)
    try:
        return Indexed.of(entry) if entry is not None else None
    except RecursionError:  # deeper than any entry of ours
        return None


class Admission:
    """What decides whether an entry may be given a place in the log."""

    def __init__(self) -> None:
        self._lines = LineCheck()

    def fault(self, leaf: bytes, kept: Indexed) -> str | None:
        """What keeps an entry out: its form, or that it is `kept` as what it does not say."""
        if fault := self._lines.fault(leaf + b"\n"):
            return fault
        said = indexed(leaf)
        if said is None:
            return "is not an entry with every part in its type"
        differing = said.differing(kept)
        if differing and (wrong := [name for name in differing if not _less(name, kept, said)]):
            return f"does not say what its row does ({', '.join(wrong)})"
        return None


def _less(name: str, kept: Indexed, said: Indexed) -> bool:
    """Whether an entry is only found by less than it says: an older version wrote it so.

    That is found, and put right, later.
    """
    if name == "terms":
        return kept.terms < said.terms
    return name == "meeting" and kept.meeting is None
