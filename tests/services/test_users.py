"""Entering, changing and barring users: who may, and what must hold."""

import json
from dataclasses import replace

import pytest
from support.signing_in import a_user, somebody
from support.world import ADMINISTRATOR, COORDINATOR, LEAD, World

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.users import SignInMethod, UserId
from gateway.services.sessions import Browser, begin_session
from gateway.services.set_up import offer_setup
from gateway.services.users import (
    UserChange,
    UserTerms,
    change_user,
    create_user,
    disable_user,
    enable_user,
    find_user,
    get_user,
    list_users,
)

POLICE = AgencyId("regional-police")
OWN = Actor(ActorKind.PERSON, Role.ADMINISTRATOR, LEAD, None, "test", user="me")
PAT = RepresentativeId("pat-tauira")
TERMS = UserTerms("Robin@Example.NZ", "  Robin   Sample ", LEAD, (Role.AUDITOR,))


async def test_an_administrator_enters_a_user(world: World) -> None:
    """Login in small letters, name without needless blanks, roles once and in their order."""
    roles = (Role.COORDINATOR, Role.AUDITOR, Role.COORDINATOR)
    login = "Robin@Tamariki-Care.example"
    terms = replace(TERMS, login=login, roles=roles, representative=PAT)
    user = await create_user(world.parts, OWN, terms)
    assert (user.login, user.name) == ("robin@tamariki-care.example", "Robin Sample")
    assert user.roles == (Role.COORDINATOR, Role.AUDITOR)
    assert list(await list_users(world.parts, OWN)) == [user]
    assert await find_user(world.parts, OWN, " ROBIN@tamariki-care.example") == user
    entry = json.loads((await world.leaves())[-1])
    assert entry["action"] == "user.created"
    assert "robin" not in json.dumps(entry).lower()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(TERMS, login="not an address"), "login"),
        (replace(TERMS, login=""), "login"),
        (replace(TERMS, name="  "), "name"),
        (replace(TERMS, name="x" * 201), "name"),
        (replace(TERMS, name="two\x00words"), "name"),
        (replace(TERMS, roles=()), "roles"),
        (replace(TERMS, agency=AgencyId("nowhere")), "agency"),
        (replace(TERMS, roles=(Role.COORDINATOR,)), "representative"),
        (replace(TERMS, roles=(Role.AUDITOR, Role.RESPONDER)), "representative"),
        (replace(TERMS, representative=RepresentativeId("nobody")), "representative"),
        (replace(TERMS, representative=RepresentativeId("ben-sample")), "representative"),
    ],
)
async def test_wrong_terms_name_their_field(world: World, terms: UserTerms, field: str) -> None:
    """And nobody is entered."""
    with pytest.raises(InvalidInput) as refused:
        await create_user(world.parts, ADMINISTRATOR, terms)
    assert refused.value.field == field
    assert not await list_users(world.parts, ADMINISTRATOR)


async def test_a_login_is_taken_once(world: World) -> None:
    """In whatever letters, and across agencies."""
    await create_user(world.parts, ADMINISTRATOR, TERMS)
    with pytest.raises(Conflict) as refused:
        await create_user(
            world.parts, ADMINISTRATOR, replace(TERMS, login="ROBIN@example.nz", agency=POLICE)
        )
    assert refused.value.field == "login"


