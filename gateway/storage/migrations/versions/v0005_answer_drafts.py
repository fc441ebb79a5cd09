"""The fifth step: drafts of answers to requests for information, encrypted."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DRAFTS = """
CREATE TABLE answer_drafts (
    request text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    saved_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_answer_drafts PRIMARY KEY (request),
    CONSTRAINT ck_answer_drafts_sealed_sized CHECK (octet_length(sealed) BETWEEN 1 AND 1048576),
    CONSTRAINT fk_answer_drafts_request
        FOREIGN KEY (request) REFERENCES information_requests (id),
    CONSTRAINT fk_answer_drafts_author
        FOREIGN KEY (author) REFERENCES representatives (id)
);
"""


def upgrade() -> None:
    """Create the table of drafts."""
    op.execute(_DRAFTS)


def downgrade() -> None:
    """Forget what was written and not sent."""
    op.execute("DROP TABLE answer_drafts")
