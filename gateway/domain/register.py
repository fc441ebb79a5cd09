"""The register: agencies, representatives, protocols, meetings and conflicts of interest.

Terms follow the Privacy Commissioner's guidance 'Multi-agency meetings – sharing information about
children and young people'. Identifiers are chosen by the agency that keeps the register.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.classification import Classification
from gateway.domain.identifiers import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    ProtocolId,
    RepresentativeId,
)
from gateway.domain.protocol_terms import ListedAgency, MembershipChange, Terms

__all__ = [
    "AgeGroup",
    "Agency",
    "AgencyId",
    "AgencyKind",
    "AuthorityCode",
    "Child",
    "ChildReference",
    "ConflictOfInterest",
    "InformationItem",
    "Meeting",
    "MeetingId",
    "Method",
    "PasswordChannel",
    "PickUp",
    "Protocol",
    "ProtocolId",
    "Purpose",
    "Register",
    "Representative",
    "RepresentativeId",
    "SealedForm",
    "Signature",
    "Standing",
    "Status",
    "governing",
    "in_force",
]


class AgencyKind(StrEnum):
    """What sort of body an agency is."""

    GOVERNMENT = "government"
    HEALTH = "health"
    EDUCATION = "education"
    IWI = "iwi"
    NGO = "ngo"
    OTHER = "other"


class Status(StrEnum):
    """A standing that a statute gives to an agency or a person."""

    CHILD_WELFARE_AND_PROTECTION_AGENCY = "child welfare and protection agency"
    FAMILY_VIOLENCE_AGENCY = "family violence agency"
    INDEPENDENT_PERSON = "independent person"
    SECTION_66_REQUESTER = "may require information under section 66"
    SOCIAL_SERVICES_PRACTITIONER = "social services practitioner"

    @property
    def is_of_person(self) -> bool:
        """Whether a person holds it (an agency otherwise)."""
        return self in {Status.INDEPENDENT_PERSON, Status.SOCIAL_SERVICES_PRACTITIONER}


@dataclass(frozen=True, slots=True)
class Standing:
    """A status with what it rests on.

    Attributes:
        status: what the statute calls it.
        ground: the paragraph or class it comes under, e.g. `Oranga Tamariki Act 1989 s 2 (g)`.
        evidence: where the proof of it is kept.
        expires_on: the last day on which it counts; None when it does not expire.
    """

    status: Status
    ground: str
    evidence: str
    expires_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it counts on `day`."""
        return self.expires_on is None or day <= self.expires_on


class SealedForm(StrEnum):
    """How a pack is encrypted, and so which programs open it."""

    ENCRYPTED_ZIP = "encrypted zip"
    NATIVE_FILES = "native files"


