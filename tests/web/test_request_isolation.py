"""Nobody but its two sides sees or moves a request, by whatever identifier, link or token.

The table of routes is walked: a new route that takes an identifier fails here until it is told
what to be called with, and then every wrong caller calls it.
"""

from collections.abc import Iterator

import pytest
from support.world import STRANGER
from web.asking import LINKS, NOWHERE, RECEIVED, SAYS, drafted, responder, sent
from web.driving import Api, token_for
from web.outsiders import (
    NAMES,
    OTHERS,
    WITH,
    Caller,
    Scene,
    ask,
    everything,
    named,
    sides,
    staged,
)

from gateway.domain.actors import Role
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC, Route

LOGGED = ("pack", "document", "transfer")  # an auditor's own agency's only
IN_FIELDS = {  # where a body or query takes such an identifier
    ("giveAnswer", "pack"),
    ("listTransfers", "pack"),
    *((operation, name) for operation in ("listEntries", "exportEntries") for name in LOGGED),
}
ROUTES = [route for route in TABLE if named(route) & NAMES]
GUARDED = [route for route in ROUTES if route.roles is not PUBLIC]


@pytest.fixture
async def scene(api: Api) -> Scene:
    """One request with a disclosure begun, another one answered, and everybody else."""
    return await staged(api)


def tries(scene: Scene) -> Iterator[tuple[Caller, Route, dict[str, str]]]:
    """Every wrong caller with every route and identifiers that lead to something."""
    for caller in scene.callers:
        for route in GUARDED:
            for side in set(sides(route)) & set(caller.wrong_for):
                yield caller, route, scene.ids[side]


def test_every_route_that_takes_an_identifier_is_walked_here() -> None:
    """A new one fails until it is added; so does a body or query that takes one."""
    assert {route.operation for route in ROUTES} == set(WITH)
    assert {name for route in TABLE for name in named(route)} <= NAMES | OTHERS
    assert {
        (route.operation, name)
        for route in TABLE
        for model in (route.body, route.query)
        if model is not None
        for name in set(model.model_fields) & NAMES
    } == IN_FIELDS
    assert {route.operation for route in ROUTES if route.roles is PUBLIC} == {
        "lookAtAnswerLink",
        "sendAnswerCode",
        "openAnswerLink",
        "showLink",
        "acknowledgeByLink",
    }


async def test_no_wrong_caller_sees_or_moves_anything_by_any_identifier(
    scene: Scene, database_url: str
) -> None:
    """401, 403 or 404, the same as for what is not there; nothing changed, nothing was told."""
    api, before, entries = scene.api, everything(database_url), len(await scene.api.actions())
    missing = dict.fromkeys(NAMES, NOWHERE)
    tried = 0
    for caller, route, ids in tries(scene):
        about = (caller.name, route.operation)
        reply = await ask(api, route, ids, caller.token)
        assert reply.status in {401, 403, 404}, (about, reply.text)
        nowhere = await ask(api, route, missing, caller.token)
        assert (reply.status, reply.body) == (nowhere.status, nowhere.body), about
        assert not [secret for secret in scene.secrets() if secret in reply.text], about
        tried += 1
    assert tried > 20 * len(scene.callers)
    assert everything(database_url) == before
    added = (await api.actions())[entries:]
    assert {entry["action"] for entry in added} <= {"request.refused", "log.read"}


async def test_no_wrong_token_in_a_link_opens_anything(scene: Scene, database_url: str) -> None:
    """Used up, of another kind, or made up: they all lead nowhere, on every route of a link."""
    before = everything(database_url)
    for route in ROUTES:
        if "token" not in named(route):
            continue
        of_answers = route.path.startswith(LINKS)
        swapped = scene.acknowledge_link if of_answers else scene.answer_link
        wrong = [*scene.wrong_links, swapped]
        replies = [await ask(scene.api, route, {"token": token}, None) for token in wrong]
        assert {reply.status for reply in replies} <= {403, 404}, route.operation
        assert len({reply.body for reply in replies}) == 1, route.operation
        assert not [s for s in scene.secrets() for reply in replies if s in reply.text]
    assert everything(database_url) == before


async def test_a_malformed_identifier_reads_like_a_missing_one(scene: Scene) -> None:
    """Also for those who have business there: NUL, quotes, dots, length and letters."""
    api = scene.api
    right = {"asking": api.tokens[Role.COORDINATOR], "answering": await responder(api)}
    for route in GUARDED:
        if route.operation == "getStory":
            continue
        token = right[sides(route)[0]]
        if route.roles is not PUBLIC and Role.COORDINATOR not in route.roles:
            token = right["answering"]
        expected = await ask(api, route, dict.fromkeys(NAMES, NOWHERE), token)
        assert expected.status == 404, route.operation
        for garbage in ("%00", "a%00b", "%27%20or%201=1", "..%2f..", "x" * 300, "p%C4%81k"):
            reply = await ask(api, route, dict.fromkeys(NAMES, garbage), token)
            assert reply.status == 404, (route.operation, garbage)
            assert reply.json()["type"] == "urn:gateway:problem:not-found"


async def test_an_identifier_in_a_body_or_query_leads_no_further(
    scene: Scene, database_url: str
) -> None:
    """An answer with another's pack, and the transfers of it, find nothing."""
    api, pack = scene.api, scene.ids["answering"]["pack"]
    theirs = await sent(api, file="request-police.toml")
    _, police = await token_for(api.world, Role.RESPONDER, STRANGER)
    before = everything(database_url)
    for named_pack in (pack, scene.ids["asking"]["pack"], NOWHERE):
        answer = {"kind": "disclosed", "pack": named_pack}
        reply = await api.call("POST", f"{RECEIVED}/{theirs}/answer", token=police, json=answer)
        assert (reply.status, reply.json()["field"]) == (404, "pack")
    for caller in scene.callers:
        for side in caller.wrong_for:
            address = f"/api/v1/transfers?pack={scene.ids[side]['pack']}"
            reply = await api.call("GET", address, token=caller.token, role=None)
            nothing = reply.status == 200 and reply.json()["items"] == []
            assert nothing or reply.status in {401, 403, 404}, (caller.name, side)
    assert everything(database_url) == before


async def test_a_draft_is_nobodys_but_the_askers(scene: Scene) -> None:
    """The one who is to be asked reads it like none, on every route of the answering side."""
    api = scene.api
    draft = {"request": await drafted(api)}
    for caller in scene.callers:
        if caller.name == "the coordinator who asks":
            continue
        for route in GUARDED:
            if named(route) == {"request"}:
                reply = await ask(api, route, draft, caller.token)
                assert reply.status in {401, 403, 404}, (caller.name, route.operation)
                assert not [said for said in SAYS if said in reply.text]
