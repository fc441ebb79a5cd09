"""One's own account: what it shows, what it changes, and for whom."""

import re
from typing import Any

import pytest
from support.signing_in import PASSWORD, somebody
from support.world import World
from web.driving import FORM, Api
from web.pages.visiting import Visit, cookie_of, make_user, words_of

from gateway.domain.actors import Role
from gateway.domain.users import User
from gateway.services.user_storage import Passkey

NEW = "lantern gravel orchard"


async def visit_of(api: Api, user: User) -> Visit:
    """A browser at a fresh session of a user."""
    return Visit(api, {"session": await cookie_of(api.world, user)})


@pytest.mark.parametrize("role", Role)
async def test_everybody_sees_their_own(api: Api, role: Role) -> None:
    """Name, agency, login, roles and the session that shows it."""
    reply = await (await Visit.of(api, role)).get("/account")
    assert reply.status == 200
    words = words_of(reply)
    for expected in (f"Sample {role.value}", "@users.example", "(this one)", "Sample browser"):
        assert expected in words
    assert reply.text.count("<h1") == 1


async def test_nobody_else_sees_it(api: Api) -> None:
    """Who is not signed in is led to the form; another's account has no address."""
    assert (await Visit(api).get("/account")).headers["Location"] == "/sign-in?next=/account"
    posts = ["role", "zone", "password", "recovery-codes", "passkeys", "passkeys/name"]
    for path in [*posts, "passkeys/remove", "sessions/end-others", "sessions/x/end"]:
        visit = Visit(api, csrf="x")
        assert (await visit.post(f"/account/{path}")).status == 401


@pytest.mark.parametrize(
    "path",
    ["role", "zone", "password", "recovery-codes", "passkeys", "passkeys/name", "passkeys/remove",
     "sessions/end-others", "sessions/x/end"],
)  # fmt: skip
async def test_each_form_needs_its_token(api: Api, path: str) -> None:
    """One of another session is none."""
    visit, other = [await Visit.of(api, Role.AUDITOR) for _ in range(2)]
    await other.get("/account")
    for csrf in ("", "0" * 64, other.csrf):
        visit.csrf = csrf or "none"
        assert (await visit.post(f"/account/{path}")).status == 403
    reply = await visit.get("/account")
    assert reply.status == 200


async def test_a_person_of_several_roles_acts_in_one_at_a_time(api: Api) -> None:
    """The first at first; another by the form, and then the first's pages are closed."""
    user = await make_user(api.world, Role.AUDITOR, Role.ADMINISTRATOR)
    visit = await visit_of(api, user)
    assert "You act now as auditor" in words_of(await visit.get("/account"))
    reply = await visit.post("/account/role", {"role": "administrator"})
    assert reply.status == 303
    assert reply.headers["Location"].startswith("/register")
    assert "You act now as administrator" in words_of(await visit.get("/account"))


@pytest.mark.parametrize("role", ["coordinator", "king", ""])
async def test_nobody_takes_a_role_they_do_not_have(api: Api, role: str) -> None:
    """The page says so, and they go on as before."""
    visit = await visit_of(api, await make_user(api.world, Role.AUDITOR, Role.ADMINISTRATOR))
    reply = await visit.post("/account/role", {"role": role})
    assert reply.status == 422
    assert 'id="role-error"' in reply.text
    assert "You act now as auditor" in words_of(await visit.get("/account"))


async def test_the_time_zone_is_one_s_own(api: Api) -> None:
    """Times change with it; what is no zone is refused."""
    visit = await Visit.of(api, Role.AUDITOR)
    before = await visit.get("/account")
    assert (await visit.post("/account/zone", {"zone": "UTC"})).status == 303
    after = await visit.get("/account")
    assert "(UTC+1300)" in before.text
    assert "(UTC+0000)" in after.text
    assert "1 December 2026, 00:00" in words_of(after)
    for zone in ("Pacific/Nowhere", "../../etc/passwd", "x" * 500):
        assert (await visit.post("/account/zone", {"zone": zone})).status == 422
    assert (await visit.post("/account/zone", {"zone": ""})).status == 303
    assert "(UTC+1300)" in (await visit.get("/account")).text


