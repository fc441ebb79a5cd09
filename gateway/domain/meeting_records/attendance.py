"""Who came to a meeting."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.register import RepresentativeId


class Presence(StrEnum):
    """Whether somebody who was invited came."""

    PRESENT = "present"
    ABSENT = "absent"
    APOLOGIES = "apologies"
    REPLACED = "somebody else came"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of one who was invited; `instead` is who of the same agency came in their place."""

    representative: RepresentativeId
    presence: Presence
    instead: RepresentativeId | None = None
