"""What all answers have in common."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from gateway.domain.register import Agency, Representative


def rfc3339(moment: datetime) -> str:
    """A moment in UTC with milliseconds and `Z`, as in the audit log."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


class Shown(BaseModel):
    """An answer, read from the domain's object by the same names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ListShown(Shown):
    """A page of a list."""

    next: str | None = Field(description="Ask for what is `after` this; null at the end.")


def person_fields(person: Representative, agency: Agency) -> dict[str, Any]:
    """What an answer says of a recipient and their agency."""
    return {
        "recipient": person.id,
        "name": person.name,
        "role": person.role,
        "agency": agency.id,
        "agency_name": agency.name,
        "address": person.email,
    }
