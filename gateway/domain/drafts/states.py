"""How far a draft has come, its sections in order, and what people say of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from gateway.domain.drafts.content import Content
from gateway.domain.identifiers import AgencyId, ProtocolId
from gateway.domain.protocol_terms import Vetting

DraftId = NewType("DraftId", str)


class DraftState(StrEnum):
    """How far a draft has come.

    Its content can change while it is `DRAFTING`; vetting holds it still, and any change of a
    vetted draft takes it back. Once `PROPOSED` it is a version of the protocol that waits to be
    signed; `ABANDONED` it came to nothing.
    """

    DRAFTING = "drafting"
    VETTED = "vetted"
    PROPOSED = "proposed"
    ABANDONED = "abandoned"


class Section(StrEnum):
    """The sections of a protocol, in the order of the guidance."""

    MEETING = "meeting"
    AGENCIES = "agencies"
    PURPOSES = "purposes"
    INFORMATION = "information"
    USE = "use"
    MAORI_DATA = "maori-data"
    METHOD = "method"
    SECURITY = "security"
    RETENTION = "retention"
    TRANSPARENCY = "transparency"
    BREACHES = "breaches"
    CONFLICTS = "conflicts"
    MANAGERS = "managers"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody of a listed agency says of a section.

    Attributes:
        by: identifier of the user; `agency`: theirs.
        settled_at: when the lead agency marked it as dealt with.
    """

    id: str
    draft: DraftId
    section: Section
    agency: AgencyId
    by: str
    text: str
    made_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProtocolDraft:
    """A protocol, or its next version, while it is written.

    Attributes:
        version: the number it will have.
        revision: counts saved changes, so that a stale form is noticed.
        shared_at: when the lead agency let the listed agencies read and comment.
    """

    id: DraftId
    protocol: ProtocolId
    version: int
    lead_agency: AgencyId
    content: Content
    state: DraftState
    revision: int
    begun_at: datetime
    changed_at: datetime
    shared_at: datetime | None = None
    vetting: Vetting | None = None
