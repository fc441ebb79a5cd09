"""The table of pages for the register, users and tokens."""

from typing import Final

from gateway.web.routing import Route

REGISTER_PAGES: Final[tuple[Route, ...]] = ()
