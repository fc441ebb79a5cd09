"""Drives the pages as a browser without scripts does: cookies, forms, redirects."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from support.world import LEAD, World
from web.driving import FORM, Api, Reply

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.users import SignInMethod, User, UserId
from gateway.services.sessions import Browser, begin_session

PEOPLE = {
    Role.COORDINATOR: (LEAD, "pat-tauira"),
    Role.PRIVACY_OFFICER: (LEAD, None),
    Role.AUDITOR: (LEAD, None),
    Role.ADMINISTRATOR: (LEAD, None),
    Role.RESPONDER: (AgencyId("te-rohe-health"), "iris-example"),
}


async def make_user(
    world: World, *roles: Role, agency: AgencyId = LEAD, person: str | None = None
) -> User:
    """A new user of an agency, with a login of their own."""
    identifier = UserId(world.parts.identifiers.new())
    user = User(
        id=identifier,
        login=f"{identifier.lower()}@users.example",
        name=f"Sample {roles[0].value}",
        agency=agency,
        roles=roles,
        created_at=world.clock.now(),
        representative=RepresentativeId(person) if person else None,
    )
    async with world.parts.database.work() as work:
        await work.users.add(user)
    return user


async def cookie_of(world: World, user: User) -> str:
    """The cookie of a fresh session."""
    async with world.parts.database.work() as work:
        _, text = await begin_session(
            world.parts, work, user, SignInMethod.PASSKEY, Browser("127.0.0.1", "Sample browser")
        )
    return text.reveal()


@dataclass
class Visit:
    """A browser at one session (or none): keeps its cookies, and the token of its forms."""

    api: Api
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    @classmethod
    async def of(cls, api: Api, role: Role, **who: Any) -> "Visit":
        """Somebody signed in as `role`; by default a person of the sample's for that role."""
        agency, person = PEOPLE[role]
        known = {"agency": agency, "person": person} | who
        user = await make_user(api.world, role, **known)
        return cls(api, {"session": await cookie_of(api.world, user)})

    async def get(self, path: str, **rest: Any) -> Reply:
        """Open a page; follows no redirect."""
        return await self._call("GET", path, **rest)

    async def post(
        self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None, **rest: Any
    ) -> Reply:
        """Send a form as the page itself would, with its token."""
        if not self.csrf:
            await self.get("/account")
        data = urlencode({"csrf": self.csrf, **(fields or {})}, doseq=True).encode()
        headers = FORM | rest.pop("headers", {})
        return await self._call("POST", path, data=data, headers=headers, **rest)

    async def follow(self, reply: Reply) -> Reply:
        """Open where a redirect leads."""
        assert reply.status == 303, (reply.status, reply.text[:2000])
        return await self.get(reply.headers["Location"])

    async def _call(self, method: str, path: str, **rest: Any) -> Reply:
        headers = dict(rest.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        reply = await self.api.call(method, path, role=None, headers=headers, **rest)
        for name, value in _set(reply):
            self.cookies[name] = value
        if found := re.search(r'name="csrf-token" content="([0-9a-f]+)"', reply.text_or_blank()):
            self.csrf = found[1]
        return reply


def _set(reply: Reply) -> list[tuple[str, str]]:
    given = reply.headers.getall("Set-Cookie", []) if hasattr(reply.headers, "getall") else []
    return [(n, v) for n, _, v in (line.split(";")[0].partition("=") for line in given)]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the words between tags."""
        self.words.append(data)


def words_of(reply: Reply) -> str:
    """What a reader sees of a page, with single spaces."""
    parser = _Words()
    parser.feed(reply.text)
    return " ".join(" ".join(parser.words).split())
