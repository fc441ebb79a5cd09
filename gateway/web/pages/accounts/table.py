"""The table of pages for signing in, and one's own account."""

from typing import Final

from gateway.web.routing import Route

ACCOUNT_PAGES: Final[tuple[Route, ...]] = ()
