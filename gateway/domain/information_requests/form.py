"""The form of a request, as the policy data has it: fields, texts, and what it does not allow."""

from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.information_requests.content import RequestContent
from gateway.domain.register import AuthorityCode, Status


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form.

    Attributes:
        name: a field of the gateway's own, e.g. `items`, or one the agency adds.
        longest: characters; for a list, of each of its texts.
        added: whether it is the agency's own, kept under `RequestContent.further`.
    """

    name: str
    label: str
    hint: str
    required: bool
    longest: int
    added: bool = False


@dataclass(frozen=True, slots=True)
class DeclineGround:
    """Why a holder may say no: a code, and what it means in plain words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class TooBroad:
    """A wording that asks for too much, in small letters, and how to narrow it."""

    wording: str
    hint: str


@dataclass(frozen=True, slots=True)
class Breadth:
    """How a wording that asks for the whole of what is kept is told; all in small letters.

    Attributes:
        outright: wordings that ask for the whole by themselves, e.g. `everything`.
        totality: those that do where a general one follows before a specific one, e.g. `all`.
        afterwards: those that do where a general one stands before them, e.g. `in full`.
        general: kinds of record, e.g. `file`; `specific`: parts of one, e.g. `dates`.
        longest_years: the longest period of an item.
        hint: how to narrow such an item.
    """

    outright: tuple[str, ...]
    totality: tuple[str, ...]
    afterwards: tuple[str, ...]
    general: tuple[str, ...]
    specific: tuple[str, ...]
    longest_years: int
    hint: str


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What a request under one legal authority asks for and says.

    Attributes:
        authority: code of the legal authority.
        title: heading of the document; `template`: name of its template, without ending.
        statements: what the Act says of such a request, one paragraph each.
        needs_approval: whether a second person of the asking agency must approve it.
        answer_within_days: working days suggested for an answer.
        furthest_due_days: days from today after which a due date cannot be meant.
        duty: wordings, in small letters, that read as a duty to answer; none where there is one.
        subject_heading: what the document calls the part about the person.
        standings: those that the document names of both sides; none for all.
        decline_grounds: grounds on which a holder may say no; never empty.
        approved_by, approved_on: who stands behind the entry (date as text).
    """

    authority: AuthorityCode
    title: str
    template: str
    statements: tuple[str, ...]
    fields: tuple[FormField, ...]
    too_broad: tuple[TooBroad, ...]
    breadth: Breadth
    needs_approval: bool
    answer_within_days: int
    decline_grounds: tuple[DeclineGround, ...]
    approved_by: str
    approved_on: str
    furthest_due_days: int = 370
    duty: tuple[str, ...] = ()
    subject_heading: str = "Child or young person"
    standings: tuple[Status, ...] = ()


FIELDS: Final = frozenset(
    {
        "subject.name",
        "subject.other_names",
        "subject.born_on",
        "subject.gender",
        "subject.address",
        "subject.identifiers",
        "subject.family",
        "ground",
        "purpose",
        "instrument",
        "items",
        "held_because",
        "needed_because",
        "consultation.consulted",
        "consultation.whom",
        "consultation.account",
        "due_on",
        "due_because",
        "urgent",
        "reply_by",
        "relationship",
        "action",
        "safety",
    }
)


def missing(content: RequestContent, form: RequestForm) -> tuple[str, ...]:
    """The names of the required fields that are blank, in the form's order.

    An age stated stands for the date of birth. The due date is not part of the content, and
    `urgent` is never blank.
    """
    return tuple(
        field.name for field in form.fields if field.required and _is_blank(content, field)
    )


def _is_blank(content: RequestContent, field: FormField) -> bool:
    match field.name:
        case "due_on" | "urgent":
            return False
        case "subject.born_on":
            return content.subject.born_on is None and content.subject.age_years is None
        case "consultation.consulted":
            return content.consultation.consulted is None
        case name if field.added:
            return not content.further.get(name, "").strip()
        case name:
            value: Any = content
            for step in name.split("."):
                value = getattr(value, step)
            return not (value.strip() if isinstance(value, str) else value)
