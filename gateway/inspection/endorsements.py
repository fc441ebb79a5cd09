"""Endorsement markings of the Protective Security Requirements, in the spellings seen.

What an agency does about each is a rule of its policies; here they are only recognised.
"""

import re
from collections.abc import Iterator
from typing import Final

_LONGEST: Final = 80
_COUNTRIES: Final = r"[a-z]{3,4}(?:(?:,\s?|\s|/)(?:and\s)?[a-z]{3,4}(?![a-z])){0,12}"
_DAY: Final = r"(?:[\s:]{1,2}[\w/.-]{1,12}){0,4}"
_PATTERNS: Final = (  # a longer one before one it begins with
    ("ACCOUNTABLE MATERIAL", r"accountable[\s-]material"),
    ("ADDRESSEE ONLY", r"addressees?(?:'s)?[\s-]only"),
    ("APPOINTMENTS", r"appointments?"),
    ("BUDGET", r"budget"),
    ("CABINET", r"cabinet"),
    ("COMMERCIAL", r"commercial"),
    ("DEPARTMENT USE ONLY", r"department(?:s|al|\(s\))?[\s-]use[\s-]only"),
    ("EMBARGOED FOR RELEASE", rf"embargoed[\s-]for[\s-]release{_DAY}"),
    ("EVALUATIVE", r"evaluative"),
    ("HONOURS", r"honours"),
    ("LEGAL PRIVILEGE", r"legal(?:ly)?[\s-]privileged?"),
    ("MEDICAL", r"medical"),
    ("NEW ZEALAND EYES ONLY", r"(?:new[\s-]zealand|nz)[\s-]eyes[\s-]only|nzeo"),
    ("POLICY", r"policy"),
    ("REL TO", rf"rel(?:easable)?[\s-]to[\s:]{{1,2}}{_COUNTRIES}"),
    ("STAFF", r"staff"),
    ("TO BE REVIEWED ON", rf"to[\s-]be[\s-]reviewed[\s-]on{_DAY}"),
)
# words that are also ordinary headings say nothing without a level beside them
_ORDINARY: Final = {
    *("APPOINTMENTS", "BUDGET", "CABINET", "COMMERCIAL", "EVALUATIVE", "HONOURS"),
    *("MEDICAL", "POLICY", "STAFF"),
}
_EITHER: Final = {name: re.compile(pattern) for name, pattern in _PATTERNS}

ANY: Final = "|".join(pattern for _, pattern in _PATTERNS)
"""A pattern of plain text that each endorsement fits."""

_ON_ITS_OWN: Final = re.compile(
    "(?<![a-z0-9])(?:"
    + "|".join(pattern for name, pattern in _PATTERNS if name not in _ORDINARY)
    + ")(?![a-z0-9])"
)


def name_of(plain: str) -> str:
    """The name of the endorsement that `plain` is, e.g. `STAFF`; empty where it is none."""
    return next((name for name, one in _EITHER.items() if one.fullmatch(plain)), "")


def said(plain: str) -> str:
    """How the endorsement that `plain` is, is told: by its name, or `REL TO NZL, GBR`."""
    name = name_of(plain)
    return " ".join(plain.upper().split())[:_LONGEST] if name == "REL TO" else name


def in_capitals(written: str, name: str) -> bool:
    """Whether an endorsement is written in capitals; a date after it need not be."""
    return written[: len(name)].isupper()


def distinctive(plain: str) -> Iterator[re.Match[str]]:
    """Where endorsements stand in a plain text that need no level beside them."""
    return _ON_ITS_OWN.finditer(plain)
