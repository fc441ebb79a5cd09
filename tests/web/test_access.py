"""Who may call what: the table of routes decides, and everything else is refused."""

import re
from datetime import timedelta

from aiohttp import web
from support.world import ADMINISTRATOR, World
from web.driving import SETTINGS, Api, ServeApp, give_tokens, token_for

from gateway.domain.actors import Role
from gateway.services.accounts import revoke_token
from gateway.web import create_web_app
from gateway.web.answers.others import Health
from gateway.web.answers.packs import PackShown
from gateway.web.calls import Answer, Call
from gateway.web.dispatch import handler_of
from gateway.web.keys import ROUTES
from gateway.web.models import NoQuery, PackBody
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC, Route

PLACES = {"level": "9", "place": "x999/999"}  # of no tile, but in a form that one could have
GUARDED = [route for route in TABLE if route.roles is not PUBLIC]


def address(route: Route) -> str:
    """The route's address with identifiers that lead nowhere."""
    path = route.path.replace("{agency}", "tamariki-care")  # another's is refused, not missing
    for name in route.places:
        path = path.replace(f"{{{name}}}", PLACES[name])
    return re.sub(r"{[a-z]+}", "nowhere", path)


def test_every_route_has_an_operation_of_its_own_and_says_who_may_call_it() -> None:
    """No two entries share a name or an address, and none forgets its roles."""
    assert len({route.operation for route in TABLE}) == len(TABLE)
    assert len({(route.method, route.path) for route in TABLE}) == len(TABLE)
    assert all(route.roles is PUBLIC or route.roles for route in TABLE)
    assert all(route.summary and not route.summary.endswith(".") for route in TABLE)


def test_what_needs_no_sign_in_is_a_short_known_list() -> None:
    """Opening another route to everybody takes a change here."""
    assert {route.operation for route in TABLE if route.roles is PUBLIC} == {
        "acknowledge",
        "acknowledgeByCode",
        "acknowledgeByLink",
        "describe",
        "isReady",
        "isUp",
        "lookAtAnswerLink",
        "openAnswerLink",
        "sendAnswerCode",
        "showCodeForm",
        "showLink",
        "stylesheet",
    }


async def test_aiohttp_knows_exactly_the_routes_of_the_table(api: Api) -> None:
    """Every registered route is an entry of the table, and every entry is registered."""
    registered = {
        (route.method, route.resource.canonical)
        for route in api.app.router.routes()
        if route.resource is not None
    }
    known = api.app[ROUTES]
    assert registered == set(known)
    assert {(r.method, r.path) for r in TABLE} <= registered
    assert {method for method, _ in registered} == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}


async def test_a_route_takes_its_roles_and_no_others(api: Api) -> None:
    """No token: 401; another role: 403; its own roles get as far as what they asked for."""
    for route in GUARDED:
        anonymous = await api.call(route.method, address(route), role=None)
        assert (anonymous.status, anonymous.headers["WWW-Authenticate"]) == (401, "Bearer")
        for role in Role:
            reply = await api.call(route.method, address(route), role=role)
            assert route.roles is not PUBLIC
            if role in route.roles:
                assert reply.status not in {401, 403, 405, 500}, (route.operation, role)
            else:
                assert reply.status == 403, (route.operation, role)
                assert reply.json()["type"] == "urn:gateway:problem:forbidden"
    refused = set(await api.refusals())
    for route in GUARDED:
        assert {(route.operation, kind) for kind in ("NotSignedIn", "Forbidden")} <= refused


async def test_a_route_outside_the_table_is_refused_to_everybody(
    world: World, serve_app: ServeApp
) -> None:
    """What somebody registers with aiohttp alone is not reached, whoever asks."""
    reached = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(request)
        return web.Response()

    app = create_web_app(world.parts, SETTINGS)
    app.router.add_get("/api/v1/extra", handler)
    api = await serve_app(app)
    await give_tokens(api)
    for role in (None, *Role):
        assert (await api.call("GET", "/api/v1/extra", role=role)).status == 403
    assert reached == []


