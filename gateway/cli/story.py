"""Following transfers: each change of state as a line, as it happens."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gateway.cli.run import out
from gateway.domain.actors import Actor
from gateway.domain.packs import PackId
from gateway.domain.register import Representative, RepresentativeId
from gateway.domain.transfers import Failed, Refused, State, Transfer
from gateway.domain.transfers.watching import settled
from gateway.services.paging import Page
from gateway.services.transfers import list_transfers

if TYPE_CHECKING:
    from gateway.services.parts import Parts

_EVERY_SECONDS = 0.3
_ALL = Page(limit=1000)


async def follow(
    parts: "Parts", actor: Actor, pack: PackId, seconds: float, *, tell: bool
) -> list[Transfer]:
    """Print each transfer's changes until all are settled or `seconds` have passed."""
    told: dict[str, State] = {}
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    names = await _names(parts, actor, pack)
    while True:
        transfers = await list_transfers(parts, actor, _ALL, pack=pack)
        for transfer in transfers:
            if tell and told.get(transfer.id) is not transfer.state:
                out.print(line(transfer, names), markup=False)
            told[transfer.id] = transfer.state
        now = parts.clock.now()
        if loop.time() >= ends or all(settled(t, now) for t in transfers):
            return transfers
        await asyncio.sleep(_EVERY_SECONDS)


def line(transfer: Transfer, names: Mapping[RepresentativeId, Representative]) -> str:
    """One line about a transfer's present state."""
    person = names.get(transfer.recipient)
    reason = ""
    match transfer.progress:
        case Refused(rules=rules):
            reason = f" ({', '.join(rules)})"
        case Failed(reason=why):
            reason = f" ({why})"
        case _:
            pass
    who = person.name if person else transfer.recipient
    at = transfer.entered_at
    return f"{at:%H:%M:%S}Z  {transfer.reference}  {who}: {transfer.state.value}{reason}"


async def _names(
    parts: "Parts", actor: Actor, pack: PackId
) -> Mapping[RepresentativeId, Representative]:
    transfers = await list_transfers(parts, actor, _ALL, pack=pack)
    async with parts.database.work() as work:
        return await work.register.representatives([t.recipient for t in transfers])
