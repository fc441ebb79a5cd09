"""What is mailed about actions and about packs that are to be deleted, and when.

Source: the days are the gateway's own; neither the Acts nor the guidance sets any.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

ASK_WITHIN: Final = timedelta(days=14)  # in which deletion is to be confirmed
LINK_LIFE: Final = timedelta(days=60)
_AFTERWARDS: Final = timedelta(days=7)


class NoticeKind(StrEnum):
    """What a mail says."""

    TASKED = "tasked"
    ACTION_DUE = "action-due"
    ACTION_OVERDUE = "action-overdue"
    DELETION_ASKED = "deletion-asked"
    DELETION_DUE = "deletion-due"
    DELETION_OVERDUE = "deletion-overdue"

    @property
    def is_of_action(self) -> bool:
        """Whether it is about an action, and not about a pack."""
        return self in {self.TASKED, self.ACTION_DUE, self.ACTION_OVERDUE}

    def day(self, due_on: date) -> date | None:
        """The day it goes out, of something due on `due_on`; None for at once."""
        match self:
            case NoticeKind.ACTION_DUE | NoticeKind.DELETION_DUE:
                return due_on
            case NoticeKind.ACTION_OVERDUE | NoticeKind.DELETION_OVERDUE:
                return due_on + _AFTERWARDS
            case NoticeKind.TASKED | NoticeKind.DELETION_ASKED:
                return None
