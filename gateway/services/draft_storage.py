"""What is stored of protocols while they are written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.drafts import Comment, DraftId, ProtocolDraft
from gateway.domain.register import AgencyId


class DraftStore(Protocol):
    """Drafts of protocols, and comments on them."""

    async def add(self, draft: ProtocolDraft) -> None:
        """Store a new draft.

        Raises:
            Conflict: the protocol has an open one.
        """
        ...

    async def get(
        self, draft: DraftId, agency: AgencyId, *, lock: bool = False
    ) -> ProtocolDraft | None:
        """The draft, if the agency writes it, or is listed in it and it was shared."""
        ...

    async def update(self, draft: ProtocolDraft) -> None:
        """Store a changed draft."""
        ...

    async def of_agency(self, agency: AgencyId, most: int) -> Sequence[ProtocolDraft]:
        """The drafts an agency writes or may read, those changed last first."""
        ...

    async def comment(self, comment: Comment) -> None:
        """Store a new comment."""
        ...

    async def comments(self, draft: DraftId) -> Sequence[Comment]:
        """The comments on a draft, oldest first."""
        ...

    async def settle(self, draft: DraftId, comment: str, at: datetime) -> None:
        """Mark a comment as dealt with.

        Raises:
            NotFound: there is none such on this draft that is open.
        """
        ...
