"""What requests may hold: bodies and query parameters, by the pack file's names.

What the pack file says too comes from `gateway.forms.models`, here under the names that the API's
description has for it.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain.inspection import Kind
from gateway.domain.register import RepresentativeId
from gateway.forms.exports import Format
from gateway.forms.fields import Form, Line, RepresentativeKey, Several
from gateway.forms.models import (
    Children,
    ConditionStatementModel,
    ConsultationModel,
    Endorsements,
    LabelModel,
    PackModel,
    StatementModel,
)
from gateway.forms.search import Filter, Period
from gateway.forms.values import distinct
from gateway.services.disclosures import Direction
from gateway.services.packs import PackTerms
from gateway.services.paging import Page
from gateway.web.fields import (
    FEW,
    DirectionName,
    Flag,
    FormatName,
    Identifier,
    KindName,
    Limit,
    Size,
    StateName,
    Typed,
)


class Label(LabelModel):
    """What a person says a document is; the rules judge by it."""

    children: Annotated[Children, FEW] = ()
    endorsements: Annotated[Endorsements, FEW] = ()


class UploadLabel(Label):
    """The label of a document being uploaded, with the title recipients read."""

    title: Line | None = Field(
        default=None, description="What recipients read for it; the file's own name if left out."
    )


class Statement(StatementModel):
    """A person's statement of reasonable belief for one recipient (section 66C(b))."""

    stated_by: RepresentativeKey | None = Field(
        default=None, description="Who states it; the token's holder if left out."
    )


class Consultation(ConsultationModel):
    """Whether a child or young person was consulted (section 66K)."""


class ConditionStatement(ConditionStatementModel):
    """What was done about one of the protocol's conditions on Māori data."""


class PackBody(PackModel):
    """A new pack, without its documents."""

    statements: Annotated[Several[Statement], FEW, AfterValidator(distinct("recipient"))] = Field(
        default=(), description="Statements of reasonable belief, one for each recipient."
    )
    consultations: Annotated[Several[Consultation], FEW, AfterValidator(distinct("child"))] = Field(
        default=(), description="Consultation, for each child or young person."
    )
    conditions: Annotated[Several[ConditionStatement], FEW, AfterValidator(distinct("code"))] = (
        Field(default=(), description="What was done about the conditions on Māori data.")
    )

    def to_terms(self, holder: RepresentativeId | None) -> PackTerms:
        """What the use case takes; `holder` of the token stands where nobody is named.

        Raises:
            InvalidInput: nobody is named and the token has no holder.
        """
        return self.terms_with(
            self.statements, self.consultations, self.conditions, otherwise=holder
        )


class Acknowledgement(Form):
    """That a pack arrived and was opened."""

    reference: Typed = Field(description="The pack's reference, e.g. 'T-7KQ2-M9XD'.")
    code: Typed = Field(description="The code from the contents page inside the pack.")


class UploadQuery(Form):
    """How a document is taken in."""

    remove_unsafe: Flag = Field(
        default=False,
        description="Remove what is unsafe, such as macros, instead of refusing the document.",
    )


class CleanBody(Form):
    """What is to be taken out of a document."""

    kinds: Annotated[Several[KindName], FEW] = Field(
        default=(),
        description="Kinds of discoveries; with none the document is only looked into again.",
    )

    def to_kinds(self) -> frozenset[Kind]:
        """The kinds by their names."""
        return frozenset(Kind[name] for name in self.kinds)


class NoQuery(Form):
    """No query parameters."""


class PageQuery(Form):
    """Which part of a list to give."""

    limit: Limit = Field(default=50, description="How many items at most.")
    after: Identifier | None = Field(
        default=None, description="Go on after this: the `next` of the answer before."
    )

    def page(self) -> Page:
        """The slice as the use cases take it."""
        return Page(self.limit, self.after)


class EntryQuery(Filter, PageQuery):
    """Which entries of the audit log to give."""


class ExportQuery(Filter):
    """Which entries of the audit log to export, and how."""

    format: FormatName = Field(default=Format.JSONL, description="The format of the export.")


class PeriodQuery(Period):
    """From when to when to look."""


class AccountQuery(Period, PageQuery):
    """Which part of an account to give."""


class AgencyAccountQuery(AccountQuery):
    """Which part of an agency's account to give."""

    direction: DirectionName = Field(
        default=Direction.SENT, description="What it sent, or what it received."
    )


class GrowthQuery(Form):
    """Between which checkpoints the log is to be proved to have only grown."""

    old: Size = Field(description="Entries in the older checkpoint.")
    new: Size | None = Field(
        default=None, description="Entries in the newer checkpoint; the newest if left out."
    )


class TransferQuery(PageQuery):
    """Which transfers to give."""

    pack: Identifier | None = Field(default=None, description="Only those of this pack.")
    state: StateName | None = Field(default=None, description="Only those in this state.")
