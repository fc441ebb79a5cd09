"""Column types that carry domain values to PostgreSQL and back, refusing what does not fit."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import CheckConstraint, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeDecorator

from gateway.domain.errors import Tampered

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)


class Codec(Protocol[T]):
    """Writes a value as what JSON can hold, and reads it back."""

    def dump(self, value: T) -> Any:
        """`value` as dictionaries, lists, text, numbers, booleans and None."""
        ...

    def load(self, stored: Any) -> T:
        """The value that `dump` wrote so.

        Raises:
            Tampered: `dump` would not write it so.
        """
        ...


class TypeCodec(Generic[T]):
    """The codec of a dataclass, or of a tuple of them, by their annotations.

    Reading ends by writing the value again and comparing: no unknown member, missing member or
    silently converted value gets through. A new field of a stored dataclass needs a migration.
    """

    def __init__(self, kind: type[T]) -> None:
        self._adapter = TypeAdapter(kind)

    def dump(self, value: T) -> Any:
        """`value` as what JSON can hold."""
        return self._adapter.dump_python(value, mode="json")

    def load(self, stored: Any) -> T:
        """The value that `dump` wrote so.

        Raises:
            Tampered: `dump` would not write it so.
        """
        try:
            value = self._adapter.validate_python(stored)
        except ValidationError:
            raise unreadable() from None  # its text would repeat what is stored
        if self.dump(value) != stored:
            raise unreadable()
        return value


def unreadable() -> Tampered:
    """The error for a stored value of a form the gateway does not write."""
    return Tampered(
        "A stored record does not have the form it was written in.",
        "Check that the database was changed only by this version of the gateway.",
    )


class Structure(TypeDecorator[T]):
    """A JSONB column holding one domain value through a codec."""

    impl = JSONB
    cache_ok = True

    def __init__(self, codec: Codec[T]) -> None:
        super().__init__(none_as_null=True)
        self.codec = codec

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """The value as it is stored."""
        return None if value is None else self.codec.dump(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:  # noqa: ARG002
        """The value as it is used."""
        return None if value is None else self.codec.load(value)


class Word(TypeDecorator[W]):
    """A text column holding a member of a closed list of words."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[W]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: W | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The value as it is stored."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> W | None:  # noqa: ARG002
        """The value as it is used."""
        if value is None:
            return None
        try:
            return self.words(value)
        except ValueError:
            raise unreadable() from None


class Moment(TypeDecorator[datetime]):
    """A `timestamptz` column: takes aware times only, gives them in UTC."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The value as it is stored."""
        if value is not None and value.utcoffset() is None:
            raise ValueError("a stored time must say its offset from UTC")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The value as it is used."""
        return None if value is None else value.astimezone(UTC)


def identifier() -> Text:
    """The type of identifiers: they sort by their code points, whatever the database's locale."""
    return Text(collation="C")


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A constraint that `column` holds a member of `words`, or nothing."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_listed")


def sized(column: str, longest: int, measure: str = "char_length") -> CheckConstraint:
    """A constraint that `column` is neither empty nor longer than `longest`."""
    return CheckConstraint(f"{measure}({column}) BETWEEN 1 AND {longest}", name=f"{column}_sized")