async def test_sessions_can_be_ended_one_by_one(api: Api) -> None:
    """One's own; another's is not there, and cannot be told from none."""
    user = await make_user(api.world, Role.AUDITOR)
    here, there = [await visit_of(api, user) for _ in range(2)]
    stranger = await Visit.of(api, Role.ADMINISTRATOR)
    page = await here.get("/account")
    ends = re.findall(r'action="(/account/sessions/\w+/end)"', page.text)
    assert len(ends) == 2
    for path in (*ends, "/account/sessions/nobody/end"):
        assert (await stranger.post(path)).status == 404
    other = ends[1] if "(this one)" in page.text.split(ends[0])[0] else ends[0]
    assert (await here.post(other)).status == 303
    assert (await there.get("/account")).status == 303
    assert (await here.get("/account")).status == 200
    (own,) = set(ends) - {other}
    assert (await here.post(own)).headers["Location"] == "/sign-in?said=signed-out"
    assert (await here.get("/account")).status == 303


async def test_all_other_sessions_can_be_ended_at_once(api: Api) -> None:
    """Those of other people go on."""
    user = await make_user(api.world, Role.AUDITOR)
    here, *others = [await visit_of(api, user) for _ in range(3)]
    stranger = await Visit.of(api, Role.AUDITOR)
    assert (await here.post("/account/sessions/end-others")).status == 303
    assert [(await each.get("/account")).status for each in others] == [303, 303]
    assert (await here.get("/account")).status == 200
    assert (await stranger.get("/account")).status == 200


async def test_a_changed_password_ends_other_sessions(api: Api, world: World) -> None:
    """The old one signs in no longer, the new one does."""
    person = await somebody(world)
    here, there = [await visit_of(api, person.user) for _ in range(2)]
    fields = {"present": PASSWORD, "wanted": NEW, "again": NEW}
    reply = await here.post("/account/password", fields)
    assert (reply.status, reply.headers["Location"]) == (303, "/account?said=password")
    assert (await there.get("/account")).status == 303
    assert (await here.get("/account")).status == 200
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        visit = Visit(api, csrf="none")
        sent = {"login": person.user.login, "password": password}
        assert (await visit.post("/sign-in", sent)).status == status


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"present": "wrong wrong wrong"}, "present", "not your present password"),
        ({"again": "another password"}, "again", "The two passwords differ."),
        ({"wanted": "short", "again": "short"}, "wanted", "shorter than 12"),
        ({"wanted": "robin and sample", "again": "robin and sample"}, "wanted", "your login"),
    ],
)
async def test_a_password_that_cannot_be_changed_is_explained(
    api: Api, world: World, fields: dict[str, str], field: str, said: str
) -> None:
    """Beside the field it is about; nothing that was typed stands on the page."""
    visit = await visit_of(api, (await somebody(world)).user)
    good = {"present": PASSWORD, "wanted": NEW, "again": NEW}
    reply = await visit.post("/account/password", good | fields)
    assert reply.status == 422
    assert f'id="{field}-error"' in reply.text
    assert said in words_of(reply)
    assert PASSWORD not in reply.text
    assert NEW not in reply.text


async def test_guessing_the_present_password_ends_soon(api: Api, world: World) -> None:
    """Whoever found a browser left open learns nothing by it."""
    visit = await visit_of(api, (await somebody(world)).user)
    fields = {"present": "wrong wrong wrong", "wanted": NEW, "again": NEW}
    for _ in range(10):
        assert (await visit.post("/account/password", fields)).status == 422
    reply = await visit.post("/account/password", fields | {"present": PASSWORD})
    assert reply.status == 429


async def test_new_recovery_codes_replace_the_old(api: Api, world: World) -> None:
    """Shown once; only soon after signing in."""
    person = await somebody(world)
    visit = await visit_of(api, person.user)
    assert "You have 10 recovery codes left." in words_of(await visit.get("/account"))
    reply = await visit.post("/account/recovery-codes")
    codes = re.findall(r"<li><code>([0-9A-Z-]{14})</code>", reply.text)
    assert len(set(codes) - set(person.recovery_codes)) == 10
    for code, status in ((person.recovery_codes[0], 422), (codes[0], 303)):
        other = Visit(api, csrf="none")
        await other.post("/sign-in", {"login": person.user.login, "password": PASSWORD})
        assert (await other.post("/sign-in/recovery", {"code": code})).status == status
    assert "You have 9 recovery codes left." in words_of(await visit.get("/account"))


