"""What a request for information says: the fields of its form, and the document made of them.

Source: Oranga Tamariki Act 1989 ss 66, 66C and 66K; the field set is the gateway's own, from the
guidance on multi-agency meetings, and an agency's own form may ask for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.domain.register import ChildReference


@dataclass(frozen=True, slots=True)
class Subject:
    """The child or young person a request is about.

    Attributes:
        reference: as the meeting knows them; everything else here is personal.
        born_on: date of birth; `age_years`: the age stated where that date is not known.
        identifiers: kind to number, e.g. `NHI`; only where the holder needs them to find records.
        family: parents, caregivers, siblings; only as far as needed.
    """

    reference: ChildReference
    name: str = ""
    other_names: tuple[str, ...] = ()
    born_on: date | None = None
    age_years: int | None = None
    gender: str = ""
    address: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    family: str = ""

    def age_on(self, day: date) -> int | None:
        """The age in years on `day`: from the date of birth, else as stated.

        None if it is not known, or if `day` is before the birth.
        """
        if self.born_on is None:
            return self.age_years
        if day < self.born_on:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (0 if had_birthday else 1)


@dataclass(frozen=True, slots=True)
class RequestedItem:
    """One thing asked for: of a named category, described, and for a period (days inclusive)."""

    category: str
    description: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ConsultationRecord:
    """Whether the child or young person, or someone for them, was told and asked.

    Attributes:
        consulted: None while nothing is stated.
        whom: who was asked, e.g. `the young person` or `her grandmother, her caregiver`.
        account: their views, or why it was not practicable or appropriate.
    Source: Oranga Tamariki Act 1989 s 66K.
    """

    consulted: bool | None = None
    whom: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class RequestContent:
    """Everything a person writes into a request; kept encrypted.

    Attributes:
        ground: which purpose of the legal authority, e.g. `66C(a)(i)`.
        purpose: how the information serves that purpose, in the requester's own words.
        instrument: the department's plan, strategy or service, where the ground is tied to one.
        held_because: why the agency asked is believed to hold it.
        needed_because: why it is believed to assist.
        due_because: why by that day.
        reply_by: how to send the answer, in words.
        relationship: of the requester to the child or young person, or their family.
        action: the meeting's action this follows up.
        safety: what could happen if others learn of the request.
        further: answers to the fields an agency's own form adds, by their names.
    """

    subject: Subject
    ground: str = ""
    purpose: str = ""
    instrument: str = ""
    items: tuple[RequestedItem, ...] = ()
    held_because: str = ""
    needed_because: str = ""
    consultation: ConsultationRecord = field(default_factory=ConsultationRecord)
    due_because: str = ""
    urgent: bool = False
    reply_by: str = ""
    relationship: str = ""
    action: str = ""
    safety: str = ""
    further: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a request, as the document shows it.

    Attributes:
        standing: under which part of the Act the agency or person counts, in words.
    """

    agency: str
    person: str
    role: str
    standing: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class RequestDocument:
    """Everything the request's document shows, ready to be set; all texts are plain text.

    Attributes:
        title: e.g. `Request for information under section 66C, Oranga Tamariki Act 1989`.
        template: the name of the template in `policies/templates/`, without its ending.
        marking: for the top and bottom of every page.
        authority: the legal authority in words; `ground`: the code and text of its purpose.
        statements: what the Act says of such a request, one paragraph each.
        further: label and text of the agency's own fields.
        subject_heading: what the part about the person is called.
        policy_digest: SHA-256 (hex) of the policies the document was made under.
        made_at: in the register's time zone.
    """

    title: str
    template: str
    reference: str
    marking: str
    authority: str
    ground: str
    meeting: str
    requester: Party
    holder: Party
    due_on: date
    content: RequestContent
    statements: tuple[str, ...]
    privacy_statement: str
    further: tuple[tuple[str, str], ...]
    policy_digest: str
    made_at: datetime
    subject_heading: str = "Child or young person"
