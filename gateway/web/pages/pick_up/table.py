"""The table of pages from which archives are picked up."""

from typing import Final

from gateway.web.pages.pick_up import page
from gateway.web.routing import PUBLIC, Route

_PAGE = "/pick-up/{token}"

PICK_UP_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", _PAGE, page.show, "showPickUp", "The page a pack is picked up from", PUBLIC,
        page=True,
    ),
    Route(
        "POST", _PAGE, page.open_with_code, "openPickUp", "Open a pick-up with its code", PUBLIC,
        page=True, form=True,
    ),
    Route(
        "GET", f"{_PAGE}/archive", page.download, "downloadPickUp",
        "Download the sealed archive, or a range of it", PUBLIC, page=True,
    ),
)  # fmt: skip