async def test_a_handler_cannot_answer_with_what_its_route_does_not_name(
    world: World, serve_app: ServeApp
) -> None:
    """A slip between table and handler is an error of the gateway's own, not an answer."""

    async def handler(call: Call) -> Answer:
        return Answer(Health(status=call.query_as(NoQuery).__class__.__name__))

    async def misled(call: Call) -> Answer:
        return Answer(call.query_as(PackBody))

    app = create_web_app(world.parts, SETTINGS)
    table = app[ROUTES]
    known = dict(table)
    for path, wrong in (("/api/v1/one", handler), ("/api/v1/two", misled)):
        route = Route("GET", path, wrong, "slip", "A slip", PUBLIC, answer=PackShown)
        app.router.add_get(path, handler_of(route))
        known["GET", path] = known["HEAD", path] = route
    app[ROUTES] = known
    api = await serve_app(app)
    assert (await api.call("GET", "/api/v1/one", role=None)).status == 500
    assert (await api.call("GET", "/api/v1/two", role=None)).status == 500


async def test_anything_but_a_valid_token_reads_the_same(api: Api) -> None:
    """401 whatever is wrong, without a word of what was sent."""
    token = api.tokens[Role.COORDINATOR]
    for authorization in (
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNzd29yZA==",
        "Token {token}",
        "{token}",
        "Bearer {token} {token}",
        "Bearer {token}x",
        "Bearer x{token}",
        "Bearer " + "a" * 4000,
        "Bearer mäori",
        "Bearer '; drop table tokens; --",
    ):
        given = {"Authorization": authorization.format(token=token)}
        reply = await api.call("GET", "/api/v1/packs", role=None, headers=given)
        assert reply.status == 401, authorization
        assert reply.json()["type"] == "urn:gateway:problem:not-signed-in"
        assert token not in reply.text


async def test_the_scheme_is_taken_in_any_case_but_only_once(api: Api) -> None:
    """`bearer` is `Bearer` (RFC 9110 section 11.1); two headers are ambiguous and refused."""
    token = api.tokens[Role.COORDINATOR]
    assert (
        await api.call("GET", "/api/v1/packs", headers={"Authorization": f"bEaReR {token}"})
    ).status == 200
    twice = await api.raw(
        f"GET /api/v1/packs HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    assert twice.startswith(b"HTTP/1.1 401 ")


async def test_expired_revoked_and_unknown_tokens_read_the_same(api: Api) -> None:
    """A token ends when its time is over or an administrator says so, and nobody can tell which."""
    short = await token_for(api.world, Role.COORDINATOR, life=timedelta(minutes=1))
    revoked = await token_for(api.world, Role.COORDINATOR)
    assert (await api.call("GET", "/api/v1/packs", token=short[1])).status == 200
    assert (await api.call("GET", "/api/v1/packs", token=revoked[1])).status == 200
    await revoke_token(api.world.parts, ADMINISTRATOR, revoked[0])
    api.world.clock.move(minutes=1)
    replies = [
        await api.call("GET", "/api/v1/packs", token=token)
        for token in (short[1], revoked[1], "never-made")
    ]
    assert {reply.status for reply in replies} == {401}
    assert len({reply.body for reply in replies}) == 1


async def test_unknown_addresses_and_methods_are_problems_too(api: Api) -> None:
    """404 and 405 under /api are problem details; 405 says what is allowed."""
    missing = await api.call("GET", "/api/v1/nothing", role=None)
    assert (missing.status, missing.headers["Content-Type"]) == (404, "application/problem+json")
    wrong = await api.call("PUT", "/api/v1/packs", role=None)
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert wrong.json()["type"] == "urn:gateway:problem:method-not-allowed"
    for path in ("/api/v1/packs/", "/api/v1//packs", "/api/v1/packs/a/b/c", "/api/v2/packs"):
        assert (await api.call("GET", path)).status == 404


async def test_a_head_request_is_guarded_as_get_is(api: Api) -> None:
    """HEAD answers like GET without the body, and only to whom GET answers."""
    reply = await api.call("HEAD", "/api/v1/packs")
    assert (reply.status, reply.body) == (200, b"")
    assert (await api.call("HEAD", "/api/v1/packs", role=None)).status == 401
