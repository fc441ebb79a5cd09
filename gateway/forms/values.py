"""Checks of single values that people write; each gives the value in its one canonical form.

Every check raises `Fault`, which carries a message and a remedy. No message
repeats what was written: it could be a name, or bytes that a terminal would obey.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput

LINE_LIMIT = 200  # characters: fits a subject, a table cell, a line of a contents page
PROSE_LIMIT = 4000  # characters: about a page and a half
LONG_PROSE_LIMIT = 20_000  # characters: what does not fit is better sent as a document

IDENTIFIER = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9().-]{0,39}$"
GROUND = r"^[A-Za-z0-9][A-Za-z0-9 ().-]{0,59}$"
CHILD = r"^[A-Za-z0-9-]{3,40}$"
ENDORSEMENT = r"^[A-Z][A-Z0-9 ,:/-]{0,59}$"
# National Health Index numbers, both forms (HISO 10046); no check digit, so that a slip counts too.
_HEALTH_NUMBER = re.compile(r"[A-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-Z]{2})", re.IGNORECASE)
# Letters and marks that fonts show as nothing (Unicode's Default_Ignorable_Code_Point).
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Within words of several scripts, and emoji made of several, these join and part letters.
_JOINER = re.compile(r"(?<=[^\s\u200c\u200d])[\u200c\u200d](?=[^\s\u200c\u200d])")

FIRST_YEAR, LAST_YEAR = 1900, 2199  # outside them a date is a slip, or overflows as an instant
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_When = TypeVar("_When")
_Item = TypeVar("_Item")
_Member = TypeVar("_Member", bound=StrEnum)


class Fault(ValueError):
    """What is wrong with a value and how to mend it; pydantic keeps it as `ctx["error"]`."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def matching(pattern: str, message: str, remedy: str) -> Callable[[str], str]:
    """A check that the whole of a text matches `pattern`, which is anchored at both ends."""
    compiled = re.compile(pattern.removeprefix("^").removesuffix("$"))

    def checked(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Fault(message, remedy)
        return text

    return checked


identifier = matching(
    IDENTIFIER,
    "The identifier is not of the required form.",
    "Use 1 to 64 lower-case letters, digits and inner hyphens, for example 'pat-tauira'.",
)
code = matching(
    CODE,
    "The code is not of the required form.",
    "Use up to 40 letters, digits, dots, hyphens and round brackets, for example 'OTA-66C'.",
)
ground = matching(
    GROUND,
    "The ground is not of the required form.",
    "Use the code as the table of legal authorities has it, for example '66C(a)(i)'.",
)
_opaque = matching(
    CHILD,
    "The reference is not of the required form.",
    "Use 3 to 40 letters, digits and hyphens that identify nobody, for example 'child-7f3a'.",
)
_marking = matching(
    ENDORSEMENT,
    "The endorsement is not of the required form.",
    "Use capital letters, digits and blanks, for example 'MEDICAL'.",
)


def child_reference(text: str) -> str:
    """`text` if it is an opaque reference to a child, and no National Health Index number."""
    if any(_HEALTH_NUMBER.fullmatch(part) for part in _opaque(text).split("-")):
        raise Fault(
            "The reference looks like a National Health Index number.",
            "Use a reference made up for these meetings that says nothing about the child.",
        )
    return text


def endorsement(text: str) -> str:
    """`text` as an endorsement marking, in capitals."""
    return _marking(line(text).upper())


def line(text: str) -> str:
    """`text` as one clean line (see `_clean`) that no mail program takes for an encoded word."""
    if "=?" in text:
        raise Fault("The text holds '=?', as an encoded word does.", "Write the plain text.")
    return _clean(text, LINE_LIMIT, "")


def prose(text: str) -> str:
    """`text` as clean lines and paragraphs (see `_clean`)."""
    return _clean(text, PROSE_LIMIT, "\n\t")


def long_prose(text: str) -> str:
    """`text` as clean lines and paragraphs (see `_clean`), for a field of a form."""
    return _clean(text, LONG_PROSE_LIMIT, "\n\t", joined=True)


def name_line(text: str) -> str:
    """`text` as a line, for a person's name in any script; it may hold letters that are joined."""
    return _clean(text, LINE_LIMIT, "", joined=True)


def _clean(text: str, limit: int, allowed: str, *, joined: bool = False) -> str:
    """`text` in NFC, trimmed, with every kind of blank as a plain one.

    Control characters, direction overrides, invisible characters and line separators are refused:
    they make a text read other than it is, or break out of a header. `joined` lets those that join
    or part two letters stand between them.
    """
    if len(text) > 2 * limit:  # before any work on it
        raise Fault("The text is too long.", f"Use at most {limit} characters.")
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    clean = "".join(" " if unicodedata.category(c) == "Zs" else c for c in clean)
    if not clean:
        raise Fault("The text is empty.", "Write the text.")
    if len(clean) > limit:
        raise Fault("The text is too long.", f"Use at most {limit} characters.")
    seen = _JOINER.sub("", clean) if joined else clean
    if any((_is_unseen(c) or c in _BLANK) and c not in allowed for c in seen):
        raise Fault(
            "The text holds a line break, a control character or an invisible character.",
            "Type it by hand instead of pasting it" + ("." if allowed else ", on one line."),
        )
    return clean


def _is_unseen(character: str) -> bool:
    """Whether it is a control, invisible, unassigned or separating character, blanks aside."""
    return character != " " and unicodedata.category(character)[0] in "CZ"


def day(value: object) -> date:
    """`value` if it is a date alone, or the ISO 8601 text of one."""
    remedy = "Write it as year-month-day, for example 2026-02-01."
    if isinstance(value, str) and DAY.fullmatch(value):
        value = parsed(date.fromisoformat, value, "There is no such day.", remedy)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Fault("This is not a date.", remedy)
    plausible(value)
    return value


def parsed(parse: Callable[[str], _When], text: str, message: str, remedy: str) -> _When:
    """What `parse` makes of `text`, with its failure as a fault."""
    try:
        return parse(text)
    except ValueError as error:
        raise Fault(message, remedy) from error


def plausible(when: date) -> None:
    """Refuse a date that can only be a slip."""
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise Fault("The year is not plausible.", f"Use a year from {FIRST_YEAR} to {LAST_YEAR}.")


def classification(value: object) -> Classification:
    """The classification that `value` names, in any case and with any dash or blank."""
    otherwise = "This is not a known classification."
    if not isinstance(value, str):
        raise Fault(otherwise, f"Use one of: {_listed(tuple(Classification))}.")
    try:
        return Classification.parse(value)
    except InvalidInput as error:
        raise Fault(otherwise, error.remedy) from error


def member_of(
    members: Sequence[_Member], otherwise: str = "This is not one of the known values."
) -> Callable[[object], _Member]:
    """A check that gives the one of `members` whose value was written; `otherwise` is the fault."""

    def checked(value: object) -> _Member:
        for member in members:
            if isinstance(value, str) and value == member.value:
                return member
        raise Fault(otherwise, f"Use one of: {_listed(members)}.")

    return checked


def _listed(members: Sequence[StrEnum]) -> str:
    return ", ".join(f"'{member.value}'" for member in members)


def no_longer_than(limit: int) -> Callable[[object], object]:
    """A check that a list has at most `limit` items, made before any of them is looked at."""

    def checked(value: object) -> object:
        if isinstance(value, list | tuple) and len(value) > limit:
            raise Fault("There are too many items.", f"Keep to {limit}.")
        return value

    return checked


def distinct(*names: str) -> Callable[[tuple[_Item, ...]], tuple[_Item, ...]]:
    """A check that no two items are alike, in the named attributes or, with none, as a whole."""

    def key(item: Any) -> Hashable:
        return tuple(getattr(item, name) for name in names) if names else item

    def checked(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
        first: dict[Hashable, int] = {}
        for position, item in enumerate(items, start=1):
            earlier = first.setdefault(key(item), position)
            if earlier != position:
                of = f" in {' and '.join(names)}" if names else ""
                raise Fault(f"Item {position} repeats item {earlier}{of}.", "Remove one of them.")
        return items

    return checked
