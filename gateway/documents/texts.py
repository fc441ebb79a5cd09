"""Texts as a document can hold them: without what neither XML nor a page can carry; dates."""

import re
import unicodedata
from datetime import date
from typing import Final

NOT_STATED: Final = "Not stated"
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What XML 1.0 cannot hold (section 2.2), the other control characters, and half surrogates.
_UNHOLDABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def plain(text: str) -> str:
    """`text` with every kind of line end as a line feed and tabs as spaces.

    Characters that XML 1.0 cannot hold, and other control characters, become U+FFFD, so that a
    reader sees that something stood there.
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _UNHOLDABLE.sub("\N{REPLACEMENT CHARACTER}", lines).strip()


def or_not_stated(text: str) -> str:
    """`text`, cleaned; `Not stated` if it is blank."""
    return plain(text) or NOT_STATED


def long_date(day: date | None) -> str:
    """E.g. `5 November 2026`; `Not stated` for None."""
    if day is None:
        return NOT_STATED
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period(since: date | None, until: date | None) -> str:
    """The days from `since` to `until`, both inclusive and either open, in words."""
    if since and until:
        return f"{long_date(since)} to {long_date(until)}"
    if since:
        return f"From {long_date(since)}"
    return f"Until {long_date(until)}" if until else NOT_STATED


def spelt_out(character: str) -> str:
    """What stands for a character that no font can show: its Unicode name in square brackets."""
    if unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return ""  # joiners, selectors and marks say nothing without what they belong to
    name = unicodedata.name(character, "").lower()
    return f"[{name or f'U+{ord(character):04X}'}]"
