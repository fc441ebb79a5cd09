"""What the log says of a request is found by the auditors of both agencies, and of no other."""

import json
from dataclasses import replace

import pytest
from support.requests import HEALTH, IRIS, POLICE, drafted, sent
from support.world import LEAD, World

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import NotFound
from gateway.domain.register import AgencyId
from gateway.services.information_requests import get_received
from gateway.services.log_storage import Order
from gateway.services.paging import Page
from gateway.services.request_answers import acknowledge_request, ask_clarification
from gateway.services.review import Wanted, read_entry, search, take_out

OURS = {"acknowledged", "questioned", "read", "sent"}


def auditor(agency: AgencyId) -> Actor:
    """The auditor of an agency."""
    return Actor(ActorKind.PERSON, Role.AUDITOR, agency, None, "test")


async def found(world: World, agency: AgencyId, **asked: object) -> list[str]:
    """The actions of requests that an agency's auditor finds, oldest first."""
    await world.parts.sequencer.run(wait=True)
    wanted = replace(Wanted(order=Order.OLDEST_FIRST), **asked)  # type: ignore[arg-type]
    seen = await search(world.parts, auditor(agency), wanted, Page(limit=500))
    actions = [json.loads(entry.leaf)["action"] for entry in seen.entries]
    return [action for action in actions if action.startswith("information-request")]


async def acted(world: World) -> None:
    """A request that was drafted, sent, read, acknowledged and questioned."""
    request = await sent(world)
    await get_received(world.parts, IRIS, request.id)
    await acknowledge_request(world.parts, IRIS, request.id)
    await ask_clarification(world.parts, IRIS, request.id, "Which clinic?")


async def test_both_auditors_find_what_happened_once_it_was_sent(world: World) -> None:
    """In order and once each; what the asking agency drafted stays its own."""
    await acted(world)
    await drafted(world)
    theirs, ours = await found(world, HEALTH), await found(world, LEAD)
    assert theirs == [
        f"information-request.{what}" for what in ("sent", "read", "acknowledged", "questioned")
    ]
    assert ours == ["information-request.created", *theirs, "information-request.created"]
    assert await found(world, POLICE) == []
    kept = await found(world, HEALTH, action=Action.INFORMATION_REQUEST_READ)
    assert kept == ["information-request.read"]


async def test_pages_and_exports_go_through_both_kinds_of_entries(world: World) -> None:
    """One after the other, in either order, without gap or repetition."""
    await acted(world)
    await world.parts.sequencer.run(wait=True)
    for order in Order:
        wanted, after, positions = Wanted(order=order), None, list[int]()
        whole = [
            entry.position
            async for seen in take_out(world.parts, auditor(HEALTH), wanted)
            for entry in seen.entries
        ]
        while True:
            page = Page(limit=2, after=after)
            seen = await search(world.parts, auditor(HEALTH), wanted, page)
            if not seen.entries:
                break
            positions += [entry.position for entry in seen.entries]
            after = str(positions[-1])
        assert positions == whole
        assert positions == sorted(set(positions), reverse=order is Order.NEWEST_FIRST)
        assert len(positions) >= len(OURS)


async def test_an_entry_is_read_by_the_agencies_it_concerns(world: World) -> None:
    """By its position; for another agency there is none, and none of a draft."""
    await acted(world)
    await world.parts.sequencer.run(wait=True)
    leaves = [json.loads(leaf) for leaf in await world.leaves()]
    place = {entry["action"]: number for number, entry in enumerate(leaves)}
    read, created = place["information-request.read"], place["information-request.created"]
    for agency in (LEAD, HEALTH):
        assert (await read_entry(world.parts, auditor(agency), read)).entries
    for agency, position in ((POLICE, read), (HEALTH, created)):
        with pytest.raises(NotFound):
            await read_entry(world.parts, auditor(agency), position)
