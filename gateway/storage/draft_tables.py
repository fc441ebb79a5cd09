"""The tables of protocols while they are written."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from gateway.domain.drafts import Content, DraftState, Section
from gateway.domain.protocol_terms import Vetting
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.tables import LONGEST_IDENTIFIER, metadata

LONGEST_COMMENT = 4000  # characters

protocol_drafts = Table(
    "protocol_drafts",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("protocol", identifier(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("lead_agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("content", Structure(TypeCodec(Content)), nullable=False),
    Column("state", Word(DraftState), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("shared_at", Moment),
    Column("vetting", Structure(TypeCodec(Vetting))),
    sized("protocol", LONGEST_IDENTIFIER),
    one_of("state", DraftState),
    CheckConstraint("version >= 1 AND revision >= 0", name="counts"),
    CheckConstraint("state <> 'vetted' OR vetting IS NOT NULL", name="vetted"),
    Index(
        "ix_protocol_drafts_open",
        "protocol",
        unique=True,
        postgresql_where=text("state IN ('drafting', 'vetted')"),
    ),
)

draft_comments = Table(
    "draft_comments",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("draft", identifier(), ForeignKey("protocol_drafts.id"), nullable=False, index=True),
    Column("section", Word(Section), nullable=False),
    Column("agency", identifier(), nullable=False),
    Column("by", identifier(), nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("settled_at", Moment),
    one_of("section", Section),
    sized("text", LONGEST_COMMENT),
)
