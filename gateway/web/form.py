"""What a form sent: each field once, or as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, as they were sent."""

    fields: Mapping[str, Sequence[str]]

    def text(self, name: str) -> str:
        """The field without the space around it; blank where it was not sent."""
        values = self.fields.get(name, ("",))
        return values[-1].replace("\r\n", "\n").strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field that may occur several times, such as ticked boxes."""
        return tuple(value.strip() for value in self.fields.get(name, ()))

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self.fields

    def day(self, name: str) -> date | None:
        """A day; None where it is blank.

        Raises:
            InvalidInput: it is not a day.
        """
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise InvalidInput(
                "This is not a day.", "Write it as in 2026-12-01.", field=name
            ) from None

    def number(self, name: str) -> int | None:
        """A whole number; None where it is blank.

        Raises:
            InvalidInput: it is not one.
        """
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise InvalidInput("This is not a number.", "Write digits.", field=name)
        return int(text)

    def numbered(self, prefix: str) -> list[int]:
        """The numbers n for which there are fields `prefix-n` or `prefix-n-...`, in order."""
        found = set()
        for name in self.fields:
            if name.startswith(f"{prefix}-"):
                number = name[len(prefix) + 1 :].partition("-")[0]
                if number.isascii() and number.isdigit() and len(number) < 5:
                    found.add(int(number))
        return sorted(found)
