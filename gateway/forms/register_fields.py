"""The types of the values that only the register holds, with their published schema."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema

from gateway.domain.register import (
    AgeGroup,
    AgencyKind,
    PasswordChannel,
    PickUp,
    ProtocolId,
    SealedForm,
    Status,
)
from gateway.forms import register_values as values
from gateway.forms.fields import one_of, patterned
from gateway.forms.values import IDENTIFIER, identifier, member_of


def _format(name: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": name, "examples": [example]})


ProtocolKey = Annotated[
    ProtocolId, AfterValidator(identifier), patterned(IDENTIFIER, "example-protocol")
]
MailDomain = Annotated[str, AfterValidator(values.mail_domain), _format("hostname", "a.example")]
MailAddress = Annotated[str, AfterValidator(values.mail_address), _format("email", "p@a.example")]
TelephoneNumber = Annotated[
    str,
    AfterValidator(values.telephone_number),
    patterned(r"^\+[1-9][0-9]{6,14}$", "+64211234567"),
]

Moment = Annotated[
    datetime, BeforeValidator(values.moment), _format("date-time", "2026-12-08T10:00:00+13:00")
]

Region = Annotated[str, AfterValidator(values.region), patterned(r"^[A-Z]{3}$", "WGN")]
Kind = Annotated[AgencyKind, BeforeValidator(member_of(list(AgencyKind))), one_of(list(AgencyKind))]
Age = Annotated[AgeGroup, BeforeValidator(member_of(list(AgeGroup))), one_of(list(AgeGroup))]
Channel = Annotated[
    PasswordChannel,
    BeforeValidator(member_of(list(PasswordChannel))),
    one_of(list(PasswordChannel)),
]
PackForm = Annotated[
    SealedForm, BeforeValidator(member_of(list(SealedForm))), one_of(list(SealedForm))
]
PickedUp = Annotated[PickUp, BeforeValidator(member_of(list(PickUp))), one_of(list(PickUp))]
MailLimit = Annotated[int, Strict(), Field(ge=65_536, le=2**40)]

_OF_PERSONS = [status for status in Status if status.is_of_person]
_OF_AGENCIES = [status for status in Status if not status.is_of_person]
AgencyStatus = Annotated[
    Status,
    BeforeValidator(member_of(_OF_AGENCIES, "This is not a standing an agency can have.")),
    one_of(_OF_AGENCIES),
]
PersonStatus = Annotated[
    Status,
    BeforeValidator(member_of(_OF_PERSONS, "This is not a standing a person can have.")),
    one_of(_OF_PERSONS),
]
