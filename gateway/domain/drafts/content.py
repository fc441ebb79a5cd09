"""What a draft says so far: the sections of a protocol, each of which may still be blank."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.identifiers import AgencyId
from gateway.domain.protocol_terms import Condition, ListedAgency, ReviewTerms
from gateway.domain.register import Method, Purpose

_BLANK: Final = Method("")


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A row of 'information to be shared'; its classification may still be missing."""

    agency: AgencyId
    item: str
    category: str
    classification: Classification | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The sections of a draft; blank where nobody has written yet.

    The fields mean what those of the same names mean in `Protocol` and `Terms`.
    """

    name: str = ""
    meeting_purpose: str = ""
    agencies: tuple[ListedAgency, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    information: tuple[DraftItem, ...] = ()
    recording: str = ""
    secondary_use: str = ""
    engagement: str = ""
    conditions: tuple[Condition, ...] = ()
    before: Method = _BLANK
    during: Method = _BLANK
    after: Method = _BLANK
    requirements: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    retention: str = ""
    transparency: str = ""
    privacy_statement: str = ""
    breaches: str = ""
    conflicts: str = ""
    review: ReviewTerms | None = None
    in_force_from: date | None = None
