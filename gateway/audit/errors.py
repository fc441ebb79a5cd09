"""What goes wrong with a log, in plain words; the gateway's own errors build on these.

They stand here so that the verifier needs nothing of the gateway but this package.
"""


class PlainError(Exception):
    """A problem said in plain words: what is wrong, how to mend it, and in which field.

    Neither text may hold a password, a document's content or a child's name.
    """

    def __init__(self, message: str, remedy: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field


class Problem:
    """One fault in a larger input: where it is, what is wrong and how to mend it."""

    __slots__ = ("field", "message", "remedy")

    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        self.field = field
        self.message = message
        self.remedy = remedy

    def __repr__(self) -> str:
        return f"Problem({self.field!r}, {self.message!r})"


class InvalidInput(PlainError):
    """What was sent does not have the required form; `problems` lists every fault found."""

    def __init__(
        self,
        message: str,
        remedy: str,
        *,
        field: str | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message, remedy, field=field)
        self.problems = problems


class LimitExceeded(PlainError):
    """Larger than the gateway takes."""


class Tampered(PlainError):
    """Stored bytes, a seal or a proof do not match what they should be."""
