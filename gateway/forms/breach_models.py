"""What is typed about a breach, as its pages take it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.domain.breaches import BreachKind, Exception116, Harm, Told
from gateway.forms.fields import AgencyKey, Day, Form, Line, Prose, Several, UpTo
from gateway.forms.register_fields import ProtocolKey
from gateway.forms.values import distinct

MOST_REFERENCES = 50
_FEW = UpTo(MOST_REFERENCES)


class ReportModel(Form):
    """What went wrong; its times are read beside it, in the zone of whoever reports."""

    what: Prose
    affected: Prose
    kind: BreachKind = Field(strict=False)
    references: Annotated[Several[Line], _FEW, AfterValidator(distinct())] = ()


class TargetsModel(Form):
    """References of further transfers and requests."""

    references: Annotated[Several[Line], _FEW, AfterValidator(distinct())]


class ContainModel(Form):
    """What was done outside the gateway."""

    steps: Prose


class AssessmentModel(Form):
    """What a person says of each factor of section 113, what follows, and why."""

    a: Prose | None = None
    b: Prose | None = None
    c: Prose | None = None
    d: Prose | None = None
    e: Prose | None = None
    f: Prose | None = None
    harm: Harm = Field(strict=False)
    reason: Prose


class NotificationModel(Form):
    """Who was notified and how, or which exception applies and why."""

    told: Told = Field(strict=False)
    how: Prose
    exception: Exception116 | None = Field(default=None, strict=False)


class NoticeModel(Form):
    """Which agencies are told, and what they then see."""

    agencies: Annotated[Several[AgencyKey], _FEW, AfterValidator(distinct())]
    message: Prose


class LessonModel(Form):
    """What is to be done differently."""

    text: Prose
    owner: Line
    due_on: Day


class CarryModel(Form):
    """Into the draft of which protocol a lesson goes."""

    protocol: ProtocolKey
