"""How a list goes on."""

from collections.abc import Sequence

from gateway.services.paging import Page


def next_after(identifiers: Sequence[str], page: Page) -> str | None:
    """What to give as `after` for the next page; None when this one was not full."""
    return identifiers[-1] if len(identifiers) >= page.limit else None
