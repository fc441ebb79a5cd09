"""The tables of what happens at a meeting and after it. Words stand in them encrypted only."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from gateway.domain.meeting_records import (
    ActionState,
    Attendance,
    Ending,
    KeepingAnswer,
    NoticeKind,
)
from gateway.domain.packs import PackId
from gateway.domain.register import ChildReference
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.tables import DIGEST_BYTES, LONGEST_IDENTIFIER, metadata

LONGEST_WORDS = 1_048_576  # bytes, encrypted

meeting_records = Table(
    "meeting_records",
    metadata,
    Column("meeting", identifier(), ForeignKey("meetings.id"), primary_key=True),
    Column("lead_agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("agenda", LargeBinary, nullable=False),
    Column("attendance", Structure(TypeCodec(tuple[Attendance, ...])), nullable=False),
    Column("outcome_packs", Structure(TypeCodec(tuple[PackId, ...])), nullable=False),
    Column("closed_at", Moment),
    CheckConstraint("revision >= 1", name="counts"),
    sized("agenda", LONGEST_WORDS, "octet_length"),
)

meeting_corrections = Table(
    "meeting_corrections",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column(
        "meeting", identifier(), ForeignKey("meeting_records.meeting"), nullable=False, index=True
    ),
    Column("made_at", Moment, nullable=False),
    Column("by", identifier()),
    Column("text", LargeBinary, nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    sized("text", LONGEST_WORDS, "octet_length"),
)

meeting_actions = Table(
    "meeting_actions",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("reference", identifier(), nullable=False, unique=True),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False, index=True),
    Column("lead_agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("owner", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("children", Structure(TypeCodec(tuple[ChildReference, ...])), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Word(ActionState), nullable=False),
    Column("tasked_at", Moment, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", LargeBinary),
    sized("id", LONGEST_IDENTIFIER),
    one_of("state", ActionState),
    sized("words", LONGEST_WORDS, "octet_length"),
    sized("outcome", LONGEST_WORDS, "octet_length"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
)

pack_keepings = Table(
    "pack_keepings",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False, index=True),
    Column("lead_agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("recipient", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("transfer", identifier(), ForeignKey("transfers.id"), nullable=False),
    Column("reference", identifier(), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("link_digest", LargeBinary, nullable=False),
    Column("link_expires_at", Moment, nullable=False),
    Column("answer", Word(KeepingAnswer)),
    Column("answered_at", Moment),
    Column("reason", LargeBinary),
    sized("id", LONGEST_IDENTIFIER),
    one_of("answer", KeepingAnswer),
    sized("reason", LONGEST_WORDS, "octet_length"),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    CheckConstraint("answer <> 'kept' OR reason IS NOT NULL", name="reasoned"),
    CheckConstraint(f"octet_length(link_digest) = {DIGEST_BYTES}", name="link_digest_sized"),
    UniqueConstraint("transfer"),
    UniqueConstraint("link_digest"),
)

sharing_checklists = Table(
    "sharing_checklists",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False),
    Column("by", identifier(), ForeignKey("representatives.id")),
    Column("ended_at", Moment, nullable=False),
    Column("ending", Word(Ending), nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("pack", identifier()),  # no foreign key: a pack that was never sent can be discarded
    sized("id", LONGEST_IDENTIFIER),
    one_of("ending", Ending),
    sized("answers", LONGEST_WORDS, "octet_length"),
    CheckConstraint("(ending = 'a pack was begun') = (pack IS NOT NULL)", name="pack_fits_ending"),
    Index(None, "agency", "meeting"),
)

meeting_notices = Table(
    "meeting_notices",
    metadata,
    Column("about", identifier(), primary_key=True),  # an action or a keeping
    Column("kind", Word(NoticeKind), primary_key=True),
    Column("done_at", Moment, nullable=False),
    one_of("kind", NoticeKind),
)
