"""What the two agencies write to each other about a request, and the answer itself."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.states import AnswerKind
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import AgencyId, RepresentativeId


class MessageKind(StrEnum):
    """What a message of the thread is."""

    QUESTION = "question"
    REPLY = "reply"
    FORWARDING = "forwarding"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the thread of a request; both sides read it, its text is kept encrypted."""

    id: str
    request: RequestId
    at: datetime
    agency: AgencyId
    author: RepresentativeId
    kind: MessageKind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the holding agency answers; kept encrypted, as its texts may be personal.

    Attributes:
        ground: code of the form's ground where it declines; empty otherwise.
        reasons: why it declines, or holds nothing; why only part where it discloses in part.
        limitations: on reliability, accuracy and secondary use of what is disclosed.
        belief: of the person who discloses, that it will assist the requester; why.
        consultation: of the child or young person, by the holding agency before it disclosed.
        onward: whom to ask instead, or about the answer.
    Source: Oranga Tamariki Act 1989 ss 66C(b), 66J, 66K.
    """

    kind: AnswerKind
    at: datetime
    answered_by: RepresentativeId
    ground: str = ""
    reasons: str = ""
    limitations: str = ""
    belief: str = ""
    consultation: ConsultationRecord = field(default_factory=ConsultationRecord)
    onward: str = ""
    pack: PackId | None = None
