"""The agenda of a meeting.

Source: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people': agendas hold as little identifying information as possible, and conflicts of
interest are best a standing item.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gateway.domain.register import ChildReference

STANDING_ITEM: Final = (
    "Conflicts of interest: each attendee says whether they have one, and who has one about a "
    "child leaves while that child is spoken of."
)
MOST_ITEMS: Final = 100
LONGEST_ITEM: Final = 1_000  # characters


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item, after the standing one.

    Attributes:
        child: the reference of the child it is about; None for the meeting as a whole.
    """

    text: str
    child: ChildReference | None = None


def may_see(
    about: Collection[ChildReference],
    of_meeting: Collection[ChildReference],
    kept_from: Collection[ChildReference],
) -> bool:
    """Whether who is `kept_from` some children sees what is `about` these.

    What is about the meeting as a whole is about all of its children: only who has a conflict of
    interest about each of them sees nothing of it.
    """
    if about:
        return not set(about) & set(kept_from)
    return not of_meeting or not set(of_meeting) <= set(kept_from)
