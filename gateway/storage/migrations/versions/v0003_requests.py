"""The third step: requests for information, and the packs that carry or answer them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHANGES = """
ALTER TABLE agencies ADD COLUMN region text;

ALTER TABLE packs
    ADD COLUMN kind text NOT NULL DEFAULT 'meeting pack',
    ADD COLUMN request text COLLATE "C",
    ADD COLUMN recipients jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN limitations text NOT NULL DEFAULT '',
    ADD CONSTRAINT ck_packs_kind_listed
        CHECK (kind IN ('meeting pack', 'request', 'answer')),
    ADD CONSTRAINT ck_packs_kind_fits_request
        CHECK ((request IS NULL) = (kind = 'meeting pack'));
ALTER TABLE packs
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN recipients DROP DEFAULT,
    ALTER COLUMN limitations DROP DEFAULT;
CREATE INDEX ix_packs_request ON packs (request) WHERE request IS NOT NULL;
"""

_REQUESTS = """
CREATE TABLE information_requests (
    id text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    requester text COLLATE "C" NOT NULL,
    holding_agency text COLLATE "C" NOT NULL,
    holder text COLLATE "C" NOT NULL,
    authority text NOT NULL,
    purpose text NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    child text COLLATE "C" NOT NULL,
    marking text NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    due_on date,
    state text NOT NULL,
    progress jsonb NOT NULL,
    packs jsonb NOT NULL,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    content bytea NOT NULL,
    answer bytea,
    CONSTRAINT pk_information_requests PRIMARY KEY (id),
    CONSTRAINT uq_information_requests_reference UNIQUE (reference),
    CONSTRAINT fk_information_requests_agency
        FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT fk_information_requests_requester
        FOREIGN KEY (requester) REFERENCES representatives (id),
    CONSTRAINT fk_information_requests_holding_agency
        FOREIGN KEY (holding_agency) REFERENCES agencies (id),
    CONSTRAINT fk_information_requests_holder
        FOREIGN KEY (holder) REFERENCES representatives (id),
    CONSTRAINT fk_information_requests_meeting
        FOREIGN KEY (meeting) REFERENCES meetings (id),
    CONSTRAINT ck_information_requests_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_information_requests_child_sized CHECK (char_length(child) BETWEEN 1 AND 200),
    CONSTRAINT ck_information_requests_content_sized
        CHECK (octet_length(content) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_information_requests_answer_sized
        CHECK (octet_length(answer) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_information_requests_marking_listed CHECK (marking IN (
        'UNCLASSIFIED', 'IN-CONFIDENCE', 'SENSITIVE', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET',
        'TOP SECRET'
    )),
    CONSTRAINT ck_information_requests_state_listed CHECK (state IN (
        'draft', 'approved', 'sent', 'acknowledged', 'clarifying', 'answered', 'withdrawn',
        'expired'
    )),
    CONSTRAINT ck_information_requests_progress_of_state
        CHECK (progress ->> 'state' IS NOT DISTINCT FROM state),
    CONSTRAINT ck_information_requests_of_two_agencies CHECK (agency <> holding_agency)
);
CREATE INDEX ix_information_requests_agency_id ON information_requests (agency, id);
CREATE INDEX ix_information_requests_holding_agency_id
    ON information_requests (holding_agency, id);
CREATE INDEX ix_information_requests_sent_at ON information_requests (sent_at);

CREATE TABLE request_messages (
    id text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    agency text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_request_messages PRIMARY KEY (id),
    CONSTRAINT fk_request_messages_request
        FOREIGN KEY (request) REFERENCES information_requests (id),
    CONSTRAINT fk_request_messages_agency FOREIGN KEY (agency) REFERENCES agencies (id),
    CONSTRAINT fk_request_messages_author
        FOREIGN KEY (author) REFERENCES representatives (id),
    CONSTRAINT ck_request_messages_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_request_messages_sealed_sized
        CHECK (octet_length(sealed) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_request_messages_kind_listed
        CHECK (kind IN ('question', 'reply', 'forwarding', 'withdrawal'))
);
CREATE INDEX ix_request_messages_request_id ON request_messages (request, id);

CREATE TABLE request_reminders (
    request text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    begun_at timestamptz,
    done_at timestamptz,
    CONSTRAINT pk_request_reminders PRIMARY KEY (request, kind),
    CONSTRAINT fk_request_reminders_request
        FOREIGN KEY (request) REFERENCES information_requests (id),
    CONSTRAINT ck_request_reminders_kind_listed
        CHECK (kind IN ('due soon', 'due today', 'overdue', 'still overdue'))
);

CREATE TABLE answer_links (
    digest bytea NOT NULL,
    request text COLLATE "C" NOT NULL,
    holder text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    code_digest bytea,
    code_expires_at timestamptz,
    codes_sent integer NOT NULL,
    wrong_codes integer NOT NULL,
    session_digest bytea,
    session_expires_at timestamptz,
    CONSTRAINT pk_answer_links PRIMARY KEY (digest),
    CONSTRAINT fk_answer_links_request
        FOREIGN KEY (request) REFERENCES information_requests (id),
    CONSTRAINT fk_answer_links_holder
        FOREIGN KEY (holder) REFERENCES representatives (id),
    CONSTRAINT uq_answer_links_session_digest UNIQUE (session_digest),
    CONSTRAINT ck_answer_links_digest_sized CHECK (octet_length(digest) = 32),
    CONSTRAINT ck_answer_links_counts CHECK (codes_sent >= 0 AND wrong_codes >= 0)
);
CREATE INDEX ix_answer_links_request ON answer_links (request);
"""


def upgrade() -> None:
    """Create the tables of requests, and say of every pack what it is."""
    for script in (_CHANGES, _REQUESTS):
        # several statements at once, in which % and : mean themselves
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Refused: it would destroy requests that were made and answered."""
    raise RuntimeError("the third step cannot be undone: it would destroy requests")
