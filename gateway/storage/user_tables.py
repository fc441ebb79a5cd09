"""The tables of users, what they sign in with, and their sessions."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.domain.actors import Role
from gateway.domain.users import SignInMethod
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.tables import DIGEST_BYTES, LONGEST_IDENTIFIER, metadata

LONGEST_LOGIN = 320  # characters of a mail address, RFC 3696
LONGEST_SEALED = 65_536  # bytes, encrypted

users = Table(
    "users",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("login", identifier(), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("agency", identifier(), ForeignKey("agencies.id"), nullable=False, index=True),
    Column("roles", Structure(TypeCodec(tuple[Role, ...])), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("representative", identifier(), ForeignKey("representatives.id")),
    Column("zone", Text),
    Column("subject", identifier(), unique=True),
    Column("disabled_at", Moment),
    sized("id", LONGEST_IDENTIFIER),
    sized("login", LONGEST_LOGIN),
)

user_credentials = Table(
    "user_credentials",
    metadata,
    Column("user", identifier(), ForeignKey("users.id"), primary_key=True),
    Column("password_hash", Text),
    Column("totp", LargeBinary),
    Column("totp_step", BigInteger),
    Column("setup_digest", LargeBinary),
    Column("setup_expires_at", Moment),
    sized("totp", LONGEST_SEALED, "octet_length"),
    UniqueConstraint("setup_digest"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("user", identifier(), ForeignKey("users.id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    CheckConstraint("octet_length(id) BETWEEN 1 AND 1023", name="id_sized"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user", identifier(), ForeignKey("users.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    CheckConstraint(f"octet_length(digest) = {DIGEST_BYTES}", name="digest_sized"),
)

user_sessions = Table(
    "user_sessions",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("user", identifier(), ForeignKey("users.id"), nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("method", Word(SignInMethod), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Column("ended_at", Moment),
    sized("id", LONGEST_IDENTIFIER),
    one_of("role", Role),
    one_of("method", SignInMethod),
    CheckConstraint(f"octet_length(digest) = {DIGEST_BYTES}", name="digest_sized"),
    Index(None, "user", "id"),
)

sign_in_steps = Table(
    "sign_in_steps",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("user", identifier(), ForeignKey("users.id")),
    sized("sealed", LONGEST_SEALED, "octet_length"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", Moment, nullable=False, index=True),
)
