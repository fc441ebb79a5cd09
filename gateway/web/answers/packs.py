"""What the API answers about packs and their check."""

from typing import Self

from pydantic import Field

from gateway.domain.addresses import masked
from gateway.domain.classification import Classification
from gateway.domain.decisions import Decision, Matrix, MatrixRow, Route, Severity
from gateway.domain.packs import Document, Pack, PackKind
from gateway.domain.register import PasswordChannel
from gateway.web.answers.base import ListShown, Moment, Shown, person_fields


class LabelShown(Shown):
    """The label of a document."""

    classification: Classification
    category: str
    source_agency: str
    children: tuple[str, ...]
    personal_information: bool
    obtained_under_section_66: bool
    endorsements: tuple[str, ...]


class DocumentShown(Shown):
    """A document of a pack; its content never leaves by this interface."""

    id: str
    title: str
    extension: str
    label: LabelShown
    size_bytes: int
    sha256: str = Field(description="SHA-256 of the document as it is in the pack, in hexadecimal.")
    position: int


class StatementShown(Shown):
    """A statement of reasonable belief."""

    recipient: str
    ground: str
    belief: str
    stated_by: str
    instrument: str | None


class ConsultationShown(Shown):
    """Whether a child or young person was consulted."""

    child: str
    consulted: bool
    account: str


class ConditionStatementShown(Shown):
    """What was done about a condition on Māori data."""

    code: str
    account: str


class PackSummary(Shown):
    """A pack without its documents."""

    id: str
    kind: PackKind = Field(description="A meeting pack, a request, or the answer to one.")
    request: str | None = Field(description="The request it carries or answers.")
    meeting: str
    contact: str
    authority: str
    purpose: str
    marking: Classification
    created_at: Moment
    sent_at: Moment | None = Field(description="When it was sent; null while it can be changed.")


class PackShown(PackSummary):
    """A pack with everything in it."""

    statements: tuple[StatementShown, ...]
    consultations: tuple[ConsultationShown, ...]
    conditions: tuple[ConditionStatementShown, ...]
    limitations: str = Field(description="Of an answer: reliability, accuracy, secondary use.")
    documents: tuple[DocumentShown, ...] = ()

    @classmethod
    def of(cls, pack: Pack, documents: tuple[Document, ...]) -> Self:
        """A pack with its documents."""
        shown = tuple(DocumentShown.model_validate(document) for document in documents)
        return cls.model_validate(pack).model_copy(update={"documents": shown})


class FindingShown(Shown):
    """What one rule found about one document and recipient."""

    rule: str
    severity: Severity = Field(description="`deny` withholds the document, `warn` only tells.")
    message: str
    remedy: str
    source: str = Field(description="What the rule rests on, e.g. an Act and section.")


class DecisionShown(Shown):
    """Whether one recipient may receive one document."""

    document: str
    allowed: bool
    findings: tuple[FindingShown, ...]

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """A decision."""
        return cls.model_validate(decision)


class RowShown(Shown):
    """What one recipient would get."""

    recipient: str
    name: str
    role: str
    agency: str
    agency_name: str
    address: str = Field(description="The mail address the pack would go to.")
    password_channel: PasswordChannel | None = Field(
        description="How the password would go; null when no channel reaches the recipient."
    )
    password_address: str | None = Field(description="Where to, all but the last three hidden.")
    route: Route = Field(description="Which way the pack would go, before its size is known.")
    decisions: tuple[DecisionShown, ...]

    @classmethod
    def of(cls, row: MatrixRow) -> Self:
        """One recipient's line of the check."""
        return cls(
            **person_fields(row.recipient, row.agency),
            password_channel=row.channel.channel if row.channel else None,
            password_address=masked(row.channel.address) if row.channel else None,
            route=row.route,
            decisions=tuple(DecisionShown.of(decision) for decision in row.decisions),
        )


class MatrixShown(Shown):
    """The check of a pack: recipients by documents."""

    pack: str
    policy: str = Field(description="SHA-256 of the policies that decided, in hexadecimal.")
    documents: tuple[DocumentShown, ...]
    rows: tuple[RowShown, ...]

    @classmethod
    def of(cls, matrix: Matrix) -> Self:
        """The check of a whole pack."""
        return cls(
            pack=matrix.pack.id,
            policy=matrix.policy_digest,
            documents=tuple(DocumentShown.model_validate(d) for d in matrix.documents),
            rows=tuple(RowShown.of(row) for row in matrix.rows),
        )


class PackPage(ListShown):
    """A page of packs."""

    items: tuple[PackSummary, ...]
