"""The types of the values that people write in files and requests, with their published schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
)
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function

from gateway.domain.classification import Classification
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)
from gateway.forms import values

MAX_ITEMS: Final = 10_000  # of one list; far more than any agency has, and keeps the work bounded

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class UpTo:
    """Bounds a list: one with more than `items` is refused before any item is looked at."""

    items: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_before_validator_function(values.no_longer_than(self.items), handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "maxItems": self.items}


# A list as it is written becomes a tuple; its items stay strict.
Several = Annotated[tuple[_Item, ...], Strict(strict=False), UpTo(MAX_ITEMS)]


class Form(BaseModel):
    """A table of a file or an object of a request: exactly the keys that are named, each of exactly
    its type.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def patterned(pattern: str, *examples: str) -> WithJsonSchema:
    """The schema of a text that matches `pattern`."""
    shown = {"examples": list(examples)} if examples else {}
    return WithJsonSchema({"type": "string", "pattern": pattern, **shown})


def text_up_to(limit: int) -> WithJsonSchema:
    """The schema of a text of 1 to `limit` characters."""
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": limit})


def one_of(members: Sequence[StrEnum]) -> WithJsonSchema:
    """The schema of a text that is the value of one of `members`."""
    return WithJsonSchema({"type": "string", "enum": [member.value for member in members]})


_identified = AfterValidator(values.identifier)
_coded = AfterValidator(values.code)

AgencyKey = Annotated[AgencyId, _identified, patterned(values.IDENTIFIER, "example-agency")]
RepresentativeKey = Annotated[
    RepresentativeId, _identified, patterned(values.IDENTIFIER, "pat-tauira")
]
MeetingKey = Annotated[MeetingId, _identified, patterned(values.IDENTIFIER, "example-2026-12-08")]
ChildKey = Annotated[
    ChildReference, AfterValidator(values.child_reference), patterned(values.CHILD, "child-7f3a")
]
AuthorityKey = Annotated[AuthorityCode, _coded, patterned(values.CODE, "OTA-66C")]
PurposeCode = Annotated[str, _coded, patterned(values.CODE, "SAFETY-PLAN")]
GroundCode = Annotated[str, AfterValidator(values.ground), patterned(values.GROUND, "66C(a)(i)")]
Endorsement = Annotated[
    str, AfterValidator(values.endorsement), patterned(values.ENDORSEMENT, "MEDICAL")
]
Line = Annotated[str, AfterValidator(values.line), text_up_to(values.LINE_LIMIT)]
NameLine = Annotated[str, AfterValidator(values.name_line), text_up_to(values.LINE_LIMIT)]
Prose = Annotated[str, AfterValidator(values.prose), text_up_to(values.PROSE_LIMIT)]
Day = Annotated[
    date,
    BeforeValidator(values.day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-02-01"]}),
]
LongProse = Annotated[str, AfterValidator(values.long_prose), text_up_to(values.LONG_PROSE_LIMIT)]
Level = Annotated[
    Classification, BeforeValidator(values.classification), one_of(list(Classification))
]
