"""The types of the keys that people write in files and requests, with their published schema."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
)

from gateway.domain.classification import Classification
from gateway.domain.register import (
    AgeGroup,
    AgencyId,
    AgencyKind,
    AuthorityCode,
    ChildReference,
    MeetingId,
    PasswordChannel,
    ProtocolId,
    RepresentativeId,
    Status,
)
from gateway.files import values

MAX_ITEMS: Final = 10_000  # of one list; far more than any agency has, and keeps the work bounded

_Item = TypeVar("_Item")

# A list as it is written becomes a tuple; its items stay strict, and are not looked at when there
# are too many.
Several = Annotated[
    tuple[_Item, ...],
    Strict(strict=False),
    Field(max_length=MAX_ITEMS),
    BeforeValidator(values.no_longer_than(MAX_ITEMS)),
]


class Table(BaseModel):
    """A table of a file: exactly the keys that are named, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _pattern(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _text(limit: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": limit})


def _format(name: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": name, "examples": [example]})


def _one_of(members: Sequence[StrEnum]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [member.value for member in members]})


_identified = AfterValidator(values.identifier)
_coded = AfterValidator(values.code)

AgencyKey = Annotated[AgencyId, _identified, _pattern(values.IDENTIFIER, "example-agency")]
RepresentativeKey = Annotated[
    RepresentativeId, _identified, _pattern(values.IDENTIFIER, "pat-tauira")
]
ProtocolKey = Annotated[ProtocolId, _identified, _pattern(values.IDENTIFIER, "example-protocol")]
MeetingKey = Annotated[MeetingId, _identified, _pattern(values.IDENTIFIER, "example-2026-12-08")]
ChildKey = Annotated[
    ChildReference, AfterValidator(values.child_reference), _pattern(values.CHILD, "child-7f3a")
]
AuthorityKey = Annotated[AuthorityCode, _coded, _pattern(values.CODE, "OTA-66C")]
PurposeCode = Annotated[str, _coded, _pattern(values.CODE, "SAFETY-PLAN")]
GroundCode = Annotated[str, AfterValidator(values.ground), _pattern(values.GROUND, "66C(a)(i)")]
Endorsement = Annotated[
    str, AfterValidator(values.endorsement), _pattern(values.ENDORSEMENT, "MEDICAL")
]

Line = Annotated[str, AfterValidator(values.line), _text(values.LINE_LIMIT)]
Prose = Annotated[str, AfterValidator(values.prose), _text(values.PROSE_LIMIT)]
FilePath = Annotated[str, AfterValidator(values.relative_path), _text(values.PATH_LIMIT)]
MailDomain = Annotated[str, AfterValidator(values.mail_domain), _format("hostname", "a.example")]
MailAddress = Annotated[str, AfterValidator(values.mail_address), _format("email", "p@a.example")]
TelephoneNumber = Annotated[
    str,
    AfterValidator(values.telephone_number),
    _pattern(r"^\+[1-9][0-9]{6,14}$", "+64211234567"),
]

Day = Annotated[date, BeforeValidator(values.day), _format("date", "2026-02-01")]
Moment = Annotated[
    datetime, BeforeValidator(values.moment), _format("date-time", "2026-12-08T10:00:00+13:00")
]

Level = Annotated[
    Classification, BeforeValidator(values.classification), _one_of(list(Classification))
]
Kind = Annotated[
    AgencyKind, BeforeValidator(values.member_of(list(AgencyKind))), _one_of(list(AgencyKind))
]
Age = Annotated[
    AgeGroup, BeforeValidator(values.member_of(list(AgeGroup))), _one_of(list(AgeGroup))
]
Channel = Annotated[
    PasswordChannel,
    BeforeValidator(values.member_of(list(PasswordChannel))),
    _one_of(list(PasswordChannel)),
]

_OF_PERSONS = [status for status in Status if status.is_of_person]
_OF_AGENCIES = [status for status in Status if not status.is_of_person]
AgencyStatus = Annotated[
    Status,
    BeforeValidator(values.member_of(_OF_AGENCIES, "This is not a standing an agency can have.")),
    _one_of(_OF_AGENCIES),
]
PersonStatus = Annotated[
    Status,
    BeforeValidator(values.member_of(_OF_PERSONS, "This is not a standing a person can have.")),
    _one_of(_OF_PERSONS),
]
