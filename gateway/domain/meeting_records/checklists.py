"""An attendee's checklist before sharing: what was answered, and what speaks against sharing.

Source: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people' (before sharing information); Oranga Tamariki Act 1989 ss 66C and 66K.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from gateway.domain.classification import Classification
from gateway.domain.errors import Problem
from gateway.domain.packs import ConditionStatement, Consultation, PackId
from gateway.domain.register import AgencyId, MeetingId, RepresentativeId

ChecklistId = NewType("ChecklistId", str)


class Ending(StrEnum):
    """What a checklist came to.

    MAY_SHARE is of an agency that does not lead: the lead agency makes the meeting's packs.
    """

    PACK = "a pack was begun"
    MAY_SHARE = "may be shared"
    NOT = "do not share"


class Telling(StrEnum):
    """Whether the person concerned agreed or is told."""

    AGREED = "they agreed"
    TOLD = "they are told"
    NOT_SAFE = "telling them would not be safe"


@dataclass(frozen=True, slots=True)
class ChecklistAnswers:
    """What was answered; blank, empty or None where it was not.

    Attributes:
        relevant: whether the meeting's purpose needs it.
        purpose, authority: codes as the protocol has them.
        ground, belief, instrument: the statement of reasonable belief for all `recipients`.
        telling, telling_why: whether people agreed or are told, and what was considered.
        accurate, least, conflict: whether it is right and up to date; no more than is needed;
            whether somebody has a conflict of interest that the register does not have.
        reason: why it is not shared.
    """

    relevant: bool | None = None
    purpose: str = ""
    authority: str = ""
    recipients: tuple[RepresentativeId, ...] = ()
    ground: str = ""
    belief: str = ""
    instrument: str = ""
    telling: Telling | None = None
    telling_why: str = ""
    consultations: tuple[Consultation, ...] = ()
    accurate: bool | None = None
    least: bool | None = None
    conflict: bool | None = None
    classification: Classification | None = None
    conditions: tuple[ConditionStatement, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist that came to its end; `answers` are encrypted, `pack` was begun with them."""

    id: ChecklistId
    agency: AgencyId
    meeting: MeetingId
    by: RepresentativeId | None
    ended_at: datetime
    ending: Ending
    answers: bytes
    pack: PackId | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the chosen authority asks for: a statement of belief, an account of consultation."""

    statement: bool
    consultation: bool
    children: int


def against_sharing(answers: ChecklistAnswers, asked: Asked) -> Iterator[Problem]:
    """Everything answered, or left open, that speaks against sharing, in the page's order."""
    if not answers.relevant:
        yield _not("relevant", "The meeting's purpose does not need it, or that is not answered.")
    if not answers.recipients:
        yield _not("recipients", "Nobody is chosen to receive it.", "Choose who may receive it.")
    if asked.statement and not (answers.ground and answers.belief):
        field = "belief" if answers.ground else "ground"
        yield _not(field, "The statement of reasonable belief is not complete.", "Complete it.")
    if answers.telling is None or not answers.telling_why:
        field = "telling_why" if answers.telling else "telling"
        yield _not(field, "It is not said whether people agreed or are told.", "Answer, and why.")
    stated = [each for each in answers.consultations if each.account]
    if asked.consultation and len(stated) < asked.children:
        yield _not("consultations", "Consultation is not stated for each child.", "State it.")
    if not answers.accurate:
        yield _not("accurate", "It is not accurate and up to date, or that is not answered.")
    if not answers.least:
        yield _not("least", "It is more than is needed, or that is not answered.")
    if answers.classification is None:
        yield _not("classification", "It has no classification.", "Choose one.")
    if answers.conflict is not False:
        yield _not(
            "conflict",
            "Somebody has a conflict of interest that the register does not have, or that is not "
            "answered.",
            "Have it entered in the register first.",
        )


def _not(field: str, message: str, remedy: str = "") -> Problem:
    return Problem(field, message, remedy or "Mend it, or choose 'do not share' and say why.")
