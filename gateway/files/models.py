"""What a person states about a pack: labels, reasonable belief, consultation, the pack itself.

The pack file and the JSON interface read the same models, so that both take and refuse the same.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain import packs
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.files.fields import (
    AgencyKey,
    AuthorityKey,
    ChildKey,
    Endorsement,
    GroundCode,
    Level,
    Line,
    MeetingKey,
    Prose,
    PurposeCode,
    RepresentativeKey,
    Several,
    Table,
)
from gateway.files.values import distinct


class LabelModel(Table):
    """What a person says a document is; the rules judge by it."""

    classification: Level = Field(description="The classification of the document.")
    category: Line = Field(description="The information category, as in the protocol's table.")
    source_agency: AgencyKey = Field(description="The id of the agency it comes from.")
    children: Annotated[Several[ChildKey], AfterValidator(distinct())] = Field(
        default=(), description="References of the children and young people it concerns."
    )
    personal_information: bool = Field(
        default=True, description="Whether it is about an identifiable person."
    )
    obtained_under_section_66: bool = Field(
        default=False,
        description="Whether the agency got it by a demand under section 66 of the Oranga Tamariki "
        "Act 1989; such a document cannot go out under section 66C.",
    )
    endorsements: Annotated[Several[Endorsement], AfterValidator(distinct())] = Field(
        default=(), description="Endorsement markings beside the classification, e.g. 'MEDICAL'."
    )

    def to_domain(self) -> packs.Label:
        """The label as the domain holds it."""
        return packs.Label(
            classification=self.classification,
            category=self.category,
            source_agency=self.source_agency,
            children=self.children,
            personal_information=self.personal_information,
            obtained_under_section_66=self.obtained_under_section_66,
            endorsements=self.endorsements,
        )


class StatementModel(Table):
    """A person's statement of reasonable belief for one recipient (section 66C(b))."""

    recipient: RepresentativeKey = Field(description="The id of the representative it is about.")
    ground: GroundCode = Field(
        description="Which purpose of the authority the disclosure will assist, e.g. '66C(a)(i)'."
    )
    belief: Prose = Field(description="Why the person believes so; it goes with the pack.")
    instrument: Line | None = Field(
        default=None,
        description="The department's plan, strategy or service, where the ground is tied to one.",
    )
    stated_by: RepresentativeKey | None = Field(
        default=None, description="The id of the person who states it; the contact if left out."
    )

    def to_domain(self, contact: RepresentativeId) -> packs.Statement:
        """The statement as the domain holds it; `contact` made it when nobody else is named."""
        return packs.Statement(
            recipient=self.recipient,
            ground=self.ground,
            belief=self.belief,
            stated_by=self.stated_by or contact,
            instrument=self.instrument,
        )


class ConsultationModel(Table):
    """Whether a child or young person was consulted (section 66K)."""

    child: ChildKey = Field(description="The child's reference.")
    consulted: bool = Field(description="Whether the child, or who speaks for it, was consulted.")
    account: Prose = Field(description="The views given, or why there was no consultation.")

    def to_domain(self) -> packs.Consultation:
        """The consultation as the domain holds it."""
        return packs.Consultation(self.child, self.consulted, self.account)


Statements = Annotated[Several[StatementModel], AfterValidator(distinct("recipient"))]
Consultations = Annotated[Several[ConsultationModel], AfterValidator(distinct("child"))]


class PackHeaderModel(Table):
    """What every pack states, whichever way it arrives."""

    meeting: MeetingKey = Field(description="The id of the meeting the pack is for.")
    contact: RepresentativeKey = Field(
        description="The id of the lead agency's representative who answers for the pack."
    )
    authority: AuthorityKey = Field(description="Code of the legal authority, e.g. 'OTA-66C'.")
    purpose: PurposeCode = Field(description="Code of the protocol's purpose it is sent for.")
    marking: Level = Field(description="The classification a person chose for the whole pack.")


class PackModel(PackHeaderModel):
    """A pack without its documents."""

    statements: Statements = Field(
        default=(), description="Statements of reasonable belief, one for each recipient."
    )
    consultations: Consultations = Field(
        default=(), description="Consultation, for each child or young person."
    )

    def to_domain(
        self, pack_id: packs.PackId, agency: AgencyId, created_at: datetime
    ) -> packs.Pack:
        """The pack as the domain holds it, with what the gateway itself knows about it."""
        return packs.Pack(
            id=pack_id,
            meeting=self.meeting,
            agency=agency,
            contact=self.contact,
            authority=self.authority,
            purpose=self.purpose,
            marking=self.marking,
            created_at=created_at,
            statements=tuple(each.to_domain(self.contact) for each in self.statements),
            consultations=tuple(each.to_domain() for each in self.consultations),
        )
