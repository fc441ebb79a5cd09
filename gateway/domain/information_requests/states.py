"""What a request for information knows in each of its states."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.classification import Classification
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)


class RequestState(StrEnum):
    """Where a request is, in the words used everywhere."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLARIFYING = "clarifying"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        """Whether the holding agency has it and may answer."""
        return self in _OPEN

    @property
    def is_editable(self) -> bool:
        """Whether its content can still be changed."""
        return self in {RequestState.DRAFT, RequestState.APPROVED}


_OPEN = frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.CLARIFYING})


class AnswerKind(StrEnum):
    """What the holding agency answers."""

    DISCLOSED = "disclosed"
    PARTLY = "partly disclosed"
    NOT_HELD = "not held"
    DECLINED = "declined"

    @property
    def has_documents(self) -> bool:
        """Whether documents go with it."""
        return self in {AnswerKind.DISCLOSED, AnswerKind.PARTLY}


@dataclass(frozen=True, slots=True)
class Draft:
    """Being written."""


@dataclass(frozen=True, slots=True)
class Approved:
    """A second person of the asking agency approved it as it stands."""

    at: datetime
    by: RepresentativeId


@dataclass(frozen=True, slots=True)
class Sent:
    """On its way, or arrived, and nobody has acknowledged it."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The holding agency has read it."""


@dataclass(frozen=True, slots=True)
class Clarifying:
    """The holding agency has asked something; the asking agency is to reply."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The holding agency has answered; `pack` carries what it disclosed."""

    at: datetime
    answer: AnswerKind
    pack: PackId | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The asking agency no longer asks."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """The time for an answer is long over."""

    at: datetime


RequestProgress = (
    Draft | Approved | Sent | Acknowledged | Clarifying | Answered | Withdrawn | Expired
)

STATES: dict[type, RequestState] = {
    Draft: RequestState.DRAFT,
    Approved: RequestState.APPROVED,
    Sent: RequestState.SENT,
    Acknowledged: RequestState.ACKNOWLEDGED,
    Clarifying: RequestState.CLARIFYING,
    Answered: RequestState.ANSWERED,
    Withdrawn: RequestState.WITHDRAWN,
    Expired: RequestState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class InformationRequest:
    """A request for information, without what it says: that is kept encrypted.

    Attributes:
        reference: short, for people to read out; random, says nothing.
        agency, requester: who asks; `holding_agency`, `holder`: who is asked.
        authority: code of the legal authority; `purpose`: the protocol's purpose it serves.
        meeting: the meeting it follows; `child`: whom of the meeting it is about.
        due_on: by when an answer is asked for, a day in the register's time zone.
        edited_at: when its content last changed; `entered_at`: when its state last changed.
        packs: the packs that carried it: more than one when it was sent again or forwarded.
        sent_at, acknowledged_at: of the present sending, and when it was first read.
        drafted_by, edited_by: who wrote it, and who changed it last; None where nobody was named.
        passed_on_by: who gets it back if what passes it on to the holder cannot be delivered.
    """

    id: RequestId
    reference: str
    agency: AgencyId
    requester: RepresentativeId
    holding_agency: AgencyId
    holder: RepresentativeId
    authority: AuthorityCode
    purpose: str
    meeting: MeetingId
    child: ChildReference
    marking: Classification
    created_at: datetime
    edited_at: datetime
    entered_at: datetime
    due_on: date | None = None
    progress: RequestProgress = Draft()
    packs: tuple[PackId, ...] = ()
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    drafted_by: RepresentativeId | None = None
    edited_by: RepresentativeId | None = None
    passed_on_by: RepresentativeId | None = None

    @property
    def writers(self) -> frozenset[RepresentativeId]:
        """Whose words it is: who asks, who drafted it, and who changed it last."""
        named = (self.requester, self.drafted_by, self.edited_by)
        return frozenset(person for person in named if person is not None)

    @property
    def state(self) -> RequestState:
        """The state the progress is of."""
        return STATES[type(self.progress)]

    @property
    def pack(self) -> PackId | None:
        """The pack that carries it now."""
        return self.packs[-1] if self.packs else None
