"""The sections of a draft, as its pages take them: they may be blank, but not malformed."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from gateway.domain.drafts import Content, DraftItem, Section
from gateway.domain.protocol_terms import Condition, ConditionKind, ListedAgency, ReviewTerms
from gateway.domain.register import RepresentativeId
from gateway.forms.fields import (
    AgencyKey,
    Day,
    Form,
    Level,
    Line,
    Prose,
    PurposeCode,
    RepresentativeKey,
    Several,
    UpTo,
)
from gateway.forms.protocol_models import MethodModel, PurposeModel
from gateway.forms.register_fields import ProtocolKey
from gateway.forms.values import distinct

MOST_ROWS: Final = 200
_FEW = UpTo(MOST_ROWS)


class SectionModel(Form):
    """One section of a draft."""

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        raise NotImplementedError


class MeetingSection(SectionModel):
    """What the meetings are."""

    name: Line | None = None
    meeting_purpose: Prose | None = None
    in_force_from: Day | None = None

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        return replace(
            content,
            name=self.name or "",
            meeting_purpose=self.meeting_purpose or "",
            in_force_from=self.in_force_from,
        )


class ListedModel(Form):
    """An agency that has to sign, and why it shares and receives."""

    agency: AgencyKey
    purpose: Prose | None = None


class AgenciesSection(SectionModel):
    """The agencies that have to sign."""

    agencies: Annotated[Several[ListedModel], _FEW, AfterValidator(distinct("agency"))] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed; relationship managers stay."""
        managers = {each.agency: each.manager for each in content.agencies}
        listed = tuple(
            ListedAgency(each.agency, each.purpose or "", managers.get(each.agency))
            for each in self.agencies
        )
        return replace(content, agencies=listed)


class PurposesSection(SectionModel):
    """The purposes of sharing, each with its legal authorities."""

    purpose: Annotated[Several[PurposeModel], _FEW, AfterValidator(distinct("code"))] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        return replace(content, purposes=tuple(each.to_domain() for each in self.purpose))


class ItemModel(Form):
    """A row of 'information to be shared', whose category and classification may be missing."""

    agency: AgencyKey
    item: Line
    category: Line | None = None
    classification: Level | None = None


class InformationSection(SectionModel):
    """The information to be shared, item by item."""

    information: Annotated[
        Several[ItemModel], _FEW, AfterValidator(distinct("agency", "item"))
    ] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        rows = tuple(
            DraftItem(row.agency, row.item, row.category or "", row.classification)
            for row in self.information
        )
        return replace(content, information=rows)


class ConditionModel(Form):
    """A condition on Māori data."""

    code: PurposeCode
    kind: ConditionKind = Field(strict=False)
    statement: Prose
    categories: Annotated[Several[Line], _FEW, AfterValidator(distinct())] = ()
    agencies: Annotated[Several[AgencyKey], _FEW, AfterValidator(distinct())] = ()
    set_with: Line
    set_on: Day

    def to_domain(self) -> Condition:
        """The condition as the domain holds it."""
        return Condition(
            self.code,
            self.kind,
            self.statement,
            self.categories,
            self.agencies,
            self.set_with,
            self.set_on,
        )


class MaoriDataSection(SectionModel):
    """With whom conditions on Māori data were set, and which."""

    engagement: Prose | None = None
    conditions: Annotated[Several[ConditionModel], _FEW, AfterValidator(distinct("code"))] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        conditions = tuple(each.to_domain() for each in self.conditions)
        return replace(content, engagement=self.engagement or "", conditions=conditions)


class StageModel(MethodModel):
    """How information is shared at one stage; its description may be missing."""

    description: Prose | None = None  # type: ignore[assignment]  # what is typed may be blank

    def applied(self, content: Content, stage: str) -> Content:
        """`content` with this stage as it was typed."""
        before = getattr(content, stage)
        method = replace(
            before, description=self.description or "", password_channels=self.password_channels
        )
        return replace(content, **{stage: method})


class MethodSection(SectionModel):
    """How information is shared before, during and after a meeting."""

    before: StageModel
    during: StageModel
    after: StageModel

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        for stage in ("before", "during", "after"):
            content = getattr(self, stage).applied(content, stage)
        return content


class SecuritySection(SectionModel):
    """What is required, and what is barred: one sentence each."""

    requirements: Annotated[Several[Prose], _FEW] = ()
    restrictions: Annotated[Several[Prose], _FEW] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        return replace(content, requirements=self.requirements, restrictions=self.restrictions)


class TextSection(SectionModel):
    """Sections that are words alone; each page has some of these fields."""

    recording: Prose | None = None
    secondary_use: Prose | None = None
    retention: Prose | None = None
    transparency: Prose | None = None
    privacy_statement: Prose | None = None
    breaches: Prose | None = None
    conflicts: Prose | None = None

    def applied(self, content: Content) -> Content:
        """`content` with those of the texts that were sent, blank or not."""
        sent: dict[str, Any] = {name: getattr(self, name) or "" for name in self.model_fields_set}
        return replace(content, **sent)


class ManagerModel(Form):
    """The relationship manager of an agency."""

    agency: AgencyKey
    manager: RepresentativeKey | None = None


class ManagersSection(SectionModel):
    """The relationship manager of each listed agency."""

    managers: Annotated[Several[ManagerModel], _FEW, AfterValidator(distinct("agency"))] = ()

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed; agencies that were not sent stay."""
        chosen: dict[str, RepresentativeId | None] = {
            each.agency: each.manager for each in self.managers
        }
        listed = tuple(
            replace(each, manager=chosen[each.agency]) if each.agency in chosen else each
            for each in content.agencies
        )
        return replace(content, agencies=listed)


class ReviewSection(SectionModel):
    """How often the protocol is reviewed, by whom, and how long it counts after that."""

    every_months: int = Field(ge=1, le=60, strict=False)
    responsible: AgencyKey
    grace_days: int = Field(ge=0, le=180, strict=False)

    def applied(self, content: Content) -> Content:
        """`content` with this section as it was typed."""
        review = ReviewTerms(self.every_months, self.responsible, self.grace_days)
        return replace(content, review=review)


MODELS: Final[Mapping[Section, type[SectionModel]]] = MappingProxyType(
    {
        Section.MEETING: MeetingSection,
        Section.AGENCIES: AgenciesSection,
        Section.PURPOSES: PurposesSection,
        Section.INFORMATION: InformationSection,
        Section.USE: TextSection,
        Section.MAORI_DATA: MaoriDataSection,
        Section.METHOD: MethodSection,
        Section.SECURITY: SecuritySection,
        Section.RETENTION: TextSection,
        Section.TRANSPARENCY: TextSection,
        Section.BREACHES: TextSection,
        Section.CONFLICTS: TextSection,
        Section.MANAGERS: ManagersSection,
        Section.REVIEW: ReviewSection,
    }
)


class VettingModel(Form):
    """Who looked through a draft."""

    name: Line
    role: Line
    field: Literal["privacy", "legal", "information"]
    vetted_on: Day


class CommentModel(Form):
    """What somebody says of a section."""

    text: Prose


class BeginModel(Form):
    """What a draft begins with."""

    protocol: ProtocolKey
    name: Line | None = None
