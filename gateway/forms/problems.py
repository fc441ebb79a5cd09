"""Pydantic's errors told as problems: a path a person can follow, plain words and a remedy."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeGuard, get_args

from pydantic import BaseModel, ValidationError

from gateway.domain.errors import Problem
from gateway.forms.values import Fault

MAX_PROBLEMS: Final = 200  # nobody mends more in one go
_PLAIN = {
    "string_type": "This must be text in quotes.",
    "string_unicode": "This text holds half of a character.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "tuple_type": "This must be a list.",
}
_NO_TABLE = {"model_type", "model_attributes_type", "dict_type"}


@dataclass(frozen=True, slots=True)
class Wording:
    """How the people who wrote something call its parts.

    Attributes:
        table: what holds keys, with its article, e.g. `a table`.
        remedy: what to do where the model's own descriptions do not say it.
        shown: which unknown keys can be shown as they are; of others it is only said that they are.
    """

    table: str
    remedy: str
    shown: re.Pattern[str]

    def problems_of(
        self, error: ValidationError, model: type[BaseModel], prefix: str = ""
    ) -> Iterator[Problem]:
        """The faults of `error`, which came from validating `model`, as problems.

        Of very many, only one more than `MAX_PROBLEMS` is told.

        Args:
            error: what pydantic raised.
            model: the model that was validated; its descriptions and keys serve as remedies.
            prefix: path of the thing within the whole, e.g. `agency 'health'`. Positions count
                from 1.
        """
        for each in error.errors(include_url=False, include_input=False)[: MAX_PROBLEMS + 1]:
            path = prefix + "".join(self._step(part) for part in each["loc"])
            yield Problem(path if prefix else path.removeprefix("."), *self._words(each, model))

    def unknown_key(self, key: str, model: type[BaseModel]) -> Problem:
        """The problem of a top-level `key` that `model` does not have."""
        return Problem(self._key(key), "This key is not known here.", _nearest(key, model))

    def _step(self, part: int | str) -> str:
        return f"[{part + 1}]" if isinstance(part, int) else f".{self._key(part)}"

    def _key(self, key: str) -> str:
        return key if self.shown.fullmatch(key) else "?"

    def _words(self, each: Any, model: type[BaseModel]) -> tuple[str, str]:
        """Message and remedy for one of pydantic's error details."""
        if isinstance(fault := each.get("ctx", {}).get("error"), Fault):
            return fault.message, fault.remedy
        owner, description = _place(model, each["loc"])
        if each["type"] == "missing":
            return "This key is missing.", f"Add it: {description}"
        if each["type"] == "extra_forbidden":
            return "This key is not known here.", _nearest(str(each["loc"][-1]), owner)
        if each["type"] in _NO_TABLE:
            return f"This must be {self.table}.", description or self.remedy
        return _PLAIN.get(each["type"], f"{each['msg']}."), description or self.remedy


def _nearest(key: str, owner: type[BaseModel]) -> str:
    near = difflib.get_close_matches(key[:64], owner.model_fields, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not owner.model_fields:
        return "Remove it."
    return "Remove it. Known keys: " + ", ".join(owner.model_fields) + "."


def _place(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[type[BaseModel], str]:
    """The innermost model that `loc` leads into, and the description of its last known key."""
    description = ""
    for depth, part in enumerate(loc):
        field = model.model_fields.get(part) if isinstance(part, str) else None
        if field is None:
            continue
        description = field.description or ""
        inner = next(_models_in(field.annotation), None)
        if inner is not None and depth < len(loc) - 1:
            model = inner
    return model, description


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
