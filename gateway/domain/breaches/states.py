"""What is known of a privacy breach, or of an exercise of one.

Source: Privacy Act 2020 part 6 subpart 1 (sections 112 to 122): what a notifiable privacy breach
is, what its assessment considers (s 113), who is notified (ss 114, 115), exceptions (s 116).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from gateway.domain.identifiers import AgencyId, ChildReference, RepresentativeId
from gateway.domain.packs import RequestId
from gateway.domain.transfers.states import TransferId

BreachId = NewType("BreachId", str)
LessonId = NewType("LessonId", str)


class BreachKind(StrEnum):
    """What sort of thing went wrong (s 112: unauthorised or accidental, or no access)."""

    DISCLOSURE = "disclosed to the wrong person"
    ACCESS = "seen without authority"
    ALTERATION = "altered"
    LOSS = "lost"
    DESTRUCTION = "destroyed"
    NO_ACCESS = "cannot be reached by those who need it"


class BreachState(StrEnum):
    """How far a breach is seen to."""

    REPORTED = "reported"
    CONTAINED = "contained"
    ASSESSED = "assessed"
    NOTIFIED = "notified"
    NOT_NOTIFIABLE = "not notifiable"
    CLOSED = "closed"


class Harm(StrEnum):
    """What a person decided: whether serious harm was caused or is likely (s 112)."""

    LIKELY = "serious harm likely"
    NOT_LIKELY = "serious harm not likely"
    UNKNOWN = "not yet known"


class Factor(StrEnum):
    """What an assessment has to consider (s 113)."""

    ACTION = "a"
    SENSITIVE = "b"
    NATURE = "c"
    WHO = "d"
    SECURITY = "e"
    OTHER = "f"


class Exception116(StrEnum):
    """Why affected people are not notified (s 116); a person decides that one applies."""

    SECURITY = "security, defence or international relations"
    LAW = "maintenance of the law"
    SAFETY = "it would endanger somebody's safety"
    TRADE_SECRET = "it would reveal a trade secret"  # noqa: S105 - a ground of the Act
    UNDER_16 = "under 16, and contrary to their interests"
    HEALTH = "likely to prejudice their health, a practitioner was consulted"


class Told(StrEnum):
    """Who is notified."""

    COMMISSIONER = "Privacy Commissioner"
    AFFECTED = "affected people"


class Measure(StrEnum):
    """What can still be stopped about a transfer or a request."""

    RECALL = "recall it before it is mailed"
    WITHHOLD = "withhold its password"
    WITHDRAW = "take its pick-up back"
    REVOKE_ACKNOWLEDGEMENT = "revoke its acknowledgement link"
    REVOKE_PICK_UP = "revoke its pick-up link"
    DESTROY = "destroy the pack still held"
    REVOKE_ANSWER = "revoke its answer links"


class Ending(StrEnum):
    """How an attempt to stop something ended."""

    DONE = "done"
    TOO_LATE = "too late"
    FAILED = "failed"
    WOULD = "would be done"


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that was to be stopped, and how that ended.

    Attributes:
        target: reference of the transfer or request.
        by: identifier of the user or representative who pressed.
    """

    target: str
    measure: Measure
    ending: Ending
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to the relationship manager of an agency; `outcome` is None until it was tried."""

    id: str
    agency: AgencyId
    manager: RepresentativeId
    asked_at: datetime
    sent_at: datetime | None = None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach as the register has it; nothing in it names a person but by reference.

    Attributes:
        exercise: whether it is practised only: nothing is stopped, and nobody outside is told.
        happened_at: when it happened, where that is known; `known_at`: when it became known.
        children: whom the transfers and requests concern; who has a conflict about one of them
            does not see it.
        reported_by: identifier of the user or representative.
        revision: counts changes, against forms that are too old.
        shared_with: agencies that were told by a notice and see what they were told.
    """

    id: BreachId
    reference: str
    agency: AgencyId
    exercise: bool
    kind: BreachKind
    state: BreachState
    happened_at: datetime | None
    known_at: datetime
    reported_at: datetime
    reported_by: str
    changed_at: datetime
    revision: int = 0
    transfers: tuple[TransferId, ...] = ()
    requests: tuple[RequestId, ...] = ()
    children: tuple[ChildReference, ...] = ()
    stops: tuple[Stop, ...] = ()
    notices: tuple[Notice, ...] = ()
    shared_with: tuple[AgencyId, ...] = ()
    harm: Harm | None = None
    closed_at: datetime | None = None

    def done(self, target: str) -> frozenset[Measure]:
        """What has been stopped, or would have been, about a transfer or request."""
        ended = {Ending.DONE, Ending.WOULD}
        return frozenset(s.measure for s in self.stops if s.target == target and s.ending in ended)


@dataclass(frozen=True, slots=True)
class Notification:
    """That somebody was notified, or need not be, as a person recorded it.

    Attributes:
        at: when; of an exception, when it was decided.
        how: by what means, and by whom; of an exception, why it applies.
        exception: of the affected people only.
        by: identifier of the user who recorded it.
    """

    told: Told
    at: datetime
    how: str
    by: str
    exception: Exception116 | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What people wrote of a breach; kept encrypted, since it may name people.

    Attributes:
        what: what happened. affected: who is affected, and how many.
        steps: what was done outside the gateway to reduce the risk of harm.
        factors: what a person said of each factor of section 113.
        reason: for the assessment. message: what other agencies were told.
    """

    what: str
    affected: str
    steps: str = ""
    factors: tuple[tuple[Factor, str], ...] = ()
    reason: str = ""
    message: str = ""
    notifications: tuple[Notification, ...] = ()

    def said_of(self, factor: Factor) -> str:
        """What a person said of a factor."""
        return dict(self.factors).get(factor, "")

    def notified(self, told: Told) -> Notification | None:
        """How it was last recorded that somebody was notified, or need not be."""
        return next((each for each in reversed(self.notifications) if each.told is told), None)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be done differently.

    Attributes:
        owner: who sees to it, by role or name. draft: that of a protocol it was carried into.
    """

    id: LessonId
    breach: BreachId
    text: str
    owner: str
    due_on: date
    made_at: datetime
    done_at: datetime | None = None
    draft: str | None = None
