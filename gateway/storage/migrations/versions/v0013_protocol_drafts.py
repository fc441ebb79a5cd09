"""The thirteenth step: protocols while they are written, and what is said of them."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_DRAFTS = """
CREATE TABLE protocol_drafts (
    id text COLLATE "C" NOT NULL,
    protocol text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    lead_agency text COLLATE "C" NOT NULL,
    content jsonb NOT NULL,
    state text NOT NULL,
    revision integer NOT NULL,
    begun_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    shared_at timestamptz,
    vetting jsonb,
    CONSTRAINT pk_protocol_drafts PRIMARY KEY (id),
    CONSTRAINT fk_protocol_drafts_lead_agency FOREIGN KEY (lead_agency) REFERENCES agencies (id),
    CONSTRAINT ck_protocol_drafts_protocol_sized CHECK (char_length(protocol) BETWEEN 1 AND 200),
    CONSTRAINT ck_protocol_drafts_state_listed
        CHECK (state IN ('drafting', 'vetted', 'proposed', 'abandoned')),
    CONSTRAINT ck_protocol_drafts_counts CHECK (version >= 1 AND revision >= 0),
    CONSTRAINT ck_protocol_drafts_vetted CHECK (state <> 'vetted' OR vetting IS NOT NULL)
)
"""
_OPEN = """
CREATE UNIQUE INDEX ix_protocol_drafts_open ON protocol_drafts (protocol)
    WHERE state IN ('drafting', 'vetted')
"""
_COMMENTS = """
CREATE TABLE draft_comments (
    id text COLLATE "C" NOT NULL,
    draft text COLLATE "C" NOT NULL,
    section text NOT NULL,
    agency text COLLATE "C" NOT NULL,
    by text COLLATE "C" NOT NULL,
    text text NOT NULL,
    made_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT pk_draft_comments PRIMARY KEY (id),
    CONSTRAINT fk_draft_comments_draft FOREIGN KEY (draft) REFERENCES protocol_drafts (id),
    CONSTRAINT ck_draft_comments_section_listed CHECK (section IN (
        'meeting', 'agencies', 'purposes', 'information', 'use', 'maori-data', 'method',
        'security', 'retention', 'transparency', 'breaches', 'conflicts', 'managers', 'review'
    )),
    CONSTRAINT ck_draft_comments_text_sized CHECK (char_length(text) BETWEEN 1 AND 4000)
)
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_DRAFTS)
    op.execute("CREATE INDEX ix_protocol_drafts_lead_agency ON protocol_drafts (lead_agency)")
    op.execute(_OPEN)
    op.execute(_COMMENTS)
    op.execute("CREATE INDEX ix_draft_comments_draft ON draft_comments (draft)")


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE draft_comments, protocol_drafts")
