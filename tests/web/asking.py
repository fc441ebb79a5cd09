"""Requests for information over the API: the sample's, asked, delivered, and who answers it."""

import json
import re
import tomllib
from typing import Any

from support.requests import CHILD, DUE, IRIS, delivered, stored
from support.world import SAMPLE, unzipped
from web.driving import Api, Reply, token_for

from gateway.domain.actors import Actor, Role
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import RequestId

ASKED, RECEIVED = "/api/v1/requests", "/api/v1/received-requests"
LINKS = "/api/v1/answer-links"
NOWHERE = "01AAAAAAAAAAAAAAAAAAAAAAAA"
KEY = "Idempotency-Key"
DISCLOSURE = {
    "belief": "The dates show what help is needed.",
    "consultation": {"consulted": True, "whom": "His grandmother", "account": "She agrees."},
    "limitations": "Private visits lack.",
}
DECLINED = {"kind": "declined", "ground": "harm", "reasons": "Somebody could be found by it."}
DATES = {
    "classification": "IN-CONFIDENCE",
    "category": "Health appointments",
    "source_agency": "te-rohe-health",
    "children": [CHILD],
}
SAYS = (  # of the sample's request, and nothing that a refusal could say
    "Tama Tauira",
    "Tommy Sample",
    "ZZZ0016",
    "Example Street",
    "Rose Sample",
    "child health clinic",
    "safety plan",
    CHILD,
)


def body(file: str = "request-health.toml", **changes: Any) -> dict[str, Any]:
    """The sample's request as the API takes it, due two weeks after the world begins."""
    parsed = tomllib.loads((SAMPLE / file).read_text())
    return json.loads(json.dumps(parsed, default=str)) | {"due_on": DUE.isoformat()} | changes  # type: ignore[no-any-return]


async def drafted(api: Api, **changes: Any) -> str:
    """A draft of the lead agency."""
    reply = await api.call("POST", ASKED, json=body(**changes))
    assert reply.status == 201, reply.text
    return str(reply.json()["id"])


async def send(api: Api, request: str, key: str | None = None, **rest: Any) -> Reply:
    """Send a draft, under a key of its own if none is given."""
    address = f"{ASKED}/{request}/send"
    return await api.call("POST", address, headers={KEY: key or request}, **rest)


async def sent(api: Api, **changes: Any) -> str:
    """A request on its way."""
    request = await drafted(api, **changes)
    reply = await send(api, request)
    assert reply.status == 202, reply.text
    return request


async def kept(api: Api, request: str) -> InformationRequest:
    """The request as it is stored now."""
    async with api.world.parts.database.work() as work:
        found = await work.requests.asked(RequestId(request), None)
    assert found is not None
    return await stored(api.world, found)


async def responder(api: Api, actor: Actor = IRIS) -> str:
    """The bearer token of a responder."""
    return (await token_for(api.world, Role.RESPONDER, actor))[1]


async def linked(api: Api, **changes: Any) -> tuple[str, str]:
    """A request that was delivered, and the token of the link its holder found in it."""
    request = await sent(api, **changes)
    await delivered(api.world, await kept(api, request))
    archive, password = api.world.channels.mails[-1][1], api.world.channels.passwords[-1][2]
    page = unzipped(archive, password)["00-contents.html"].decode()
    found = re.search(r"https://gateway\.example/answer/([\w-]+)", page)
    assert found is not None
    return request, found[1]


async def opened(api: Api, link: str) -> str:
    """The bearer token that a link's code is exchanged for."""
    asked = await api.call("POST", f"{LINKS}/{link}/code", role=None)
    assert asked.status == 202, asked.text
    code = {"code": api.world.channels.codes[-1][2]}
    reply = await api.call("POST", f"{LINKS}/{link}/session", role=None, json=code)
    assert reply.status == 200, reply.text
    return str(reply.json()["token"])


async def disclosing(api: Api, token: str, request: str) -> str:
    """A pack with a document that answers the request."""
    address = f"{RECEIVED}/{request}/disclosure"
    pack = await api.call("POST", address, token=token, json=DISCLOSURE)
    assert pack.status == 201, pack.text
    added = await api.upload(pack.json()["id"], label=DATES, token=token)
    assert added.status == 201, added.text
    return str(pack.json()["id"])


def fields(reply: Reply) -> set[str]:
    """The fields that a refusal names."""
    told = reply.json()
    return {told.get("field", ""), *(p["field"] for p in told.get("problems", ()))} - {""}
