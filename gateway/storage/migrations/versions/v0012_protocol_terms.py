"""The twelfth step: what a protocol says in all its sections, and who joined or left it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; versions from before have no such sections, and nobody joined or left."""
    op.execute("ALTER TABLE protocols ADD COLUMN terms jsonb")
    op.execute("ALTER TABLE protocols ADD COLUMN membership jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE protocols ALTER COLUMN membership DROP DEFAULT")


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE protocols DROP COLUMN membership, DROP COLUMN terms")
