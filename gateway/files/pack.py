"""The pack file: what goes to the attendees of a meeting, from which files and on what grounds."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from gateway.domain.packs import Label
from gateway.files.fields import FilePath
from gateway.files.problems import WORDING, refusal
from gateway.files.toml_text import read_table
from gateway.forms.fields import Line, RepresentativeKey, Several
from gateway.forms.models import (
    ConditionStatementModel,
    ConsultationModel,
    LabelModel,
    PackModel,
    StatementModel,
)
from gateway.forms.values import distinct
from gateway.services.packs import PackTerms

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

    terms: PackTerms
    documents: tuple[PackFileDocument, ...]


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


class PackFileModel(PackModel):
    """A pack for a meeting: its documents, statements of reasonable belief and consultations."""

    contact: RepresentativeKey = Field(
        description="The id of the lead agency's representative who answers for the pack."
    )
    document: Annotated[Several[DocumentModel], AfterValidator(distinct("file"))] = Field(
        min_length=1, description="The documents, in the order in which recipients see them."
    )
    statement: Annotated[Several[StatementModel], AfterValidator(distinct("recipient"))] = Field(
        default=(), description="Statements of reasonable belief, one for each recipient."
    )
    consultation: Annotated[Several[ConsultationModel], AfterValidator(distinct("child"))] = Field(
        default=(), description="Consultation, for each child or young person."
    )
    condition: Annotated[Several[ConditionStatementModel], AfterValidator(distinct("code"))] = (
        Field(default=(), description="What was done about the conditions on Māori data.")
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
        raise refusal(list(WORDING.problems_of(error, PackFileModel)), _WHAT) from None
    terms = model.terms_with(
        model.statement, model.consultation, model.condition, otherwise=model.contact
    )
    return PackFile(terms, tuple(document.to_document() for document in model.document))