class PickUp(StrEnum):
    """When an agency's people pick packs up from a page instead of getting them by mail."""

    WHEN_NEEDED = "when needed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency that takes part in meetings.

    Attributes:
        highest_classification: the highest level it is entitled to receive.
        mail_domains: canonical domains to which its packs may be mailed.
        handling_acknowledged_on: when it confirmed that it understands how to handle that level.
        region: the region of New Zealand whose anniversary day it keeps, e.g. `WGN`; None for none.
        sealed_form: how it wants its packs; None when it never said, which means an encrypted zip.
        pick_up: when packs are picked up; None when it never said, which means when needed. An
            agency whose mail strips encrypted attachments wants it always.
        mail_limit_bytes: the largest mail its mailboxes take, in bytes; None when it never said.
    """

    id: AgencyId
    name: str
    kind: AgencyKind
    highest_classification: Classification
    mail_domains: tuple[str, ...]
    standings: tuple[Standing, ...] = ()
    handling_acknowledged_on: date | None = None
    region: str | None = None
    sealed_form: SealedForm | None = None
    pick_up: PickUp | None = None
    mail_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Representative:
    """A person who attends meetings for an agency.

    Attributes:
        email: canonical address of the mailbox that receives packs.
        other_email: canonical address of another mailbox of the same person, for passwords.
        mobile, telephone: E.164 numbers; `mobile` takes text messages, `telephone` is spoken to.
        standings: as independent person or social services practitioner; empty for neither.
        active_from, active_until: first and last day on which the person acts for the agency.
    """

    id: RepresentativeId
    agency: AgencyId
    name: str
    role: str
    email: str
    active_from: date
    active_until: date | None = None
    mobile: str | None = None
    telephone: str | None = None
    other_email: str | None = None
    standings: tuple[Standing, ...] = ()

    def is_active_on(self, day: date) -> bool:
        """Whether the person acts for the agency on `day`."""
        return self.active_from <= day and (self.active_until is None or day <= self.active_until)


class PasswordChannel(StrEnum):
    """How a password reaches the person, apart from the pack."""

    TEXT = "text"
    OTHER_MAILBOX = "other mailbox"
    TELEPHONE = "telephone"
    SAME_MAILBOX = "same mailbox"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of sharing, with the legal authorities the protocol names for it."""

    code: str
    description: str
    authorities: tuple[AuthorityCode, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a protocol version for an agency, and when."""

    agency: AgencyId
    signed_by: str
    role: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class InformationItem:
    """A row of the table 'information to be shared'."""

    agency: AgencyId
    item: str
    category: str
    classification: Classification


@dataclass(frozen=True, slots=True)
class Method:
    """How information is shared before, during or after a meeting.

    `password_channels` are in order of preference. Naming `SAME_MAILBOX` is the protocol's express
    permission to send a password to the mailbox that received the pack.
    """

    description: str
    password_channels: tuple[PasswordChannel, ...] = ()


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of an information sharing protocol."""

    id: ProtocolId
    version: int
    name: str
    lead_agency: AgencyId
    purposes: tuple[Purpose, ...]
    signatures: tuple[Signature, ...]
    in_force_from: date
    review_due: date
    information: tuple[InformationItem, ...]
    before: Method
    during: Method
    after: Method
    privacy_statement: str
    terms: Terms | None = None
    membership: tuple[MembershipChange, ...] = ()

    def signed_by(self, agency: AgencyId, day: date) -> bool:
        """Whether `agency` had signed this version by `day`, and had not left it by then."""
        return agency in self.signatories_on(day)

    def signatories_on(self, day: date) -> frozenset[AgencyId]:
        """The agencies that had signed by `day`, but those that had not joined yet or had left."""
        signed = {each.agency for each in self.signatures if each.signed_on <= day}
        stands = {change.agency: False for change in self.membership if change.joins}
        for change in sorted(self.membership, key=lambda each: each.on):
            if change.on <= day:
                stands[change.agency] = change.joins
        return frozenset(agency for agency in signed if stands.get(agency, True))

    def listed_on(self, day: date) -> tuple[ListedAgency, ...]:
        """The agencies that the version lists on `day`: those it was made with and came since."""
        listed = {each.agency: each for each in (self.terms.agencies if self.terms else ())}
        for change in sorted(self.membership, key=lambda each: each.on):
            if change.on <= day:
                listed.pop(change.agency, None)
                if change.listed is not None:
                    listed[change.agency] = change.listed
        return tuple(listed.values())

    def is_agreed_on(self, day: date) -> bool:
        """Whether every agency that it was made with had signed by `day`, but those that left.

        A version from a register file lists none: there, each signature counts by itself.
        """
        signed = {each.agency for each in self.signatures if each.signed_on <= day}
        left = {change.agency for change in self.membership if not change.joins}
        made_with = {each.agency for each in self.terms.agencies} if self.terms else set()
        return made_with <= signed | left

    def purpose(self, code: str) -> Purpose | None:
        """The purpose with this code, if the protocol has one."""
        return next((p for p in self.purposes if p.code == code), None)


class AgeGroup(StrEnum):
    """How old a child or young person is, as the lead agency states it for the meeting."""

    CHILD = "child"
    YOUNG_PERSON = "young person"
    ADULT = "adult"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Child:
    """A child or young person a meeting is about, by an opaque reference."""

    reference: ChildReference
    age_group: AgeGroup


@dataclass(frozen=True, slots=True)
class Meeting:
    """A multi-agency meeting under a protocol; `held_at` is in UTC."""

    id: MeetingId
    protocol: ProtocolId
    title: str
    held_at: datetime
    attendees: tuple[RepresentativeId, ...]
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class ConflictOfInterest:
    """A representative who must see nothing about a child."""

    representative: RepresentativeId
    child: ChildReference
    declared_on: date


@dataclass(frozen=True, slots=True)
class Register:
    """Everything a register file holds, already checked as a whole."""

    agencies: tuple[Agency, ...] = ()
    representatives: tuple[Representative, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    conflicts: tuple[ConflictOfInterest, ...] = field(default=())


def governing(versions: Sequence[Protocol], day: date) -> Protocol | None:
    """The version in force on `day`; before there is one, the newest, as it tells who leads."""
    newest = max(versions, key=lambda version: version.version, default=None)
    return in_force(versions, day) or newest


def in_force(versions: Iterable[Protocol], day: date) -> Protocol | None:
    """The version of a protocol that governs on `day`.

    It is the newest whose day has come and that every agency it lists has signed; until then, the
    one before it governs.
    """
    begun = [each for each in versions if each.in_force_from <= day and each.is_agreed_on(day)]
    return max(begun, key=lambda version: (version.in_force_from, version.version), default=None)
