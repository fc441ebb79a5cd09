"""What the API takes about requests for information."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.domain.information_requests.states import AnswerKind, RequestState
from gateway.forms.fields import (
    Form,
    Line,
    LongProse,
    RepresentativeKey,
    one_of,
    patterned,
)
from gateway.forms.requests import ConsultationRecordModel, RequestModel
from gateway.forms.values import matching, member_of
from gateway.services.request_answers import DisclosureTerms
from gateway.services.request_storage import RequestFilter
from gateway.web.fields import Flag, Identifier, Typed
from gateway.web.models import PageQuery

RequestStateName = Annotated[
    RequestState, BeforeValidator(member_of(list(RequestState))), one_of(list(RequestState))
]
AnswerName = Annotated[
    AnswerKind, BeforeValidator(member_of(list(AnswerKind))), one_of(list(AnswerKind))
]


QuarterName = Annotated[
    str,
    AfterValidator(
        matching(
            r"^(?:19|20)[0-9]{2}-Q[1-4]$", "This is not a quarter.", "Write it as in '2026-Q4'."
        )
    ),
    patterned(r"^(?:19|20)[0-9]{2}-Q[1-4]$", "2026-Q4"),
]


class RequestBody(RequestModel):
    """A request for information."""


class RequestQuery(PageQuery):
    """Which requests to give."""

    state: RequestStateName | None = Field(default=None, description="Only those in this state.")
    overdue: Flag = Field(default=False, description="Only open ones whose day has passed.")

    def wanted(self, today: date) -> RequestFilter:
        """The filter as the use cases take it."""
        return RequestFilter(self.state, today if self.overdue else None)


class TextBody(Form):
    """A message to the other agency."""

    text: LongProse = Field(description="What is asked, or replied.")


class WithdrawalBody(Form):
    """Why a request is taken back."""

    reason: LongProse | None = Field(default=None, description="What the holder is told of it.")


class ForwardingBody(Form):
    """To whom in the same agency a request is passed on."""

    holder: RepresentativeKey = Field(description="The id of the right person's entry.")
    note: LongProse | None = Field(default=None, description="What to tell both agencies.")


class ReaddressingBody(Form):
    """To whom of the holding agency an open request is addressed anew."""

    holder: RepresentativeKey = Field(description="The id of the new holder's entry.")


class DisclosureBody(Form):
    """What a responder says with what is disclosed."""

    belief: LongProse | None = Field(
        default=None, description="Why it is believed to assist the requester (section 66C(b))."
    )
    consultation: ConsultationRecordModel = Field(
        default_factory=ConsultationRecordModel,
        description="Consultation before disclosing (section 66K).",
    )
    limitations: LongProse | None = Field(
        default=None, description="On reliability, accuracy and secondary use."
    )

    def to_terms(self) -> DisclosureTerms:
        """What the use case takes."""
        return DisclosureTerms(
            self.belief or "", self.consultation.to_domain(), self.limitations or ""
        )


class AnswerBody(Form):
    """An answer to a request."""

    kind: AnswerName = Field(description="What is answered.")
    pack: Identifier | None = Field(
        default=None, description="The pack with what is disclosed, in all or in part."
    )
    ground: Line | None = Field(
        default=None, description="Code of the ground where it is declined; see the form."
    )
    reasons: LongProse | None = Field(
        default=None, description="Why it is declined, or disclosed only in part."
    )
    onward: LongProse | None = Field(default=None, description="Whom to ask instead.")


class QuarterQuery(Form):
    """For which quarter to report."""

    quarter: QuarterName = Field(description="Quarter of a calendar year, e.g. '2026-Q4'.")


class CodeBody(Form):
    """The code that opens a one-time link."""

    code: Typed = Field(description="The code from the text message.")
