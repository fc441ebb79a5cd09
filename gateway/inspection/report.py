"""What a child process is asked and what it answers, each as one line of JSON.

The answer comes from a process that read a hostile document: nothing in it is believed that is
not of the expected shape, short, and free of control characters.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.domain.classification import Classification
from gateway.domain.inspection import Discovery, FileType, Inspection, Kind, Known
from gateway.inspection.sandbox import Limits
from gateway.inspection.selection import LISTED

READY = b"ready\n"  # what a child says first, once its walls stand
_TEXT_CHARACTERS = 200
_ENDORSEMENTS = 50
_ENDORSEMENT_CHARACTERS = 80
_COUNT = 10_000_000


class NoAnswer(ValueError):
    """What a child said is not an answer."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a child is to do with the document that follows."""

    file_name: str
    known: tuple[Known, ...]
    remove: frozenset[Kind]
    limits: Limits
    stamp: str = ""
    outline: bool = False

    def to_line(self) -> bytes:
        """The job as a line of JSON."""
        known = [[k.reference, k.kind.name, list(k.names), k.born] for k in self.known]
        said = {
            "file_name": self.file_name,
            "known": known,
            "remove": sorted(kind.name for kind in self.remove),
            "limits": [self.limits.address_bytes, self.limits.cpu_seconds],
            "stamp": self.stamp,
            "outline": self.outline,
        }
        return json.dumps(said).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Job":
        """The job in a line that the parent wrote."""
        said = json.loads(line)
        return cls(
            said["file_name"],
            tuple(Known(r, Kind[k], tuple(names), born) for r, k, names, born in said["known"]),
            frozenset(Kind[name] for name in said["remove"]),
            Limits(*said["limits"]),
            said["stamp"],
            outline=said["outline"],
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An inspection, and how many bytes of a cleaned document or an outline follow, if any do."""

    inspection: Inspection
    cleaned_bytes: int | None

    def to_line(self) -> bytes:
        """The answer as a line of JSON, its texts without control characters."""
        told = self.inspection
        said = {
            "type": None if told.file_type is None else told.file_type.name,
            "discoveries": [
                [d.kind.name, plain(d.where), plain(d.context), d.removable, d.about]
                for d in told.discoveries
            ],
            "counts": [[kind.name, number] for kind, number in told.counts],
            "marking": None if told.marking is None else told.marking.name,
            "endorsements": [
                plain(one)[:_ENDORSEMENT_CHARACTERS] for one in told.endorsements[:_ENDORSEMENTS]
            ],
            "pages": told.pages,
            "removed": [kind.name for kind in told.removed],
            "cleaned_bytes": self.cleaned_bytes,
        }
        return json.dumps(said).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes, known: Sequence[Known]) -> "Answer":
        """The answer in a line that a child wrote.

        Raises:
            NoAnswer: it is not of the shape above, says too much, or speaks of somebody unknown.
        """
        try:
            said = json.loads(line)
            return _answer(said, frozenset(one.reference for one in known))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NoAnswer from error


def plain(text: str) -> str:
    """A text on one line, without control or invisible characters, at most 200 characters."""
    shown = "".join(c if c.isprintable() else " " for c in text[: 2 * _TEXT_CHARACTERS])
    return " ".join(shown.split())[:_TEXT_CHARACTERS]


def _answer(said: Any, references: frozenset[str]) -> Answer:
    _require(isinstance(said, dict) and set(said) == _FIELDS)
    discoveries = tuple(_discovery(one, references) for one in _listed(said["discoveries"], LISTED))
    counts = tuple(_count(one) for one in _listed(said["counts"], len(Kind)))
    numbers = dict(counts)
    _require(len(numbers) == len(counts))
    for kind in {one.kind for one in discoveries}:
        _require(sum(one.kind is kind for one in discoveries) <= numbers.get(kind, 0))
    _require(set(numbers) == {one.kind for one in discoveries})
    file_type = None if said["type"] is None else FileType[_text(said["type"])]
    _require(file_type is not None or bool(discoveries))
    inspection = Inspection(
        file_type,
        discoveries,
        counts,
        None if said["marking"] is None else Classification[_text(said["marking"])],
        tuple(
            _text(one, _ENDORSEMENT_CHARACTERS)
            for one in _listed(said["endorsements"], _ENDORSEMENTS)
        ),
        _number(said["pages"]),
        tuple(Kind[_text(one)] for one in _listed(said["removed"], len(Kind))),
    )
    cleaned = said["cleaned_bytes"]
    return Answer(inspection, None if cleaned is None else _number(cleaned, 2**40))


_FIELDS = {
    "type",
    "discoveries",
    "counts",
    "marking",
    "endorsements",
    "pages",
    "removed",
    "cleaned_bytes",
}


def _discovery(said: Any, references: frozenset[str]) -> Discovery:
    kind, where, context, removable, about = _listed(said, 5)
    _require(isinstance(removable, bool))
    _require(about == "" or about in references)
    return Discovery(Kind[_text(kind)], _text(where), _text(context), removable, about)


def _count(said: Any) -> tuple[Kind, int]:
    kind, number = _listed(said, 2)
    return Kind[_text(kind)], _number(number)


def _text(said: Any, most: int = _TEXT_CHARACTERS) -> str:
    _require(isinstance(said, str) and len(said) <= most and said.isprintable())
    return str(said)


def _number(said: Any, most: int = _COUNT) -> int:
    _require(type(said) is int and 0 <= said <= most)
    return int(said)


def _listed(said: Any, most: int) -> list[Any]:
    _require(isinstance(said, list) and len(said) <= most)
    return list(said)


def _require(holds: bool) -> None:
    if not holds:
        raise NoAnswer
