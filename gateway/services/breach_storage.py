"""What is stored of privacy breaches."""

from collections.abc import Sequence
from typing import Protocol

from gateway.domain.breaches import Breach, BreachId, Lesson, LessonId
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.register import AgencyId


class BreachStore(Protocol):
    """Breaches with what was written of them, encrypted; and their lessons."""

    async def add(self, breach: Breach, sealed: bytes) -> None:
        """Store a new breach."""
        ...

    async def get(
        self, breach: BreachId, agency: AgencyId | None, *, lock: bool = False
    ) -> tuple[Breach, bytes] | None:
        """The breach and what was written of it, if it is this agency's; any for None."""
        ...

    async def told_of(self, breach: BreachId, agency: AgencyId) -> tuple[Breach, bytes] | None:
        """The breach of another agency, if this one was told of it by a notice."""
        ...

    async def update(self, breach: Breach, sealed: bytes | None = None) -> None:
        """Store a changed breach; what was written of it stays where None is given."""
        ...

    async def of_agency(self, agency: AgencyId, most: int) -> Sequence[tuple[Breach, bytes]]:
        """The breaches of an agency, newest first."""
        ...

    async def shared_with(self, agency: AgencyId, most: int) -> Sequence[Breach]:
        """The breaches of other agencies that this one was told of, newest first."""
        ...

    async def request_named(self, reference: str, agency: AgencyId) -> InformationRequest | None:
        """The request with this reference, if this agency asks it, or was asked."""
        ...

    async def add_lesson(self, lesson: Lesson) -> None:
        """Store a new lesson."""
        ...

    async def lessons(self, breach: BreachId) -> Sequence[Lesson]:
        """The lessons of a breach, oldest first."""
        ...

    async def lesson(self, breach: BreachId, lesson: LessonId) -> Lesson | None:
        """One lesson of a breach, kept from changing until the transaction ends."""
        ...

    async def update_lesson(self, lesson: Lesson) -> None:
        """Store a lesson that moved on."""
        ...
