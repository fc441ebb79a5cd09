"""The parts of an information sharing protocol, as a register file and the pages take them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain import register as domain
from gateway.forms.fields import (
    AgencyKey,
    AuthorityKey,
    Day,
    Form,
    Level,
    Line,
    Prose,
    PurposeCode,
    Several,
)
from gateway.forms.register_fields import Channel, ProtocolKey
from gateway.forms.values import distinct


class PurposeModel(Form):
    """A purpose of sharing, with the legal authorities the protocol names for it."""

    code: PurposeCode = Field(description="Short code of the purpose, e.g. 'SAFETY'.")
    description: Prose = Field(description="The purpose in words.")
    authorities: Annotated[Several[AuthorityKey], AfterValidator(distinct())] = Field(
        min_length=1, description="Codes of the legal authorities for it, e.g. 'OTA-66C'."
    )

    def to_domain(self) -> domain.Purpose:
        """The purpose as the domain holds it."""
        return domain.Purpose(self.code, self.description, self.authorities)


class SignatoryModel(Form):
    """Who signed this version of the protocol for an agency, and when."""

    agency: AgencyKey = Field(description="The id of the agency.")
    signed_by: Line = Field(description="The name of the person who signed.")
    role: Line = Field(description="That person's role.")
    signed_on: Day = Field(description="The day of signing.")

    def to_domain(self) -> domain.Signature:
        """The signature as the domain holds it."""
        return domain.Signature(self.agency, self.signed_by, self.role, self.signed_on)


class InformationModel(Form):
    """A row of the table 'information to be shared'."""

    agency: AgencyKey = Field(description="The id of the agency the information comes from.")
    item: Line = Field(description="What exactly is shared; not 'health information'.")
    category: Line = Field(description="The category by which documents are labelled.")
    classification: Level = Field(description="The classification of the information.")

    def to_domain(self) -> domain.InformationItem:
        """The row as the domain holds it."""
        return domain.InformationItem(self.agency, self.item, self.category, self.classification)


class MethodModel(Form):
    """How information is shared at one stage of a meeting."""

    description: Prose = Field(description="The method in words.")
    password_channels: Annotated[Several[Channel], AfterValidator(distinct())] = Field(
        default=(),
        description="How passwords travel, best first. Only a protocol that lists 'same mailbox' "
        "lets a password go to the mailbox that received the pack.",
    )

    def to_domain(self) -> domain.Method:
        """The method as the domain holds it."""
        return domain.Method(self.description, self.password_channels)


class ProtocolModel(Form):
    """One version of an information sharing protocol."""

    id: ProtocolKey = Field(description="Short name of the protocol, the same for every version.")
    version: int = Field(ge=1, le=9999, description="Number of this version, from 1.")
    name: Line = Field(description="Full name of the protocol.")
    lead_agency: AgencyKey = Field(description="The id of the agency that sets up the meetings.")
    in_force_from: Day = Field(description="First day on which this version governs.")
    review_due: Day = Field(description="Day by which it is to be reviewed.")
    privacy_statement: Prose = Field(description="The statement that goes out with every pack.")
    purpose: Annotated[Several[PurposeModel], AfterValidator(distinct("code"))] = Field(
        min_length=1, description="The purposes of sharing."
    )
    signatory: Annotated[Several[SignatoryModel], AfterValidator(distinct("agency"))] = Field(
        default=(), description="The agencies that have signed this version."
    )
    information: Annotated[
        Several[InformationModel], AfterValidator(distinct("agency", "item"))
    ] = Field(default=(), description="The table 'information to be shared'.")
    before: MethodModel = Field(description="How information is shared before a meeting.")
    during: MethodModel = Field(description="How information is shared during a meeting.")
    after: MethodModel = Field(description="How information is shared after a meeting.")

    def to_domain(self) -> domain.Protocol:
        """The protocol version as the domain holds it."""
        return domain.Protocol(
            id=self.id,
            version=self.version,
            name=self.name,
            lead_agency=self.lead_agency,
            purposes=tuple(purpose.to_domain() for purpose in self.purpose),
            signatures=tuple(signatory.to_domain() for signatory in self.signatory),
            in_force_from=self.in_force_from,
            review_due=self.review_due,
            information=tuple(row.to_domain() for row in self.information),
            before=self.before.to_domain(),
            during=self.during.to_domain(),
            after=self.after.to_domain(),
            privacy_statement=self.privacy_statement,
        )
