"""Handlers for reviewing the audit log, and for its checkpoints, tiles and proofs."""

from datetime import tzinfo

from aiohttp import web

from gateway.audit.tiles import Tile, tile_at
from gateway.domain.errors import NotFound
from gateway.services import disclosures, proving, publishing, review
from gateway.services.disclosures import Account
from gateway.services.knowing import require_known
from gateway.web.answers.audit import (
    AccountShown,
    ConsistencyShown,
    EntriesShown,
    EntryPage,
    RefusalsShown,
    RuleCount,
)
from gateway.web.calls import Answer, Call
from gateway.web.exporting import send_export
from gateway.web.models import (
    AccountQuery,
    AgencyAccountQuery,
    EntryQuery,
    ExportQuery,
    GrowthQuery,
    PeriodQuery,
)
from gateway.web.paging import next_after

_TEXT = "text/plain"
_BYTES = "application/octet-stream"


async def list_entries(call: Call) -> Answer:
    """A page of the entries that fit; the look is itself recorded."""
    query = call.query_as(EntryQuery)
    page = query.page()
    seen = await review.search(call.parts, call.actor, query.wanted(_zone(call)), page)
    after = next_after([str(found.position) for found in seen.entries], page)
    return Answer(EntryPage.of(seen, after))


async def export_entries(call: Call) -> web.StreamResponse:
    """Every entry that fits, in a format other programs read; that is recorded too."""
    query = call.query_as(ExportQuery)
    return await send_export(call, query.wanted(_zone(call)), query.format)


async def get_story(call: Call) -> Answer:
    """Everything the log says of a transfer."""
    return Answer(EntriesShown.of(await review.story(call.parts, call.actor, call.transfer)))


async def account_of_child(call: Call) -> Answer:
    """What was disclosed about a child, to whom, when, under which authority."""
    query = call.query_as(AccountQuery)
    wanted, page = query.wanted(_zone(call)), query.page()
    child = call.path["child"]
    found = await disclosures.account_of_child(call.parts, call.actor, child, wanted, page)
    require_known(found.known, "child")
    return _account(found)


async def account_of_agency(call: Call) -> Answer:
    """What an agency sent or received."""
    query = call.query_as(AgencyAccountQuery)
    wanted, page = query.wanted(_zone(call)), query.page()
    agency, direction = call.path["agency"], query.direction
    found = await disclosures.account_of_agency(
        call.parts, call.actor, agency, direction, wanted, page
    )
    require_known(found.known, "agency")
    return _account(found)


async def count_refusals(call: Call) -> Answer:
    """How often each rule refused."""
    wanted = call.query_as(PeriodQuery).wanted(_zone(call))
    counted = await review.refusals(call.parts, call.actor, wanted)
    items = tuple(RuleCount(rule=rule, refusals=number) for rule, number in counted.items())
    return Answer(RefusalsShown(items=items))


async def prove_entry(call: Call) -> web.Response:
    """The receipt of an entry."""
    position = _number(call.path["position"], "entry")
    proof = await proving.prove_entry(call.parts, call.actor, position)
    return web.Response(body=proof, content_type=_TEXT, charset="utf-8")


async def prove_growth(call: Call) -> Answer:
    """That the log only grew from one checkpoint to another."""
    query = call.query_as(GrowthQuery)
    proof = await proving.prove_growth(call.parts, call.actor, query.old, query.new)
    return Answer(ConsistencyShown.of(proof))


async def get_checkpoint(call: Call) -> web.Response:
    """The newest signed checkpoint."""
    checkpoint = await publishing.read_checkpoint(call.parts, call.actor)
    return web.Response(body=checkpoint, content_type=_TEXT, charset="utf-8")


async def get_tile(call: Call) -> web.Response:
    """The hashes of a tile."""
    tile = _tile(_number(call.path["level"], "tile"), call.path["place"])
    body = await publishing.read_tile(call.parts, call.actor, tile)
    return web.Response(body=body, content_type=_BYTES)


async def get_entries(call: Call) -> web.Response:
    """The entries that a tile of level 0 holds the hashes of, in one bundle."""
    tile = _tile(0, call.path["place"])
    body = await publishing.read_tile(call.parts, call.actor, tile, entries=True)
    return web.Response(body=body, content_type=_BYTES)


def _account(account: Account) -> Answer:
    return Answer(AccountShown.of(account.disclosures, account.next))


def _zone(call: Call) -> tzinfo:
    return call.parts.rules.zone


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound(f"There is no such {what}.", "Check the number.", field=what)
    return int(text)


def _tile(level: int, place: str) -> Tile:
    tile = tile_at(level, place)
    if tile is None:
        raise NotFound("There is no such tile.", "Check its path.", field="tile")
    return tile
