"""What is found in a draft, and what a draft is held against."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.drafts.states import Section
from gateway.domain.identifiers import AgencyId, AuthorityCode, RepresentativeId
from gateway.domain.register import Agency, Representative

GUIDANCE: Final = (
    "Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children "
    "and young people'"
)


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """Something to see to.

    Attributes:
        field: of the section, e.g. `information-2-item`, positions counted from 1.
        blocks: whether the draft cannot be vetted and proposed with it; it is advice otherwise.
        source: what asks for it.
    """

    section: Section
    field: str
    message: str
    remedy: str
    blocks: bool = True
    source: str = GUIDANCE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a draft is held against.

    Attributes:
        agencies, people: those of the register; of people, the listed agencies'.
        authorities: codes that the policy data knows.
        broad: how to narrow a description that is not specific; None where it is.
        attending: who attends meetings under the protocol now.
    """

    lead: AgencyId
    agencies: Mapping[AgencyId, Agency]
    people: Mapping[RepresentativeId, Representative]
    authorities: frozenset[AuthorityCode]
    broad: Callable[[str], str | None]
    today: date
    attending: frozenset[RepresentativeId] = frozenset()


def blank(text: str, section: Section, field: str, message: str) -> Iterator[DraftFinding]:
    """That nothing is written, where something is to be."""
    if not text.strip():
        yield DraftFinding(section, field, message, "Write it, as the guidance asks.")
