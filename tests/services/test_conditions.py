"""Conditions on Māori data: checked before sending, stated, and told to recipients."""

from dataclasses import replace

import pytest
from support.agreed import agree, condition
from support.world import COORDINATOR, World, unzipped

from gateway.demo.opening import contents
from gateway.domain.decisions import Matrix
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import ConditionStatement
from gateway.domain.protocol_terms import ConditionKind
from gateway.domain.register import AgencyId
from gateway.services import delivery
from gateway.services.packs import check_pack, create_pack

HEALTH = AgencyId("te-rohe-health")
ASKED = ConditionStatement("HAPU-2", "The example kaumātua was asked, and agreed.")


def rules(matrix: Matrix, person: str) -> set[str]:
    """The rules that have something to say about what one recipient would get."""
    return {
        finding.rule
        for row in matrix.rows
        if row.recipient.id == person
        for decision in row.decisions
        for finding in decision.findings
    }


async def test_only_agencies_that_a_condition_names_receive(world: World) -> None:
    """The next decision keeps it, and the matrix shows it like any other rule."""
    pack = await world.new_pack()
    before = await check_pack(world.parts, COORDINATOR, pack.id)
    assert "condition-on-receivers" not in rules(before, "ben-sample")
    await agree(
        world, conditions=(condition("HAPU-1", ConditionKind.RECEIVERS, agencies=(HEALTH,)),)
    )
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    assert "condition-on-receivers" in rules(matrix, "ben-sample")
    assert "condition-on-receivers" not in rules(matrix, "hana-sample")
    assert "conditions-to-keep" in rules(matrix, "hana-sample")


async def test_a_condition_that_was_not_spoken_to_withholds(world: World) -> None:
    """Once it is stated, the pack goes out, and says so on its contents page."""
    statement = "The kaumātua of the example hapū are asked first."
    covered = ("Whānau support",)
    kind = ConditionKind.ASKED_FIRST
    first = condition("HAPU-2", kind, statement=statement, categories=covered)
    other = condition("HAPU-3", ConditionKind.RETURN, statement="Elsewhere.", categories=("No",))
    await agree(world, conditions=(first, other))
    pack = await world.new_pack()
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    assert "condition-not-stated" in rules(matrix, "hana-sample")
    stated = replace(world.pack_file.terms, conditions=(ASKED,))
    world.pack_file = replace(world.pack_file, terms=stated)
    transfer = (await world.send())["hana-sample"]
    await delivery.run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    await delivery.run(world.parts, transfer.id)
    ((_, content),) = world.channels.mails
    ((_, _, password),) = world.channels.passwords
    page = contents(unzipped(content, password))
    assert statement in page
    assert ASKED.account in page
    assert "Elsewhere." not in page


async def test_what_is_stated_must_be_about_a_condition_of_the_protocol(world: World) -> None:
    """A statement about none is a mistake, and named."""
    stated = replace(world.pack_file.terms, conditions=(ASKED,))
    with pytest.raises(InvalidInput) as caught:
        await create_pack(world.parts, COORDINATOR, stated)
    assert caught.value.field == "conditions"
