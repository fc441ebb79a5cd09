"""The table of pages for whoever signs in: what is not in it does not exist.

Each part of the pages has a table of its own; all are served by one application.
"""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages import home
from gateway.web.pages.accounts.table import ACCOUNT_PAGES
from gateway.web.pages.audit.table import AUDIT_PAGES
from gateway.web.pages.breaches.table import BREACH_PAGES
from gateway.web.pages.catalogue.table import CATALOGUE_PAGES
from gateway.web.pages.drafts.table import DRAFT_PAGES
from gateway.web.pages.leaving import LEAVING_PAGES
from gateway.web.pages.meeting_records.table import MEETING_RECORD_PAGES
from gateway.web.pages.packs.table import PACK_PAGES
from gateway.web.pages.pick_up.table import PICK_UP_PAGES
from gateway.web.pages.register.table import REGISTER_PAGES
from gateway.web.pages.requests.table import REQUEST_PAGES
from gateway.web.pages.single_sign_on import SIGN_ON_PAGES
from gateway.web.pages.static import serve_file
from gateway.web.routing import PUBLIC, Route

_EVERYONE = frozenset(Role)

PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/", home.show_home, "showHome", "Go to the home page of one's role", _EVERYONE,
        page=True,
    ),
    Route(
        "GET", "/static/{file}", serve_file, "serveFile", "A file that pages fetch", PUBLIC,
        page=True, places={"file": r"[a-z0-9.-]{1,80}"},
    ),
    *ACCOUNT_PAGES, *SIGN_ON_PAGES, *LEAVING_PAGES, *PACK_PAGES, *REQUEST_PAGES, *AUDIT_PAGES,
    *REGISTER_PAGES, *PICK_UP_PAGES, *CATALOGUE_PAGES, *DRAFT_PAGES, *MEETING_RECORD_PAGES,
    *BREACH_PAGES,
)  # fmt: skip
