"""What stands in the cells of a protocol's tables, as agencies, people, days and levels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import AgencyId, AuthorityCode, RepresentativeId
from gateway.domain.protocol_texts.topics import folded

# What templates and Word show where nothing was filled in yet.
_BLANK: Final = re.compile(
    r"\[[^\]]*\]|(click|tap)\b.*\b(enter|text|date)\b.*|choose an item\.?|enter text\.?|_+|\.{3,}",
    re.IGNORECASE,
)
LONGEST_LINE: Final = 200  # characters, as on the pages
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_WORDED: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")
_SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")  # day first, as in New Zealand
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def filled(text: str) -> str:
    """A cell's or line's words without what only says that something is to be filled in."""
    words = text.strip()
    return "" if _BLANK.fullmatch(words) else words


@dataclass(frozen=True, slots=True)
class Known:
    """What names in a text can stand for.

    Attributes:
        agencies: by identifier, their names; `people`: whom they act for, and their names.
        authorities: legal authorities by code, with their names.
    """

    agencies: Mapping[AgencyId, str]
    people: Mapping[RepresentativeId, tuple[AgencyId, str]]
    authorities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of a table by the names of their columns, and what is wrong with one of them."""

    known: Known
    rows: tuple[Mapping[str, str], ...]
    faults: list[str] = field(default_factory=list)

    def agency(self, text: str) -> AgencyId | None:
        """The one agency that is called so, by name or identifier."""
        wanted = folded(text)
        if AgencyId(text) in self.known.agencies:
            return AgencyId(text)
        found = [key for key, name in self.known.agencies.items() if folded(name) == wanted]
        if len(found) == 1:
            return found[0]
        which = "Several agencies have" if found else "No agency of the register has"
        self.faults.append(f"{which} the name '{text[:60]}'.")
        return None

    def agencies(self, text: str) -> tuple[AgencyId, ...] | None:
        """The agencies on the lines of a cell; None where one is not known."""
        found = [self.agency(line) for line in lines(text)]
        named = tuple(each for each in found if each is not None)
        return named if len(named) == len(found) else None

    def person(self, text: str, agency: AgencyId) -> RepresentativeId | None:
        """The one person of the agency who is called so."""
        wanted = folded(text)
        found = [
            key
            for key, (of, name) in self.known.people.items()
            if of == agency and (key == text or folded(name) == wanted)
        ]
        if len(found) == 1:
            return found[0]
        self.faults.append("Nobody, or more than one, who acts for the agency has this name.")
        return None

    def authorities(self, text: str) -> tuple[AuthorityCode, ...]:
        """The legal authorities on the lines of a cell, by code or name."""
        found = []
        for line in lines(text):
            code = self._authority(line)
            if code is None:
                self.faults.append(f"'{line[:80]}' is no legal authority that the policies have.")
            else:
                found.append(AuthorityCode(code))
        return tuple(dict.fromkeys(found))

    def _authority(self, line: str) -> str | None:
        first = line.partition(" ")[0].strip("():,;")
        if first in self.known.authorities:
            return first
        wanted = folded(line)
        return next(
            (code for code, name in self.known.authorities.items() if folded(name) == wanted), None
        )

    def line(self, text: str) -> str:
        """A text on one line; one that is too long for a line of a table is left out, and told."""
        words = " ".join(text.split())
        if len(words) > LONGEST_LINE:
            self.faults.append(f"A line of a table has at most {LONGEST_LINE} characters.")
            return ""
        return words

    def level(self, text: str) -> Classification | None:
        """A classification; a marking that goes on, such as '– external', is that level too."""
        words = re.sub(r"\s*[-\u2013\u2014]\s*external$", "", text.strip(), flags=re.IGNORECASE)
        if not words:
            return None
        try:
            return Classification.parse(words)
        except InvalidInput as error:
            self.faults.append(error.message)
            return None

    def day(self, text: str) -> date | None:
        """A day: `5 November 2026`, `5/11/2026` or `2026-11-05`."""
        if not text:
            return None
        found = _day(text)
        if found is None:
            self.faults.append(f"'{text[:40]}' is not a day; write it as 5 November 2026.")
        return found

    def number(self, text: str, least: int, most: int) -> int | None:
        """The one whole number in a cell, if it is within these limits."""
        found = re.findall(r"\d+", text)
        if len(found) == 1 and len(found[0]) < 6 and least <= int(found[0]) <= most:
            return int(found[0])
        if text:
            self.faults.append(f"'{text[:40]}' is not a number from {least} to {most}.")
        return None


def lines(text: str) -> tuple[str, ...]:
    """The lines of a cell that say something; semicolons part them too."""
    return tuple(
        found for line in text.replace(";", "\n").split("\n") if (found := filled(line.strip(" •")))
    )


def _day(text: str) -> date | None:
    words = text.strip()
    try:
        if found := _ISO.fullmatch(words):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SLASHED.fullmatch(words):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _WORDED.fullmatch(words):
            month = _MONTHS.index(found[2][:3].lower()) + 1
            return date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
    return None
