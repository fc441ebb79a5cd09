"""Situations in words: cases a privacy officer writes in TOML to try the rules on."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from gateway.domain.decisions import Case
from gateway.domain.errors import InvalidInput

Situation = dict[str, Any]
_ABSENT = {
    "protocol": None,
    "channel": None,
    "request": None,
    "inspected": None,
}  # when they are not written
_CASE = TypeAdapter(Case)
_REMEDY = "Write it as baseline.toml does; README.md beside the policies says how."


def changed(
    baseline: Situation, change: Mapping[str, Any], without: Sequence[str] = ()
) -> Situation:
    """A copy of `baseline` with some facts changed and others taken away.

    Paths go by dots; the entries of a list are counted from 1, e.g. `pack.statements.1.belief`.

    Raises:
        InvalidInput: a path leads nowhere.
    """
    situation = copy.deepcopy(baseline)
    for path, value in change.items():
        holder, key = _place(situation, path)
        holder[key] = value
    for path in without:
        holder, key = _place(situation, path)
        try:
            del holder[key]
        except KeyError as error:
            raise _nowhere(path) from error
    return situation


def _place(situation: Situation, path: str) -> tuple[Any, Any]:
    """Where `path` points: what holds it, and its key or index in there."""
    *way, last = path.split(".")
    holder: Any = situation
    try:
        for step in way:
            holder = holder[_key(holder, step)]
        return holder, _key(holder, last)
    except (KeyError, IndexError, ValueError) as error:
        raise _nowhere(path) from error


def _key(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return step
    index = int(step) - 1
    if not isinstance(holder, list) or not 0 <= index < len(holder):
        raise IndexError(step)
    return index


def _nowhere(path: str) -> InvalidInput:
    return InvalidInput(f"'{path}' leads nowhere.", _REMEDY, field=path)


def case_of(situation: Situation) -> Case:
    """The case that `situation` describes.

    Raises:
        InvalidInput: a fact is missing, unknown or of the wrong kind.
    """
    unknown = next(_unknown(Case, situation, ""), None)
    if unknown is not None:
        raise InvalidInput(f"There is no fact '{unknown}'.", _REMEDY, field=unknown)
    try:
        return _CASE.validate_python(_ABSENT | situation)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(step + 1 if isinstance(step, int) else step) for step in first["loc"])
        raise InvalidInput(f"{path}: {first['msg']}.", _REMEDY, field=path) from error


def _unknown(kind: Any, value: Any, path: str) -> Iterator[str]:
    """The paths in `value` that name no field of `kind`; a typing slip must not pass unseen."""
    if isinstance(value, list):
        for number, entry in enumerate(value, 1):
            yield from _unknown(kind, entry, f"{path}{number}.")
    elif isinstance(value, dict):
        known = _kinds_of_fields(next(_dataclasses(kind), None))
        for name, entry in value.items():
            if name in known:
                yield from _unknown(known[name], entry, f"{path}{name}.")
            else:
                yield path + name


@cache
def _kinds_of_fields(model: type | None) -> dict[str, Any]:
    return get_type_hints(model) if model else {}


def _dataclasses(kind: Any) -> Iterator[type]:
    """The data classes in an annotation such as `tuple[Child, ...]` or `Protocol | None`."""
    if isinstance(kind, type) and is_dataclass(kind):
        yield kind
    for part in get_args(kind):
        yield from _dataclasses(part)
