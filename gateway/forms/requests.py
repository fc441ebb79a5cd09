"""What a person writes into a request for information, and into an answer to one.

The request file and the API build on these, so that both take and refuse the same. A draft may be
incomplete, so that most fields may be left out; the check says what is missing.
"""

from typing import Annotated

from pydantic import Field

from gateway.domain.information_requests import content as domain
from gateway.domain.register import RepresentativeId
from gateway.forms.fields import (
    AuthorityKey,
    ChildKey,
    Day,
    Form,
    GroundCode,
    Level,
    Line,
    LongProse,
    MeetingKey,
    NameLine,
    PurposeCode,
    RepresentativeKey,
    Several,
    UpTo,
)
from gateway.forms.models import named
from gateway.services.information_requests import RequestTerms

_OLDEST = 120  # years; the Family Violence Act is about adults too

_FEW = UpTo(100)


class SubjectModel(Form):
    """The child or young person a request is about."""

    reference: ChildKey = Field(description="The reference by which the meeting knows them.")
    name: NameLine | None = Field(default=None, description="Full name.")
    other_names: Annotated[Several[NameLine], _FEW] = Field(
        default=(), description="Other names they are or were known by."
    )
    born_on: Day | None = Field(default=None, description="Date of birth.")
    age_years: int | None = Field(
        default=None, ge=0, le=_OLDEST, description="Age, where the date of birth is not known."
    )
    gender: Line | None = Field(default=None, description="Gender.")
    address: LongProse | None = Field(default=None, description="Address.")
    identifiers: dict[Line, Line] = Field(
        default_factory=dict,
        max_length=20,
        description="Kind to number, e.g. NHI; only where the holder needs it.",
    )
    family: LongProse | None = Field(
        default=None, description="Parents, caregivers, siblings; only as far as needed."
    )

    def to_domain(self) -> domain.Subject:
        """The child or young person as the domain holds them."""
        return domain.Subject(
            reference=self.reference,
            name=self.name or "",
            other_names=self.other_names,
            born_on=self.born_on,
            age_years=self.age_years,
            gender=self.gender or "",
            address=self.address or "",
            identifiers=self.identifiers,
            family=self.family or "",
        )


class ItemModel(Form):
    """One thing asked for; be specific."""

    category: Line = Field(description="The information category, e.g. 'attendance'.")
    description: LongProse = Field(description="What exactly: which record, about what.")
    since: Day | None = Field(default=None, description="First day of the period.")
    until: Day | None = Field(default=None, description="Last day of the period.")

    def to_domain(self) -> domain.RequestedItem:
        """The item as the domain holds it."""
        return domain.RequestedItem(self.category, self.description, self.since, self.until)


class ConsultationRecordModel(Form):
    """Whether the child or young person, or someone for them, was told and asked (section 66K)."""

    consulted: bool | None = Field(default=None, description="Whether they were consulted.")
    whom: Line | None = Field(default=None, description="Who was asked.")
    account: LongProse | None = Field(
        default=None, description="Their views, or why it was not practicable or appropriate."
    )

    def to_domain(self) -> domain.ConsultationRecord:
        """The record as the domain holds it."""
        return domain.ConsultationRecord(self.consulted, self.whom or "", self.account or "")


class RequestModel(Form):
    """A request for information, whichever way it arrives."""

    meeting: MeetingKey = Field(description="The id of the meeting it follows.")
    authority: AuthorityKey = Field(description="Code of the legal authority, e.g. 'OTA-66C'.")
    protocol_purpose: PurposeCode = Field(
        description="Code of the protocol's purpose of sharing that it serves."
    )
    requester: RepresentativeKey | None = Field(
        default=None,
        description="The representative of your agency who asks; the token's holder if left out.",
    )
    holder: RepresentativeKey = Field(description="The representative who is asked.")
    marking: Level = Field(description="The classification of the request.")
    due_on: Day | None = Field(
        default=None,
        description="By when an answer is asked for; if left out, the day the form suggests.",
    )
    due_because: LongProse | None = Field(default=None, description="Why by that day.")
    urgent: bool = Field(default=False, description="Whether it is urgent.")
    subject: SubjectModel = Field(description="The child or young person.")
    ground: GroundCode | None = Field(
        default=None, description="Which purpose of the authority, e.g. '66C(a)(i)'."
    )
    purpose: LongProse | None = Field(
        default=None, description="How the information serves that purpose, in own words."
    )
    instrument: Line | None = Field(
        default=None,
        description="The department's plan, strategy or service, where the ground is tied to one.",
    )
    items: Annotated[Several[ItemModel], _FEW] = Field(
        default=(), description="What exactly is asked for, item by item."
    )
    held_because: LongProse | None = Field(
        default=None, description="Why the agency asked is believed to hold it."
    )
    needed_because: LongProse | None = Field(
        default=None, description="Why it is believed to assist; a statement of belief."
    )
    consultation: ConsultationRecordModel = Field(
        default_factory=ConsultationRecordModel, description="Consultation before asking."
    )
    reply_by: LongProse | None = Field(default=None, description="How to send the answer.")
    relationship: LongProse | None = Field(
        default=None, description="The requester's relationship to the child or family."
    )
    action: LongProse | None = Field(
        default=None, description="The meeting's action this follows up."
    )
    safety: LongProse | None = Field(
        default=None, description="What could happen if others learn of the request."
    )
    further: dict[Line, LongProse] = Field(
        default_factory=dict,
        max_length=50,
        description="Answers to the fields your agency's own form adds, by their names.",
    )

    def to_terms(self, otherwise: RepresentativeId | None) -> RequestTerms:
        """What the use case takes; `otherwise` asks when nobody is named.

        Raises:
            InvalidInput: nobody is named, and there is no `otherwise`.
        """
        return RequestTerms(
            meeting=self.meeting,
            authority=self.authority,
            purpose=self.protocol_purpose,
            requester=named(self.requester or otherwise, "requester"),
            holder=self.holder,
            marking=self.marking,
            due_on=self.due_on,
            content=domain.RequestContent(
                subject=self.subject.to_domain(),
                ground=self.ground or "",
                purpose=self.purpose or "",
                instrument=self.instrument or "",
                items=tuple(item.to_domain() for item in self.items),
                held_because=self.held_because or "",
                needed_because=self.needed_because or "",
                consultation=self.consultation.to_domain(),
                due_because=self.due_because or "",
                urgent=self.urgent,
                reply_by=self.reply_by or "",
                relationship=self.relationship or "",
                action=self.action or "",
                safety=self.safety or "",
                further=self.further,
            ),
        )
