"""The nineteenth step: privacy breaches, and the lessons of them."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BREACHES = """
CREATE TABLE breaches (
    id text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    exercise boolean NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    happened_at timestamptz,
    known_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    reported_by text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    revision integer NOT NULL,
    transfers jsonb NOT NULL,
    requests jsonb NOT NULL,
    children jsonb NOT NULL,
    stops jsonb NOT NULL,
    notices jsonb NOT NULL,
    shared_with jsonb NOT NULL,
    harm text,
    closed_at timestamptz,
    sealed bytea NOT NULL,
    CONSTRAINT pk_breaches PRIMARY KEY (id),
    CONSTRAINT uq_breaches_reference UNIQUE (reference),
    CONSTRAINT fk_breaches_agency FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT ck_breaches_reported_by_sized CHECK (char_length(reported_by) BETWEEN 1 AND 200),
    CONSTRAINT ck_breaches_kind_listed CHECK (kind IN (
        'disclosed to the wrong person', 'seen without authority', 'altered', 'lost', 'destroyed',
        'cannot be reached by those who need it'
    )),
    CONSTRAINT ck_breaches_state_listed CHECK (state IN (
        'reported', 'contained', 'assessed', 'notified', 'not notifiable', 'closed'
    )),
    CONSTRAINT ck_breaches_harm_listed CHECK (harm IN (
        'serious harm likely', 'serious harm not likely', 'not yet known'
    )),
    CONSTRAINT ck_breaches_sealed_sized CHECK (octet_length(sealed) BETWEEN 1 AND 262144),
    CONSTRAINT ck_breaches_counted CHECK (revision >= 0),
    CONSTRAINT ck_breaches_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
)
"""
_LESSONS = """
CREATE TABLE breach_lessons (
    id text COLLATE "C" NOT NULL,
    breach text COLLATE "C" NOT NULL,
    text text NOT NULL,
    owner text NOT NULL,
    due_on date NOT NULL,
    made_at timestamptz NOT NULL,
    done_at timestamptz,
    draft text COLLATE "C",
    CONSTRAINT pk_breach_lessons PRIMARY KEY (id),
    CONSTRAINT fk_breach_lessons_breach FOREIGN KEY (breach) REFERENCES breaches (id),
    CONSTRAINT fk_breach_lessons_draft FOREIGN KEY (draft) REFERENCES protocol_drafts (id),
    CONSTRAINT ck_breach_lessons_text_sized CHECK (char_length(text) BETWEEN 1 AND 2000),
    CONSTRAINT ck_breach_lessons_owner_sized CHECK (char_length(owner) BETWEEN 1 AND 200)
)
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_BREACHES)
    op.execute("CREATE INDEX ix_breaches_agency_id ON breaches (agency, id)")
    op.execute(_LESSONS)
    op.execute("CREATE INDEX ix_breach_lessons_breach ON breach_lessons (breach)")


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE breach_lessons, breaches")
