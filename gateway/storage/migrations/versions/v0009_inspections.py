"""The ninth step: what was found in documents."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSPECTIONS = """
CREATE TABLE document_inspections (
    document text COLLATE "C" NOT NULL,
    file_type text,
    inspected_at timestamptz NOT NULL,
    counts jsonb NOT NULL,
    marking text,
    endorsements jsonb NOT NULL,
    mentioned jsonb NOT NULL,
    removed jsonb NOT NULL,
    scanned boolean NOT NULL,
    made_here boolean NOT NULL,
    stamped boolean NOT NULL,
    sealed bytea,
    CONSTRAINT pk_document_inspections PRIMARY KEY (document),
    CONSTRAINT fk_document_inspections_document FOREIGN KEY (document)
        REFERENCES documents (id) ON DELETE CASCADE,
    CONSTRAINT ck_document_inspections_file_type_listed CHECK (file_type IN (
        'PDF',
        'Word document',
        'Excel workbook',
        'PowerPoint presentation',
        'OpenDocument text',
        'OpenDocument spreadsheet',
        'OpenDocument presentation',
        'Rich Text',
        'plain text',
        'comma-separated values',
        'PNG picture',
        'JPEG picture',
        'HEIC picture',
        'mail message',
        'Outlook message'
    )),
    CONSTRAINT ck_document_inspections_marking_listed CHECK (marking IN (
        'UNCLASSIFIED', 'IN-CONFIDENCE', 'SENSITIVE', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET',
        'TOP SECRET'
    )),
    CONSTRAINT ck_document_inspections_sealed_sized
        CHECK (octet_length(sealed) BETWEEN 1 AND 2097152)
)
"""


def upgrade() -> None:
    """Create the table; documents from before have no row, and so were never looked into."""
    op.execute(_INSPECTIONS)


def downgrade() -> None:
    """Forget what was found."""
    op.execute("DROP TABLE document_inspections")
