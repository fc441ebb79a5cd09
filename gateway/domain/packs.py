"""Documents, their labels, and the pack that carries them to a meeting's attendees."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from gateway.domain.classification import Classification
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)

DocumentId = NewType("DocumentId", str)
PackId = NewType("PackId", str)
BlobId = NewType("BlobId", str)
RequestId = NewType("RequestId", str)


class PackKind(StrEnum):
    """What a pack is: what is sent before a meeting, or a request after it, or its answer."""

    MEETING = "meeting pack"
    REQUEST = "request"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says a document is; the rules judge by it.

    Attributes:
        category: the information category, as in the protocol's table.
        children: references of the children and young people the document concerns.
        personal_information: whether it is about an identifiable person.
        obtained_under_section_66: whether the agency got it by a demand under section 66 of the
            Oranga Tamariki Act 1989, which bars it from leaving under section 66C.
        endorsements: endorsement markings beside the classification, e.g. `MEDICAL`.
    """

    classification: Classification
    category: str
    source_agency: AgencyId
    children: tuple[ChildReference, ...] = ()
    personal_information: bool = True
    obtained_under_section_66: bool = False
    endorsements: tuple[str, ...] = ()


class Encoding(StrEnum):
    """How a document's bytes are held: raw deflate where that saves space, else as they came."""

    IDENTITY = "identity"
    DEFLATE = "deflate"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a pack: its name, its label, and where its encrypted bytes are.

    Attributes:
        title: what a person reads on the contents page; the original file name by default.
        extension: lower-case, from the safe file name, with its dot; may be empty.
        size_bytes, sha256, crc32: of the plain content.
        stored_bytes: size of the content as encoded, before encryption.
    """

    id: DocumentId
    pack: PackId
    title: str
    extension: str
    label: Label
    size_bytes: int
    sha256: str
    crc32: int
    blob: BlobId
    encoding: Encoding
    stored_bytes: int
    position: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A named person's statement of reasonable belief for one recipient.

    Attributes:
        ground: which purpose of the authority the disclosure will assist, e.g. `66C(a)(i)`.
        belief: why the person believes so, in own words; it goes with the pack.
        instrument: the department's plan, strategy or service, where the ground is tied to one.
    Source: Oranga Tamariki Act 1989 s 66C(b); Family Violence Act 2018 s 20.
    """

    recipient: RepresentativeId
    ground: str
    belief: str
    stated_by: RepresentativeId
    instrument: str | None = None


@dataclass(frozen=True, slots=True)
class Consultation:
    """Whether a child or young person was consulted, and their views or the reason why not.

    Source: Oranga Tamariki Act 1989 s 66K; the guidance's transparency section asks that the other
    attending agencies are told.
    """

    child: ChildReference
    consulted: bool
    account: str


@dataclass(frozen=True, slots=True)
class ConditionStatement:
    """What was done about a condition on Māori data, before anything it covers goes out.

    Attributes:
        code: of the protocol's condition.
        account: who was asked and what they said, or how it is made sure that it is kept.
    """

    code: str
    account: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of documents for a meeting, with the legal authority they go out under.

    Attributes:
        agency: the agency that sends it: the lead agency, unless it is a request or an answer.
        contact: the representative of that agency whom recipients may ask; named as sender.
        marking: the classification a person chose for the whole pack.
        sent_at: when sending was asked for; None while the pack can still be changed.
        request: the request for information it carries or answers; None for a meeting pack.
        recipients: who gets a request or an answer; a meeting pack goes to all who attend, or of
            them to these only, where there are any.
        limitations: of an answer, on reliability, accuracy and secondary use; goes with the pack.
    """

    id: PackId
    meeting: MeetingId
    agency: AgencyId
    contact: RepresentativeId
    authority: AuthorityCode
    purpose: str
    marking: Classification
    created_at: datetime
    statements: tuple[Statement, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    conditions: tuple[ConditionStatement, ...] = ()
    sent_at: datetime | None = None
    kind: PackKind = PackKind.MEETING
    request: RequestId | None = None
    recipients: tuple[RepresentativeId, ...] = ()
    limitations: str = ""

    def goes_to(self, attendees: tuple[RepresentativeId, ...]) -> tuple[RepresentativeId, ...]:
        """Whom it goes to, of a meeting with these attendees."""
        everyone = self.kind is PackKind.MEETING and not self.recipients
        return attendees if everyone else self.recipients

    def statement_for(self, recipient: RepresentativeId) -> Statement | None:
        """The statement of reasonable belief for `recipient`, if one was made."""
        return next((s for s in self.statements if s.recipient == recipient), None)
