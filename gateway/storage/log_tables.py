"""The tables of the audit log: entries that wait for their place, the log, and its tree."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from gateway.audit.merkle import HASH_BYTES
from gateway.audit.tiles import LONGEST_ENTRY, WIDTH
from gateway.storage.columns import Moment, identifier, sized
from gateway.storage.tables import LONGEST_IDENTIFIER, metadata


def _entry_columns() -> tuple[Column[object], ...]:
    """What an entry has from the start: its exact bytes, and what it is found by."""
    return (
        Column("at", Moment, nullable=False),
        Column("action", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("agency", identifier()),
        Column("transfer", identifier()),
        Column("meeting", identifier()),
        Column("leaf", LargeBinary, nullable=False),
    )


audit_pending = Table(
    "audit_pending",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("uid", identifier(), nullable=False, unique=True),
    *_entry_columns(),
    Column("terms", ARRAY(Text), nullable=False),
    sized("uid", LONGEST_IDENTIFIER),
    sized("leaf", LONGEST_ENTRY, "octet_length"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("position", BigInteger, autoincrement=False),
    Column("uid", identifier(), nullable=False),
    *_entry_columns(),
    # what is found by a term is looked through by these without fetching it from the table; with
    # the actor too, the longest would not fit an index
    PrimaryKeyConstraint("position", postgresql_include=["action", "outcome", "agency"]),
    CheckConstraint("position >= 0", name="position_counts"),
    Index(None, "uid"),
    Index(None, "at", "position"),
    Index(None, "action", "at", "position"),
    Index(None, "actor", "at", "position"),
    Index(None, "agency", "at", "position"),
    Index(None, "transfer", "at", "position", postgresql_where=text("transfer IS NOT NULL")),
    Index(None, "meeting", "at", "position", postgresql_where=text("meeting IS NOT NULL")),
    # nearly everything succeeds, so only the rest is worth an index
    Index(None, "outcome", "at", "position", postgresql_where=text("outcome <> 'success'")),
)

audit_terms = Table(
    "audit_terms",
    metadata,
    Column("term", identifier(), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # in the order in which they are written, so that it costs next to nothing
    Index(None, "position", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
)

log_tiles = Table(
    "log_tiles",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    CheckConstraint("level >= 0 AND index >= 0", name="place_counts"),
    CheckConstraint(f"octet_length(hashes) = {WIDTH * HASH_BYTES}", name="full"),
    CheckConstraint(f"octet_length(root) = {HASH_BYTES}", name="root_sized"),
)

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("signed_at", Moment, nullable=False),
    CheckConstraint("size > 0", name="size_counts"),
)

log_keys = Table(
    "log_keys",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("verifier_key", Text, nullable=False, unique=True),
    Column("since", Moment, nullable=False),
)

log_endorsements = Table(
    "log_endorsements",
    metadata,
    Column("by", identifier(), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    Column("given_at", Moment, nullable=False),
    sized("by", LONGEST_IDENTIFIER),
    Index(None, "size"),
)

log_parties = Table(
    "log_parties",
    metadata,
    Column("name", identifier(), primary_key=True),
    Column("told", BigInteger, nullable=False),
    Column("refusing_since", Moment),
    sized("name", LONGEST_IDENTIFIER),
    CheckConstraint("told >= 0", name="told_counts"),
)

log_alarms = Table(
    "log_alarms",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("position >= 0", name="position_counts"),
)
