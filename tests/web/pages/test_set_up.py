"""The pages a set-up link leads through."""

import re

import pyotp
import pytest
from support.signing_in import PASSWORD, a_user, somebody
from support.world import ADMINISTRATOR, World
from web.driving import Api, Reply
from web.pages.visiting import Visit, words_of

from gateway.domain.users import User
from gateway.services.set_up import offer_setup

NEW = "lantern gravel orchard"


async def link_for(world: World, user: User) -> str:
    """Where a fresh set-up link leads."""
    link = await offer_setup(world.parts, ADMINISTRATOR, user.id)
    return f"/set-up/{link.token.reveal()}"


async def send(visit: Visit, path: str, **fields: str) -> Reply:
    """Send a form of somebody who is not signed in."""
    visit.csrf = "none"
    return await visit.post(path, fields)


def key_in(reply: Reply) -> str:
    """The key that stands on the page as text."""
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", reply.text)
    assert found
    return found[1].replace(" ", "")


async def set_up(world: World, api: Api, user: User, password: str = NEW) -> tuple[str, list[str]]:
    """Follow a fresh link to its end; gives the seed and the recovery codes."""
    path, visit = await link_for(world, user), Visit(api)
    app = await visit.follow(await send(visit, path, password=password, again=password))
    assert app.status == 200, app.text
    seed = key_in(app)
    done = await send(visit, f"{path}/app", code=pyotp.TOTP(seed).at(world.clock.now()))
    assert done.status == 200, done.text
    codes = re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2})</code>", done.text)
    return seed, codes


async def test_a_link_leads_to_password_and_app_and_recovery_codes(api: Api, world: World) -> None:
    """And then it leads nowhere; what was set up signs in."""
    user = await a_user(world)
    path, visit = await link_for(world, user), Visit(api)
    first = await visit.get(path)
    assert "Robin Sample" in words_of(first)
    assert "tangerine" not in first.text
    app = await visit.follow(await send(visit, path, password=NEW, again=NEW))
    seed = key_in(app)
    assert app.text.count("<svg") == 1
    assert "style=" not in app.text
    done = await send(visit, f"{path}/app", code=pyotp.TOTP(seed).at(world.clock.now()))
    assert len(re.findall(r"<li><code>", done.text)) == 10
    assert "shown this once" in words_of(done)
    for later in (await visit.get(path), await send(visit, path, password=NEW, again=NEW)):
        assert later.status == 404
    world.clock.move(seconds=30)
    await send(visit, "/sign-in", login=user.login, password=NEW)
    code = pyotp.TOTP(seed).at(world.clock.now())
    assert (await send(visit, "/sign-in/code", code=code)).status == 303


async def test_a_page_opened_twice_shows_the_same_key(api: Api, world: World) -> None:
    """A wrong code too: the app need not be set up again."""
    path, visit = await link_for(world, await a_user(world)), Visit(api)
    first = await visit.follow(await send(visit, path, password=NEW, again=NEW))
    wrong = await send(visit, f"{path}/app", code="000000")
    assert wrong.status == 422
    assert "The code is not right." in words_of(wrong)
    assert key_in(first) == key_in(wrong) == key_in(await visit.get(f"{path}/app"))


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        (NEW, NEW + "s", "The two passwords differ."),
        ("short words", "short words", "shorter than 12 characters"),
        ("robin sample nebula", "robin sample nebula", "your login, your name"),
        ("tamariki care plough", "tamariki care plough", "your login, your name"),
        ("password123456", "password123456", "many people use"),
        ("", "", "shorter than 12 characters"),
    ],
)
async def test_a_bad_password_is_explained(
    api: Api, world: World, password: str, again: str, said: str
) -> None:
    """Beside its field; the link goes on, and the password is not on the page."""
    path = await link_for(world, await a_user(world))
    reply = await send(Visit(api), path, password=password, again=again)
    assert reply.status == 422
    assert said in words_of(reply)
    assert 'aria-invalid="true"' in reply.text
    assert not password or f'value="{password}"' not in reply.text
    assert (await Visit(api).get(path)).status == 200


@pytest.mark.parametrize("hours", [72, 1000])
async def test_an_old_link_leads_nowhere(api: Api, world: World, hours: int) -> None:
    """After three days; nor does one that a fresh one replaced, or nobody made."""
    user = await a_user(world)
    replaced = await link_for(world, user)
    path = await link_for(world, user)
    for there in (replaced, "/set-up/nobody-made-this", f"{path}x"):
        reply = await Visit(api).get(there)
        assert reply.status == 404
        assert "Robin" not in reply.text
    assert (await Visit(api).get(path)).status == 200
    world.clock.move(hours=hours)
    assert (await Visit(api).get(path)).status == 404
    assert (await Visit(api).get(f"{path}/app")).status == 404


async def test_the_app_comes_after_the_password_in_the_same_browser(api: Api, world: World) -> None:
    """Another browser with the link is led to the beginning."""
    path, visit = await link_for(world, await a_user(world)), Visit(api)
    await send(visit, path, password=NEW, again=NEW)
    other = await Visit(api).get(f"{path}/app")
    assert (other.status, other.headers["Location"]) == (303, path)


async def test_setting_up_anew_replaces_all_there_was(api: Api, world: World) -> None:
    """Password, app, recovery codes; until it is done, the old ones sign in."""
    person = await somebody(world)
    old = Visit(api)
    path, visit = await link_for(world, person.user), Visit(api)
    await send(visit, path, password=NEW, again=NEW)
    await send(old, "/sign-in", login=person.user.login, password=PASSWORD)
    assert (await send(old, "/sign-in/code", code=person.code(world))).status == 303
    assert (await old.get("/account")).status == 200
    world.clock.move(minutes=1)
    await set_up(world, api, person.user)
    assert (await old.get("/account")).status == 303
    wrong = await send(Visit(api), "/sign-in", login=person.user.login, password=PASSWORD)
    assert wrong.status == 422
    again = Visit(api)
    await send(again, "/sign-in", login=person.user.login, password=NEW)
    code = person.recovery_codes[0]
    assert (await send(again, "/sign-in/recovery", code=code)).status == 422


async def test_a_passkey_that_was_not_asked_for_sets_up_nothing(api: Api, world: World) -> None:
    """Whatever is sent in its place; what was set up before goes on."""
    person = await somebody(world)
    path = await link_for(world, person.user)
    for credential in ("", "{}", "[]", "null", '{"id": 1}', "x" * 50_000):
        reply = await send(Visit(api), f"{path}/passkey", credential=credential)
        assert reply.status in {401, 409}
    visit = Visit(api)
    await send(visit, "/sign-in", login=person.user.login, password=PASSWORD)
    assert (await send(visit, "/sign-in/code", code=person.code(world))).status == 303


async def test_a_form_of_another_site_sets_up_nothing(api: Api, world: World) -> None:
    """Even with the link known."""
    path = await link_for(world, await a_user(world))
    visit = Visit(api)
    visit.csrf = "none"
    headers = {"Origin": "https://elsewhere.example"}
    reply = await api.call(
        "POST",
        path,
        role=None,
        headers=headers | {"Content-Type": "application/x-www-form-urlencoded"},
        data=b"password=lantern+gravel+orchard&again=lantern+gravel+orchard",
    )
    assert reply.status == 403
