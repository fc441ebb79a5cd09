"""The pages that sign people in and out."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from support.signing_in import PASSWORD, Person, somebody
from support.world import World
from web.driving import FORM, Api, Reply
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.web.keys import PARTS

LOGIN = "robin.sample@tamariki-care.example"


async def give_password(visit: Visit, login: str = LOGIN, password: str = PASSWORD) -> Reply:
    """Send the first form."""
    return await send(visit, "/sign-in", login=login, password=password)


async def send(visit: Visit, path: str, **fields: str) -> Reply:
    """Send a form of somebody who is not signed in: it has no token."""
    visit.csrf = visit.csrf or "none"
    return await visit.post(path, fields)


async def signed_in(api: Api, person: Person, **fields: str) -> Visit:
    """A browser that signed in by its forms."""
    visit = Visit(api)
    await visit.follow(await give_password(visit, person.user.login))
    reply = await send(visit, "/sign-in/code", code=person.code(api.world), **fields)
    assert reply.status == 303, reply.text
    visit.csrf = ""
    return visit


async def test_password_and_code_sign_in(api: Api, world: World) -> None:
    """The way from the page that was wanted, through both forms, back to it."""
    person = await somebody(world, Role.AUDITOR)
    visit = Visit(api)
    led = await visit.get("/account")
    assert led.headers["Location"] == "/sign-in?next=/account"
    first = await visit.follow(led)
    assert first.status == 200
    assert 'name="next" value="/account"' in first.text
    onward = await send(visit, "/sign-in", login=LOGIN.upper(), password=PASSWORD, next="/account")
    assert onward.headers["Location"] == "/sign-in/code?next=/account"
    second = await visit.follow(onward)
    assert second.status == 200
    code = person.code(world)
    entered = await send(visit, "/sign-in/code", code=f" {code[:3]} {code[3:]}", next="/account")
    assert (entered.status, entered.headers["Location"]) == (303, "/account")
    account = await visit.follow(entered)
    assert "Robin Sample" in words_of(account)
    assert "password and code" in words_of(account)


async def test_the_cookies_are_for_this_host_alone_and_not_for_scripts(
    api: Api, world: World
) -> None:
    """Each is HttpOnly and SameSite; none outlives what it stands for."""
    person = await somebody(world)
    visit = Visit(api)
    first = await give_password(visit)
    second = await send(visit, "/sign-in/code", code=person.code(world))
    given = first.headers.getall("Set-Cookie") + second.headers.getall("Set-Cookie")  # type: ignore[attr-defined]
    names = {line.partition("=")[0] for line in given}
    assert {"step", "session", "device"} <= names
    for line in given:
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Path=/" in line
        assert "Domain" not in line
    (session,) = [line for line in given if line.startswith("session=")]
    assert "Max-Age=43200" in session


@pytest.mark.parametrize(
    ("login", "password"),
    [(LOGIN, "wrong wrong wrong"), ("nobody@tamariki-care.example", PASSWORD), ("x", ""), ("", "")],
)
async def test_a_wrong_login_and_a_wrong_password_read_the_same(
    api: Api, world: World, login: str, password: str
) -> None:
    """The page says what to do, keeps the login that was typed, and never the password."""
    await somebody(world)
    reply = await give_password(Visit(api), login, password)
    assert reply.status == 422
    assert "Login and password do not belong together." in words_of(reply)
    assert f'value="{login}"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert not password or password not in reply.text
    assert "Set-Cookie" not in reply.headers


async def test_a_wrong_code_can_be_typed_again(api: Api, world: World) -> None:
    """The step goes on; a code that was used is as wrong as any other."""
    person = await somebody(world)
    visit = Visit(api)
    await give_password(visit)
    wrong = await send(visit, "/sign-in/code", code="000000", next="/account")
    assert wrong.status == 422
    assert "The code is not right" in words_of(wrong)
    assert 'name="next" value="/account"' in wrong.text
    code = person.code(world)
    assert (await send(visit, "/sign-in/code", code=code)).status == 303
    again = Visit(api)
    await give_password(again)
    assert (await send(again, "/sign-in/code", code=code)).status == 422


async def test_a_recovery_code_signs_in_once(api: Api, world: World) -> None:
    """In small letters and without its hyphens too."""
    person = await somebody(world)
    code = person.recovery_codes[3].lower().replace("-", " ")
    for status in (303, 422):
        visit = Visit(api)
        await give_password(visit)
        assert (await visit.get("/sign-in/recovery")).status == 200
        assert (await send(visit, "/sign-in/recovery", code=code)).status == status


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/recovery"])
async def test_the_second_step_needs_the_first(api: Api, world: World, path: str) -> None:
    """Whoever comes without it, or too late, is led to the beginning."""
    person = await somebody(world)
    visit = Visit(api)
    reply = await send(visit, path, code=person.code(world), next="/account")
    assert reply.headers["Location"] == "/sign-in?next=/account&said=again"
    assert "Sign in again" in words_of(await visit.follow(reply))
    await give_password(visit)
    world.clock.move(minutes=10)
    reply = await send(visit, path, code=person.code(world))
    assert reply.headers["Location"] == "/sign-in?said=again"


@pytest.mark.parametrize(
    "place",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x", "/" * 3000],
)
async def test_nobody_is_led_elsewhere(api: Api, world: World, place: str) -> None:
    """The page wanted is one of ours, or it is the way in."""
    person = await somebody(world)
    visit = Visit(api)
    await give_password(visit)
    reply = await send(visit, "/sign-in/code", code=person.code(world), next=place)
    assert (reply.status, reply.headers["Location"]) == (303, "/")


async def test_a_sign_in_form_of_another_site_is_refused(api: Api, world: World) -> None:
    """Nobody is signed in as somebody else by a form they did not see."""
    await somebody(world)
    headers = FORM | {"Origin": "https://elsewhere.example"}
    reply = await api.call("POST", "/sign-in", role=None, headers=headers, data=b"login=x")
    assert reply.status == 403


async def test_signing_in_gives_a_new_cookie_and_ends_the_old_session(
    api: Api, world: World
) -> None:
    """A cookie planted before, or left by somebody else, opens nothing afterwards."""
    first = await signed_in(api, await somebody(world))
    old = dict(first.cookies)
    world.clock.move(minutes=1)
    other = await somebody(world, login="kim.sample@tamariki-care.example")
    await give_password(first, other.user.login)
    planted = first.cookies["session"]
    reply = await send(first, "/sign-in/code", code=other.code(world))
    assert reply.status == 303
    assert first.cookies["session"] != planted
    assert (await Visit(api, {"session": old["session"]}).get("/account")).status == 303
    assert (await first.get("/account")).status == 200


async def test_signing_out_ends_the_session(api: Api, world: World) -> None:
    """The cookie is forgotten, and worth nothing to whoever kept it."""
    visit = await signed_in(api, await somebody(world))
    kept = visit.cookies["session"]
    reply = await visit.post("/sign-out")
    assert reply.headers["Location"] == "/sign-in?said=signed-out"
    assert visit.cookies["session"] in {"", '""'}
    assert (await Visit(api, {"session": kept}).get("/account")).status == 303
    assert "You are signed out." in words_of(await visit.follow(reply))


async def test_signing_out_needs_the_form_s_token(api: Api, world: World) -> None:
    """Another site cannot sign people out."""
    visit = await signed_in(api, await somebody(world))
    visit.csrf = "0" * 64
    assert (await visit.post("/sign-out")).status == 403


async def test_too_many_failures_are_told_with_the_time_to_wait(api: Api, world: World) -> None:
    """The page stays a page, and says when to come back."""
    person = await somebody(world)
    for _ in range(10):
        assert (await give_password(Visit(api), password="wrong wrong")).status == 422
    reply = await give_password(Visit(api))
    assert reply.status == 429
    assert re.search(r"Wait 30 minutes", words_of(reply))
    assert 0 < int(reply.headers["Retry-After"]) <= 1801
    world.clock.move(minutes=31)
    visit = Visit(api)
    await give_password(visit)
    assert (await send(visit, "/sign-in/code", code=person.code(world))).status == 303


async def test_pages_of_signing_in_tell_nothing_of_who_is_signed_in(api: Api, world: World) -> None:
    """They are made for nobody."""
    visit = await signed_in(api, await somebody(world))
    for path in ("/sign-in", "/sign-in/code", "/sign-in/recovery"):
        reply = await visit.get(path)
        assert reply.status == 200
        assert "Robin" not in reply.text
        assert reply.headers["Cache-Control"] == "no-store"


async def test_identity_providers_are_offered_by_name(api: Api, world: World) -> None:
    """With the page that was wanted; none are where none is set."""
    assert "through your agency" not in (await Visit(api).get("/sign-in")).text
    provider: Any = SimpleNamespace(key="care", name="Tamariki <Care>")
    api.app[PARTS].providers["care"] = provider  # type: ignore[index]
    page = await Visit(api).get("/sign-in?next=/packs")
    assert 'href="/sign-in/with/care?next=/packs"' in page.text
    assert "Sign in with Tamariki &lt;Care&gt;" in page.text
