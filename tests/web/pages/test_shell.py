"""What every page for users has around it: sign-in, roles, tokens of forms, headers."""

import pytest
from web.driving import FORM, Api
from web.pages.visiting import Visit

from gateway.domain.actors import Role
from gateway.web.pages.navigation import HOMES
from gateway.web.pages.table import PAGES
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC


def test_every_page_has_a_name_of_its_own_and_says_who_may_see_it() -> None:
    """No two pages share a name or an address, with each other or with the API."""
    every = (*TABLE, *PAGES)
    assert len({route.operation for route in every}) == len(every)
    assert len({(route.method, route.path) for route in every}) == len(every)
    assert all(route.page for route in PAGES)
    assert all(route.roles is PUBLIC or route.roles for route in PAGES)


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page(api: Api) -> None:
    """And back to where they wanted to go; a form is refused."""
    reply = await Visit(api).get("/")
    assert (reply.status, reply.headers["Location"]) == (303, "/sign-in?next=/")


@pytest.mark.parametrize("role", Role)
async def test_each_role_has_a_home_page(api: Api, role: Role) -> None:
    """The way in leads there, and it is one of the role's own."""
    reply = await (await Visit.of(api, role)).get("/")
    assert (reply.status, reply.headers["Location"]) == (303, HOMES[role])


@pytest.mark.parametrize("cookie", ["x", "", "a b", "x" * 300, "nobody-made-this-one"])
async def test_a_cookie_nobody_made_opens_nothing(api: Api, cookie: str) -> None:
    """Whatever its form is."""
    assert (await Visit(api, {"session": cookie}).get("/")).status == 303


async def test_a_bearer_token_opens_no_page_and_a_session_no_api(api: Api) -> None:
    """The two ways of signing in are not mixed."""
    assert (await api.call("GET", "/", role=Role.COORDINATOR)).status == 303
    visit = await Visit.of(api, Role.COORDINATOR)
    assert (await visit.get("/api/v1/packs")).status == 401


async def test_a_form_without_its_token_or_from_elsewhere_is_refused(api: Api) -> None:
    """Cross-site request forgery, with and without the browser's own word for it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    posts = [r.path for r in PAGES if r.method == "POST" and r.roles is not PUBLIC and not r.parts]
    for path in [p for p in posts if "{" not in p][:5]:
        without = await visit.get(path.replace("POST", ""), data=b"", headers=FORM)
        assert without.status in {403, 404, 405}
        elsewhere = await visit.post(path, headers={"Origin": "https://elsewhere.example"})
        assert elsewhere.status == 403
