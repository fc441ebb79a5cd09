"""Importing the register over what is stored, and who may look at a meeting."""

from dataclasses import replace
from datetime import date

import pytest
from support.world import ADMINISTRATOR, COORDINATOR, World

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.register import AgencyId, MeetingId, Protocol, Register
from gateway.services.paging import Page
from gateway.services.register import get_meeting, import_register, list_meetings
from gateway.services.register_history import Difference, read
from gateway.services.register_storage import RegisterKind

MEETING = MeetingId("kowhai-2026-12-08")
POLICE = AgencyId("regional-police")


def newest(world: World) -> Protocol:
    return max(world.register.protocols, key=lambda protocol: protocol.version)


async def test_importing_again_changes_nothing(world: World) -> None:
    """The same register a second time is all unchanged."""
    changes = await import_register(world.parts, ADMINISTRATOR, world.register, "0" * 64)
    assert not changes.added
    assert not changes.changed
    assert changes.unchanged > 20


async def test_a_domain_like_one_that_is_stored_is_refused(world: World) -> None:
    """Also when the file with the look-alike does not hold the agency it looks like."""
    known = next(a for a in world.register.agencies if a.id == "te-rohe-health")
    look_alike = replace(known, id=AgencyId("evil"), mail_domains=("hea1th-region.example",))
    with pytest.raises(InvalidInput) as refused:
        await import_register(
            world.parts, ADMINISTRATOR, Register(agencies=(look_alike,)), "0" * 64
        )
    assert refused.value.problems
    async with world.parts.database.work() as work:
        assert await work.register.agency(AgencyId("evil")) is None


async def test_signed_terms_in_force_do_not_change(world: World) -> None:
    """An import that would change them is refused as a whole."""
    longer = replace(newest(world), review_due=date(2030, 1, 1))
    with pytest.raises(Conflict):
        await import_register(world.parts, ADMINISTRATOR, Register(protocols=(longer,)), "0" * 64)


async def test_only_the_present_lead_agency_sees_a_meeting(world: World) -> None:
    """A version that comes into force with another lead agency takes the meeting along."""
    police = Actor(ActorKind.PERSON, Role.COORDINATOR, POLICE, None, "test")
    with pytest.raises(NotFound):
        await get_meeting(world.parts, police, MEETING)
    old = newest(world)
    following = replace(
        old, version=old.version + 1, lead_agency=POLICE, in_force_from=date(2026, 12, 1)
    )
    await import_register(world.parts, ADMINISTRATOR, Register(protocols=(following,)), "0" * 64)
    found, _ = await get_meeting(world.parts, police, MEETING)
    assert found.id == MEETING
    assert [m.id for m in await list_meetings(world.parts, police, Page())] == [MEETING]
    with pytest.raises(NotFound):
        await get_meeting(world.parts, COORDINATOR, MEETING)
    assert await list_meetings(world.parts, COORDINATOR, Page()) == []


async def test_an_import_is_in_the_history(world: World) -> None:
    """What was added, and what changed from what to what, encrypted; by no user."""
    person = world.register.representatives[0]
    changed = replace(person, role="Another role")
    again = Register(representatives=(changed,))
    await import_register(world.parts, ADMINISTRATOR, again, "0" * 64)
    await import_register(world.parts, ADMINISTRATOR, again, "0" * 64)  # changes nothing
    async with world.parts.database.work() as work:
        kind = RegisterKind.REPRESENTATIVE
        newest, first = await read(world.parts, work, ADMINISTRATOR, kind, person.id)
        kept = await work.register_history.of(kind, person.id, 10)
    assert (newest.added, first.added, newest.by) == (False, True, None)
    assert newest.differences == (Difference("role", person.role, "Another role"),)
    assert all(person.email.encode() not in each.sealed for each in kept)
