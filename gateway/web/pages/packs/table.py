"""The table of pages for sending packs, and what became of them."""

from typing import Final

from gateway.web.routing import Route

PACK_PAGES: Final[tuple[Route, ...]] = ()
