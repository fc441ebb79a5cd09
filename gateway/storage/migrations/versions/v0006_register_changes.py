"""The sixth step: what changed in the register, by whom and when; the values are encrypted."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHANGES = """
CREATE TABLE register_changes (
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    "by" text COLLATE "C",
    kind text NOT NULL,
    identifier text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_register_changes PRIMARY KEY (id),
    CONSTRAINT ck_register_changes_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_register_changes_kind_listed CHECK (kind IN (
        'agencies', 'representatives', 'protocols', 'meetings', 'conflicts'
    )),
    CONSTRAINT ck_register_changes_identifier_sized
        CHECK (char_length(identifier) BETWEEN 1 AND 500),
    CONSTRAINT fk_register_changes_by FOREIGN KEY ("by") REFERENCES users (id)
);
CREATE INDEX ix_register_changes_kind_identifier ON register_changes (kind, identifier);
"""


def upgrade() -> None:
    """Create the table of changes."""
    # several statements at once, in which % and : mean themselves
    op.get_bind().exec_driver_sql(_CHANGES, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Forget what changed; the register itself stays."""
    op.execute("DROP TABLE register_changes")
