"""Who may call what: the table of routes decides, and everything else is refused."""

import re
from datetime import timedelta

import pytest
from web.driving import Api, token_for

from gateway.domain.actors import Role
from gateway.services.accounts import revoke_token
from gateway.web.keys import ROUTES
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC, Route
from support.world import ADMINISTRATOR

GUARDED = [route for route in TABLE if route.roles is not PUBLIC]


def address(route: Route) -> str:
    """The route's address with identifiers that lead nowhere."""
    return re.sub(r"{[a-z]+}", "nowhere", route.path)


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
    assert registered == set(api.app[ROUTES])
    assert {(r.method, r.path) for r in TABLE} <= registered
    assert {method for method, _ in registered} == {"GET", "HEAD", "POST", "PATCH", "DELETE"}


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.operation)
async def test_a_route_takes_its_roles_and_no_others(api: Api, route: Route) -> None:
    """No token: 401; another role: 403; its own roles get as far as what they asked for."""
    anonymous = await api.call(route.method, address(route), role=None)
    assert (anonymous.status, anonymous.headers["WWW-Authenticate"]) == (401, "Bearer")
    for role in Role:
        reply = await api.call(route.method, address(route), role=role)
        assert route.roles is not PUBLIC
        if role in route.roles:
            assert reply.status not in {401, 403, 405, 500}, role
        else:
            assert reply.status == 403, role
            assert reply.json()["type"] == "urn:gateway:problem:forbidden"
    refused = {problem for operation, problem in await api.refusals()}
    assert {"NotSignedIn", "Forbidden"} <= refused
    assert {operation for operation, _ in await api.refusals()} == {route.operation}


@pytest.mark.parametrize(
    "authorization",
    [
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
    ],
)
async def test_anything_but_a_valid_token_reads_the_same(api: Api, authorization: str) -> None:
    """401 whatever is wrong, without a word of what was sent."""
    given = authorization.format(token=api.tokens[Role.COORDINATOR])
    reply = await api.call("GET", "/api/v1/packs", role=None, headers={"Authorization": given})
    assert reply.status == 401
    assert reply.json()["type"] == "urn:gateway:problem:not-signed-in"
    assert api.tokens[Role.COORDINATOR] not in reply.text


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
