"""Looks into one document and the documents inside it: type, activity, words, hidden content."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.inspection import (
    Discovery,
    FileType,
    Inspection,
    Kind,
    Known,
    counted,
    fitting_name,
)
from gateway.inspection import readers, words
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.hidden import hidden
from gateway.inspection.removal import removed
from gateway.inspection.selection import selected
from gateway.inspection.stamping import stamped

_READERS = readers.READERS


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, and the document's new bytes where something was taken out."""

    inspection: Inspection
    cleaned: bytes | None = None


def inspect(
    file_name: str,
    data: bytes,
    *,
    known: Sequence[Known] = (),
    remove: frozenset[Kind] = frozenset(),
    stamp: str = "",
) -> Result:
    """Look into a document, after taking out what can be of `remove`, or putting `stamp` onto it.

    What is told is of the document that is kept: a changed one is looked into again.
    """
    first = _inspected(file_name, data, known)
    if stamp:
        changed = stamped(data, stamp) if first.file_type is FileType.PDF else None
        return Result(first if changed is None else _inspected(file_name, changed, known), changed)
    if not remove or first.file_type is None:
        return Result(first)
    try:
        outcome = removed(first.file_type, data, remove)
    except NotReadable as error:
        return Result(_with(first, error.discovery))
    if outcome is None:
        return Result(first)
    cleaned, kinds = outcome
    again = _inspected(fitting_name(file_name, first.file_type), cleaned, known)
    if again.file_type is not first.file_type:
        return Result(_with(first, Discovery(Kind.MALFORMED, "", "it cannot be cleaned")))
    return Result(
        Inspection(
            again.file_type,
            again.discoveries,
            again.counts,
            again.marking,
            again.endorsements,
            again.pages,
            tuple(kind for kind in Kind if kind in kinds),
        ),
        cleaned,
    )


def look_into(file_name: str, data: bytes, into: Gathering) -> FileType | None:
    """Read a document into `into`, with what it hides.

    Returns:
        Its type; None where it is nothing that is taken in.
    """
    return readers.read(file_name, data, into, hidden)


def _inspected(file_name: str, data: bytes, known: Sequence[Known]) -> Inspection:
    gathering = Gathering(look_into)
    file_type = look_into(file_name, data, gathering)
    if file_type is None:
        return Inspection(None, *_told(gathering.discoveries))
    read = words.read(gathering.passages, known)
    discoveries, counts = _told([*gathering.discoveries, *read.discoveries])
    return Inspection(
        file_type, discoveries, counts, read.marking, tuple(read.endorsements), gathering.pages
    )


def _told(found: list[Discovery]) -> tuple[tuple[Discovery, ...], tuple[tuple[Kind, int], ...]]:
    return selected(found), counted(found)


def _with(inspection: Inspection, discovery: Discovery) -> Inspection:
    found = (discovery, *inspection.discoveries)
    counts = dict(inspection.counts)
    counts[discovery.kind] = counts.get(discovery.kind, 0) + 1
    return Inspection(
        inspection.file_type,
        selected(found),
        tuple((kind, counts[kind]) for kind in Kind if kind in counts),
        inspection.marking,
        inspection.endorsements,
        inspection.pages,
    )
