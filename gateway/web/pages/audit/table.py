"""The table of pages for reviewing the log."""

from typing import Final

from gateway.web.routing import Route

AUDIT_PAGES: Final[tuple[Route, ...]] = ()
