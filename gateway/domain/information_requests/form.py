"""The form of a request, as the policy data has it: fields, texts, and what is too broad."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.information_requests.content import RequestContent, RequestedItem
from gateway.domain.register import AuthorityCode


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
class RequestForm:
    """What a request under one legal authority asks for and says.

    Attributes:
        authority: code of the legal authority.
        title: heading of the document; `template`: name of its template, without ending.
        statements: what the Act says of such a request, one paragraph each.
        needs_approval: whether a second person of the asking agency must approve it.
        answer_within_days: working days suggested for an answer.
        decline_grounds: grounds on which a holder may say no; never empty.
        approved_by, approved_on: who stands behind the entry (date as text).
    """

    authority: AuthorityCode
    title: str
    template: str
    statements: tuple[str, ...]
    fields: tuple[FormField, ...]
    too_broad: tuple[TooBroad, ...]
    needs_approval: bool
    answer_within_days: int
    decline_grounds: tuple[DeclineGround, ...]
    approved_by: str
    approved_on: str


@dataclass(frozen=True, slots=True)
class BroadItem:
    """An item that is not specific: its number (from 1), and how to narrow it."""

    number: int
    hint: str


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
_FEWEST_WORDS = 3  # of a description; fewer name a kind of record, not a record
_OWN_WORDS = 4  # beside a wording that alone would be too broad


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


def too_broad(content: RequestContent, form: RequestForm) -> tuple[BroadItem, ...]:
    """The items that are not specific, in order, each with a hint.

    An item is specific if it names its period, and what exactly in more than a general wording.
    """
    found = []
    for number, item in enumerate(content.items, 1):
        hint = _hint(item, form)
        if hint is not None:
            found.append(BroadItem(number, hint))
    return tuple(found)


def _hint(item: RequestedItem, form: RequestForm) -> str | None:
    words = folded(item.description).split()
    for broad in form.too_broad:
        wording = broad.wording.split()
        if _holds(words, wording) and len(words) - len(wording) < _OWN_WORDS:
            return broad.hint
    if len(words) < _FEWEST_WORDS:
        return "Say which record and what of it: a kind of information alone is too broad."
    if item.since is None or item.until is None:
        return "Say for which period: the first and the last day."
    if item.since > item.until:
        return "The period ends before it begins: correct its days."
    return None


def _holds(words: Sequence[str], wording: Sequence[str]) -> bool:
    """Whether `wording` stands somewhere in `words`, word by word."""
    last = len(words) - len(wording)
    return any(words[n : n + len(wording)] == list(wording) for n in range(last + 1))


def folded(text: str) -> str:
    """`text` for comparing: small letters without macrons, and words with one blank between.

    Source: Unicode Standard section 3.13, D147 (compatibility caseless match).
    """
    apart = unicodedata.normalize("NFD", text).casefold()
    for _ in range(2):  # letters of fancy alphabets become plain ones first, then small
        apart = unicodedata.normalize("NFKD", apart).casefold()
    apart = unicodedata.normalize("NFKD", apart)
    kept = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
