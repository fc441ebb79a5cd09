"""Reports that mail could not be delivered, as the use cases need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery status notification says (RFC 3464).

    Attributes:
        addresses: to which it was sent, and so to which the mail came back.
        envelope: the identifier the mail was handed over with (ENVID); None where it has none.
        status: why it could not be delivered, e.g. `5.1.1`; None where it says nothing of the sort:
            that it was delivered, or is late.
    """

    addresses: tuple[str, ...]
    envelope: str | None
    status: str | None


class ReportBox(Protocol):
    """Where reports arrive. It blocks: call it in a thread."""

    def waiting(self) -> Sequence[tuple[str, Report | None]]:
        """Some of those that wait, each by its name; None for what cannot be read as a report.

        Raises:
            Unavailable: the box cannot be looked into now.
        """
        ...

    def settle(self, name: str, *, understood: bool) -> None:
        """Put one aside; one that was not understood is flagged for a person to look at.

        Raises:
            Unavailable: it cannot be moved now.
        """
        ...
