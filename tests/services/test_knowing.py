"""Whom the register or the log knows: an account of nobody says nothing."""

import json

import pytest
from support.world import ADMINISTRATOR, World

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.register import AgencyId
from gateway.services.disclosures import Direction, account_of_agency, account_of_child
from gateway.services.paging import Page
from gateway.services.review import Wanted

PAGE = Page(limit=100)


def auditor(agency: str) -> Actor:
    """An auditor of an agency."""
    return Actor(ActorKind.PERSON, Role.AUDITOR, AgencyId(agency), None, "test")


@pytest.mark.parametrize(
    ("actor", "child", "known"),
    [
        (ADMINISTRATOR, "child-7f3a", True),
        (ADMINISTRATOR, "child-7f3b", False),
        (auditor("tamariki-care"), "child-7f3a", True),
        (auditor("tamariki-care"), "child-7f3b", False),
        (auditor("ministry-none"), "child-7f3a", False),  # nothing of others' meetings shows
    ],
)
async def test_a_childs_reference_is_known_by_the_register(
    world: World, actor: Actor, child: str, *, known: bool
) -> None:
    """Also before anything was sent; asking about a child twice does not make it known."""
    for _ in range(2):
        found = await account_of_child(world.parts, actor, child, Wanted(), PAGE)
        assert (found.disclosures, found.known) == ((), known)
        await world.leaves()


async def test_a_childs_reference_is_known_by_the_log(world: World) -> None:
    """Of one that no meeting is about any more, for it was disposed of."""
    await world.send()
    leaves = await world.leaves()
    assert any("children" in json.dumps(json.loads(leaf)) for leaf in leaves)
    async with world.parts.database.work() as work:
        for meeting in list(await work.register.children()):
            connection = work.register._connection  # type: ignore[attr-defined]
            await connection.exec_driver_sql(
                "UPDATE meetings SET children = '[]' WHERE id = %s", (str(meeting),)
            )
    early = Wanted(until=world.clock.now().replace(year=2020))
    found = await account_of_child(world.parts, ADMINISTRATOR, "child-7f3a", early, PAGE)
    assert (found.disclosures, found.known) == ((), True)


@pytest.mark.parametrize(
    ("agency", "known"), [("tamariki-care", True), ("regional-police", True), ("tamarik", False)]
)
async def test_an_agency_is_known_by_the_register(
    world: World, agency: str, *, known: bool
) -> None:
    """Whether it ever sent something or not."""
    for direction in Direction:
        found = await account_of_agency(
            world.parts, ADMINISTRATOR, agency, direction, Wanted(), PAGE
        )
        assert (found.disclosures, found.known) == ((), known)
