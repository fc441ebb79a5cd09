"""The tables. Column names are the field names of the domain's dataclasses wherever they exist.

What a query looks at is a column of its own; what is only read as a whole (a protocol's terms, a
meeting's attendees, a document's label) is JSONB behind a codec that refuses any other form.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.domain.actors import Role
from gateway.domain.classification import Classification
from gateway.domain.packs import (
    ConditionStatement,
    Consultation,
    DocumentId,
    Encoding,
    Label,
    PackKind,
    Statement,
)
from gateway.domain.protocol_terms import MembershipChange, Terms
from gateway.domain.register import (
    AgencyKind,
    Child,
    InformationItem,
    Method,
    PasswordChannel,
    PickUp,
    Purpose,
    RepresentativeId,
    SealedForm,
    Signature,
    Standing,
)
from gateway.domain.transfers import Route, State
from gateway.domain.transfers.states import Withheld
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.progress import TAG, TRANSFER_PROGRESS

LONGEST_IDENTIFIER = 200  # characters; far beyond what the gateway makes or a register needs
DIGEST_BYTES = 32

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

agencies = Table(
    "agencies",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Word(AgencyKind), nullable=False),
    Column("highest_classification", Word(Classification), nullable=False),
    Column("mail_domains", Structure(TypeCodec(tuple[str, ...])), nullable=False),
    Column("standings", Structure(TypeCodec(tuple[Standing, ...])), nullable=False),
    Column("handling_acknowledged_on", Date),
    Column("region", Text),
    Column("sealed_form", Word(SealedForm)),
    Column("pick_up", Word(PickUp)),
    Column("mail_limit_bytes", BigInteger),
    sized("id", LONGEST_IDENTIFIER),
    one_of("kind", AgencyKind),
    one_of("highest_classification", Classification),
    one_of("sealed_form", SealedForm),
    one_of("pick_up", PickUp),
    CheckConstraint("mail_limit_bytes > 0", name="mail_limit_counts"),
)

representatives = Table(
    "representatives",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("active_from", Date, nullable=False),
    Column("active_until", Date),
    Column("mobile", Text),
    Column("telephone", Text),
    Column("other_email", Text),
    Column("standings", Structure(TypeCodec(tuple[Standing, ...])), nullable=False),
    sized("id", LONGEST_IDENTIFIER),
)

protocols = Table(
    "protocols",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("lead_agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("purposes", Structure(TypeCodec(tuple[Purpose, ...])), nullable=False),
    Column("signatures", Structure(TypeCodec(tuple[Signature, ...])), nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("review_due", Date, nullable=False),
    Column("information", Structure(TypeCodec(tuple[InformationItem, ...])), nullable=False),
    Column("before", Structure(TypeCodec(Method)), nullable=False),
    Column("during", Structure(TypeCodec(Method)), nullable=False),
    Column("after", Structure(TypeCodec(Method)), nullable=False),
    Column("privacy_statement", Text, nullable=False),
    Column("terms", Structure(TypeCodec(Terms))),
    Column("membership", Structure(TypeCodec(tuple[MembershipChange, ...])), nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    CheckConstraint("version >= 1", name="version_counts"),
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("protocol", identifier(), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("held_at", Moment, nullable=False),
    Column("attendees", Structure(TypeCodec(tuple[RepresentativeId, ...])), nullable=False),
    Column("children", Structure(TypeCodec(tuple[Child, ...])), nullable=False),
    sized("id", LONGEST_IDENTIFIER),
)

conflicts_of_interest = Table(
    "conflicts_of_interest",
    metadata,
    Column("representative", identifier(), ForeignKey("representatives.id"), primary_key=True),
    Column("child", identifier(), primary_key=True),
    Column("declared_on", Date, nullable=False),
    sized("child", LONGEST_IDENTIFIER),
)

packs = Table(
    "packs",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("contact", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("authority", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("marking", Word(Classification), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("statements", Structure(TypeCodec(tuple[Statement, ...])), nullable=False),
    Column("consultations", Structure(TypeCodec(tuple[Consultation, ...])), nullable=False),
    Column("sent_at", Moment),
    Column("kind", Word(PackKind), nullable=False),
    Column("request", identifier()),  # no foreign key: a pack and its request name each other
    Column("recipients", Structure(TypeCodec(tuple[RepresentativeId, ...])), nullable=False),
    Column("limitations", Text, nullable=False),
    Column("conditions", Structure(TypeCodec(tuple[ConditionStatement, ...])), nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    one_of("marking", Classification),
    one_of("kind", PackKind),
    CheckConstraint("(request IS NULL) = (kind = 'meeting pack')", name="kind_fits_request"),
    Index(None, "request", postgresql_where=text("request IS NOT NULL")),
    UniqueConstraint("agency", "id"),  # pages of an agency's packs; and what transfers point at
)

documents = Table(
    "documents",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("pack", identifier(), ForeignKey("packs.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("label", Structure(TypeCodec(Label)), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("crc32", BigInteger, nullable=False),
    Column("blob", identifier(), nullable=False, unique=True),
    Column("encoding", Word(Encoding), nullable=False),
    Column("stored_bytes", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    sized("id", LONGEST_IDENTIFIER),
    one_of("encoding", Encoding),
    CheckConstraint("size_bytes >= 0 AND stored_bytes >= 0", name="sizes_count"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_formed"),
    CheckConstraint("crc32 BETWEEN 0 AND 4294967295", name="crc32_formed"),
)

wrapped_keys = Table(
    "wrapped_keys",
    metadata,
    Column("name", identifier(), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    sized("name", LONGEST_IDENTIFIER),
    sized("wrapped", 65536, "octet_length"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("reference", identifier(), nullable=False, unique=True),
    Column("pack", identifier(), nullable=False),
    Column("meeting", identifier(), ForeignKey("meetings.id"), nullable=False),
    Column("agency", identifier(), nullable=False),
    Column("recipient", identifier(), ForeignKey("representatives.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("channel", Word(PasswordChannel)),
    Column("channel_address", Text),
    Column("documents", Structure(TypeCodec(tuple[DocumentId, ...])), nullable=False),
    Column("withheld", Structure(TypeCodec(tuple[Withheld, ...])), nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("state", Word(State), nullable=False),
    Column("progress", Structure(TRANSFER_PROGRESS), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Moment),
    Column("code_digest", LargeBinary, nullable=False),
    Column("link_digest", LargeBinary, nullable=False, unique=True),
    Column("wrong_codes", Integer, nullable=False),
    Column("held_up", Text),
    Column("form", Word(SealedForm)),
    Column("route", Word(Route), nullable=False),
    ForeignKeyConstraint(["agency", "pack"], ["packs.agency", "packs.id"]),
    sized("id", LONGEST_IDENTIFIER),
    one_of("channel", PasswordChannel),
    CheckConstraint("(channel IS NULL) = (channel_address IS NULL)", name="channel_addressed"),
    one_of("state", State),
    one_of("form", SealedForm),
    one_of("route", Route),
    CheckConstraint(f"progress ->> '{TAG}' IS NOT DISTINCT FROM state", name="progress_of_state"),
    CheckConstraint("attempts >= 0 AND wrong_codes >= 0", name="counts"),
    CheckConstraint(
        f"octet_length(code_digest) = {DIGEST_BYTES} "
        f"AND octet_length(link_digest) = {DIGEST_BYTES}",
        name="digests_sized",
    ),
    UniqueConstraint("pack", "recipient"),  # so that no second password is ever made
    Index(None, "agency", "id"),
    Index(None, "state"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("role", Word(Role), nullable=False),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False),
    Column("representative", identifier(), ForeignKey("representatives.id")),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    sized("id", LONGEST_IDENTIFIER),
    one_of("role", Role),
    CheckConstraint(f"octet_length(digest) = {DIGEST_BYTES}", name="digest_sized"),
)

answers = Table(
    "answers",
    metadata,
    Column("agency", identifier(), ForeignKey("agencies.id"), primary_key=True),
    Column("key", identifier(), primary_key=True),
    Column("request_digest", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sized("key", LONGEST_IDENTIFIER),
)
