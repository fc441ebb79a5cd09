"""The table of what was found in documents. Words of a document stand in it encrypted only."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Table

from gateway.domain.classification import Classification
from gateway.domain.inspection import FileType, Kind
from gateway.storage.columns import Moment, Structure, TypeCodec, Word, identifier, one_of, sized
from gateway.storage.tables import metadata

LONGEST_INSPECTION = 2_097_152  # bytes, encrypted

document_inspections = Table(
    "document_inspections",
    metadata,
    Column(
        "document",
        identifier(),
        ForeignKey("documents.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("file_type", Word(FileType)),
    Column("inspected_at", Moment, nullable=False),
    Column("counts", Structure(TypeCodec(tuple[tuple[Kind, int], ...])), nullable=False),
    Column("marking", Word(Classification)),
    Column("endorsements", Structure(TypeCodec(tuple[str, ...])), nullable=False),
    Column("mentioned", Structure(TypeCodec(tuple[str, ...])), nullable=False),
    Column("removed", Structure(TypeCodec(tuple[Kind, ...])), nullable=False),
    Column("scanned", Boolean, nullable=False),
    Column("made_here", Boolean, nullable=False),
    Column("stamped", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    one_of("file_type", FileType),
    one_of("marking", Classification),
    sized("sealed", LONGEST_INSPECTION, "octet_length"),
)
