"""Between frozen dataclasses and rows whose columns bear the names of their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, CursorResult, Text, any_, literal

from gateway.domain.errors import NotFound

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def to_row(thing: "DataclassInstance") -> dict[str, Any]:
    """The values of `thing` by field, as it is; column types do the rest."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def from_row(kind: type[T], row: Mapping[Any, Any]) -> T:
    """The `kind` whose fields stand in `row`; other columns are passed over."""
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def among(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether `column` is one of `values`, sent as one parameter however many they are."""
    return column == any_(literal(list(values), ARRAY(Text)))


def expect_one(result: CursorResult[Any], what: str) -> None:
    """Hold that a change met exactly the row it was meant for.

    Raises:
        NotFound: it met none.
    """
    if result.rowcount != 1:
        raise NotFound(f"There is no such {what} to change.", "Read it again; it may be gone.")
