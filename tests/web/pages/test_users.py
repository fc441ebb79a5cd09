"""Users: entered, changed and barred on pages, by an administrator of their agency."""

import re

from support.world import LEAD
from web.driving import Api
from web.pages.register_forms import assert_faulty
from web.pages.visiting import Visit, cookie_of, make_user, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.domain.users import User, UserId

USER = {
    "login": "Moana.Sample@tamariki-care.example",
    "name": "Moana Sample",
    "roles": ["coordinator", "privacy officer"],
    "representative": "pat-tauira",
}


async def stored(api: Api, user: User) -> User:
    async with api.world.parts.database.work() as work:
        found = await work.users.get(UserId(user.id))
    assert found is not None
    return found


async def test_a_user_is_entered_and_given_a_set_up_address_once(api: Api) -> None:
    """Which opens the page to set up what they sign in with."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    assert "Pat Tauira" in (await visit.get("/users/new")).text
    reply = await visit.post("/users/new", USER)
    assert reply.status == 200
    assert reply.headers["Cache-Control"] == "no-store"
    found = re.search(r"<code>https://gateway\.example(/set-up/[\w-]+)</code>", reply.text)
    assert found is not None
    assert (await Visit(api).get(found[1])).status == 200
    said = words_of(await visit.get("/users"))
    assert "Moana Sample moana.sample@tamariki-care.example coordinator, privacy officer" in said
    assert found[1] not in (await visit.get("/users")).text


async def test_what_is_wrong_is_said_at_its_field(api: Api) -> None:
    """And what was typed is kept."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    await visit.post("/users/new", USER)
    for wrong, field, status in (
        ({"login": "nobody"}, "login", 422),
        ({"name": ""}, "name", 422),
        ({"roles": []}, "roles", 422),
        ({"roles": ["emperor"]}, "roles", 422),
        ({"representative": "ben-sample"}, "representative", 422),
        ({"representative": ""}, "representative", 422),
        ({}, "login", 409),
    ):
        reply = await visit.post("/users/new", USER | wrong)
        assert reply.status == status, wrong
        assert_faulty(reply, field)
        assert 'value="Moana Sample"' in reply.text or "name" in wrong


async def test_a_user_is_changed_disabled_and_enabled(api: Api) -> None:
    """Each is said; a disabled user gets no set-up link."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    user = await make_user(api.world, Role.AUDITOR)
    place = f"/users/{user.id}"
    assert 'value="auditor" checked' in (await visit.get(place)).text
    change = {"name": "Moana Other", "roles": ["auditor", "privacy officer"]}
    assert "Saved." in words_of(await visit.follow(await visit.post(place, change)))
    after = await stored(api, user)
    assert (after.name, after.roles) == ("Moana Other", (Role.AUDITOR, Role.PRIVACY_OFFICER))
    said = words_of(await visit.follow(await visit.post(f"{place}/disable")))
    assert "Disabled." in said
    assert "disabled since 1 December 2026" in said
    assert (await visit.post(f"{place}/disable")).status == 409
    assert (await visit.post(f"{place}/set-up")).status == 409
    assert "Enabled." in words_of(await visit.follow(await visit.post(f"{place}/enable")))
    link = await visit.post(f"{place}/set-up")
    assert "https://gateway.example/set-up/" in link.text


async def test_an_administrator_keeps_their_own_role(api: Api) -> None:
    """And is not disabled by themselves."""
    administrator = await make_user(api.world, Role.ADMINISTRATOR)
    visit = Visit(api, {"session": await cookie_of(api.world, administrator)})
    place = f"/users/{administrator.id}"
    refused = await visit.post(place, {"name": "Sample", "roles": ["auditor"]})
    assert refused.status == 409
    assert_faulty(refused, "roles")
    assert (await visit.post(f"{place}/disable")).status == 409
    assert (await stored(api, administrator)).roles == (Role.ADMINISTRATOR,)


async def test_users_of_another_agency_are_not_there(api: Api) -> None:
    """Neither listed, shown nor changed."""
    user = await make_user(api.world, Role.AUDITOR)
    visit = await Visit.of(api, Role.ADMINISTRATOR, agency=AgencyId("regional-police"), person=None)
    assert user.login not in (await visit.get("/users")).text
    place = f"/users/{user.id}"
    for reply in (
        await visit.get(place),
        await visit.post(place, {"name": "Other", "roles": ["administrator"]}),
        await visit.post(f"{place}/disable"),
        await visit.post(f"{place}/set-up"),
    ):
        assert reply.status == 404
        assert user.login not in reply.text
    more = {"agency": LEAD, "roles": ["auditor"], "representative": ""}
    await visit.post("/users/new", USER | more | {"login": "moana.sample@regional-police.example"})
    assert "moana.sample@" in (await visit.get("/users")).text
    assert await stored(api, user) == user


async def test_only_administrators_with_a_form_of_their_own_manage_users(api: Api) -> None:
    """Other roles and forms without their token are refused."""
    for role in sorted(set(Role) - {Role.ADMINISTRATOR}):
        visit = await Visit.of(api, role)
        assert (await visit.get("/users")).status == 403
        assert (await visit.post("/users/new", USER)).status == 403
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    visit.csrf = "0" * 64
    assert (await visit.post("/users/new", USER)).status == 403
    assert "moana.sample" not in (await visit.get("/users")).text
