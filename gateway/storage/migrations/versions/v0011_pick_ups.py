"""The eleventh step: packs that are picked up instead of mailed."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PICK_UPS = """
CREATE TABLE pick_ups (
    transfer text COLLATE "C" NOT NULL,
    link_digest bytea NOT NULL,
    code_digest bytea NOT NULL,
    session_digest bytea,
    begun integer NOT NULL,
    requests integer NOT NULL,
    given_bytes bigint NOT NULL,
    CONSTRAINT pk_pick_ups PRIMARY KEY (transfer),
    CONSTRAINT fk_pick_ups_transfer FOREIGN KEY (transfer) REFERENCES transfers (id),
    CONSTRAINT uq_pick_ups_link_digest UNIQUE (link_digest),
    CONSTRAINT ck_pick_ups_digests_sized CHECK (
        octet_length(link_digest) = 32
        AND octet_length(code_digest) = 32
        AND octet_length(session_digest) = 32
    ),
    CONSTRAINT ck_pick_ups_counts
        CHECK (begun >= 0 AND requests >= begun AND given_bytes >= 0)
)
"""
_AGENCIES = """
ALTER TABLE agencies
    ADD COLUMN pick_up text,
    ADD COLUMN mail_limit_bytes bigint,
    ADD CONSTRAINT ck_agencies_pick_up_listed CHECK (pick_up IN ('when needed', 'always')),
    ADD CONSTRAINT ck_agencies_mail_limit_counts CHECK (mail_limit_bytes > 0)
"""
# Until now every archive went by mail, and its password's sending destroyed it.
_TRANSFERS = """
ALTER TABLE transfers
    ADD COLUMN route text NOT NULL DEFAULT 'mail',
    ADD CONSTRAINT ck_transfers_route_listed CHECK (route IN ('mail', 'pick-up'))
"""
_SENT = """
UPDATE transfers SET progress = progress || '{"archive": null, "fetched": false}'
WHERE state = 'password sent'
"""
_SENT_BEFORE = """
UPDATE transfers SET progress = progress - 'archive' - 'fetched'
WHERE state = 'password sent'
"""


def upgrade() -> None:
    """Create table and columns; what was sent went by mail."""
    op.execute(_PICK_UPS)
    op.execute(_AGENCIES)
    op.execute(_TRANSFERS)
    op.execute("ALTER TABLE transfers ALTER COLUMN route DROP DEFAULT")
    op.execute(_SENT)


def downgrade() -> None:
    """Forget them."""
    op.execute(_SENT_BEFORE)
    op.execute("ALTER TABLE transfers DROP COLUMN route")
    op.execute("ALTER TABLE agencies DROP COLUMN mail_limit_bytes, DROP COLUMN pick_up")
    op.execute("DROP TABLE pick_ups")
