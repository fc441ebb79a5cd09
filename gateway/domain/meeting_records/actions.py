"""Actions that a meeting tasks agencies with."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from gateway.domain.errors import Conflict
from gateway.domain.register import AgencyId, ChildReference, MeetingId, RepresentativeId

ActionId = NewType("ActionId", str)


class ActionState(StrEnum):
    """How far an action is."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class MeetingAction:
    """An action of one agency.

    Attributes:
        reference: what people call it, e.g. `A-7KQ2-M9XD`.
        lead_agency: whose meeting it was.
        agency, owner: which agency is tasked, and who of it sees to it.
        children: whom it is about; empty for the meeting as a whole.
        words, outcome: what is to be done and what came of it, encrypted.
    """

    id: ActionId
    reference: str
    meeting: MeetingId
    lead_agency: AgencyId
    agency: AgencyId
    owner: RepresentativeId
    children: tuple[ChildReference, ...]
    due_on: date
    state: ActionState
    tasked_at: datetime
    words: bytes
    ended_at: datetime | None = None
    outcome: bytes | None = None

    def ended(self, state: ActionState, outcome: bytes, at: datetime) -> "MeetingAction":
        """The action with its end.

        Raises:
            Conflict: it has one already.
        """
        if self.state is not ActionState.OPEN:
            raise Conflict(
                f"The action is recorded as {self.state.value} already.",
                "Tell the lead agency, which can correct the meeting's record.",
            )
        return replace(self, state=state, outcome=outcome, ended_at=at)

    def is_overdue(self, today: date) -> bool:
        """Whether it is still open after its day."""
        return self.state is ActionState.OPEN and today > self.due_on
