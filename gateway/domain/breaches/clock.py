"""How much is left of the time within which the Commissioner expects to be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

EXPECTED_WITHIN: Final = timedelta(hours=72)
"""From becoming aware. The Privacy Commissioner's expectation, "a guide only"; section 114 of the
Privacy Act 2020 itself says as soon as practicable."""


@dataclass(frozen=True, slots=True)
class Clock72:
    """Until when the Commissioner expects to be told, and whether that is past.

    Attributes:
        hours_left: whole hours, or of what is overdue, how many it is over.
        stopped: whether somebody was told, or nobody has to be.
    """

    due_at: datetime
    overdue: bool
    hours_left: int
    stopped: bool


def clock(known_at: datetime, now: datetime, stopped_at: datetime | None) -> Clock72:
    """The clock of a breach known since `known_at`; all times are aware.

    `stopped_at`: when the Commissioner was told, or it was decided that nobody has to be.
    """
    due = known_at + EXPECTED_WITHIN
    left = due - (stopped_at or now)
    hours = int(abs(left) // timedelta(hours=1))
    return Clock72(due, left < timedelta(0), hours, stopped_at is not None)
