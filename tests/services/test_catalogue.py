"""The catalogue: an agency's protocols as they stand, and what flows under them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.agreed import agree
from support.world import COORDINATOR, LEAD, STRANGER, World

from gateway.domain.errors import Forbidden
from gateway.domain.protocol_terms import MembershipChange
from gateway.domain.register import AgencyId, ProtocolId, Register
from gateway.services.catalogue import Standing, Wanted, catalogue

HEALTH = AgencyId("te-rohe-health")
POLICE = AgencyId("regional-police")


async def test_it_lists_what_an_agency_takes_part_in(world: World) -> None:
    """With its state, its authorities and how many meetings it leads."""
    found = await catalogue(world.parts, COORDINATOR, Wanted())
    listed = {each.version.id: each for each in found.protocols}
    kowhai = listed[ProtocolId("kowhai")]
    assert kowhai.standing is Standing.IN_FORCE
    assert kowhai.meetings >= 1
    assert {LEAD, HEALTH, POLICE} <= set(kowhai.agencies)
    assert "OTA-66C" in found.authorities


async def test_what_is_asked_for_narrows_it(world: World) -> None:
    """By words in any order and with or without macrons, authority, agency, or what is overdue."""
    parts = world.parts
    for wanted in (
        Wanted(words="attendance KOWHAI"),
        Wanted(words="whanau support"),
        Wanted(authority="FVA-20"),
        Wanted(agency=HEALTH),
    ):
        ids = [each.version.id for each in (await catalogue(parts, COORDINATOR, wanted)).protocols]
        assert "kowhai" in ids, wanted
    for nothing in (Wanted(words="quokka"), Wanted(authority="NONE"), Wanted(agency="nobody")):
        assert (await catalogue(parts, COORDINATOR, nothing)).protocols == ()
    overdue = await catalogue(parts, COORDINATOR, Wanted(overdue=True))
    assert all(each.is_overdue for each in overdue.protocols)


async def test_information_flows_between_signatories_only(world: World) -> None:
    """From the agency that holds it to each other one that signed, and no longer to who left."""
    found = await catalogue(world.parts, STRANGER, Wanted())
    pairs = {(each.source, each.recipient): each for each in found.flows}
    assert (HEALTH, POLICE) in pairs
    assert not any(source == recipient for source, recipient in pairs)
    assert "Health appointments" in pairs[HEALTH, POLICE].categories
    version = await agree(world)
    left = MembershipChange(POLICE, world.parts.today())
    await world.import_register(Register(protocols=(replace(version, membership=(left,)),)))
    after = (await catalogue(world.parts, COORDINATOR, Wanted())).flows
    assert not any(POLICE in {each.source, each.recipient} for each in after)


async def test_a_version_that_waits_for_signatures_is_said_to(world: World) -> None:
    """The one before it governs meanwhile."""
    version = await agree(world)
    following = replace(
        version,
        version=version.version + 1,
        in_force_from=world.parts.today() + timedelta(days=1),
        signatures=version.signatures[:1],
    )
    await world.import_register(Register(protocols=(following,)))
    world.clock.move(days=3)
    found = await catalogue(world.parts, COORDINATOR, Wanted(words="kowhai"))
    (listed,) = (each for each in found.protocols if each.version.id == version.id)
    assert listed.version.version == version.version
    assert listed.waiting is not None
    assert listed.waiting.version == following.version
    assert set(listed.missing) == {s.agency for s in version.signatures[1:]}
    assert listed.is_overdue


async def test_another_agencys_protocols_do_not_exist(world: World) -> None:
    """And nobody looks at it through a one-time link."""
    alone = replace(COORDINATOR, agency=AgencyId("nobody-at-all"))
    assert (await catalogue(world.parts, alone, Wanted())).protocols == ()
    linked = replace(COORDINATOR, request="R")  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        await catalogue(world.parts, linked, Wanted())
