"""The tables of requests for information. What a request says stands in them encrypted only."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.domain.classification import Classification
from gateway.domain.information_requests.states import (
    STATES,
    RequestProgress,
    RequestState,
)
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import PackId
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.progress import TAG, UnionCodec
from gateway.storage.tables import DIGEST_BYTES, LONGEST_IDENTIFIER, metadata

LONGEST_CONTENT = 1_048_576  # bytes, encrypted

_PROGRESS: UnionCodec[RequestState, RequestProgress] = UnionCodec(
    RequestState, {state: kind for kind, state in STATES.items()}
)

information_requests = Table(
    "information_requests",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("reference", identifier(), nullable=False, unique=True),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("requester", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("holding_agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("holder", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("authority", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False),
    Column("child", identifier(), nullable=False),
    Column("marking", Word(Classification), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("edited_at", Moment, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("due_on", Date),
    Column("state", Word(RequestState), nullable=False),
    Column("progress", Structure(_PROGRESS), nullable=False),
    Column("packs", Structure(TypeCodec(tuple[PackId, ...])), nullable=False),
    Column("sent_at", Moment),
    Column("acknowledged_at", Moment),
    Column("content", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("drafted_by", identifier(), ForeignKey("representatives.id")),
    Column("edited_by", identifier(), ForeignKey("representatives.id")),
    Column("passed_on_by", identifier(), ForeignKey("representatives.id")),
    sized("id", LONGEST_IDENTIFIER),
    sized("child", LONGEST_IDENTIFIER),
    sized("content", LONGEST_CONTENT, "octet_length"),
    sized("answer", LONGEST_CONTENT, "octet_length"),
    one_of("marking", Classification),
    one_of("state", RequestState),
    CheckConstraint(f"progress ->> '{TAG}' IS NOT DISTINCT FROM state", name="progress_of_state"),
    CheckConstraint("agency <> holding_agency", name="of_two_agencies"),
    Index(None, "agency", "id"),
    Index(None, "holding_agency", "id"),
    Index(None, "sent_at"),
)

request_messages = Table(
    "request_messages",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("request", identifier(), ForeignKey("information_requests.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("author", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("kind", Word(MessageKind), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    sized("sealed", LONGEST_CONTENT, "octet_length"),
    one_of("kind", MessageKind),
    Index(None, "request", "id"),
)

answer_drafts = Table(
    "answer_drafts",
    metadata,
    Column("request", identifier(), ForeignKey("information_requests.id"), primary_key=True),
    Column("author", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sized("sealed", LONGEST_CONTENT, "octet_length"),
)

request_reminders = Table(
    "request_reminders",
    metadata,
    Column("request", identifier(), ForeignKey("information_requests.id"), primary_key=True),
    Column("kind", Word(ReminderKind), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("begun_at", Moment),
    Column("done_at", Moment),
    one_of("kind", ReminderKind),
)

answer_links = Table(
    "answer_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("request", identifier(), ForeignKey("information_requests.id"), nullable=False),
    Column("holder", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("code_digest", LargeBinary),
    Column("code_expires_at", Moment),
    Column("codes_sent", Integer, nullable=False),
    Column("wrong_codes", Integer, nullable=False),
    Column("session_digest", LargeBinary),
    Column("session_expires_at", Moment),
    CheckConstraint(f"octet_length(digest) = {DIGEST_BYTES}", name="digest_sized"),
    CheckConstraint("codes_sent >= 0 AND wrong_codes >= 0", name="counts"),
    UniqueConstraint("session_digest"),
    Index(None, "request"),
)