async def test_an_administrator_manages_the_own_agency_alone(world: World) -> None:
    """Others' users are not there for them; the operator sees all."""
    theirs = await a_user(world, agency=POLICE)
    with pytest.raises(Forbidden):
        await create_user(world.parts, OWN, replace(TERMS, agency=POLICE))
    change = UserChange("Another", (Role.AUDITOR,))
    for attempt in (
        get_user(world.parts, OWN, theirs.id),
        find_user(world.parts, OWN, theirs.login),
        change_user(world.parts, OWN, theirs.id, change),
        disable_user(world.parts, OWN, theirs.id),
        enable_user(world.parts, OWN, theirs.id),
        offer_setup(world.parts, OWN, theirs.id),
        get_user(world.parts, OWN, UserId("nobody")),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert not await list_users(world.parts, OWN)
    assert list(await list_users(world.parts, ADMINISTRATOR)) == [theirs]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_else_manages_users(world: World, role: Role) -> None:
    """Whatever else they may."""
    user = await a_user(world)
    actor = replace(COORDINATOR, role=role)
    for attempt in (
        create_user(world.parts, actor, TERMS),
        get_user(world.parts, actor, user.id),
        find_user(world.parts, actor, user.login),
        list_users(world.parts, actor),
        disable_user(world.parts, actor, user.id),
        offer_setup(world.parts, actor, user.id),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_a_change_takes_hold(world: World) -> None:
    """Name, roles, representative and zone, all as they are to be."""
    user = await a_user(world)
    change = UserChange("Kim Sample", (Role.COORDINATOR,), PAT, "Pacific/Chatham")
    changed = await change_user(world.parts, OWN, user.id, change)
    assert changed == await get_user(world.parts, OWN, user.id)
    assert (changed.name, changed.roles) == ("Kim Sample", (Role.COORDINATOR,))
    assert (changed.representative, changed.zone) == (PAT, "Pacific/Chatham")
    assert (changed.login, changed.agency) == (user.login, user.agency)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (UserChange("", (Role.AUDITOR,)), "name"),
        (UserChange("Kim", ()), "roles"),
        (UserChange("Kim", (Role.RESPONDER,)), "representative"),
        (UserChange("Kim", (Role.AUDITOR,), RepresentativeId("ben-sample")), "representative"),
        (UserChange("Kim", (Role.AUDITOR,), None, "Pacific/Nowhere"), "zone"),
        (UserChange("Kim", (Role.AUDITOR,), None, "../../etc/passwd"), "zone"),
    ],
)
async def test_a_wrong_change_names_its_field(world: World, change: UserChange, field: str) -> None:
    """And changes nothing."""
    user = await a_user(world)
    with pytest.raises(InvalidInput) as refused:
        await change_user(world.parts, ADMINISTRATOR, user.id, change)
    assert refused.value.field == field
    assert await get_user(world.parts, ADMINISTRATOR, user.id) == user


async def test_an_administrator_keeps_themselves_in(world: World) -> None:
    """They neither bar themselves nor take their own role, so that somebody can mend things."""
    me = await a_user(world, Role.ADMINISTRATOR)
    actor = replace(OWN, user=me.id)
    with pytest.raises(Conflict):
        await disable_user(world.parts, actor, me.id)
    with pytest.raises(Conflict):
        await change_user(world.parts, actor, me.id, UserChange(me.name, (Role.AUDITOR,)))


async def test_barring_ends_sessions_and_set_up_links(world: World) -> None:
    """At once; letting in again brings neither back."""
    person = await somebody(world)
    link = await offer_setup(world.parts, OWN, person.user.id)
    async with world.parts.database.work() as work:
        browser = Browser("x", "x")
        await begin_session(world.parts, work, person.user, SignInMethod.PASSKEY, browser)
    await disable_user(world.parts, OWN, person.user.id)
    for attempt in (
        disable_user(world.parts, OWN, person.user.id),
        offer_setup(world.parts, OWN, person.user.id),
    ):
        with pytest.raises(Conflict):
            await attempt
    assert (await enable_user(world.parts, OWN, person.user.id)).disabled_at is None
    with pytest.raises(Conflict):
        await enable_user(world.parts, OWN, person.user.id)
    async with world.parts.database.work() as work:
        assert not await work.sessions.of_user(person.user.id)
        held = await work.users.credentials(person.user.id)
    assert held.setup_digest is None
    assert held.password_hash is not None
    assert link.token.reveal()


async def test_an_administrator_makes_nobody_act_for_another_or_do_everything(
    world: World,
) -> None:
    """Own domains, one user for a representative, roles that check each other kept apart."""
    login = "robin@tamariki-care.example"
    mine = replace(TERMS, login=login, roles=(Role.COORDINATOR,), representative=PAT)
    await create_user(world.parts, OWN, mine)
    other = "moana@tamariki-care.example"
    for wrong, field in (
        (replace(mine, login="free@gmail.com"), "login"),
        (replace(mine, login="ben@regional-police.example"), "login"),
        (replace(mine, login=other), "representative"),
        (
            replace(mine, login=other, roles=(Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)),
            "roles",
        ),
    ):
        with pytest.raises(InvalidInput) as refused:
            await create_user(world.parts, OWN, wrong)
        assert refused.value.field == field


async def test_nobody_changes_what_they_themselves_may_act_as(world: World) -> None:
    """Neither more roles nor another representative; their name they may."""
    login = "sam@tamariki-care.example"
    terms = replace(TERMS, login=login, roles=(Role.ADMINISTRATOR,), representative=None)
    me = await create_user(world.parts, ADMINISTRATOR, terms)
    actor = replace(OWN, user=me.id)
    for change in (
        UserChange("Sam", (Role.ADMINISTRATOR, Role.AUDITOR)),
        UserChange("Sam", (Role.ADMINISTRATOR,), PAT),
    ):
        with pytest.raises(Conflict):
            await change_user(world.parts, actor, me.id, change)
    done = await change_user(world.parts, actor, me.id, UserChange("Sam", (Role.ADMINISTRATOR,)))
    assert done.name == "Sam"
