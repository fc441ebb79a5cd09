"""What requests may hold: bodies and query parameters, by the pack file's names."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import WithJsonSchema

from gateway.domain import packs
from gateway.domain.errors import InvalidInput
from gateway.domain.register import RepresentativeId
from gateway.domain.transfers import State
from gateway.services.packs import PackTerms
from gateway.services.storage import Page
from gateway.web.fields import (
    AgencyKey,
    AuthorityKey,
    ChildKey,
    Endorsement,
    GroundCode,
    Identifier,
    Level,
    Limit,
    Line,
    MeetingKey,
    Prose,
    PurposeCode,
    RepresentativeKey,
    Several,
    Typed,
    distinct,
    fault,
)


class Body(BaseModel):
    """Exactly the names that are listed, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Label(Body):
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


class UploadLabel(Label):
    """The label of a document being uploaded, with the title recipients read."""

    title: Line | None = Field(
        default=None, description="What recipients read for it; the file's own name if left out."
    )


class Statement(Body):
    """A person's statement of reasonable belief for one recipient (section 66C(b))."""

    recipient: RepresentativeKey = Field(description="The id of the attendee it is about.")
    ground: GroundCode = Field(
        description="Which purpose of the authority the disclosure will assist, e.g. '66C(a)(i)'."
    )
    belief: Prose = Field(description="Why the person believes so; it goes with the pack.")
    instrument: Line | None = Field(
        default=None,
        description="The department's plan, strategy or service, where the ground is tied to one.",
    )
    stated_by: RepresentativeKey | None = Field(
        default=None, description="Who states it; the token's holder if left out."
    )


class Consultation(Body):
    """Whether a child or young person was consulted (section 66K)."""

    child: ChildKey = Field(description="The child's reference.")
    consulted: bool = Field(description="Whether the child, or who speaks for it, was consulted.")
    account: Prose = Field(description="The views given, or why there was no consultation.")


class PackBody(Body):
    """A new pack, without its documents."""

    meeting: MeetingKey = Field(description="The id of the meeting the pack is for.")
    contact: RepresentativeKey | None = Field(
        default=None,
        description="The representative of your agency who answers for the pack; "
        "the token's holder if left out.",
    )
    authority: AuthorityKey = Field(description="Code of the legal authority, e.g. 'OTA-66C'.")
    purpose: PurposeCode = Field(description="Code of the protocol's purpose it is sent for.")
    marking: Level = Field(description="The classification a person chose for the whole pack.")
    statements: Annotated[Several[Statement], AfterValidator(distinct("recipient"))] = Field(
        default=(), description="Statements of reasonable belief, one for each recipient."
    )
    consultations: Annotated[Several[Consultation], AfterValidator(distinct("child"))] = Field(
        default=(), description="Consultation, for each child or young person."
    )

    def to_terms(self, holder: RepresentativeId | None) -> PackTerms:
        """What the use case takes; `holder` of the token stands where nobody is named.

        Raises:
            InvalidInput: nobody is named and the token has no holder.
        """
        return PackTerms(
            meeting=self.meeting,
            contact=_named(self.contact or holder, "contact"),
            authority=self.authority,
            purpose=self.purpose,
            marking=self.marking,
            statements=tuple(
                packs.Statement(
                    recipient=each.recipient,
                    ground=each.ground,
                    belief=each.belief,
                    stated_by=_named(each.stated_by or holder, "statements.stated_by"),
                    instrument=each.instrument,
                )
                for each in self.statements
            ),
            consultations=tuple(
                packs.Consultation(each.child, each.consulted, each.account)
                for each in self.consultations
            ),
        )


class Acknowledgement(Body):
    """That a pack arrived and was opened."""

    reference: Typed = Field(description="The pack's reference, e.g. 'T-7KQ2-M9XD'.")
    code: Typed = Field(description="The code from the contents page inside the pack.")


class NoQuery(Body):
    """No query parameters."""


class PageQuery(Body):
    """Which part of a list to give."""

    limit: Limit = Field(default=50, description="How many items at most.")
    after: Identifier | None = Field(
        default=None, description="Go on after this: the `next` of the answer before."
    )

    def page(self) -> Page:
        """The slice as the use cases take it."""
        return Page(self.limit, self.after)


def _state(value: object) -> State:
    if not isinstance(value, str) or value not in set(State):
        fault("There is no such state.", "Use one of: " + ", ".join(State) + ".")
    return State(value)


_STATES = WithJsonSchema({"type": "string", "enum": [state.value for state in State]})


class TransferQuery(PageQuery):
    """Which transfers to give."""

    pack: Identifier | None = Field(default=None, description="Only those of this pack.")
    state: Annotated[State | None, BeforeValidator(_state), _STATES] = Field(
        default=None, description="Only those in this state."
    )


def _named(person: RepresentativeId | None, field: str) -> RepresentativeId:
    if person is None:
        raise InvalidInput(
            "Nobody is named, and the token belongs to nobody in particular.",
            "Name a representative of your agency.",
            field=field,
        )
    return person
