"""Slices of long lists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list: at most `limit` items beyond the one named `after`."""

    limit: int = 50
    after: str | None = None
