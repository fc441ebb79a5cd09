"""The table of pages for requests for information, on both sides."""

from typing import Final

from gateway.web.routing import Route

REQUEST_PAGES: Final[tuple[Route, ...]] = ()
