"""What the use cases need of storage: one unit of work, and the stores it opens.

Every store that holds an agency's own things takes the agency on each query, so that no caller can
forget it. `None` in place of an agency is for the worker, which acts for all of them.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from gateway.domain.actors import Role
from gateway.domain.breaches import BreachId
from gateway.domain.packs import (
    BlobId,
    Document,
    DocumentId,
    Pack,
    PackId,
    PackKind,
    RequestId,
)
from gateway.domain.register import (
    Agency,
    AgencyId,
    ChildReference,
    ConflictOfInterest,
    Meeting,
    MeetingId,
    ProtocolId,
    Register,
    Representative,
    RepresentativeId,
)
from gateway.domain.register import Protocol as SharingProtocol
from gateway.domain.transfers import State, Transfer, TransferId
from gateway.services.breach_storage import BreachStore
from gateway.services.draft_storage import DraftStore
from gateway.services.inspection_storage import InspectionStore
from gateway.services.log_storage import IndexStore, Journal, OutsideStore, TreeStore
from gateway.services.meeting_record_storage import MeetingRecordStore
from gateway.services.paging import Page
from gateway.services.pick_up_storage import PickUpStore
from gateway.services.register_storage import ChangedThing, RegisterHistory
from gateway.services.request_storage import LinkStore, RequestStore
from gateway.services.user_storage import SessionStore, UserStore


@dataclass(frozen=True, slots=True)
class ImportedChanges:
    """What an import changed: identifiers by kind of thing.

    Kinds are `agencies`, `representatives`, `protocols`, `meetings` and `conflicts`; a conflict's
    identifier is `representative/child`. `things` are the same with what they were and became.
    """

    added: Mapping[str, tuple[str, ...]]
    changed: Mapping[str, tuple[str, ...]]
    unchanged: int
    things: tuple[ChangedThing, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as stored: its digest, and what it allows."""

    id: str
    digest: bytes
    role: Role
    agency: AgencyId
    representative: RepresentativeId | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer first given under an idempotency key, and the digest of what was asked."""

    request_digest: str
    body: str


class RegisterStore(Protocol):
    """Agencies, representatives, protocols, meetings, conflicts of interest."""

    async def merge(self, register: Register, today: date) -> ImportedChanges:
        """Add what is new and change what differs; what the register does not name stays.

        `today` tells which protocol versions are in force.

        Raises:
            Conflict: the terms of a protocol version that is already in force would change.
        """
        ...

    async def lock(self) -> None:
        """Have everyone else who changes the register wait for the end of this transaction."""
        ...

    async def agency(self, agency: AgencyId) -> Agency | None:
        """The agency."""
        ...

    async def agencies(self) -> Mapping[AgencyId, Agency]:
        """All agencies."""
        ...

    async def representatives(
        self, ids: Sequence[RepresentativeId]
    ) -> Mapping[RepresentativeId, Representative]:
        """The representatives with these identifiers; unknown ones are left out."""
        ...

    async def everyone(self) -> Mapping[RepresentativeId, str]:
        """All representatives, by name."""
        ...

    async def protocol_versions(self, protocol: ProtocolId) -> Sequence[SharingProtocol]:
        """Every version of a protocol."""
        ...

    async def protocols_of(self, agency: AgencyId) -> Sequence[SharingProtocol]:
        """Every version of each protocol that this agency leads, signed, or is named in."""
        ...

    async def meeting(self, meeting: MeetingId) -> Meeting | None:
        """The meeting."""
        ...

    async def children(self) -> Mapping[MeetingId, Sequence[ChildReference]]:
        """All meetings, each with the children and young people it is about."""
        ...

    async def meetings_led_by(self, agency: AgencyId, page: Page, today: date) -> Sequence[Meeting]:
        """Meetings under a protocol that this agency leads on `today`."""
        ...

    async def meetings_attended_by(self, agency: AgencyId, page: Page) -> Sequence[Meeting]:
        """Meetings that someone of this agency attends."""
        ...

    async def people_of(self, agencies: Sequence[AgencyId]) -> Sequence[Representative]:
        """The representatives of these agencies, by name."""
        ...

    async def conflicts(
        self, ids: Sequence[RepresentativeId]
    ) -> Mapping[RepresentativeId, frozenset[ChildReference]]:
        """For each representative, the children about whom they must see nothing."""
        ...

    async def conflicts_declared(
        self, ids: Sequence[RepresentativeId]
    ) -> Sequence[ConflictOfInterest]:
        """The conflicts of interest of these representatives, by identifier."""
        ...


class PackStore(Protocol):
    """Packs and their documents."""

    async def add(self, pack: Pack) -> None:
        """Store a new pack."""
        ...

    async def get(
        self, pack: PackId, agency: AgencyId | None, *, lock: bool = False
    ) -> Pack | None:
        """The pack if it is this agency's; `lock` keeps others from changing it meanwhile."""
        ...

    async def update(self, pack: Pack) -> None:
        """Store a changed pack."""
        ...

    async def remove(self, pack: PackId) -> None:
        """Forget a pack that was never sent, with its documents."""
        ...

    async def list(
        self,
        agency: AgencyId,
        page: Page,
        *,
        kind: PackKind | None = None,
        unsent: bool = False,
        newest_first: bool = False,
    ) -> Sequence[Pack]:
        """The agency's packs, oldest first unless asked otherwise, or only those not sent."""
        ...

    async def documents(self, pack: PackId) -> tuple[Document, ...]:
        """The documents of a pack, in order."""
        ...

    async def add_document(self, document: Document) -> None:
        """Store a new document of a pack."""
        ...

    async def update_document(self, document: Document) -> None:
        """Store a document whose label or title changed."""
        ...

    async def remove_document(self, document: DocumentId) -> None:
        """Forget a document; its blob is destroyed apart."""
        ...


