"""Signing in through an agency's identity provider, at a certified one and at the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from support.openid import provider, settings_of, sign_in_there
from support.world import LEAD, World
from web.driving import SETTINGS, Api, ServeApp
from web.pages.visiting import Visit

from gateway.channels import OpenIdProvider
from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.domain.users import User, UserId
from gateway.services.identity import Attempt, Identity
from gateway.system import SystemClock
from gateway.web import create_web_app

PAT = "pat.tauira@tamariki-care.example"


@dataclass
class Vouching:
    """A provider that vouches for whom it is told to, without a network."""

    person: Identity
    key: str = "care"
    name: str = "Tamariki Care"
    issuer: str = "https://login.example"
    agency: AgencyId = LEAD
    roles: Mapping[str, Sequence[Role]] = field(
        default_factory=lambda: {"c": [Role.COORDINATOR], "a": [Role.AUDITOR]}
    )

    async def address(self, attempt: Attempt) -> str:
        """Its sign-in page."""
        return f"{self.issuer}/authorise?{urlencode({'state': attempt.state})}"

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        """The person."""
        assert (bool(attempt.nonce), code) == (True, "code-1")
        return self.person


async def email_of(world: World, person: str) -> str:
    """The address the register has of a representative."""
    register = world.register
    return next(p.email for p in register.representatives if p.id == person)


async def served(world: World, serve_app: ServeApp, vouching: Any) -> Api:
    """The pages with this identity provider."""
    world.parts = replace(world.parts, providers={vouching.key: vouching})
    return await serve_app(create_web_app(world.parts, SETTINGS))


async def come_back(visit: Visit, *, onward: str = "/", **changes: str) -> Any:
    """Leave for the provider and come back, with what it would send changed."""
    left = await visit.get(f"/sign-in/with/care?{urlencode({'next': onward})}")
    assert left.status == 303, left.text
    state = left.headers["Location"].rpartition("state=")[2]
    query = {"code": "code-1", "state": state} | changes
    return await visit.get(f"/sign-in/back?{urlencode(query)}")


async def test_a_representative_signs_in_and_acts_as_themselves(
    world: World, serve_app: ServeApp
) -> None:
    """A coordinator by their group, tied to the register by their address; the cookie is scarce."""
    person = Identity("s-1", (await email_of(world, "pat-tauira")).upper(), "Pat", ("c", "x"))
    visit = Visit(await served(world, serve_app, Vouching(person)))
    back = await come_back(visit, onward="/packs?state=x")
    assert (back.status, back.headers["Location"]) == (303, "/packs?state=x")
    session = next(v for v in back.headers.getall("Set-Cookie") if v.startswith("session="))
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in session.split(";")}
    assert (await visit.get("/")).headers["Location"] == "/coordinator"
    before = dict(visit.cookies)
    assert (await come_back(visit)).status == 303
    old = await Visit(visit.api, before).get("/")  # a session ends as another begins in its place
    assert old.headers["Location"].startswith("/sign-in")
    async with world.parts.database.work() as work:
        (user,) = await work.users.list(None)
    assert (user.representative, user.roles, user.agency) == (
        "pat-tauira",
        (Role.COORDINATOR,),
        LEAD,
    )


@pytest.mark.parametrize(
    "changes", [{"state": "0" * 64}, {"state": ""}, {"iss": "https://other.example"}, {"code": ""}]
)
async def test_what_another_provider_or_browser_began_ends_nowhere(
    world: World, serve_app: ServeApp, changes: dict[str, str]
) -> None:
    """A state that is not this browser's, another issuer's word, a refusal."""
    visit = Visit(await served(world, serve_app, Vouching(Identity("s-1", PAT, "Pat", ("c",)))))
    assert (await come_back(visit, **changes)).status == 401
    assert (await visit.get("/")).headers["Location"].startswith("/sign-in")


async def test_coming_back_counts_once(world: World, serve_app: ServeApp) -> None:
    """The address of return, opened again or in another browser, signs nobody in."""
    email = await email_of(world, "pat-tauira")
    visit = Visit(await served(world, serve_app, Vouching(Identity("s-1", email, "Pat", ("c",)))))
    left = await visit.get("/sign-in/with/care")
    state = left.headers["Location"].rpartition("state=")[2]
    address = f"/sign-in/back?code=code-1&state={state}"
    cookies = dict(visit.cookies)
    assert (await Visit(visit.api).get(address)).status == 401
    assert (await visit.get(address)).status == 303
    assert (await Visit(visit.api, cookies).get(address)).status == 401


@pytest.mark.parametrize(
    "person",
    [
        Identity("s-1", PAT, "No group of ours", ("x",)),
        Identity("s-1", "ben@regional-police.example", "Another agency's address", ("a",)),
        Identity("s-1", "not an address", "No address", ("a",)),
        Identity("s-1", "nobody.known@tamariki-care.example", "No representative", ("c",)),
    ],
    ids=lambda person: person.name,
)
async def test_who_may_not_act_here_is_told_so(
    world: World, serve_app: ServeApp, person: Identity
) -> None:
    """Known to the provider is not enough; no user is made, and the failure is recorded."""
    visit = Visit(await served(world, serve_app, Vouching(person)))
    reply = await come_back(visit)
    assert reply.status == 403
    assert "Traceback" not in reply.text
    async with world.parts.database.work() as work:
        assert not await work.users.list(None)
    assert b"sign-in.failed" in b"".join(await world.leaves())


async def test_a_provider_speaks_for_its_own_agency_only(world: World, serve_app: ServeApp) -> None:
    """A user of another agency with the same address or subject is not taken over."""
    email = await email_of(world, "pat-tauira")
    other = User(
        UserId("other"),
        email.lower(),
        "Another",
        AgencyId("regional-police"),
        (Role.AUDITOR,),
        world.clock.now(),
    )
    async with world.parts.database.work() as work:
        await work.users.add(other)
    visit = Visit(await served(world, serve_app, Vouching(Identity("s-1", email, "Pat", ("a",)))))
    assert (await come_back(visit)).status == 403


async def test_groups_count_as_they_are_at_each_sign_in(world: World, serve_app: ServeApp) -> None:
    """Who loses a group loses its role; a disabled user stays out."""
    email = await email_of(world, "pat-tauira")
    vouching = Vouching(Identity("s-1", email, "Pat", ("c", "a")))
    visit = Visit(await served(world, serve_app, vouching))
    assert (await come_back(visit)).status == 303
    vouching.person = replace(vouching.person, groups=("a",))
    assert (await come_back(visit)).status == 303
    assert (await visit.get("/")).headers["Location"] == "/audit"
    async with world.parts.database.work() as work:
        (user,) = await work.users.list(None)
        assert user.roles == (Role.AUDITOR,)
        await work.users.update(replace(user, disabled_at=world.clock.now()))
    assert (await come_back(visit)).status == 401
    assert (await visit.get("/")).headers["Location"].startswith("/sign-in")


async def test_a_provider_nobody_set_up_is_not_there(api: Api) -> None:
    """Whatever its name in the address is."""
    assert (await Visit(api).get("/sign-in/with/nobody")).status == 404


@pytest.mark.server
async def test_the_whole_way_through_a_certified_provider(
    world: World, serve_app: ServeApp
) -> None:
    """From our page to the provider's, through its sign-in and consent, and back."""
    email = await email_of(world, "pat-tauira")
    account = {"email": email, "email_verified": True, "name": "Pat", "groups": ["group-17"]}
    async with provider({"pat": account}) as issuer:
        world.parts = replace(
            world.parts, rules=replace(world.parts.rules, link_base="http://127.0.0.1:1")
        )
        ours = OpenIdProvider(settings_of(issuer), SystemClock())
        visit = Visit(await served(world, serve_app, ours))
        left = await visit.get("/sign-in/with/care?next=/packs")
        came = await sign_in_there(left.headers["Location"], "pat")
        back = await visit.get(f"/sign-in/back?{urlencode(came)}")
        assert (back.status, back.headers["Location"]) == (303, "/packs")
        assert (await visit.get("/")).headers["Location"] == "/coordinator"
