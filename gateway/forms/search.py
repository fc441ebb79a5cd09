"""What a person asks of the audit log, in the same words on the command line and in the API."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from gateway.audit.entries import Action, Outcome
from gateway.domain.errors import InvalidInput
from gateway.forms.fields import ChildKey, Form, MeetingKey, one_of, patterned
from gateway.forms.problems import Wording
from gateway.forms.values import Fault, matching, member_of
from gateway.services.log_storage import Order
from gateway.services.review import Wanted

_WORD = r"^[A-Za-z0-9_.:-]{1,64}$"
_DIGEST = r"^[0-9A-Fa-f]{64}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2}))?$"

_word = matching(
    _WORD,
    "This is not of the required form.",
    "Use up to 64 letters, digits, dots, colons, hyphens and underscores.",
)
_digest = matching(
    _DIGEST, "This is not a SHA-256 digest.", "Give its 64 hexadecimal digits, as sha256sum does."
)
_moment_formed = matching(
    _MOMENT,
    "This is not a time.",
    "Give a day such as '2026-12-01', or a time with its zone such as '2026-12-01T09:30:00Z'.",
)

_WORDING = Wording("a search", "See the command's --help.", re.compile(r"[a-z_-]{1,64}"))


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(_moment_formed(text))
    except ValueError as error:
        raise Fault("There is no such time.", "Check day, month, hour and minute.") from error
    return text


Word = Annotated[str, AfterValidator(_word), patterned(_WORD)]
Digest = Annotated[str, AfterValidator(_digest), patterned(_DIGEST)]
MomentText = Annotated[str, AfterValidator(_moment), patterned(_MOMENT, "2026-12-01")]
ActionName = Annotated[
    Action, BeforeValidator(member_of(list(Action), "There is no such action.")), one_of([*Action])
]
OutcomeName = Annotated[
    Outcome,
    BeforeValidator(member_of(list(Outcome), "There is no such outcome.")),
    one_of([*Outcome]),
]
OrderName = Annotated[
    Order, BeforeValidator(member_of(list(Order), "There is no such order.")), one_of([*Order])
]


class Period(Form):
    """From when to when."""

    since: MomentText | None = Field(
        default=None, description="From this time on; a day means its beginning here."
    )
    until: MomentText | None = Field(
        default=None, description="Before this time; a day means its beginning here."
    )

    def wanted(self, zone: tzinfo) -> Wanted:
        """What the use cases take; days are those of `zone`.

        Raises:
            InvalidInput: the end does not come after the beginning.
        """
        since, until = self._between(zone)
        return Wanted(since=since, until=until)

    def _between(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From when to when.

        Raises:
            InvalidInput: the end does not come after the beginning.
        """
        since, until = _at(self.since, zone), _at(self.until, zone)
        if since is not None and until is not None and since >= until:
            raise InvalidInput(
                "This ends before it begins.",
                "Give a later 'until'; the time it names is not part of what is looked at.",
                field="until",
            )
        return since, until


class Filter(Period):
    """Which entries of the audit log to give; what is left out does not matter."""

    actor: Word | None = Field(
        default=None,
        description="Who did it: a representative's id, or 'operator', 'recipient', 'service', "
        "or 'person' for a token without a holder.",
    )
    agency: Word | None = Field(default=None, description="The agency it concerns.")
    action: ActionName | None = Field(default=None, description="What was done.")
    outcome: OutcomeName | None = Field(default=None, description="How it ended.")
    rule: Word | None = Field(default=None, description="A rule that denied or warned.")
    meeting: MeetingKey | None = Field(default=None, description="The meeting's id.")
    child: ChildKey | None = Field(default=None, description="The child's reference.")
    document: Digest | None = Field(default=None, description="SHA-256 of a document's content.")
    archive: Digest | None = Field(
        default=None, description="SHA-256 of an encrypted archive as it was mailed."
    )
    transfer: Word | None = Field(default=None, description="The transfer's id.")
    pack: Word | None = Field(default=None, description="The pack's id.")
    recipient: Word | None = Field(default=None, description="The recipient's id.")
    order: OrderName = Field(default=Order.NEWEST_FIRST, description="Which entries come first.")

    def wanted(self, zone: tzinfo) -> Wanted:
        """What the use cases take; days are those of `zone`.

        Raises:
            InvalidInput: the end does not come after the beginning.
        """
        since, until = self._between(zone)
        return Wanted(
            since=since,
            until=until,
            actor=self.actor,
            agency=self.agency,
            action=self.action,
            outcome=self.outcome,
            rule=self.rule,
            meeting=self.meeting,
            child=self.child,
            document=self.document,
            archive=self.archive,
            transfer=self.transfer,
            pack=self.pack,
            recipient=self.recipient,
            order=self.order,
        )


def asked(given: Mapping[str, str]) -> Filter:
    """The filter that the options of a command make.

    Raises:
        InvalidInput: one of them is not of the required form; no value is repeated.
    """
    try:
        return Filter.model_validate(given)
    except ValidationError as error:
        problems = tuple(_WORDING.problems_of(error, Filter))
    raise InvalidInput(
        "The search is not of the required form.", "Mend what is listed.", problems=problems
    )


def _at(text: str | None, zone: tzinfo) -> datetime | None:
    if text is None:
        return None
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time(), zone)
