"""The tables of a protocol's text: their columns, and what a row of each stands for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.drafts.content import DraftItem
from gateway.domain.protocol_terms import Condition, ConditionKind, ListedAgency, ReviewTerms
from gateway.domain.protocol_texts.cells import Cells, filled, lines
from gateway.domain.protocol_texts.topics import folded
from gateway.domain.register import Method, PasswordChannel, Purpose

Columns = Mapping[str, tuple[str, ...]]
"""By name of a column, words of which its head has one; those in small print may be absent."""

_OPTIONAL: Final = frozenset(
    {"code", "category", "passwords", "manager", "covers", "receivers", "lead", "day"}
)
PURPOSES: Final[Columns] = {
    "code": ("code",),
    "authorities": ("authorit", "act"),
    "purpose": ("purpose",),
}
AGENCIES: Final[Columns] = {"agency": ("agency",), "purpose": ("purpose", "why")}
MANAGERS: Final[Columns] = {"manager": ("manager",), "agency": ("agency",)}
INFORMATION: Final[Columns] = {
    "classification": ("classification", "marking"),
    "category": ("category",),
    "agency": ("agency",),
    "item": ("information", "item"),
}
CONDITIONS: Final[Columns] = {
    "code": ("code",),
    "kind": ("about", "kind"),
    "statement": ("condition",),
    "covers": ("covers",),
    "receivers": ("receive",),
    "set_with": ("set with",),
    "set_on": ("set on",),
}
METHODS: Final[Columns] = {
    "passwords": ("password",),
    "stage": ("when", "stage"),
    "how": ("how", "method"),
}
MEETING: Final[Columns] = {"name": ("name",), "lead": ("lead",), "day": ("in force", "start")}
REVIEW: Final[Columns] = {
    "months": ("month", "period", "how often"),
    "responsible": ("responsible",),
    "grace": ("grace",),
}
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9().-]{0,39}")
_STAGES: Final = ("before", "during", "after")


def by_heads(rows: Sequence[tuple[str, ...]], columns: Columns) -> list[Mapping[str, str]] | None:
    """The rows by the names of their columns; None if the first row is not their heads."""
    places = _places(rows[0], columns)
    if places is None:
        return None
    return [
        {name: filled(row[place]) if place < len(row) else "" for name, place in places.items()}
        for row in rows[1:]
    ]


def by_labels(rows: Sequence[tuple[str, ...]], columns: Columns) -> Mapping[str, str] | None:
    """A table of pairs by its labels; None if it is none, or a label that is needed is missing."""
    if any(len(row) != 2 for row in rows):
        return None
    places = _places([row[0] for row in rows], columns)
    if places is None:
        return None
    return {name: filled(rows[place][1]) for name, place in places.items()}


def _places(heads: Sequence[str], columns: Columns) -> dict[str, int] | None:
    """Where each column is; a head counts for one column, in the order these are given."""
    left = {place: folded(head) for place, head in enumerate(heads)}
    found: dict[str, int] = {}
    for name, words in columns.items():
        place = next((at for at, head in left.items() if any(each in head for each in words)), None)
        if place is not None:
            found[name] = place
            del left[place]
        elif name not in _OPTIONAL:
            return None
    return found


def purpose(cells: Cells, row: Mapping[str, str]) -> Purpose | None:
    """A purpose; without a code of its own it is numbered."""
    code = row.get("code", "") or f"P{cells.rows.index(row) + 1}"
    if not _CODE.fullmatch(code):
        cells.faults.append(f"'{code[:40]}' is no code of a purpose.")
        return None
    authorities = cells.authorities(row["authorities"])
    if not row["purpose"]:
        cells.faults.append("The purpose is blank.")
        return None
    return Purpose(code, row["purpose"], authorities)


def listed(cells: Cells, row: Mapping[str, str]) -> ListedAgency | None:
    """An agency, and why it shares and receives."""
    agency = cells.agency(row["agency"])
    return None if agency is None else ListedAgency(agency, row["purpose"])


def manager(cells: Cells, row: Mapping[str, str]) -> ListedAgency | None:
    """An agency and its relationship manager; whom nobody knows is left out, and told."""
    agency = cells.agency(row["agency"])
    if agency is None:
        return None
    name = row.get("manager", "")
    return ListedAgency(agency, "", cells.person(name, agency) if name else None)


def item(cells: Cells, row: Mapping[str, str]) -> DraftItem | None:
    """A row of the information to be shared; its classification may be missing."""
    agency = cells.agency(row["agency"])
    if agency is None:
        return None
    what = cells.line(row["item"])
    if not what:
        cells.faults.append("It does not say what is shared.")
        return None
    category = cells.line(row.get("category", ""))
    return DraftItem(agency, what, category, cells.level(row["classification"]))


def condition(cells: Cells, row: Mapping[str, str]) -> Condition | None:
    """A condition on Māori data, if all of it is there."""
    wanted = folded(row["kind"])
    kind = next((each for each in ConditionKind if folded(each.value) == wanted), None)
    if kind is None:
        kinds = ", ".join(each.value for each in ConditionKind)
        cells.faults.append(f"What it is about is none of: {kinds}.")
    day = cells.day(row["set_on"])
    receivers = cells.agencies(row.get("receivers", ""))
    code = row.get("code", "")
    set_with = cells.line(row["set_with"])
    needed = (code, row["statement"], set_with)
    if not all(needed) or (day is None and not row["set_on"]):
        cells.faults.append("Its code, its words, with whom or when it was set is missing.")
    if all(needed) and not _CODE.fullmatch(code):
        cells.faults.append(f"'{code[:40]}' is no code of a condition.")
    if kind is None or day is None or receivers is None or cells.faults:
        return None
    covers = lines(row.get("covers", ""))
    return Condition(code, kind, row["statement"], covers, receivers, set_with, day)


@dataclass(frozen=True, slots=True)
class Stage:
    """How information is shared `before`, `during` or `after` a meeting."""

    stage: str
    method: Method


def method(cells: Cells, row: Mapping[str, str]) -> Stage | None:
    """How information is shared at a stage, and how passwords travel then."""
    stage = next((each for each in _STAGES if each in folded(row["stage"])), None)
    if stage is None:
        cells.faults.append("It does not say whether before, during or after a meeting.")
        return None
    channels = []
    for word in re.split(r"[,;\n]", row.get("passwords", "")):
        if not filled(word):
            continue
        known = next((each for each in PasswordChannel if each.value == folded(word)), None)
        if known is None:
            ways = ", ".join(each.value for each in PasswordChannel)
            cells.faults.append(f"'{word.strip()[:40]}' is no way of passwords; these are: {ways}.")
        else:
            channels.append(known)
    return Stage(stage, Method(row["how"], tuple(dict.fromkeys(channels))))


def meeting(cells: Cells, row: Mapping[str, str]) -> tuple[str, date | None]:
    """The protocol's name, and its first day."""
    return cells.line(row["name"]), cells.day(row.get("day", ""))


def review(cells: Cells, row: Mapping[str, str]) -> ReviewTerms | None:
    """How a protocol is reviewed, if all of it is there."""
    if not any(row.values()):
        return None
    months = cells.number(row["months"], 1, 60)
    grace = cells.number(row["grace"], 0, 180)
    agency = cells.agency(row["responsible"]) if row["responsible"] else None
    if months is None or grace is None or agency is None:
        if not cells.faults:
            cells.faults.append("A part of how it is reviewed is missing.")
        return None
    return ReviewTerms(months, agency, grace)
