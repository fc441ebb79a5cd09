"""What a protocol says beside purposes, information, methods and privacy statement.

The sections follow the Privacy Commissioner's guidance 'Multi-agency meetings – sharing information
about children and young people' and the template it aligns to.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.identifiers import AgencyId, RepresentativeId


@dataclass(frozen=True, slots=True)
class ListedAgency:
    """An agency that the protocol lists, and that has to sign it.

    Attributes:
        purpose: why this agency shares and receives, in its own words (table 'purpose of sharing').
        manager: its relationship manager, who looks after the protocol and is another person than
            its usual attendee; None while nobody was named.
    """

    agency: AgencyId
    purpose: str
    manager: RepresentativeId | None = None


class ConditionKind(StrEnum):
    """What a condition on Māori data asks for, and so how it is kept."""

    RECEIVERS = "who may receive"
    PLACE = "where it is kept"
    ASKED_FIRST = "who is asked first"
    RETURN = "how it is returned or disposed of"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that tikanga sets for some information, after engagement with those concerned.

    `RECEIVERS` is a rule: only `agencies` may receive what it covers. The others are statements
    that somebody has to make before what they cover is sent, or that go to whoever receives it.

    Attributes:
        code: short and stable within the protocol, e.g. `HAPU-1`.
        statement: the condition in words, as it was agreed.
        categories: categories of information that it covers; empty for all.
        agencies: with `RECEIVERS`, those that may receive; empty otherwise.
        set_with: the people it was set with, e.g. a rūnanga; `set_on`: the day.
    """

    code: str
    kind: ConditionKind
    statement: str
    categories: tuple[str, ...]
    agencies: tuple[AgencyId, ...]
    set_with: str
    set_on: date

    @property
    def needs_statement(self) -> bool:
        """Whether somebody has to say, before sending, what was done about it."""
        return self.kind in {ConditionKind.ASKED_FIRST, ConditionKind.PLACE}

    def covers(self, category: str) -> bool:
        """Whether information of this category comes under it."""
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """How a protocol is reviewed.

    Attributes:
        every_months: months from one review to the next, 1 to 60.
        responsible: the agency that sees to it.
        grace_days: days after the due day for which sharing goes on, with a warning.
    """

    every_months: int
    responsible: AgencyId
    grace_days: int


@dataclass(frozen=True, slots=True)
class Vetting:
    """That a senior privacy, legal or information person looked through a version.

    Attributes:
        field: what the person is senior in: `privacy`, `legal` or `information`.
    """

    name: str
    role: str
    field: str
    agency: AgencyId
    vetted_on: date


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """An agency that joins a version, or leaves it, after it was made.

    Attributes:
        on: the first day on which the agency is, or is no longer, a signatory.
        listed: what the protocol then says of an agency that joins; None for one that leaves.
    """

    agency: AgencyId
    on: date
    listed: ListedAgency | None = None

    @property
    def joins(self) -> bool:
        """Whether the agency joins; it leaves otherwise."""
        return self.listed is not None


@dataclass(frozen=True, slots=True)
class Terms:
    """The sections of a version that were drafted here; a version from a register file has none.

    Attributes:
        meeting_purpose: what the meetings are for.
        agencies: those that have to sign before the version comes into force.
        recording, secondary_use: what may be recorded, and used beyond the meeting's purpose.
        conditions: on Māori data; `engagement` says with whom and how they were set, or why there
            are none.
        requirements, restrictions: the minimum of security controls, one sentence each.
        retention, transparency, breaches, conflicts: these sections in words.
    """

    meeting_purpose: str
    agencies: tuple[ListedAgency, ...]
    recording: str
    secondary_use: str
    engagement: str
    conditions: tuple[Condition, ...]
    requirements: tuple[str, ...]
    restrictions: tuple[str, ...]
    retention: str
    transparency: str
    breaches: str
    conflicts: str
    review: ReviewTerms
    vetting: Vetting
