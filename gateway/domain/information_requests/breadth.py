"""What asks for too much to be judged: by its words, and by the period it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.information_requests.content import RequestContent, RequestedItem, Subject
from gateway.domain.information_requests.form import Breadth, RequestForm
from gateway.domain.information_requests.wording import folded, holds, length_at

_FEWEST_WORDS: Final = 3  # of a description; fewer name a kind of record, not a record
_OWN_WORDS: Final = 4  # beside a wording that alone would be too broad
_REACH: Final = 12  # words after one such as `all` in which it says of what


@dataclass(frozen=True, slots=True)
class BroadItem:
    """An item that is not specific: its number (from 1), and how to narrow it."""

    number: int
    hint: str


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Between which days a period makes sense; None where that is not known."""

    born: date | None
    last: date | None
    longest_years: int


def too_broad(
    content: RequestContent,
    form: RequestForm,
    *,
    today: date | None = None,
    due_on: date | None = None,
) -> tuple[BroadItem, ...]:
    """The items that are not specific, in order, each with a hint.

    An item is specific if it names what exactly in more than a general wording, asks for a part of
    what is kept and not for the whole, and names its period: within the person's life, no longer
    than the form allows, and over by `due_on` (else by `today`).
    """
    bounds = _Bounds(
        _earliest_birth(content.subject, today), due_on or today, form.breadth.longest_years
    )
    found = []
    for number, item in enumerate(content.items, 1):
        hint = broad_wording(item.description, form) or _period_hint(item, bounds)
        if hint is not None:
            found.append(BroadItem(number, hint))
    return tuple(found)


def broad_wording(description: str, form: RequestForm) -> str | None:
    """How to narrow a description that is not specific by its words; None where it is."""
    words = folded(description).split()
    for broad in form.too_broad:
        own = len(words) - len(broad.wording.split())
        if own < _OWN_WORDS and holds(words, broad.wording):
            return broad.hint
    if len(words) < _FEWEST_WORDS:
        return "Say which record and what of it: a kind of information alone is too broad."
    if _asks_for_the_whole(words, form.breadth):
        return form.breadth.hint
    return None


def _asks_for_the_whole(words: Sequence[str], breadth: Breadth) -> bool:
    """Whether one such as `all` goes with one such as `records`, whatever else is written."""
    general_before = False
    for place in range(len(words)):
        if length_at(words, place, breadth.outright):
            return True
        if general_before and length_at(words, place, breadth.afterwards):
            return True
        total = length_at(words, place, breadth.totality)
        if total and _of_the_general(words[place + total : place + total + _REACH], breadth):
            return True
        general_before = general_before or bool(length_at(words, place, breadth.general))
    return False


def _of_the_general(words: Sequence[str], breadth: Breadth) -> bool:
    """Whether a general kind of record comes first in `words`, before anything specific."""
    for place in range(len(words)):
        if length_at(words, place, breadth.specific):
            return False
        if length_at(words, place, breadth.general):
            return True
    return False


def _period_hint(item: RequestedItem, bounds: _Bounds) -> str | None:
    if item.since is None or item.until is None:
        return "Say for which period: the first and the last day."
    if item.since > item.until:
        return "The period ends before it begins: correct its days."
    if bounds.born is not None and item.since < bounds.born:
        return "The period begins before the person was born: correct its first day."
    if bounds.last is not None and item.until > bounds.last:
        return f"The period goes beyond {bounds.last}: end it by the day an answer is asked for."
    if _years_after(item.since, bounds.longest_years) < item.until:
        return (
            f"The period is longer than {bounds.longest_years} years: name the part of it that "
            "the purpose needs."
        )
    return None


def _earliest_birth(subject: Subject, today: date | None) -> date | None:
    if subject.born_on is not None or subject.age_years is None or today is None:
        return subject.born_on
    return date(max(today.year - subject.age_years - 1, 1), 1, 1)


def _years_after(day: date, years: int) -> date:
    if day.year + years > date.max.year:
        return date.max
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)
