"""The types of the values that only requests hold, each with the schema the description shows."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from gateway.domain.inspection import Kind
from gateway.domain.transfers import State
from gateway.forms.exports import Format
from gateway.forms.fields import UpTo, one_of, patterned
from gateway.forms.values import Fault, matching, member_of
from gateway.services.disclosures import Direction

FEW = UpTo(1000)  # items of a list; a request is answered while others wait
_IDENTIFIER = r"^[A-Za-z0-9_-]{1,64}$"
_TYPED = r"^[A-Za-z0-9 -]{1,64}$"

_identifier = matching(
    _IDENTIFIER,
    "The identifier is not of the required form.",
    "Use it as the gateway gave it: up to 64 letters, digits, hyphens and underscores.",
)
_typed = matching(
    _TYPED,
    "This is not of the required form.",
    "Use up to 64 letters, digits, hyphens and blanks.",
)


def _digits(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value):
        return int(value)
    raise Fault("This is not a whole number.", "Use digits only.")


def _large(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    raise Fault("This is not a whole number.", "Use up to 18 digits.")


def _flag(value: object) -> bool:
    if value in {"true", "false"}:
        return value == "true"
    raise Fault("This is neither yes nor no.", "Use 'true' or 'false'.")


def _kind(value: object) -> str:
    if isinstance(value, str) and value in Kind.__members__:
        return value
    raise Fault("There is no such kind of discovery.", "Use those that the document's found lists.")


Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Identifier = Annotated[str, AfterValidator(_identifier), patterned(_IDENTIFIER)]
Typed = Annotated[str, AfterValidator(_typed), patterned(_TYPED)]
Limit = Annotated[
    int,
    BeforeValidator(_digits),
    Field(ge=1, le=200),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
]
Size = Annotated[
    int,
    BeforeValidator(_large),
    Field(ge=1),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
FormatName = Annotated[
    Format, BeforeValidator(member_of(list(Format), "There is no such format.")), one_of([*Format])
]
DirectionName = Annotated[
    Direction,
    BeforeValidator(member_of(list(Direction), "There is no such direction.")),
    one_of([*Direction]),
]
StateName = Annotated[
    State, BeforeValidator(member_of(list(State), "There is no such state.")), one_of(list(State))
]
KindName = Annotated[
    str,
    BeforeValidator(_kind),
    WithJsonSchema({"type": "string", "enum": [kind.name for kind in Kind]}),
]
