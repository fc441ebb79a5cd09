"""The headings of the template, what each stands for, and how other people word it.

The order is that of the guidance's sections; words are compared in small letters, without macrons,
numbers and punctuation.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.drafts import Section


class Topic(StrEnum):
    """What a heading of a protocol's text stands for; the value is how it is written here."""

    MEETING = "The meeting"
    AGENCIES = "Agencies and relationship managers"
    MEETING_PURPOSE = "Purpose of the meeting"
    AUTHORITY = "Legal authority"
    SHARING_PURPOSE = "Purpose of sharing"
    INFORMATION = "Information to be shared"
    USE = "Use of information"
    RECORDING = "Recording"
    SECONDARY_USE = "Secondary use"
    MAORI_DATA = "Māori data and tikanga"
    METHOD = "Method of sharing"
    SECURITY = "Security"
    REQUIREMENTS = "Requirements"
    RESTRICTIONS = "Restrictions"
    RETENTION = "Storage, retention and disposal"
    TRANSPARENCY = "Transparency and notification"
    PRIVACY_STATEMENT = "Privacy statement"
    BREACHES = "Privacy and security breaches"
    CONFLICTS = "Conflicts of interest"
    SIGNATURES = "Approval and signatures"
    REVIEW = "Review"
    APPENDICES = "Appendices"


@dataclass(frozen=True, slots=True)
class Telling:
    """Words by which a heading is known: all of `words`, and none of `but`."""

    topic: Topic
    words: tuple[str, ...]
    but: tuple[str, ...] = ()


# What is told first counts: the narrower before the wider.
_TELLINGS: Final = (
    Telling(Topic.PRIVACY_STATEMENT, ("privacy statement",)),
    Telling(Topic.APPENDICES, ("appendi",)),
    Telling(Topic.BREACHES, ("breach",)),
    Telling(Topic.CONFLICTS, ("conflict", "interest")),
    Telling(Topic.SECONDARY_USE, ("secondary use",), but=("recording", "tikanga")),
    Telling(Topic.MAORI_DATA, ("maori data",)),
    Telling(Topic.MAORI_DATA, ("tikanga",)),
    Telling(Topic.RECORDING, ("recording",)),
    Telling(Topic.METHOD, ("method",)),
    Telling(Topic.METHOD, ("how information is shared",)),
    Telling(Topic.INFORMATION, ("information", "shared")),
    Telling(Topic.SHARING_PURPOSE, ("purpose", "sharing")),
    Telling(Topic.AUTHORITY, ("legal", "authorit")),
    Telling(Topic.AUTHORITY, ("lawful basis",)),
    Telling(Topic.MEETING_PURPOSE, ("purpose", "meeting")),
    Telling(Topic.RETENTION, ("retention",)),
    Telling(Topic.RETENTION, ("disposal",)),
    Telling(Topic.TRANSPARENCY, ("transparency",)),
    Telling(Topic.TRANSPARENCY, ("notification",)),
    Telling(Topic.REQUIREMENTS, ("requirement",)),
    Telling(Topic.RESTRICTIONS, ("restriction",)),
    Telling(Topic.SIGNATURES, ("signature",)),
    Telling(Topic.SIGNATURES, ("signing",)),
    Telling(Topic.SIGNATURES, ("approval",)),
    Telling(Topic.AGENCIES, ("relationship manager",)),
    Telling(Topic.AGENCIES, ("agencies",)),
    Telling(Topic.SECURITY, ("security",)),
    Telling(Topic.USE, ("use of information",)),
    Telling(Topic.REVIEW, ("review",)),
    Telling(Topic.MEETING, ("meeting",)),
)
_LONGEST_HEADING: Final = 90  # characters; a longer line is a sentence
_NO_WORD: Final = re.compile(r"[^a-z ]+")

SECTION_OF: Final = {
    Topic.MEETING: Section.MEETING,
    Topic.MEETING_PURPOSE: Section.MEETING,
    Topic.AGENCIES: Section.MANAGERS,
    Topic.AUTHORITY: Section.PURPOSES,
    Topic.SHARING_PURPOSE: Section.AGENCIES,
    Topic.INFORMATION: Section.INFORMATION,
    Topic.USE: Section.USE,
    Topic.RECORDING: Section.USE,
    Topic.SECONDARY_USE: Section.USE,
    Topic.MAORI_DATA: Section.MAORI_DATA,
    Topic.METHOD: Section.METHOD,
    Topic.SECURITY: Section.SECURITY,
    Topic.REQUIREMENTS: Section.SECURITY,
    Topic.RESTRICTIONS: Section.SECURITY,
    Topic.RETENTION: Section.RETENTION,
    Topic.TRANSPARENCY: Section.TRANSPARENCY,
    Topic.PRIVACY_STATEMENT: Section.TRANSPARENCY,
    Topic.BREACHES: Section.BREACHES,
    Topic.CONFLICTS: Section.CONFLICTS,
    Topic.REVIEW: Section.REVIEW,
}
"""The section of a draft that a topic belongs to; none for those that no draft holds."""


def topic_of(heading: str) -> Topic | None:
    """What a heading stands for; None where its words do not tell, or are too many."""
    if len(heading) > _LONGEST_HEADING:
        return None
    said = folded(heading)
    for telling in _TELLINGS:
        if all(word in said for word in telling.words) and not any(
            word in said for word in telling.but
        ):
            return telling.topic
    return None


def folded(text: str) -> str:
    """Words for comparing: small letters without macrons, each apart by one space."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(_NO_WORD.sub(" ", letters).split())
