"""The fourth step: users, what they sign in with, and their sessions."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_USERS = """
CREATE TABLE users (
    id text COLLATE "C" NOT NULL,
    login text COLLATE "C" NOT NULL,
    name text NOT NULL,
    agency text COLLATE "C" NOT NULL,
    roles jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    representative text COLLATE "C",
    zone text,
    subject text COLLATE "C",
    disabled_at timestamptz,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_users_login_sized CHECK (char_length(login) BETWEEN 1 AND 320),
    CONSTRAINT uq_users_login UNIQUE (login),
    CONSTRAINT uq_users_subject UNIQUE (subject),
    CONSTRAINT fk_users_agency FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT fk_users_representative
        FOREIGN KEY (representative) REFERENCES representatives (id)
);
CREATE INDEX ix_users_agency ON users (agency);

CREATE TABLE user_credentials (
    "user" text COLLATE "C" NOT NULL,
    password_hash text,
    totp bytea,
    totp_step bigint,
    setup_digest bytea,
    setup_expires_at timestamptz,
    CONSTRAINT pk_user_credentials PRIMARY KEY ("user"),
    CONSTRAINT ck_user_credentials_totp_sized CHECK (octet_length(totp) BETWEEN 1 AND 65536),
    CONSTRAINT uq_user_credentials_setup_digest UNIQUE (setup_digest),
    CONSTRAINT fk_user_credentials_user FOREIGN KEY ("user") REFERENCES users (id)
);

CREATE TABLE passkeys (
    id bytea NOT NULL,
    "user" text COLLATE "C" NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_passkeys PRIMARY KEY (id),
    CONSTRAINT ck_passkeys_id_sized CHECK (octet_length(id) BETWEEN 1 AND 1023),
    CONSTRAINT fk_passkeys_user FOREIGN KEY ("user") REFERENCES users (id)
);
CREATE INDEX ix_passkeys_user ON passkeys ("user");

CREATE TABLE recovery_codes (
    "user" text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT pk_recovery_codes PRIMARY KEY ("user", digest),
    CONSTRAINT ck_recovery_codes_digest_sized CHECK (octet_length(digest) = 32),
    CONSTRAINT fk_recovery_codes_user FOREIGN KEY ("user") REFERENCES users (id)
);

CREATE TABLE user_sessions (
    id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    "user" text COLLATE "C" NOT NULL,
    role text NOT NULL,
    method text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    source text NOT NULL,
    browser text NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pk_user_sessions PRIMARY KEY (id),
    CONSTRAINT ck_user_sessions_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_user_sessions_role_listed CHECK (role IN (
        'coordinator', 'responder', 'auditor', 'privacy officer', 'administrator'
    )),
    CONSTRAINT ck_user_sessions_method_listed CHECK (method IN (
        'password and code', 'password and recovery code', 'passkey', 'single sign-on'
    )),
    CONSTRAINT ck_user_sessions_digest_sized CHECK (octet_length(digest) = 32),
    CONSTRAINT uq_user_sessions_digest UNIQUE (digest),
    CONSTRAINT fk_user_sessions_user FOREIGN KEY ("user") REFERENCES users (id)
);
CREATE INDEX ix_user_sessions_user_id ON user_sessions ("user", id);

CREATE TABLE sign_in_steps (
    digest bytea NOT NULL,
    kind text NOT NULL,
    expires_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    "user" text COLLATE "C",
    CONSTRAINT pk_sign_in_steps PRIMARY KEY (digest),
    CONSTRAINT ck_sign_in_steps_sealed_sized CHECK (octet_length(sealed) BETWEEN 1 AND 65536),
    CONSTRAINT fk_sign_in_steps_user FOREIGN KEY ("user") REFERENCES users (id)
);
CREATE INDEX ix_sign_in_steps_expires_at ON sign_in_steps (expires_at);

CREATE TABLE sign_in_failures (
    key bytea NOT NULL,
    count integer NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_failures PRIMARY KEY (key)
);
CREATE INDEX ix_sign_in_failures_since ON sign_in_failures (since);
"""


def upgrade() -> None:
    """Create the tables of users."""
    # several statements at once, in which % and : mean themselves
    op.get_bind().exec_driver_sql(_USERS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Forget the users; nobody can sign in to the pages then."""
    for table in (
        "sign_in_failures",
        "sign_in_steps",
        "user_sessions",
        "recovery_codes",
        "passkeys",
        "user_credentials",
        "users",
    ):
        op.execute(f"DROP TABLE {table}")
