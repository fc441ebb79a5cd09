"""The pack file: what goes to the attendees of a meeting, from which files and on what grounds."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from gateway.domain.classification import Classification
from gateway.domain.packs import Consultation, Label, Statement
from gateway.domain.register import AuthorityCode, MeetingId, RepresentativeId
from gateway.files.fields import FilePath, Line, Several
from gateway.files.models import (
    Consultations,
    LabelModel,
    PackHeaderModel,
    Statements,
)
from gateway.files.problems import problems_of
from gateway.files.toml_text import read_table, refusal
from gateway.files.values import distinct

_WHAT = "pack file"


@dataclass(frozen=True, slots=True)
class PackFileDocument:
    """A document of a pack file.

    Attributes:
        file: path relative to the folder of the pack file, with forward slashes, never above it.
        title: what recipients read on the contents page; None for the file's own name.
    """

    file: str
    title: str | None
    label: Label


@dataclass(frozen=True, slots=True)
class PackFile:
    """Everything a pack file holds."""

    meeting: MeetingId
    contact: RepresentativeId
    authority: AuthorityCode
    purpose: str
    marking: Classification
    documents: tuple[PackFileDocument, ...]
    statements: tuple[Statement, ...]
    consultations: tuple[Consultation, ...]


class DocumentModel(LabelModel):
    """A document: which file it is, and its label."""

    file: FilePath = Field(
        description="Path of the file below the folder of the pack file, with forward slashes."
    )
    title: Line | None = Field(
        default=None, description="What recipients read for it; the file's own name if left out."
    )

    def to_document(self) -> PackFileDocument:
        """The document with its label as the domain holds it."""
        return PackFileDocument(self.file, self.title, self.to_domain())


class PackFileModel(PackHeaderModel):
    """A pack for a meeting: its documents, statements of reasonable belief and consultations."""

    document: Annotated[Several[DocumentModel], AfterValidator(distinct("file"))] = Field(
        min_length=1, description="The documents, in the order in which recipients see them."
    )
    statement: Statements = Field(
        default=(), description="Statements of reasonable belief, one for each recipient."
    )
    consultation: Consultations = Field(
        default=(), description="Consultation, for each child or young person."
    )


def parse_pack(data: bytes) -> PackFile:
    """The pack that a file's bytes describe; the documents themselves are not looked at.

    Args:
        data: TOML 1.0 in UTF-8, at most 5 MiB, as `pack.schema.json` describes it.

    Raises:
        InvalidInput: anything is wrong; `problems` lists every fault that could be found, each with
            a path such as `document[2].classification` (positions count from 1), or with the line
            where the file is not readable at all.
    """
    table = read_table(data, _WHAT)
    try:
        model = PackFileModel.model_validate(table)
    except ValidationError as error:
        raise refusal(list(problems_of(error, PackFileModel)), _WHAT) from None
    return PackFile(
        meeting=model.meeting,
        contact=model.contact,
        authority=model.authority,
        purpose=model.purpose,
        marking=model.marking,
        documents=tuple(document.to_document() for document in model.document),
        statements=tuple(each.to_domain(model.contact) for each in model.statement),
        consultations=tuple(each.to_domain() for each in model.consultation),
    )
