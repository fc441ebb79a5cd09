"""Drives the web application over a real socket, as each kind of caller."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, FormData, web
from support.world import ADMINISTRATOR, COORDINATOR, STRANGER, World

from gateway.domain.actors import Actor, Role
from gateway.domain.transfers import Transfer
from gateway.services.accounts import TokenTerms, create_token
from gateway.services.delivery import run
from gateway.web.settings import WebSettings

SETTINGS = WebSettings(
    version="0",
    requests_per_minute=10_000,
    public_posts_per_minute=1_000,
    page_posts_per_minute=1_000,
    failed_sign_ins_per_minute=1_000,
    document_limit_bytes=3_000_000,
    body_idle_seconds=5.0,
)
LABEL = {
    "classification": "IN-CONFIDENCE",
    "category": "Care and protection",
    "source_agency": "tamariki-care",
    "children": ["child-7f3a"],
}
DELIVERED = ("aroha-tauira", "ben-sample", "tom-sample")  # whose transfers tests carry on with
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def text_or_blank(self) -> str:
        """The body as text; blank where it is none."""
        return self.body.decode(errors="ignore")


class SetMonotonic:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        """The seconds that were set."""
        return self.at


@dataclass
class Api:
    """A served application with a token for each role; the stranger's is another agency's."""

    app: web.Application
    session: ClientSession
    base: str
    world: World
    monotonic: SetMonotonic
    tokens: dict[Role, str] = field(default_factory=dict, repr=False)
    stranger: str = field(default="", repr=False)

    async def call(
        self,
        method: str,
        path: str,
        *,
        role: Role | None = Role.COORDINATOR,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Reply:
        """Send a request as `role`, with `token`, or as nobody."""
        sent = dict(headers or {})
        token = token or (self.tokens[role] if role else None)
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token}")
        if isinstance(rest.get("data"), bytes):  # the client warns about long ones otherwise
            rest["data"] = io.BytesIO(rest["data"])
            sent.setdefault("Content-Length", str(rest["data"].getbuffer().nbytes))
        url = self.base + path
        async with self.session.request(
            method, url, headers=sent, allow_redirects=False, **rest
        ) as response:
            return Reply(response.status, response.headers, await response.read())

    async def raw(self, request: bytes, *, end: bool = False) -> bytes:
        """Everything that comes back for these bytes until the connection closes."""
        reader, writer = await self.connect()
        writer.write(request)
        if end:
            writer.write_eof()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of one's own."""
        return await asyncio.open_connection("127.0.0.1", int(self.base.rpartition(":")[2]))

    async def upload(self, pack: str, *, label: Any = None, **rest: Any) -> Reply:
        """Add a small document to a pack."""
        form = FormData(quote_fields=False, default_to_multipart=True)
        label = LABEL if label is None else label
        form.add_field("label", json.dumps(label), content_type="application/json")
        content = rest.pop("content", b"a fictional document")
        form.add_field("file", io.BytesIO(content), filename=rest.pop("name", "summary.pdf"))
        place = f"/api/v1/packs/{pack}/documents{rest.pop('query', '')}"
        return await self.call("POST", place, data=form, **rest)

    async def actions(self) -> list[dict[str, Any]]:
        """Every entry of the audit log."""
        return [json.loads(leaf) for leaf in await self.world.leaves()]

    async def refusals(self) -> list[tuple[str, str]]:
        """Operation and kind of problem of each refusal in the audit log."""
        return [
            (entry["detail"]["operation"], entry["detail"]["problem"])
            for entry in await self.actions()
            if entry["action"] == "request.refused"
        ]


Serve = Callable[[WebSettings], Awaitable[Api]]
ServeApp = Callable[[web.Application], Awaitable[Api]]


def pack_body(world: World) -> dict[str, Any]:
    """The sample's pack as a request."""
    file = world.pack_file.terms
    return {
        "meeting": file.meeting,
        "contact": file.contact,
        "authority": file.authority,
        "purpose": file.purpose,
        "marking": file.marking.value,
        "statements": [
            {
                "recipient": each.recipient,
                "ground": each.ground,
                "belief": each.belief,
                "instrument": each.instrument,
            }
            for each in file.statements
        ],
        "consultations": [
            {"child": each.child, "consulted": each.consulted, "account": each.account}
            for each in file.consultations
        ],
    }


async def token_for(
    world: World, role: Role, actor: Actor = COORDINATOR, life: timedelta = timedelta(days=30)
) -> tuple[str, str]:
    """A new token's identifier and text, for the agency and person of `actor`."""
    person = actor.representative if role in {Role.COORDINATOR, Role.RESPONDER} else None
    terms = TokenTerms(role, actor.of_agency(), person, life)
    token, text = await create_token(world.parts, ADMINISTRATOR, terms)
    return token.id, text.reveal()


async def give_tokens(api: Api) -> None:
    """Make a token for each role of the lead agency, and one for a coordinator elsewhere."""
    for role in Role:
        _, api.tokens[role] = await token_for(api.world, role)
    _, api.stranger = await token_for(api.world, Role.COORDINATOR, STRANGER)


async def mailed(world: World) -> dict[str, Transfer]:
    """The sample's transfers, some of them mailed, with the recall window over."""
    transfers = await world.send()
    for person in DELIVERED:
        await run(world.parts, transfers[person].id)
    world.clock.move(minutes=11)
    return {person: await world.transfer(each) for person, each in transfers.items()}


async def password_sent(world: World) -> dict[str, Transfer]:
    """The sample's transfers, some of them with their passwords sent."""
    transfers = await mailed(world)
    for person in DELIVERED:
        await run(world.parts, transfers[person].id)
    return {person: await world.transfer(each) for person, each in transfers.items()}
