"""What a person states about a pack: labels, reasonable belief, consultation, the pack itself.

The pack file and the API build on these, so that both take and refuse the same.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain import packs
from gateway.domain.errors import InvalidInput
from gateway.domain.register import RepresentativeId
from gateway.forms.fields import (
    AgencyKey,
    AuthorityKey,
    ChildKey,
    Endorsement,
    Form,
    GroundCode,
    Level,
    Line,
    MeetingKey,
    Prose,
    PurposeCode,
    RepresentativeKey,
    Several,
)
from gateway.forms.values import distinct
from gateway.services.packs import PackTerms

Children = Annotated[
    Several[ChildKey],
    AfterValidator(distinct()),
    Field(description="References of the children and young people it concerns."),
]
Endorsements = Annotated[
    Several[Endorsement],
    AfterValidator(distinct()),
    Field(description="Endorsement markings beside the classification, e.g. 'MEDICAL'."),
]


class LabelModel(Form):
    """What a person says a document is; the rules judge by it."""

    classification: Level = Field(description="The classification of the document.")
    category: Line = Field(description="The information category, as in the protocol's table.")
    source_agency: AgencyKey = Field(description="The id of the agency it comes from.")
    children: Children = ()
    personal_information: bool = Field(
        default=True, description="Whether it is about an identifiable person."
    )
    obtained_under_section_66: bool = Field(
        default=False,
        description="Whether the agency got it by a demand under section 66 of the Oranga Tamariki "
        "Act 1989; such a document cannot go out under section 66C.",
    )
    endorsements: Endorsements = ()

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


class StatementModel(Form):
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

    def to_domain(self, otherwise: RepresentativeId | None) -> packs.Statement:
        """The statement as the domain holds it; `otherwise` made it when nobody is named.

        Raises:
            InvalidInput: nobody is named, and there is no `otherwise`.
        """
        return packs.Statement(
            recipient=self.recipient,
            ground=self.ground,
            belief=self.belief,
            stated_by=named(self.stated_by or otherwise, "statements.stated_by"),
            instrument=self.instrument,
        )


class ConsultationModel(Form):
    """Whether a child or young person was consulted (section 66K)."""

    child: ChildKey = Field(description="The child's reference.")
    consulted: bool = Field(description="Whether the child, or who speaks for it, was consulted.")
    account: Prose = Field(description="The views given, or why there was no consultation.")

    def to_domain(self) -> packs.Consultation:
        """The consultation as the domain holds it."""
        return packs.Consultation(self.child, self.consulted, self.account)


class ConditionStatementModel(Form):
    """What was done about one of the protocol's conditions on Māori data."""

    code: Line = Field(description="The condition's code in the protocol, e.g. 'HAPU-1'.")
    account: Prose = Field(
        description="Who was asked and what they said, or how it is made sure that it is kept."
    )

    def to_domain(self) -> packs.ConditionStatement:
        """The statement as the domain holds it."""
        return packs.ConditionStatement(self.code, self.account)


class PackModel(Form):
    """What every pack states, whichever way it arrives; statements and consultations go with it."""

    meeting: MeetingKey = Field(description="The id of the meeting the pack is for.")
    contact: RepresentativeKey | None = Field(
        default=None,
        description="The representative of your agency who answers for the pack; "
        "the token's holder if left out.",
    )
    authority: AuthorityKey = Field(description="Code of the legal authority, e.g. 'OTA-66C'.")
    purpose: PurposeCode = Field(description="Code of the protocol's purpose it is sent for.")
    marking: Level = Field(description="The classification a person chose for the whole pack.")

    def terms_with(
        self,
        statements: Iterable[StatementModel],
        consultations: Iterable[ConsultationModel],
        conditions: Iterable[ConditionStatementModel],
        otherwise: RepresentativeId | None,
    ) -> PackTerms:
        """What the use case takes; `otherwise` stands where nobody is named.

        Raises:
            InvalidInput: nobody is named, and there is no `otherwise`.
        """
        return PackTerms(
            meeting=self.meeting,
            contact=named(self.contact or otherwise, "contact"),
            authority=self.authority,
            purpose=self.purpose,
            marking=self.marking,
            statements=tuple(each.to_domain(otherwise) for each in statements),
            consultations=tuple(each.to_domain() for each in consultations),
            conditions=tuple(each.to_domain() for each in conditions),
        )


def named(person: RepresentativeId | None, field: str) -> RepresentativeId:
    """`person`, who is to be named.

    Raises:
        InvalidInput: nobody is.
    """
    if person is None:
        raise InvalidInput(
            "Nobody is named, and the token belongs to nobody in particular.",
            "Name a representative of your agency.",
            field=field,
        )
    return person
