"""The fourteenth step: statements that conditions on Māori data ask for."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; packs from before state nothing."""
    op.execute("ALTER TABLE packs ADD COLUMN conditions jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE packs ALTER COLUMN conditions DROP DEFAULT")


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE packs DROP COLUMN conditions")