class KeyStore(Protocol):
    """Wrapped keys of blobs, transfers and the gateway itself; deleting one is disposal."""

    async def put(self, name: str, wrapped: bytes) -> None:
        """Store a wrapped key or secret under a name not used before."""
        ...

    async def get(self, name: str) -> bytes | None:
        """The wrapped bytes, or None once destroyed."""
        ...

    async def destroy(self, name: str) -> bool:
        """Forget it for good; whether there was anything to forget."""
        ...


class TransferStore(Protocol):
    """Transfers."""

    async def add(self, transfer: Transfer, code_digest: bytes, link_digest: bytes) -> None:
        """Store a new transfer with digests of its acknowledgement code and link token."""
        ...

    async def get(
        self, transfer: TransferId, agency: AgencyId | None, *, lock: bool = False
    ) -> Transfer | None:
        """The transfer if it is this agency's; `lock` keeps others from changing it meanwhile."""
        ...

    async def update(self, transfer: Transfer) -> None:
        """Store a transfer that moved on."""
        ...

    async def list(
        self,
        agency: AgencyId,
        page: Page,
        *,
        pack: PackId | None = None,
        state: State | None = None,
        newest_first: bool = False,
    ) -> Sequence[Transfer]:
        """The agency's transfers, oldest first unless asked otherwise."""
        ...

    async def awaiting_documents(self, pack: PackId) -> int:
        """How many transfers of the pack are not mailed yet and may still be sealed."""
        ...

    async def by_reference(self, reference: str) -> tuple[Transfer, bytes, int] | None:
        """Lock and give the transfer with this reference, its code digest and wrong guesses."""
        ...

    async def named(self, reference: str) -> TransferId | None:
        """The identifier of the transfer with this reference."""
        ...

    async def by_link(self, digest: bytes) -> Transfer | None:
        """Lock and give the transfer whose one-time link token has this digest."""
        ...

    async def replace_link(self, transfer: TransferId, digest: bytes) -> None:
        """Make the transfer's one-time link void: only a token of this digest would open it."""
        ...

    async def count_wrong_code(self, transfer: TransferId) -> None:
        """Count a wrong acknowledgement code."""
        ...


class TokenStore(Protocol):
    """Bearer tokens, by digest only."""

    async def add(self, token: Token) -> None:
        """Store a new token."""
        ...

    async def by_digest(self, digest: bytes) -> Token | None:
        """The token with this digest."""
        ...

    async def list(self, agency: AgencyId | None) -> Sequence[Token]:
        """The agency's tokens, newest last; all for None."""
        ...

    async def any_of(self, agency: AgencyId, role: Role, at: datetime) -> bool:
        """Whether the agency has a token for this role that can be used at `at`."""
        ...

    async def revoke(self, token: str, agency: AgencyId | None, at: datetime) -> bool:
        """Revoke a token of the agency (of any for None); whether one was not revoked yet."""
        ...


class Answers(Protocol):
    """Answers given under idempotency keys."""

    async def get(self, agency: AgencyId, key: str) -> StoredAnswer | None:
        """The answer given under this key; waits for a request under way with the same key."""
        ...

    async def put(self, agency: AgencyId, key: str, answer: StoredAnswer, at: datetime) -> None:
        """Remember an answer."""
        ...


class Jobs(Protocol):
    """Durable work, written in the same transaction as what it is about."""

    async def advance_transfer(self, transfer: TransferId, at: datetime | None = None) -> None:
        """Have the transfer's next step done, not before `at`."""
        ...

    async def send_notice(self, transfer: TransferId, kind: str) -> None:
        """Have the coordinator told about a transfer."""
        ...

    async def destroy_blob(self, blob: BlobId) -> None:
        """Have a blob's file removed once its key is gone."""
        ...

    async def notify_request(self, request: RequestId, kind: str, notice: str) -> None:
        """Have a side of a request told something; `notice` is this notice's own identifier."""
        ...

    async def notify_breach(self, breach: BreachId, notice: str) -> None:
        """Have a relationship manager told of a breach by one of its notices."""
        ...

    async def remind(self, request: RequestId, kind: str, at: datetime) -> None:
        """Have a reminder of a request sent, not before `at`."""
        ...

    async def expire_request(self, request: RequestId, at: datetime) -> None:
        """Have a request expire if it is still open at `at`."""
        ...

    async def meeting_notice(self, about: str, kind: str, at: datetime | None = None) -> None:
        """Have a mail about an action or a pack to be deleted sent, not before `at`."""
        ...


class Work(Protocol):
    """One transaction over all stores."""

    register: RegisterStore
    register_history: RegisterHistory
    packs: PackStore
    inspections: InspectionStore
    keys: KeyStore
    transfers: TransferStore
    pick_ups: PickUpStore
    drafts: DraftStore
    meeting_records: MeetingRecordStore
    breaches: BreachStore
    requests: RequestStore
    links: LinkStore
    tokens: TokenStore
    users: UserStore
    sessions: SessionStore
    answers: Answers
    journal: Journal
    tree: TreeStore
    index: IndexStore
    outside: OutsideStore
    jobs: Jobs


class Database(Protocol):
    """Opens transactions."""

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A transaction: commits when the block ends well, rolls back when it raises.

        Raises:
            Unavailable: the database does not answer.
        """
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Work]:
        """A read-only transaction that sees one moment throughout."""
        ...

    def turn(self, what: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process has the turn to work on something, kept until the block ends.

        `what` is a transfer's identifier, or the name of a task only one process does at a time.

        The turn is lost with the process, so nothing waits for one that was killed.
        """
        ...
