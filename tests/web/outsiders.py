"""Who has no business with a request, its packs and links; and how each route is called."""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from support.requests import IRIS, transfer_of
from support.world import STRANGER
from web.asking import (
    ASKED,
    DATES,
    DECLINED,
    DISCLOSURE,
    KEY,
    NOWHERE,
    RECEIVED,
    SAYS,
    body,
    disclosing,
    kept,
    linked,
    opened,
    responder,
)
from web.driving import FORM, Api, Reply, token_for

from gateway.domain.actors import Role
from gateway.services import delivery
from gateway.web.routing import Route

NAMES = {"request", "pack", "document", "transfer", "token"}
OTHERS = {"authority", "meeting", "child", "agency", "position", "level", "place"}  # of no request
NOTHING: dict[str, Any] = {}
WITH: dict[str, dict[str, Any]] = {  # what each route with such an identifier is called with
    "getPack": NOTHING,
    "discardPack": NOTHING,
    "addDocument": NOTHING,  # an upload
    "relabelDocument": {"json": DATES},
    "removeDocument": NOTHING,
    "getFound": NOTHING,
    "cleanDocument": {"json": {"kinds": ["COMMENT"]}},
    "stampDocument": NOTHING,
    "checkPack": NOTHING,
    "sendPack": NOTHING,
    "getTransfer": NOTHING,
    "recallTransfer": NOTHING,
    "readPassword": NOTHING,
    "getStory": NOTHING,
    "getRequest": NOTHING,
    "editRequest": {"json": body(purpose="Another.")},
    "checkRequest": NOTHING,
    "approveRequest": NOTHING,
    "sendRequest": NOTHING,
    "giveClarification": {"json": {"text": "The one in town."}},
    "withdrawRequest": {"json": {"reason": "Not needed."}},
    "readdressRequest": {"json": {"holder": "hana-sample"}},
    "renewAnswerLink": NOTHING,
    "getReceivedRequest": NOTHING,
    "acknowledgeRequest": NOTHING,
    "askClarification": {"json": {"text": "Which clinic?"}},
    "forwardRequest": {"json": {"holder": "hana-sample"}},
    "startDisclosure": {"json": DISCLOSURE},
    "giveAnswer": {"json": DECLINED},
    "lookAtAnswerLink": NOTHING,
    "sendAnswerCode": NOTHING,
    "openAnswerLink": {"json": {"code": "0000-0000-0000"}},
    "showLink": NOTHING,
    "acknowledgeByLink": {"data": b"", "headers": FORM},
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody and their token; `wrong_for`: whose things they have no business with."""

    name: str
    token: str | None
    wrong_for: tuple[str, ...] = ("asking", "answering")


@dataclass
class Scene:
    """A request half way, by its identifiers on each side, and everybody who has none."""

    api: Api
    ids: dict[str, dict[str, str]]
    callers: list[Caller]
    references: list[str]
    wrong_links: list[str]
    answer_link: str
    acknowledge_link: str

    def secrets(self) -> tuple[str, ...]:
        """What no wrong caller may read."""
        return (*SAYS, *self.references, "iris.example@", "fictional document")


async def staged(api: Api) -> Scene:
    """One request with a disclosure begun, another one answered, and links to them and others."""
    world = api.world
    request, link = await linked(api)
    acknowledging = (world.channels.mails[-1][0].acknowledge_at or "").rpartition("/")[2]
    answered, used = await linked(api)
    (same, same_link), (elsewhere, their_link) = (
        await linked(api),
        await linked(api, file="request-police.toml"),
    )
    own, ended, other, theirs = [
        await opened(api, each) for each in (link, used, same_link, their_link)
    ]
    pack, given = await disclosing(api, own, request), await disclosing(api, ended, answered)
    answer = {"kind": "disclosed", "pack": given}
    address = f"{RECEIVED}/{answered}/answer"
    assert (await api.call("POST", address, token=ended, json=answer)).status == 200
    for _ in range(2):  # once the password has left, nothing is left to recall by that session
        await delivery.run(world.parts, (await transfer_of(world, given)).id)
        world.clock.move(minutes=11)
    stored = await kept(api, request)
    assert stored.pack is not None
    async with world.parts.database.work() as work:
        (document,) = await work.packs.documents(pack)  # type: ignore[arg-type]
        carried, _ = await work.packs.documents(stored.pack)
    asking = {
        "request": request,
        "pack": stored.pack,
        "document": carried.id,
        "transfer": (await transfer_of(world, stored.pack)).id,
    }
    answering = {
        "request": request,
        "pack": pack,
        "document": document.id,
        "transfer": (await transfer_of(world, given)).id,
    }
    holder = await responder(api)
    strangers = [
        Caller(f"{role.value} elsewhere", (await token_for(world, role, STRANGER))[1])
        for role in Role
        if role is not Role.ADMINISTRATOR  # who reads the whole log
    ]
    callers = [
        *strangers,
        Caller("nobody", None),
        Caller("what never was a token", "no-such-token"),
        Caller("a link's own token", link),
        Caller("a session of another request of the agency", other),
        Caller("a session of another agency's request", theirs),
        Caller("a session that ended", ended),
        Caller("the coordinator who asks", api.tokens[Role.COORDINATOR], ("answering",)),
        Caller("a responder of who asks", api.tokens[Role.RESPONDER], ("asking", "answering")),
        Caller("the holder", holder, ("asking",)),
        Caller("the holder's session", own, ("asking",)),
        Caller(
            "a coordinator of the holder's agency",
            (await token_for(world, Role.COORDINATOR, IRIS))[1],
            ("asking",),
        ),
    ]
    wrong = [NOWHERE, used, own, holder, "x" * 200]
    references = [(await kept(api, each)).reference for each in (request, answered, same)]
    assert elsewhere not in {request, answered, same}
    return Scene(
        api,
        {"asking": asking, "answering": answering},
        callers,
        references,
        wrong,
        answer_link=link,
        acknowledge_link=acknowledging,
    )


def sides(route: Route) -> tuple[str, ...]:
    """Whose identifiers the route is to be tried with."""
    if route.path.startswith(f"{ASKED}/"):
        return ("asking",)
    return ("answering",) if route.path.startswith(f"{RECEIVED}/") else ("asking", "answering")


async def ask(api: Api, route: Route, ids: dict[str, str], token: str | None) -> Reply:
    """Call a route as somebody, with whatever else it needs."""
    path = route.path.format_map(ids)
    if route.upload is not None:
        return await api.upload(ids["pack"], label=DATES, token=token, role=None)
    rest = dict(WITH[route.operation])
    headers = {KEY: "wrong", **rest.pop("headers", {})} if route.keyed else rest.pop("headers", {})
    return await api.call(route.method, path, token=token, role=None, headers=headers, **rest)


def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table but the log's, by table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return {
            table: sorted(
                row[0]
                for row in connection.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            )
            for (table,) in tables
            if not table.startswith(("audit_", "log_"))
        }


def named(route: Route) -> set[str]:
    """What the route's address takes."""
    return set(re.findall(r"{([a-z_]+)}", route.path))
