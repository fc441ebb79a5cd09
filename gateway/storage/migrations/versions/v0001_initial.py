"""The first step: all tables, the guard over the audit log, and Procrastinate's own schema.

Procrastinate's part comes from the installed package, as its documentation asks. When a later
version of it brings changes, a later step applies those of its migrations that are still missing.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE agencies (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    highest_classification text NOT NULL,
    mail_domains jsonb NOT NULL,
    standings jsonb NOT NULL,
    handling_acknowledged_on date,
    CONSTRAINT pk_agencies PRIMARY KEY (id),
    CONSTRAINT ck_agencies_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_agencies_kind_listed
        CHECK (kind IN ('government', 'health', 'education', 'iwi', 'ngo', 'other')),
    CONSTRAINT ck_agencies_highest_classification_listed
        CHECK (highest_classification IN ('UNCLASSIFIED', 'IN-CONFIDENCE', 'SENSITIVE',
            'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'))
);

CREATE TABLE representatives (
    id text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    email text NOT NULL,
    active_from date NOT NULL,
    active_until date,
    mobile text,
    telephone text,
    other_email text,
    standings jsonb NOT NULL,
    CONSTRAINT pk_representatives PRIMARY KEY (id),
    CONSTRAINT ck_representatives_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT fk_representatives_agency FOREIGN KEY (agency) REFERENCES agencies (id)
);
CREATE INDEX ix_representatives_agency ON representatives (agency);

CREATE TABLE protocols (
    id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    lead_agency text COLLATE "C" NOT NULL,
    purposes jsonb NOT NULL,
    signatures jsonb NOT NULL,
    in_force_from date NOT NULL,
    review_due date NOT NULL,
    information jsonb NOT NULL,
    before jsonb NOT NULL,
    during jsonb NOT NULL,
    after jsonb NOT NULL,
    privacy_statement text NOT NULL,
    CONSTRAINT pk_protocols PRIMARY KEY (id, version),
    CONSTRAINT ck_protocols_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_protocols_version_counts CHECK (version >= 1),
    CONSTRAINT fk_protocols_lead_agency FOREIGN KEY (lead_agency) REFERENCES agencies (id)
);
CREATE INDEX ix_protocols_lead_agency ON protocols (lead_agency);

CREATE TABLE meetings (
    id text COLLATE "C" NOT NULL,
    protocol text COLLATE "C" NOT NULL,
    title text NOT NULL,
    held_at timestamptz NOT NULL,
    attendees jsonb NOT NULL,
    children jsonb NOT NULL,
    CONSTRAINT pk_meetings PRIMARY KEY (id),
    CONSTRAINT ck_meetings_id_sized CHECK (char_length(id) BETWEEN 1 AND 200)
);
CREATE INDEX ix_meetings_protocol ON meetings (protocol);

CREATE TABLE conflicts_of_interest (
    representative text COLLATE "C" NOT NULL,
    child text COLLATE "C" NOT NULL,
    declared_on date NOT NULL,
    CONSTRAINT pk_conflicts_of_interest PRIMARY KEY (representative, child),
    CONSTRAINT ck_conflicts_of_interest_child_sized CHECK (char_length(child) BETWEEN 1 AND 200),
    CONSTRAINT fk_conflicts_of_interest_representative FOREIGN KEY (representative)
        REFERENCES representatives (id)
);

CREATE TABLE packs (
    id text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    contact text COLLATE "C" NOT NULL,
    authority text NOT NULL,
    purpose text NOT NULL,
    marking text NOT NULL,
    created_at timestamptz NOT NULL,
    statements jsonb NOT NULL,
    consultations jsonb NOT NULL,
    sent_at timestamptz,
    CONSTRAINT pk_packs PRIMARY KEY (id),
    CONSTRAINT ck_packs_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_packs_marking_listed
        CHECK (marking IN ('UNCLASSIFIED', 'IN-CONFIDENCE', 'SENSITIVE', 'RESTRICTED',
            'CONFIDENTIAL', 'SECRET', 'TOP SECRET')),
    CONSTRAINT uq_packs_agency_id UNIQUE (agency, id),
    CONSTRAINT fk_packs_meeting FOREIGN KEY (meeting) REFERENCES meetings (id),
    CONSTRAINT fk_packs_agency FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT fk_packs_contact FOREIGN KEY (contact) REFERENCES representatives (id)
);

CREATE TABLE documents (
    id text COLLATE "C" NOT NULL,
    pack text COLLATE "C" NOT NULL,
    title text NOT NULL,
    extension text NOT NULL,
    label jsonb NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    crc32 bigint NOT NULL,
    blob text COLLATE "C" NOT NULL,
    encoding text NOT NULL,
    stored_bytes bigint NOT NULL,
    position integer NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT ck_documents_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_documents_encoding_listed CHECK (encoding IN ('identity', 'deflate')),
    CONSTRAINT ck_documents_sizes_count CHECK (size_bytes >= 0 AND stored_bytes >= 0),
    CONSTRAINT ck_documents_sha256_formed CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT ck_documents_crc32_formed CHECK (crc32 BETWEEN 0 AND 4294967295),
    CONSTRAINT fk_documents_pack FOREIGN KEY (pack) REFERENCES packs (id),
    CONSTRAINT uq_documents_blob UNIQUE (blob)
);
CREATE INDEX ix_documents_pack ON documents (pack);

CREATE TABLE wrapped_keys (
    name text COLLATE "C" NOT NULL,
    wrapped bytea NOT NULL,
    CONSTRAINT pk_wrapped_keys PRIMARY KEY (name),
    CONSTRAINT ck_wrapped_keys_name_sized CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT ck_wrapped_keys_wrapped_sized CHECK (octet_length(wrapped) BETWEEN 1 AND 65536)
);

CREATE TABLE transfers (
    id text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    pack text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    address text NOT NULL,
    channel text,
    channel_address text,
    documents jsonb NOT NULL,
    withheld jsonb NOT NULL,
    message_id text NOT NULL,
    created_at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    state text NOT NULL,
    progress jsonb NOT NULL,
    attempts integer NOT NULL,
    retry_at timestamptz,
    code_digest bytea NOT NULL,
    link_digest bytea NOT NULL,
    wrong_codes integer NOT NULL,
    CONSTRAINT pk_transfers PRIMARY KEY (id),
    CONSTRAINT fk_transfers_agency_pack FOREIGN KEY (agency, pack) REFERENCES packs (agency, id),
    CONSTRAINT ck_transfers_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_transfers_channel_listed
        CHECK (channel IN ('text', 'other mailbox', 'telephone', 'same mailbox')),
    CONSTRAINT ck_transfers_channel_addressed CHECK ((channel IS NULL) = (channel_address IS NULL)),
    CONSTRAINT ck_transfers_state_listed
        CHECK (state IN ('queued', 'sealed', 'mailed', 'password sent', 'acknowledged', 'refused',
            'recalled', 'failed', 'expired')),
    CONSTRAINT ck_transfers_progress_of_state
        CHECK (progress ->> 'state' IS NOT DISTINCT FROM state),
    CONSTRAINT ck_transfers_counts CHECK (attempts >= 0 AND wrong_codes >= 0),
    CONSTRAINT ck_transfers_digests_sized
        CHECK (octet_length(code_digest) = 32 AND octet_length(link_digest) = 32),
    CONSTRAINT uq_transfers_pack_recipient UNIQUE (pack, recipient),
    CONSTRAINT uq_transfers_reference UNIQUE (reference),
    CONSTRAINT fk_transfers_meeting FOREIGN KEY (meeting) REFERENCES meetings (id),
    CONSTRAINT fk_transfers_recipient FOREIGN KEY (recipient) REFERENCES representatives (id),
    CONSTRAINT uq_transfers_message_id UNIQUE (message_id),
    CONSTRAINT uq_transfers_link_digest UNIQUE (link_digest)
);
CREATE INDEX ix_transfers_agency_id ON transfers (agency, id);
CREATE INDEX ix_transfers_state ON transfers (state);

CREATE TABLE tokens (
    id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    role text NOT NULL,
    agency text COLLATE "C" NOT NULL,
    representative text COLLATE "C",
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_tokens PRIMARY KEY (id),
    CONSTRAINT ck_tokens_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_tokens_role_listed
        CHECK (role IN ('coordinator', 'responder', 'auditor', 'privacy officer', 'administrator')),
    CONSTRAINT ck_tokens_digest_sized CHECK (octet_length(digest) = 32),
    CONSTRAINT uq_tokens_digest UNIQUE (digest),
    CONSTRAINT fk_tokens_agency FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT fk_tokens_representative FOREIGN KEY (representative) REFERENCES representatives (id)
);

CREATE TABLE answers (
    agency text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request_digest text NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_answers PRIMARY KEY (agency, key),
    CONSTRAINT ck_answers_key_sized CHECK (char_length(key) BETWEEN 1 AND 200),
    CONSTRAINT fk_answers_agency FOREIGN KEY (agency) REFERENCES agencies (id)
);

CREATE TABLE audit_entries (
    position bigint NOT NULL,
    uid text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    agency text COLLATE "C",
    leaf bytea NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (position),
    CONSTRAINT ck_audit_entries_position_counts CHECK (position >= 0),
    CONSTRAINT ck_audit_entries_uid_sized CHECK (char_length(uid) BETWEEN 1 AND 200),
    CONSTRAINT uq_audit_entries_uid UNIQUE (uid)
);
CREATE INDEX ix_audit_entries_agency_position ON audit_entries (agency, position);
"""

# a statement trigger, so that even a change which would meet no row is refused
_APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER audit_entries_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
"""


def upgrade() -> None:
    """Create everything."""
    for script in (_TABLES, _APPEND_ONLY, SchemaManager.get_schema()):
        # several statements at once, in which % and : mean themselves
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Refused: it would destroy the audit log."""
    raise RuntimeError("the first step cannot be undone: it would destroy the audit log")
