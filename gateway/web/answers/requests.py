"""What the API answers about requests for information."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import Field

from gateway.domain.classification import Classification
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.information_requests.states import (
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.information_requests.threads import MessageKind
from gateway.services.answer_links import LinkView
from gateway.services.information_requests import RequestCheck, RequestView
from gateway.web.answers.base import ListShown, Moment, Shown
from gateway.web.answers.packs import FindingShown


class RequestSummary(Shown):
    """A request without what it says."""

    id: str
    reference: str
    agency: str = Field(description="The agency that asks.")
    requester: str
    holding_agency: str = Field(description="The agency that is asked.")
    holder: str
    authority: str
    purpose: str = Field(description="Code of the protocol's purpose of sharing.")
    meeting: str
    child: str
    marking: Classification
    due_on: date | None
    state: RequestState
    created_at: Moment
    entered_at: Moment = Field(description="When the present state began.")
    sent_at: Moment | None
    acknowledged_at: Moment | None
    packs: tuple[str, ...] = Field(description="The packs that carried it, the last one last.")

    @classmethod
    def of(cls, request: InformationRequest) -> Self:
        """A request."""
        return cls.model_validate(request)


class RequestPage(ListShown):
    """A page of requests."""

    items: tuple[RequestSummary, ...]


class SubjectShown(Shown):
    """The child or young person a request is about."""

    reference: str
    name: str
    other_names: tuple[str, ...]
    born_on: date | None
    age_years: int | None
    gender: str
    address: str
    identifiers: Mapping[str, str]
    family: str


class ItemShown(Shown):
    """One thing asked for."""

    category: str
    description: str
    since: date | None
    until: date | None


class ConsultationRecordShown(Shown):
    """Whether the child or young person was consulted (section 66K)."""

    consulted: bool | None
    whom: str
    account: str


class ContentShown(Shown):
    """What a request says; blank where nothing was written."""

    subject: SubjectShown
    ground: str
    purpose: str
    instrument: str
    items: tuple[ItemShown, ...]
    held_because: str
    needed_because: str
    consultation: ConsultationRecordShown
    due_because: str
    urgent: bool
    reply_by: str
    relationship: str
    action: str
    safety: str
    further: Mapping[str, str]


class MessageShown(Shown):
    """A message of the thread; both sides read it."""

    id: str
    at: Moment
    agency: str
    author: str
    kind: MessageKind
    text: str


class AnswerShown(Shown):
    """The holding agency's answer."""

    kind: AnswerKind
    at: Moment
    answered_by: str
    ground: str
    reasons: str
    limitations: str
    consultation: ConsultationRecordShown
    onward: str
    pack: str | None


class RequestShown(RequestSummary):
    """A request with what it says, its thread and its answer."""

    content: ContentShown
    messages: tuple[MessageShown, ...] = ()
    answer: AnswerShown | None = None

    @classmethod
    def seen(cls, view: RequestView) -> Self:
        """A request as one of its sides sees it."""
        known: dict[str, Any] = RequestSummary.of(view.request).model_dump()
        return cls.model_validate(
            known
            | {
                "content": ContentShown.model_validate(view.content),
                "messages": tuple(MessageShown.model_validate(m) for m in view.messages),
                "answer": AnswerShown.model_validate(view.answer) if view.answer else None,
            }
        )


class BroadItemShown(Shown):
    """An item that is not specific, and how to narrow it."""

    number: int = Field(description="Its place among the items, from 1.")
    hint: str


class FieldFaultShown(Shown):
    """A field that cannot be right, or reads as a duty, and what to do about it."""

    field: str
    message: str
    remedy: str


class RequestCheckShown(Shown):
    """Whether a request could go out now, and everything that stands against it."""

    allowed: bool
    findings: tuple[FindingShown, ...]
    missing: tuple[str, ...] = Field(description="Required fields that are blank.")
    too_broad: tuple[BroadItemShown, ...]
    faults: tuple[FieldFaultShown, ...] = Field(
        description="Fields that cannot be right, or read as if the holder had to answer."
    )
    policy_digest: str

    @classmethod
    def of(cls, check: RequestCheck) -> Self:
        """A check."""
        return cls(
            allowed=check.decision.allowed,
            findings=tuple(FindingShown.model_validate(f) for f in check.decision.findings),
            missing=check.missing,
            too_broad=tuple(BroadItemShown.model_validate(item) for item in check.too_broad),
            faults=tuple(FieldFaultShown.model_validate(fault) for fault in check.faults),
            policy_digest=check.policy_digest,
        )


class FormFieldShown(Shown):
    """One field of a form."""

    name: str
    label: str
    hint: str
    required: bool
    longest: int
    added: bool = Field(description="Whether it goes under `further`.")


class DeclineGroundShown(Shown):
    """Why a holder may say no."""

    code: str
    text: str


class FormShown(Shown):
    """What a request under one legal authority asks for and says."""

    authority: str
    title: str
    statements: tuple[str, ...]
    fields: tuple[FormFieldShown, ...]
    needs_approval: bool
    answer_within_days: int = Field(description="Working days suggested for an answer.")
    decline_grounds: tuple[DeclineGroundShown, ...]

    @classmethod
    def of(cls, form: RequestForm) -> Self:
        """A form."""
        return cls.model_validate(form)


class LinkShown(Shown):
    """What a one-time link shows before it is opened."""

    reference: str
    asking_agency: str
    mobile_ends: str = Field(description="The last digits of the number a code is sent to.")
    opened: bool = Field(description="Whether it was used already.")

    @classmethod
    def of(cls, view: LinkView) -> Self:
        """A link."""
        return cls.model_validate(view)


class CodeSentShown(Shown):
    """That a code is on its way."""

    sent: bool


class SessionShown(Shown):
    """The bearer token that answers this one request, shown this once."""

    token: str
    expires_at: Moment
    request: str


class AgencyTimesShown(Shown):
    """How quickly an agency answered what it was asked in a quarter (working days)."""

    agency: str
    asked: int
    answered: int
    outcomes: Mapping[str, int]
    withdrawn: int
    expired: int
    open: int
    overdue: int
    answered_by_due: int
    median_days_to_acknowledge: float | None
    median_days_to_answer: float | None
    slowest_tenth_days_to_answer: float | None = Field(
        description="Nine of ten answers took no longer (90th percentile)."
    )


class ResponseTimesShown(Shown):
    """The quarterly report."""

    quarter: str
    agencies: tuple[AgencyTimesShown, ...]
