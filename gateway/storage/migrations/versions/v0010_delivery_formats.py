"""The tenth step: how an agency wants its packs sealed, and how each was."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Until now every archive was an encrypted zip. Whether a transfer that ended otherwise had been
# sealed before is not known any more, so nothing is said of it.
_SEALED = """
UPDATE transfers SET form = 'encrypted zip'
WHERE state IN ('sealed', 'mailed', 'password sent', 'acknowledged', 'expired')
"""


def upgrade() -> None:
    """Create both columns; what was sealed says how."""
    for table, column in (("agencies", "sealed_form"), ("transfers", "form")):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} text, "
            f"ADD CONSTRAINT ck_{table}_{column}_listed "
            f"CHECK ({column} IN ('encrypted zip', 'native files'))"
        )
    op.execute(_SEALED)


def downgrade() -> None:
    """Forget both."""
    op.execute("ALTER TABLE transfers DROP COLUMN form")
    op.execute("ALTER TABLE agencies DROP COLUMN sealed_form")
