"""The second step: entries wait for their place, and a tree is kept over the log.

Entries of before go back into the queue in their order, so that the first run of the sequencer
gives each the place it had, and signs a checkpoint over them. They are found by time, action,
outcome, agency, transfer and rule; children, documents and meetings stand in them otherwise.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE audit_pending (
    id bigint GENERATED ALWAYS AS IDENTITY,
    uid text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    actor text NOT NULL,
    agency text COLLATE "C",
    transfer text COLLATE "C",
    meeting text COLLATE "C",
    leaf bytea NOT NULL,
    terms text[] NOT NULL,
    CONSTRAINT pk_audit_pending PRIMARY KEY (id),
    CONSTRAINT uq_audit_pending_uid UNIQUE (uid),
    CONSTRAINT ck_audit_pending_uid_sized CHECK (char_length(uid) BETWEEN 1 AND 200),
    CONSTRAINT ck_audit_pending_leaf_sized CHECK (octet_length(leaf) BETWEEN 1 AND 65535)
);

INSERT INTO audit_pending (uid, at, action, outcome, actor, agency, transfer, leaf, terms)
SELECT uid, at, action, entry ->> 'outcome',
    coalesce(entry #>> '{actor,person}', entry #>> '{actor,kind}'), agency,
    entry #>> '{subject,transfer}', leaf,
    ARRAY(
        SELECT DISTINCT 'rule:' || rule
        FROM jsonb_path_query(entry, '$.detail.**.rules[*]') AS found,
            LATERAL (SELECT found #>> '{}' AS rule) AS named
    )
FROM (
    -- jsonb takes no NUL
    SELECT *, replace(convert_from(leaf, 'UTF8'), '\\u0000', ' ')::jsonb AS entry
    FROM audit_entries
) AS old
ORDER BY position;

DROP TABLE audit_entries;

CREATE TABLE audit_entries (
    position bigint NOT NULL,
    uid text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    actor text NOT NULL,
    agency text COLLATE "C",
    transfer text COLLATE "C",
    meeting text COLLATE "C",
    leaf bytea NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (position) INCLUDE (action, outcome, agency),
    CONSTRAINT ck_audit_entries_position_counts CHECK (position >= 0)
);
CREATE INDEX ix_audit_entries_uid ON audit_entries (uid);
CREATE INDEX ix_audit_entries_at_position ON audit_entries (at, position);
CREATE INDEX ix_audit_entries_action_at_position ON audit_entries (action, at, position);
CREATE INDEX ix_audit_entries_actor_at_position ON audit_entries (actor, at, position);
CREATE INDEX ix_audit_entries_agency_at_position ON audit_entries (agency, at, position);
CREATE INDEX ix_audit_entries_transfer_at_position ON audit_entries (transfer, at, position)
    WHERE transfer IS NOT NULL;
CREATE INDEX ix_audit_entries_meeting_at_position ON audit_entries (meeting, at, position)
    WHERE meeting IS NOT NULL;
CREATE INDEX ix_audit_entries_outcome_at_position ON audit_entries (outcome, at, position)
    WHERE outcome <> 'success';

CREATE TABLE audit_terms (
    term text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT pk_audit_terms PRIMARY KEY (term, at, position)
);

-- a search reads indexes alone where a vacuum went before; and plans by what it knows of the values
ALTER TABLE audit_entries SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE audit_terms SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE audit_terms ALTER COLUMN term SET STATISTICS 1000;

CREATE TABLE log_tiles (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL,
    root bytea NOT NULL,
    CONSTRAINT pk_log_tiles PRIMARY KEY (level, index),
    CONSTRAINT ck_log_tiles_place_counts CHECK (level >= 0 AND index >= 0),
    CONSTRAINT ck_log_tiles_full CHECK (octet_length(hashes) = 8192),
    CONSTRAINT ck_log_tiles_root_sized CHECK (octet_length(root) = 32)
);
ALTER TABLE log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

CREATE TABLE log_checkpoints (
    size bigint NOT NULL,
    note bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    CONSTRAINT pk_log_checkpoints PRIMARY KEY (size),
    CONSTRAINT ck_log_checkpoints_size_counts CHECK (size > 0)
);

CREATE TABLE log_keys (
    size bigint NOT NULL,
    verifier_key text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pk_log_keys PRIMARY KEY (size),
    CONSTRAINT uq_log_keys_verifier_key UNIQUE (verifier_key)
);

CREATE TABLE log_endorsements (
    by text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    data bytea NOT NULL,
    given_at timestamptz NOT NULL,
    CONSTRAINT pk_log_endorsements PRIMARY KEY (by, size),
    CONSTRAINT ck_log_endorsements_by_sized CHECK (char_length(by) BETWEEN 1 AND 200)
);
CREATE INDEX ix_log_endorsements_size ON log_endorsements (size);

CREATE TABLE log_parties (
    name text COLLATE "C" NOT NULL,
    told bigint NOT NULL,
    refusing_since timestamptz,
    CONSTRAINT pk_log_parties PRIMARY KEY (name),
    CONSTRAINT ck_log_parties_name_sized CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT ck_log_parties_told_counts CHECK (told >= 0)
);
"""

# nothing leaves the queue but into the log, whoever asks
_GUARDS = """
CREATE FUNCTION refuse_loss_of_pending_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone
        WHERE NOT EXISTS (
            SELECT FROM audit_entries kept WHERE kept.uid = gone.uid AND kept.leaf = gone.leaf
        )
    ) THEN
        RAISE EXCEPTION 'an entry leaves the queue only into the audit log'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER audit_pending_keeps
    AFTER DELETE ON audit_pending REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss_of_pending_entries();
CREATE TRIGGER audit_pending_append_only
    BEFORE UPDATE OR TRUNCATE ON audit_pending
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
"""

_APPEND_ONLY = """
CREATE TRIGGER {table}_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
"""
_KEPT = (
    "audit_entries", "audit_terms", "log_tiles", "log_checkpoints", "log_keys", "log_endorsements",
)  # fmt: skip


def upgrade() -> None:
    """Create the queue, the log anew, and what is kept of its tree."""
    guards = (_APPEND_ONLY.format(table=table) for table in _KEPT)
    for script in (_TABLES, _GUARDS, *guards):
        # several statements at once, in which % and : mean themselves
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Refused: it would destroy the audit log's tree."""
    raise RuntimeError("the second step cannot be undone: it would destroy the audit log's tree")
