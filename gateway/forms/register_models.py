"""The parts of the register, as a register file and the pages take them.

Their descriptions are the file's documentation and its JSON Schema.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain import register as domain
from gateway.forms.fields import (
    AgencyKey,
    ChildKey,
    Day,
    Form,
    Level,
    Line,
    MeetingKey,
    RepresentativeKey,
    Several,
)
from gateway.forms.register_fields import (
    Age,
    AgencyStatus,
    Kind,
    MailAddress,
    MailDomain,
    MailLimit,
    Moment,
    PackForm,
    PersonStatus,
    PickedUp,
    ProtocolKey,
    Region,
    TelephoneNumber,
)
from gateway.forms.values import distinct


class _StandingModel(Form):
    ground: Line = Field(
        description="Act, section and paragraph or class, e.g. 'Oranga Tamariki Act 1989 s 2 (g)'."
    )
    evidence: Line = Field(description="Where the proof of the standing is kept.")
    expires_on: Day | None = Field(
        default=None, description="Last day on which it counts; leave out if it does not expire."
    )

    def _standing(self, status: domain.Status) -> domain.Standing:
        return domain.Standing(status, self.ground, self.evidence, self.expires_on)


class AgencyStandingModel(_StandingModel):
    """A status a statute gives to an agency, with what it rests on."""

    status: AgencyStatus = Field(description="What the statute calls the agency.")

    def to_domain(self) -> domain.Standing:
        """The standing as the domain holds it."""
        return self._standing(self.status)


class PersonStandingModel(_StandingModel):
    """A status a statute gives to a person, with what it rests on."""

    status: PersonStatus = Field(description="What the statute calls the person.")

    def to_domain(self) -> domain.Standing:
        """The standing as the domain holds it."""
        return self._standing(self.status)


class AgencyModel(Form):
    """An agency that takes part in meetings."""

    id: AgencyKey = Field(description="Short name by which the rest of the file refers to it.")
    name: Line = Field(description="Full name, as recipients know it.")
    kind: Kind = Field(description="What sort of body it is.")
    highest_classification: Level = Field(
        description="The highest classification the agency is entitled to receive."
    )
    mail_domains: Annotated[Several[MailDomain], AfterValidator(distinct())] = Field(
        description="Domains to which its packs may be mailed, exactly; subdomains do not count."
    )
    handling_acknowledged_on: Day | None = Field(
        default=None,
        description="When it confirmed that it understands how to handle that classification.",
    )
    sealed_form: PackForm | None = Field(
        default=None,
        description="How it wants its packs encrypted; what it chose before if left out.",
    )
    pick_up: PickedUp | None = Field(
        default=None,
        description="When its people pick packs up from a page instead of getting them by mail: "
        "when needed, or always; what it chose before if left out.",
    )
    mail_limit_bytes: MailLimit | None = Field(
        default=None,
        description="Largest mail its mailboxes take, in bytes; a larger pack is picked up.",
    )
    region: Region | None = Field(
        default=None,
        description="Region whose anniversary day it keeps, for counting working days, e.g. 'WGN'.",
    )
    standing: Several[AgencyStandingModel] = Field(
        default=(), description="Its statuses under the Acts; none if left out."
    )

    def to_domain(self) -> domain.Agency:
        """The agency as the domain holds it."""
        return domain.Agency(
            id=self.id,
            name=self.name,
            kind=self.kind,
            highest_classification=self.highest_classification,
            mail_domains=self.mail_domains,
            standings=tuple(standing.to_domain() for standing in self.standing),
            handling_acknowledged_on=self.handling_acknowledged_on,
            region=self.region,
            sealed_form=self.sealed_form,
            pick_up=self.pick_up,
            mail_limit_bytes=self.mail_limit_bytes,
        )


class RepresentativeModel(Form):
    """A person who attends meetings for an agency."""

    id: RepresentativeKey = Field(description="Short name for the person in the rest of the file.")
    agency: AgencyKey = Field(description="The id of the agency the person acts for.")
    name: Line = Field(description="The person's name.")
    role: Line = Field(description="The person's role in the agency.")
    email: MailAddress = Field(description="The mailbox that receives packs: the bare address.")
    other_email: MailAddress | None = Field(
        default=None, description="Another mailbox of the same person, for passwords only."
    )
    mobile: TelephoneNumber | None = Field(
        default=None, description="Number that takes text messages, in E.164 form."
    )
    telephone: TelephoneNumber | None = Field(
        default=None, description="Number at which the person is spoken to, in E.164 form."
    )
    active_from: Day = Field(description="First day on which the person acts for the agency.")
    active_until: Day | None = Field(
        default=None, description="Last day on which the person acts for it; open if left out."
    )
    standing: Several[PersonStandingModel] = Field(
        default=(), description="The person's own statuses under the Acts; none if left out."
    )

    def to_domain(self) -> domain.Representative:
        """The representative as the domain holds it."""
        return domain.Representative(
            id=self.id,
            agency=self.agency,
            name=self.name,
            role=self.role,
            email=self.email,
            active_from=self.active_from,
            active_until=self.active_until,
            mobile=self.mobile,
            telephone=self.telephone,
            other_email=self.other_email,
            standings=tuple(standing.to_domain() for standing in self.standing),
        )


class ChildModel(Form):
    """A child or young person a meeting is about, by an opaque reference."""

    reference: ChildKey = Field(
        description="A reference that says nothing about the child: no name, no NHI number."
    )
    age_group: Age = Field(description="How old the person is, as the lead agency states it.")

    def to_domain(self) -> domain.Child:
        """The child as the domain holds it."""
        return domain.Child(self.reference, self.age_group)


class MeetingModel(Form):
    """A multi-agency meeting under a protocol."""

    id: MeetingKey = Field(description="Short name by which packs refer to the meeting.")
    protocol: ProtocolKey = Field(description="The id of the protocol it is held under.")
    title: Line = Field(description="What the meeting is called; it must name no child.")
    held_at: Moment = Field(description="When it begins: date, time and offset from UTC.")
    attendees: Annotated[Several[RepresentativeKey], AfterValidator(distinct())] = Field(
        min_length=1, description="The ids of the representatives who attend."
    )
    child: Annotated[Several[ChildModel], AfterValidator(distinct("reference"))] = Field(
        default=(), description="The children and young people it is about."
    )

    def to_domain(self) -> domain.Meeting:
        """The meeting as the domain holds it."""
        return domain.Meeting(
            id=self.id,
            protocol=self.protocol,
            title=self.title,
            held_at=self.held_at,
            attendees=self.attendees,
            children=tuple(child.to_domain() for child in self.child),
        )


class ConflictOfInterestModel(Form):
    """A representative who must see nothing about a child."""

    representative: RepresentativeKey = Field(description="The id of the representative.")
    child: ChildKey = Field(description="The child's reference; it may come up in later meetings.")
    declared_on: Day = Field(description="When the conflict was declared.")

    def to_domain(self) -> domain.ConflictOfInterest:
        """The conflict of interest as the domain holds it."""
        return domain.ConflictOfInterest(self.representative, self.child, self.declared_on)
