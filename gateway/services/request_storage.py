"""What the use cases need of storage for requests for information.

A request has two sides. `asked` gives it to the agency that asks, `received` to the agency that is
asked, and that only once it was sent; nobody else gets it by any identifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import AgencyId, ChildReference, RepresentativeId
from gateway.services.paging import Page


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """A message of a request's thread as stored: its text is encrypted."""

    id: str
    request: RequestId
    at: datetime
    agency: AgencyId
    author: RepresentativeId
    kind: MessageKind
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """What a responder has written of an answer and not sent; encrypted.

    Attributes:
        author: who saved it last.
    """

    request: RequestId
    author: RepresentativeId
    saved_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredReminder:
    """A reminder of a request.

    Attributes:
        begun_at: when an attempt to send it began; `done_at`: when it was sent, or given up.
    """

    request: RequestId
    kind: ReminderKind
    at: datetime
    begun_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """A one-time link to one request, for a holder whose agency has no accounts here.

    Attributes:
        digest: keyed digest of the link's token.
        code_digest: of the code last texted to the holder's mobile, until `code_expires_at`.
        session_digest: of the bearer token that the code was exchanged for; once it is set, the
            link opens nothing any more.
    """

    digest: bytes
    request: RequestId
    holder: RepresentativeId
    expires_at: datetime
    code_digest: bytes | None = None
    code_expires_at: datetime | None = None
    codes_sent: int = 0
    wrong_codes: int = 0
    session_digest: bytes | None = None
    session_expires_at: datetime | None = None


class Side(Enum):
    """On which side of its requests an agency looks."""

    ASKING = "asking"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests to list; None for any.

    Attributes:
        kept_from: children whose requests are left out, as the reader has a conflict of interest.
    """

    state: RequestState | None = None
    overdue_on: date | None = None
    kept_from: frozenset[ChildReference] = frozenset()

    def takes(self, request: InformationRequest) -> bool:
        """Whether it is one of them."""
        if self.state is not None and request.state is not self.state:
            return False
        if request.child in self.kept_from:
            return False
        if self.overdue_on is None:
            return True
        overdue = request.due_on is not None and request.due_on < self.overdue_on
        return overdue and request.state.is_open


class RequestStore(Protocol):
    """Requests, what they say, their threads and reminders."""

    async def add(self, request: InformationRequest, sealed: bytes) -> None:
        """Store a new request and its encrypted content."""
        ...

    async def asked(
        self, request: RequestId, agency: AgencyId | None, *, lock: bool = False
    ) -> InformationRequest | None:
        """The request if this agency asks it; `lock` keeps others from changing it meanwhile."""
        ...

    async def received(
        self, request: RequestId, agency: AgencyId, *, lock: bool = False
    ) -> InformationRequest | None:
        """The request if this agency is asked and it was sent."""
        ...

    async def carried_by(self, pack: PackId, *, lock: bool = False) -> InformationRequest | None:
        """The request that this pack carries or answers."""
        ...

    async def update(self, request: InformationRequest) -> None:
        """Store a request that changed."""
        ...

    async def content(self, request: RequestId) -> bytes | None:
        """The encrypted content."""
        ...

    async def rewrite(self, request: RequestId, sealed: bytes) -> None:
        """Replace the encrypted content."""
        ...

    async def answer(self, request: RequestId) -> bytes | None:
        """The encrypted answer."""
        ...

    async def put_answer(self, request: RequestId, sealed: bytes | None) -> None:
        """Keep the encrypted answer; None takes it back."""
        ...

    async def draft(self, request: RequestId) -> SealedDraft | None:
        """What was written of an answer and not sent."""
        ...

    async def put_draft(self, draft: SealedDraft) -> None:
        """Keep it in place of what was there."""
        ...

    async def drop_draft(self, request: RequestId) -> None:
        """Forget it."""
        ...

    async def list_asked(
        self, agency: AgencyId, page: Page, wanted: RequestFilter
    ) -> Sequence[InformationRequest]:
        """The requests this agency asks, oldest first."""
        ...

    async def most_urgent(
        self, agency: AgencyId, side: Side, wanted: RequestFilter, *, skip: int, limit: int
    ) -> Sequence[InformationRequest]:
        """The agency's requests: open ones by their day, then drafts, then the latest ended."""
        ...

    async def list_received(
        self, agency: AgencyId, page: Page, wanted: RequestFilter
    ) -> Sequence[InformationRequest]:
        """The requests this agency is asked and that were sent, oldest first."""
        ...

    async def sent_between(
        self, agency: AgencyId | None, first: datetime, last: datetime
    ) -> Sequence[InformationRequest]:
        """Requests sent from `first` until before `last` by or to `agency`; None for all."""
        ...

    async def add_message(self, message: SealedMessage) -> None:
        """Add to a request's thread."""
        ...

    async def messages(self, request: RequestId) -> Sequence[SealedMessage]:
        """A request's thread, oldest first."""
        ...

    async def plan_reminders(self, request: RequestId, reminders: Sequence[StoredReminder]) -> None:
        """Keep these reminders of a request in place of those not sent yet."""
        ...

    async def reminder(
        self, request: RequestId, kind: ReminderKind, *, lock: bool = False
    ) -> StoredReminder | None:
        """The reminder of this kind."""
        ...

    async def update_reminder(self, reminder: StoredReminder) -> None:
        """Store a reminder that moved on."""
        ...


class LinkStore(Protocol):
    """One-time links to requests, by digests only."""

    async def add(self, link: AnswerLink) -> None:
        """Store a new link; the request's earlier links open nothing any more."""
        ...

    async def offer(self, link: AnswerLink) -> None:
        """Store a further link; earlier ones and what they opened stay as they are."""
        ...

    async def retire_others(self, link: AnswerLink, *, sessions: bool) -> None:
        """Make the request's other links void; what was opened by them too, if `sessions`."""
        ...

    async def drop(self, link: AnswerLink) -> None:
        """Forget a link that reached nobody."""
        ...

    async def by_digest(self, digest: bytes, *, lock: bool = False) -> AnswerLink | None:
        """The link whose token has this digest."""
        ...

    async def by_session(self, digest: bytes) -> AnswerLink | None:
        """The link whose session has this digest."""
        ...

    async def update(self, link: AnswerLink) -> None:
        """Store a link that moved on."""
        ...

    async def close(self, request: RequestId) -> None:
        """Make all links and sessions of a request void."""
        ...
