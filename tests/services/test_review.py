"""Reviewing the log: whose entries are seen, and what a look leaves behind."""

import json
from dataclasses import replace
from typing import Any

import pytest
from support.world import ADMINISTRATOR, COORDINATOR, LEAD, World

from gateway.audit.entries import Action
from gateway.audit.tiles import Tile
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound
from gateway.domain.register import AgencyId
from gateway.services import delivery, proving, publishing
from gateway.services.log_storage import Found, Order
from gateway.services.paging import Page
from gateway.services.review import Wanted, refusals, search, story, take_out

AUDITOR = Actor(ActorKind.PERSON, Role.AUDITOR, LEAD, None, "test")
EVERY_ROLE_BUT_READERS = sorted(set(Role) - {Role.AUDITOR, Role.ADMINISTRATOR})
ALL = Page(limit=1_000)


async def sent(world: World) -> str:
    """Send the sample and mail one of it; the identifier of that transfer."""
    transfer = (await world.send())["ben-sample"]
    await delivery.run(world.parts, transfer.id)
    await world.leaves()
    return transfer.id


async def last_look(world: World) -> dict[str, Any]:
    """The newest entry."""
    entry: dict[str, Any] = json.loads((await world.leaves())[-1])
    return entry


def entries_of(found: tuple[Found, ...]) -> list[dict[str, Any]]:
    """What the leaves say."""
    return [json.loads(each.leaf) for each in found]


async def test_the_operator_sees_all_and_an_agency_its_own(world: World) -> None:
    """Without an agency every entry; with one only what concerns it, also when not asked for."""
    await sent(world)
    log = [json.loads(leaf) for leaf in await world.leaves()]
    everything = await search(world.parts, ADMINISTRATOR, Wanted(order=Order.OLDEST_FIRST), ALL)
    assert entries_of(everything.entries) == log
    own = await search(world.parts, AUDITOR, Wanted(order=Order.OLDEST_FIRST), ALL)
    chosen = await search(
        world.parts, ADMINISTRATOR, Wanted(agency=LEAD, order=Order.OLDEST_FIRST), ALL
    )
    assert own.entries == chosen.entries
    assert entries_of(own.entries) == [entry for entry in log if entry["agency"] == LEAD]
    elsewhere = replace(AUDITOR, agency=AgencyId("regional-police"))
    assert (await search(world.parts, elsewhere, Wanted(), ALL)).entries == ()


@pytest.mark.parametrize("role", EVERY_ROLE_BUT_READERS)
async def test_other_roles_are_refused_and_leave_no_look(world: World, role: Role) -> None:
    """Every use case asks for an auditor or an administrator before anything else."""
    transfer = await sent(world)
    before = len(await world.leaves())
    actor = replace(COORDINATOR, role=role)
    parts = world.parts
    for attempt in (
        search(parts, actor, Wanted(), ALL),
        story(parts, actor, transfer),
        refusals(parts, actor, Wanted()),
        anext(take_out(parts, actor, Wanted())),
        proving.prove_entry(parts, actor, 0),
        publishing.read_tile(parts, actor, Tile(0, 0, 1), entries=True),
        proving.prove_growth(parts, actor, 1, None),
        publishing.read_checkpoint(parts, actor),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert len(await world.leaves()) == before


async def test_another_agencys_entries_are_refused_when_asked_for(world: World) -> None:
    """Named in the filter, they are not searched, exported or counted."""
    await sent(world)
    other = Wanted(agency="regional-police")
    for attempt in (
        search(world.parts, AUDITOR, other, ALL),
        refusals(world.parts, AUDITOR, other),
        anext(take_out(world.parts, AUDITOR, other)),
    ):
        with pytest.raises(Forbidden) as refused:
            await attempt
        assert refused.value.field == "agency"


async def test_a_look_names_what_was_found_and_not_what_was_typed(world: World) -> None:
    """An identifier of the log is repeated; one that leads nowhere could be a name."""
    transfer = await sent(world)
    await search(world.parts, AUDITOR, Wanted(transfer=transfer, rule=None), ALL)
    entry = await last_look(world)
    assert (entry["action"], entry["outcome"]) == ("log.read", "success")
    assert (entry["detail"]["filters"], entry["detail"]["transfer"]) == (["transfer"], transfer)
    assert entry["detail"]["found"] > 0
    assert entry["subject"] == {}
    named = Wanted(transfer="Ben", pack="Ben", rule="Ben", actor="Ben", meeting="Ben", child="Ben")
    await search(world.parts, AUDITOR, named, ALL)
    leaf = (await world.leaves())[-1]
    assert b"Ben" not in leaf
    detail = json.loads(leaf)["detail"]
    assert (detail["what"], detail["found"]) == ("search", 0)
    assert detail["filters"] == ["actor", "rule", "meeting", "child", "transfer", "pack"]


async def test_looks_do_not_become_part_of_a_transfers_story(world: World) -> None:
    """However often it is read, it stays the same."""
    transfer = await sent(world)
    first = await story(world.parts, AUDITOR, transfer)
    await world.leaves()
    assert await story(world.parts, AUDITOR, transfer) == first


async def test_a_look_that_finds_nothing_is_recorded_too(world: World) -> None:
    """Trying transfers and positions leaves a trace each time."""
    await sent(world)
    before = len(await world.leaves())
    with pytest.raises(NotFound):
        await story(world.parts, AUDITOR, "Aroha Tauira")
    with pytest.raises(NotFound):
        await proving.prove_entry(world.parts, AUDITOR, 10_000)
    looks = (await world.leaves())[before:]
    assert [json.loads(leaf)["detail"]["what"] for leaf in looks] == ["story", "proof"]
    assert b"Aroha" not in b"".join(looks)


async def test_looking_at_looks_is_possible(world: World) -> None:
    """Who looked for a child is found by the child, and by the kind of actor."""
    await sent(world)
    await search(world.parts, AUDITOR, Wanted(child="child-7f3a"), ALL)
    await world.leaves()
    for wanted in (
        Wanted(child="child-7f3a", action=Action.LOG_READ),
        Wanted(actor="person", action=Action.LOG_READ),
    ):
        assert len((await search(world.parts, AUDITOR, wanted, ALL)).entries) == 1


async def test_taking_out_gives_one_moment_in_pieces(world: World) -> None:
    """What is written while it goes on is not in it; nothing is given twice."""
    await sent(world)
    for _ in range(600):
        await search(world.parts, AUDITOR, Wanted(rule="none"), Page(limit=1))
    there = len(await world.leaves())
    positions: list[int] = []
    pieces = 0
    async for piece in take_out(world.parts, ADMINISTRATOR, Wanted()):
        positions += [found.position for found in piece.entries]
        pieces += 1
        await search(world.parts, AUDITOR, Wanted(rule="none"), Page(limit=1))
        await world.leaves()
    assert pieces > 1
    assert positions == list(range(there - 1, -1, -1))


async def test_a_page_goes_on_from_a_position_only(world: World) -> None:
    """Anything else is refused."""
    for after in ("", "x", "-1", "1e3", "99999"):
        with pytest.raises(InvalidInput):
            await search(world.parts, ADMINISTRATOR, Wanted(), Page(after=after))
