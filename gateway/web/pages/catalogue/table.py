"""The table of pages for the catalogue of protocols."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.catalogue import listing
from gateway.web.routing import Route

_EVERYONE = frozenset(Role)

CATALOGUE_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/catalogue", listing.show, "showCatalogue", "The protocols of one's agency",
        _EVERYONE, page=True,
    ),
    Route(
        "GET", "/catalogue/protocols.csv", listing.save_protocols, "saveCatalogueProtocols",
        "The protocols as CSV", _EVERYONE, page=True, media="text/csv",
    ),
    Route(
        "GET", "/catalogue/flows.csv", listing.save_flows, "saveCatalogueFlows",
        "What flows between agencies, as CSV", _EVERYONE, page=True, media="text/csv",
    ),
    Route(
        "GET", "/catalogue/catalogue.json", listing.save_json, "saveCatalogueJson",
        "Protocols and flows as JSON", _EVERYONE, page=True, media="application/json",
    ),
)  # fmt: skip
