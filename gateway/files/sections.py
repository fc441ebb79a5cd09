"""The arrays of tables at the top of a file, read item by item so that every fault comes to light.

An item that faults is left out, but what it is called is remembered: a reference to it is not a
fault of its own.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.domain.errors import Problem
from gateway.files.problems import WORDING
from gateway.forms.fields import MAX_ITEMS
from gateway.forms.problems import MAX_PROBLEMS
from gateway.forms.values import Fault, identifier

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Placed(Generic[_Model]):
    """An item that is right in itself, with its path for messages about it."""

    path: str
    model: _Model


@dataclass(frozen=True, slots=True)
class Section(Generic[_Model]):
    """An array of tables: the items that are right, and every identifier that was given."""

    items: tuple[Placed[_Model], ...]
    declared: frozenset[str]


def read_section(
    table: Mapping[str, Any], name: str, model: type[_Model], problems: list[Problem]
) -> Section[_Model]:
    """The section `name` of `table`, each item validated as `model`; faults go to `problems`.

    A missing section is empty. An item's path has its id where that tells it apart, for example
    `agency 'health'`, and else its position counted from 1, for example `agency[3]`.
    """
    raw = table.get(name, [])
    if not isinstance(raw, list):
        problems.append(
            Problem(name, "This must be an array of tables.", f"Begin each item with [[{name}]].")
        )
        raw = []
    elif len(raw) > MAX_ITEMS:
        problems.append(Problem(name, "There are too many items.", f"Keep to {MAX_ITEMS}."))
        raw = []
    keys = [_identifier_of(item) for item in raw]
    often = Counter(keys)
    items = []
    for position, (item, key) in enumerate(zip(raw, keys, strict=True), start=1):
        path = f"{name} '{key}'" if key and often[key] == 1 else f"{name}[{position}]"
        try:
            items.append(Placed(path, model.model_validate(item)))
        except ValidationError as error:
            if len(problems) <= MAX_PROBLEMS:
                problems.extend(WORDING.problems_of(error, model, path))
    return Section(tuple(items), frozenset(key for key in keys if key))


def _identifier_of(item: object) -> str | None:
    key = item.get("id") if isinstance(item, dict) else None
    try:
        return identifier(key) if isinstance(key, str) else None
    except Fault:
        return None
