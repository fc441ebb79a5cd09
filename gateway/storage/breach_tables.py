"""The tables of privacy breaches. What people wrote of one stands in them encrypted only."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from gateway.domain.breaches import BreachKind, BreachState, Harm, Notice, Stop
from gateway.domain.packs import RequestId
from gateway.domain.register import AgencyId, ChildReference
from gateway.domain.transfers import TransferId
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.tables import LONGEST_IDENTIFIER, metadata

LONGEST_ACCOUNT = 262_144  # bytes, encrypted
LONGEST_LESSON = 2000  # characters

breaches = Table(
    "breaches",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("reference", identifier(), nullable=False, unique=True),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("kind", Word(BreachKind), nullable=False),
    Column("state", Word(BreachState), nullable=False),
    Column("happened_at", Moment),
    Column("known_at", Moment, nullable=False),
    Column("reported_at", Moment, nullable=False),
    Column("reported_by", identifier(), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("transfers", Structure(TypeCodec(tuple[TransferId, ...])), nullable=False),
    Column("requests", Structure(TypeCodec(tuple[RequestId, ...])), nullable=False),
    Column("children", Structure(TypeCodec(tuple[ChildReference, ...])), nullable=False),
    Column("stops", Structure(TypeCodec(tuple[Stop, ...])), nullable=False),
    Column("notices", Structure(TypeCodec(tuple[Notice, ...])), nullable=False),
    Column("shared_with", Structure(TypeCodec(tuple[AgencyId, ...])), nullable=False),
    Column("harm", Word(Harm)),
    Column("closed_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    sized("reported_by", LONGEST_IDENTIFIER),
    one_of("kind", BreachKind),
    one_of("state", BreachState),
    one_of("harm", Harm),
    sized("sealed", LONGEST_ACCOUNT, "octet_length"),
    CheckConstraint("revision >= 0", name="counted"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
    Index("ix_breaches_agency_id", "agency", "id"),
)

breach_lessons = Table(
    "breach_lessons",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("breach", identifier(), ForeignKey("breaches.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("draft", identifier(), ForeignKey("protocol_drafts.id")),
    sized("text", LONGEST_LESSON),
    sized("owner", LONGEST_IDENTIFIER),
)
