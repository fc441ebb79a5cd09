"""The register file as a whole; its tables are those of `gateway.forms`."""

from pydantic import Field

from gateway.forms.fields import Form, Several
from gateway.forms.protocol_models import ProtocolModel
from gateway.forms.register_models import (
    AgencyModel,
    ConflictOfInterestModel,
    MeetingModel,
    RepresentativeModel,
)


class RegisterModel(Form):
    """A register: agencies, representatives, protocols, meetings and conflicts of interest."""

    agency: Several[AgencyModel] = Field(min_length=1, description="Agencies that take part.")
    representative: Several[RepresentativeModel] = Field(
        default=(), description="The people who attend meetings for them."
    )
    protocol: Several[ProtocolModel] = Field(
        default=(), description="Versions of information sharing protocols."
    )
    meeting: Several[MeetingModel] = Field(default=(), description="Meetings under a protocol.")
    conflict_of_interest: Several[ConflictOfInterestModel] = Field(
        default=(), description="Who must see nothing about which child."
    )
