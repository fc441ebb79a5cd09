"""The seventh step: who wrote a request, and who passed it on."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("drafted_by", "edited_by", "passed_on_by")


def upgrade() -> None:
    """Add the columns; of requests made before, nobody is named."""
    for column in _COLUMNS:
        op.execute(f'ALTER TABLE information_requests ADD COLUMN {column} text COLLATE "C"')
        op.execute(
            f"ALTER TABLE information_requests "
            f"ADD CONSTRAINT fk_information_requests_{column} "
            f"FOREIGN KEY ({column}) REFERENCES representatives (id)"
        )


def downgrade() -> None:
    """Forget who wrote requests; the requests themselves stay."""
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE information_requests DROP COLUMN {column}")
