"""What the guidance asks of each section, in words beside its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.domain.drafts import Section


@dataclass(frozen=True, slots=True)
class Guide:
    """A section's heading, and the questions to think about while writing it."""

    title: str
    questions: tuple[str, ...]


GUIDE: Final[Mapping[Section, Guide]] = MappingProxyType(
    {
        Section.MEETING: Guide(
            "Name and purpose of the meeting",
            (
                "What are these meetings for, in a sentence that a family would understand?",
                "When can every agency have read, vetted and signed this?",
            ),
        ),
        Section.AGENCIES: Guide(
            "Agencies, and why each takes part",
            (
                "Who attends, and signs? Only signatories share and receive.",
                "Why does each agency need to be there?",
                "Its own purpose is written down, so that sharing does not creep beyond it.",
            ),
        ),
        Section.PURPOSES: Guide(
            "Purposes, and the legal authority for each",
            (
                "Which Act lets these agencies share for this purpose? The protocol does not.",
                "Can every agency use that authority? If not, which one can the others use?",
            ),
        ),
        Section.INFORMATION: Guide(
            "Information to be shared",
            (
                "What exactly does each agency share? 'Attendance information' is too broad.",
                "Is each item needed for one of the purposes?",
                "How is it classified? Personal information is IN-CONFIDENCE at least.",
            ),
        ),
        Section.USE: Guide(
            "Recording and secondary use",
            (
                "Who may put what of it into their own systems? 'Just in case' is no reason.",
                "May it be used for anything else, and whom does one ask first?",
            ),
        ),
        Section.MAORI_DATA: Guide(
            "Māori data and tikanga",
            (
                "Whose information is it, and whom have you engaged with about it?",
                "What did they ask for: who may receive it, where is it kept, who is asked first?",
                "How is it returned, or disposed of?",
            ),
        ),
        Section.METHOD: Guide(
            "Method of sharing",
            (
                "How does information travel before, during and after a meeting?",
                "By which way, apart from the pack, does a password reach each person?",
            ),
        ),
        Section.SECURITY: Guide(
            "Security requirements and restrictions",
            (
                "Which controls does every agency have to have at least?",
                "What may nobody do with the information?",
            ),
        ),
        Section.RETENTION: Guide(
            "Storage, retention and disposal",
            (
                "Who keeps what, where, and for how long?",
                "Under which disposal authority is it destroyed, and who decides?",
            ),
        ),
        Section.TRANSPARENCY: Guide(
            "Transparency and notification",
            (
                "How and when are people told that information about them is shared?",
                "If they are not told, which exception applies, and who decides that?",
            ),
        ),
        Section.BREACHES: Guide(
            "Privacy and security breaches",
            (
                "Whom does an agency tell, how fast, and what is done at once?",
                "Who assesses harm, and who notifies?",
            ),
        ),
        Section.CONFLICTS: Guide(
            "Conflicts of interest",
            (
                "How is a conflict declared, and what does that person then not see or hear?",
                "Is it on every agenda?",
            ),
        ),
        Section.MANAGERS: Guide(
            "Relationship managers",
            (
                "Who in each agency looks after this protocol?",
                "It is somebody else than its usual representative.",
            ),
        ),
        Section.REVIEW: Guide(
            "Review",
            (
                "How often is it reviewed, and which agency sees to that?",
                "For how many days after the review was due may sharing go on?",
            ),
        ),
    }
)
