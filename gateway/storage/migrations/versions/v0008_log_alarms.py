"""The eighth step: alarms about the stored log, its index by position, why a transfer waits."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ALARMS = """
CREATE TABLE log_alarms (
    position bigint NOT NULL,
    since timestamptz NOT NULL,
    reason text NOT NULL,
    CONSTRAINT pk_log_alarms PRIMARY KEY (position),
    CONSTRAINT ck_log_alarms_position_counts CHECK (position >= 0)
)
"""


def upgrade() -> None:
    """Create the table of alarms, and the index, and the reason to transfers."""
    op.execute(_ALARMS)
    op.execute(
        "CREATE INDEX ix_audit_terms_position ON audit_terms "
        "USING brin (position) WITH (autosummarize = on)"
    )
    op.execute("ALTER TABLE transfers ADD COLUMN held_up text")


def downgrade() -> None:
    """Forget them; what is wrong is found again."""
    op.execute("DROP INDEX ix_audit_terms_position")
    op.execute("DROP TABLE log_alarms")
    op.execute("ALTER TABLE transfers DROP COLUMN held_up")
