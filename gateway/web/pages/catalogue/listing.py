"""The catalogue of protocols: its page, and the same as CSV and JSON."""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from gateway.domain.register import AgencyId
from gateway.forms.exports.tables import csv_table
from gateway.services.catalogue import Catalogue, Flow, Listed, Wanted, catalogue
from gateway.web.calls import Call
from gateway.web.pages.catalogue.graph import graph
from gateway.web.pages.shell import page

_LONGEST: Final = 200  # characters of anything that is searched for
_PROTOCOL_COLUMNS: Final = (
    "protocol", "version", "name", "standing", "lead agency", "agencies", "regions", "purposes",
    "legal authorities", "in force from", "review due", "meetings", "signatures missing",
)  # fmt: skip
_FLOW_COLUMNS: Final = (
    "from", "to", "information", "categories", "legal authorities", "protocols",
)  # fmt: skip


async def show(call: Call) -> web.Response:
    """The protocols of the visitor's agency, and what flows under them."""
    wanted = _wanted(call)
    found = await catalogue(call.parts, call.actor, wanted)
    return page(
        call.request,
        "catalogue/index.html",
        found=found,
        wanted=wanted,
        graph=graph(found.flows, found.names),
        names=found.names,
        agencies=sorted(_named(found), key=lambda pair: pair[1]),
        authority_choices=[(code, code) for code in found.authorities],
        query=call.request.query_string,
    )


async def save_protocols(call: Call) -> web.Response:
    """The protocols, as CSV."""
    found = await catalogue(call.parts, call.actor, _wanted(call))
    rows = (_protocol_row(found, each) for each in found.protocols)
    return _csv("protocols", csv_table(_PROTOCOL_COLUMNS, rows))


async def save_flows(call: Call) -> web.Response:
    """What flows between agencies, as CSV."""
    found = await catalogue(call.parts, call.actor, _wanted(call))
    rows = (_flow_row(found, each) for each in found.flows)
    return _csv("information-flows", csv_table(_FLOW_COLUMNS, rows))


async def save_json(call: Call) -> web.Response:
    """Both, as JSON."""
    found = await catalogue(call.parts, call.actor, _wanted(call))
    protocols = [
        dict(zip(_PROTOCOL_COLUMNS, _protocol_row(found, each), strict=True))
        for each in found.protocols
    ]
    flows = [dict(zip(_FLOW_COLUMNS, _flow_row(found, each), strict=True)) for each in found.flows]
    return web.json_response(
        {"day": found.today.isoformat(), "protocols": protocols, "flows": flows},
        headers={"Content-Disposition": 'attachment; filename="catalogue.json"'},
    )


def _wanted(call: Call) -> Wanted:
    query = call.request.query
    return Wanted(
        words=query.get("q", "")[:_LONGEST],
        authority=query.get("authority", "")[:_LONGEST],
        agency=query.get("agency", "")[:_LONGEST],
        overdue=query.get("overdue") == "yes",
    )


def _named(found: Catalogue) -> Iterator[tuple[AgencyId, str]]:
    for agency in {agency for each in found.protocols for agency in each.agencies}:
        yield agency, found.names.get(agency, agency)


def _protocol_row(found: Catalogue, listed: Listed) -> tuple[str, ...]:
    version = listed.version
    return (
        version.id,
        str(version.version),
        version.name,
        listed.standing.value,
        found.names.get(version.lead_agency, version.lead_agency),
        _all(found, listed.agencies),
        "; ".join(listed.regions),
        "; ".join(each.description for each in version.purposes),
        "; ".join(sorted({code for each in version.purposes for code in each.authorities})),
        version.in_force_from.isoformat(),
        version.review_due.isoformat(),
        str(listed.meetings),
        _all(found, listed.missing),
    )


def _flow_row(found: Catalogue, flow: Flow) -> tuple[str, ...]:
    return (
        _all(found, (flow.source,)),
        _all(found, (flow.recipient,)),
        "; ".join(flow.items),
        "; ".join(flow.categories),
        "; ".join(flow.authorities),
        "; ".join(flow.protocols),
    )


def _all(found: Catalogue, agencies: tuple[AgencyId, ...]) -> str:
    return "; ".join(found.names.get(each, each) for each in agencies)


def _csv(name: str, body: bytes) -> web.Response:
    return web.Response(
        body=body,
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
