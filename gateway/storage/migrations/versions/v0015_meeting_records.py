"""What happens at a meeting and after it: records, actions, packs that are deleted, checklists."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_RECORDS = """
CREATE TABLE meeting_records (
    meeting text COLLATE "C" NOT NULL,
    lead_agency text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    begun_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    agenda bytea NOT NULL,
    attendance jsonb NOT NULL,
    outcome_packs jsonb NOT NULL,
    closed_at timestamptz,
    CONSTRAINT pk_meeting_records PRIMARY KEY (meeting),
    CONSTRAINT ck_meeting_records_counts CHECK (revision >= 1),
    CONSTRAINT ck_meeting_records_agenda_sized CHECK (octet_length(agenda) BETWEEN 1 AND 1048576),
    CONSTRAINT fk_meeting_records_meeting FOREIGN KEY(meeting) REFERENCES meetings (id),
    CONSTRAINT fk_meeting_records_lead_agency FOREIGN KEY(lead_agency) REFERENCES agencies (id)
)
"""
_CORRECTIONS = """
CREATE TABLE meeting_corrections (
    id text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    made_at timestamptz NOT NULL,
    by text COLLATE "C",
    text bytea NOT NULL,
    CONSTRAINT pk_meeting_corrections PRIMARY KEY (id),
    CONSTRAINT ck_meeting_corrections_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_meeting_corrections_text_sized CHECK (octet_length(text) BETWEEN 1 AND 1048576),
    CONSTRAINT fk_meeting_corrections_meeting
        FOREIGN KEY(meeting) REFERENCES meeting_records (meeting)
)
"""
_ACTIONS = """
CREATE TABLE meeting_actions (
    id text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    lead_agency text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    children jsonb NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL,
    tasked_at timestamptz NOT NULL,
    words bytea NOT NULL,
    ended_at timestamptz,
    outcome bytea,
    CONSTRAINT pk_meeting_actions PRIMARY KEY (id),
    CONSTRAINT ck_meeting_actions_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_meeting_actions_state_listed CHECK (state IN ('open', 'done', 'not done')),
    CONSTRAINT ck_meeting_actions_words_sized CHECK (octet_length(words) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_meeting_actions_outcome_sized
        CHECK (octet_length(outcome) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_meeting_actions_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT uq_meeting_actions_reference UNIQUE (reference),
    CONSTRAINT fk_meeting_actions_meeting FOREIGN KEY(meeting) REFERENCES meetings (id),
    CONSTRAINT fk_meeting_actions_lead_agency FOREIGN KEY(lead_agency) REFERENCES agencies (id),
    CONSTRAINT fk_meeting_actions_agency FOREIGN KEY(agency) REFERENCES agencies (id),
    CONSTRAINT fk_meeting_actions_owner FOREIGN KEY(owner) REFERENCES representatives (id)
)
"""
_KEEPINGS = """
CREATE TABLE pack_keepings (
    id text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    lead_agency text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    transfer text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    asked_at timestamptz NOT NULL,
    due_on date NOT NULL,
    link_digest bytea NOT NULL,
    link_expires_at timestamptz NOT NULL,
    answer text,
    answered_at timestamptz,
    reason bytea,
    CONSTRAINT pk_pack_keepings PRIMARY KEY (id),
    CONSTRAINT ck_pack_keepings_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_pack_keepings_answer_listed CHECK (answer IN ('deleted', 'not yet', 'kept')),
    CONSTRAINT ck_pack_keepings_reason_sized CHECK (octet_length(reason) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_pack_keepings_answered CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CONSTRAINT ck_pack_keepings_reasoned CHECK (answer <> 'kept' OR reason IS NOT NULL),
    CONSTRAINT ck_pack_keepings_link_digest_sized CHECK (octet_length(link_digest) = 32),
    CONSTRAINT uq_pack_keepings_transfer UNIQUE (transfer),
    CONSTRAINT uq_pack_keepings_link_digest UNIQUE (link_digest),
    CONSTRAINT fk_pack_keepings_meeting FOREIGN KEY(meeting) REFERENCES meetings (id),
    CONSTRAINT fk_pack_keepings_lead_agency FOREIGN KEY(lead_agency) REFERENCES agencies (id),
    CONSTRAINT fk_pack_keepings_agency FOREIGN KEY(agency) REFERENCES agencies (id),
    CONSTRAINT fk_pack_keepings_recipient FOREIGN KEY(recipient) REFERENCES representatives (id),
    CONSTRAINT fk_pack_keepings_transfer FOREIGN KEY(transfer) REFERENCES transfers (id)
)
"""
_CHECKLISTS = """
CREATE TABLE sharing_checklists (
    id text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    meeting text COLLATE "C" NOT NULL,
    by text COLLATE "C",
    ended_at timestamptz NOT NULL,
    ending text NOT NULL,
    answers bytea NOT NULL,
    pack text COLLATE "C",
    CONSTRAINT pk_sharing_checklists PRIMARY KEY (id),
    CONSTRAINT ck_sharing_checklists_id_sized CHECK (char_length(id) BETWEEN 1 AND 200),
    CONSTRAINT ck_sharing_checklists_ending_listed
        CHECK (ending IN ('a pack was begun', 'may be shared', 'do not share')),
    CONSTRAINT ck_sharing_checklists_answers_sized
        CHECK (octet_length(answers) BETWEEN 1 AND 1048576),
    CONSTRAINT ck_sharing_checklists_pack_fits_ending
        CHECK ((ending = 'a pack was begun') = (pack IS NOT NULL)),
    CONSTRAINT fk_sharing_checklists_agency FOREIGN KEY(agency) REFERENCES agencies (id),
    CONSTRAINT fk_sharing_checklists_meeting FOREIGN KEY(meeting) REFERENCES meetings (id),
    CONSTRAINT fk_sharing_checklists_by FOREIGN KEY(by) REFERENCES representatives (id)
)
"""
_NOTICES = """
CREATE TABLE meeting_notices (
    about text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    done_at timestamptz NOT NULL,
    CONSTRAINT pk_meeting_notices PRIMARY KEY (about, kind),
    CONSTRAINT ck_meeting_notices_kind_listed
        CHECK (kind IN ('tasked', 'action-due', 'action-overdue', 'deletion-asked', 'deletion-due',
            'deletion-overdue'))
)
"""
_INDEXES = (
    "CREATE INDEX ix_meeting_corrections_meeting ON meeting_corrections (meeting)",
    "CREATE INDEX ix_meeting_actions_agency ON meeting_actions (agency)",
    "CREATE INDEX ix_meeting_actions_lead_agency ON meeting_actions (lead_agency)",
    "CREATE INDEX ix_meeting_actions_meeting ON meeting_actions (meeting)",
    "CREATE INDEX ix_pack_keepings_meeting ON pack_keepings (meeting)",
    "CREATE INDEX ix_sharing_checklists_agency_meeting ON sharing_checklists (agency, meeting)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in (
        _RECORDS,
        _CORRECTIONS,
        _ACTIONS,
        _KEEPINGS,
        _CHECKLISTS,
        _NOTICES,
        *_INDEXES,
    ):
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE meeting_notices, sharing_checklists, pack_keepings, meeting_actions")
    op.execute("DROP TABLE meeting_corrections, meeting_records")
