"""What can happen to a request for information."""

from dataclasses import dataclass

from gateway.domain.information_requests.states import AnswerKind
from gateway.domain.packs import PackId
from gateway.domain.register import RepresentativeId


@dataclass(frozen=True, slots=True)
class Edited:
    """Its content was changed by this person, which undoes an approval."""

    by: RepresentativeId | None = None


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A second person of the asking agency approves it."""

    by: RepresentativeId


@dataclass(frozen=True, slots=True)
class Dispatched:
    """It is on its way, in this pack."""

    pack: PackId


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The transfer of this pack ended before the holder could open it."""

    pack: PackId


@dataclass(frozen=True, slots=True)
class Read:
    """The holding agency acknowledges that it has it."""


@dataclass(frozen=True, slots=True)
class ClarificationAsked:
    """The holding agency asks what is meant."""


@dataclass(frozen=True, slots=True)
class ClarificationGiven:
    """The asking agency replies."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The holding agency passes it to another of its own people, in this pack."""

    holder: RepresentativeId
    pack: PackId


@dataclass(frozen=True, slots=True)
class PassingOnFailed:
    """It did not reach whom it was passed on to in this pack: the one before has it again."""

    pack: PackId


@dataclass(frozen=True, slots=True)
class Readdressed:
    """The asking agency addresses it to another of the holding agency's people, in this pack."""

    holder: RepresentativeId
    pack: PackId


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The holding agency answers; `pack` carries what it discloses."""

    answer: AnswerKind
    pack: PackId | None = None


@dataclass(frozen=True, slots=True)
class AnswerUndelivered:
    """What was disclosed in this pack could not be opened by the requester after all."""

    pack: PackId


@dataclass(frozen=True, slots=True)
class WithdrawalMade:
    """The asking agency takes it back."""


@dataclass(frozen=True, slots=True)
class TimeRanOut:
    """The time for an answer is long over."""


RequestEvent = (
    Edited
    | ApprovalGiven
    | Dispatched
    | Undelivered
    | Read
    | ClarificationAsked
    | ClarificationGiven
    | Forwarded
    | PassingOnFailed
    | Readdressed
    | AnswerGiven
    | AnswerUndelivered
    | WithdrawalMade
    | TimeRanOut
)