async def passkey_of(world: World, user: User, identifier: bytes) -> None:
    """A passkey in the store; nobody has its private part."""
    passkey: Any = Passkey(identifier, user.id, b"key", 0, "Office key", world.clock.now())
    async with world.parts.database.work() as work:
        await work.users.put_passkey(passkey)


async def test_passkeys_are_listed_named_and_removed(api: Api, world: World) -> None:
    """One's own; the last means of signing in stays."""
    user = await make_user(world, Role.AUDITOR)
    for identifier in (b"\x00one", b"\xfftwo"):
        await passkey_of(world, user, identifier)
    visit, stranger = await visit_of(api, user), await Visit.of(api, Role.AUDITOR)
    page = await visit.get("/account")
    first, second = dict.fromkeys(re.findall(r'name="passkey" value="([^"]+)"', page.text))
    named = {"passkey": first, "name": "  Telephone <b> "}
    for path in ("name", "remove"):
        for wrong in (named, {"passkey": "!"}, {"passkey": ""}, {"passkey": "é"}):
            assert (await stranger.post(f"/account/passkeys/{path}", wrong)).status == 404
    assert (await visit.post("/account/passkeys/name", named)).status == 303
    assert "Telephone &lt;b&gt;" in (await visit.get("/account")).text
    assert (await visit.post("/account/passkeys/remove", {"passkey": first})).status == 303
    last = await visit.post("/account/passkeys/remove", {"passkey": second})
    assert last.status == 409
    assert "This is all you sign in with." in words_of(last)
    assert "Office key" in (await visit.get("/account")).text


async def test_what_one_signs_in_with_is_changed_soon_after_signing_in_only(
    api: Api, world: World
) -> None:
    """Later the page says to sign in again, and the forms are refused."""
    person = await somebody(world)
    await passkey_of(world, person.user, b"one")
    visit = await visit_of(api, person.user)
    page = await visit.get("/account")
    (identifier,) = set(re.findall(r'name="passkey" value="([^"]+)"', page.text))
    world.clock.move(minutes=15)
    page = await visit.get("/account")
    assert "sign in again" in words_of(page)
    assert "/account/recovery-codes" not in page.text
    for path, fields in (
        ("recovery-codes", {}),
        ("passkeys/remove", {"passkey": identifier}),
        ("passkeys", {"credential": "{}"}),
    ):
        reply = await visit.post(f"/account/{path}", fields)
        assert reply.status == 409
        assert "Sign in again" in words_of(reply)


async def test_what_the_passkey_script_asks_needs_the_token(api: Api, world: World) -> None:
    """In a header; and a public address, which passkeys are bound to."""
    visit = await Visit.of(api, Role.AUDITOR)
    await visit.get("/account")
    path = "/account/passkeys/options"
    cookie = {"Cookie": f"session={visit.cookies['session']}"}
    assert (await api.call("POST", path, role=None, headers=cookie)).status == 403
    headers = cookie | {"X-CSRF-Token": visit.csrf}
    reply = await api.call("POST", path, role=None, headers=headers)
    asked = reply.json()
    assert asked["rp"]["id"] == "gateway.example"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert "passkey=" in reply.headers["Set-Cookie"]


async def test_a_passkey_of_nobody_signs_nobody_in(api: Api, world: World) -> None:
    """Whatever is sent; the page says the same for all."""
    for credential in ("", "{}", "[]", "1", '{"id":"AA","rawId":"AA","response":{}}', "x" * 50_000):
        visit = Visit(api, csrf="none")
        asked = await api.call("POST", "/sign-in/passkey/options", role=None)
        assert asked.json()["userVerification"] == "required"
        assert not asked.json().get("allowCredentials")
        visit.cookies["passkey"] = asked.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
        reply = await visit.post("/sign-in/passkey", {"credential": credential})
        assert reply.status == 422
        assert "This passkey opens nothing here." in words_of(reply)
        again = await visit.post("/sign-in/passkey", {"credential": credential})
        assert again.status == 401
    assert [entry["action"] for entry in await api.actions()][-1] == "sign-in.failed"


async def test_bodies_where_none_is_taken_are_refused(api: Api) -> None:
    """The addresses a script asks take nothing."""
    reply = await api.call("POST", "/sign-in/passkey/options", role=None, headers=FORM, data=b"x=y")
    assert reply.status == 422
