"""The API's description: valid, complete, public, and true."""

import json

from openapi_spec_validator import validate
from web.driving import Api, pack_body
from web.schemas import document, operations

from gateway.domain.actors import Role
from gateway.web import WebSettings, openapi_document
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC


def test_the_description_is_valid_openapi() -> None:
    """OpenAPI 3.1, as its own schema has it."""
    validate(document())
    assert document()["openapi"] == "3.1.0"
    titled = openapi_document(WebSettings(title="Another", version="9"))
    assert titled["info"]["title"] == "Another"


def test_every_route_but_the_pages_is_described() -> None:
    """Each with its summary, its success, and what can go wrong; sign-in where it is needed."""
    described = operations()
    for route in TABLE:
        if route.is_page:
            assert route.operation not in described
            continue
        operation = described[route.operation]
        statuses = set(operation["responses"])
        assert {str(route.status), "429", "500"} <= statuses
        assert ("401" in statuses) is ("403" in statuses) is (route.roles is not PUBLIC)
        assert operation["security"] == ([] if route.roles is PUBLIC else [{"bearer": []}])
        assert ("requestBody" in operation) is route.takes_body
        named = {parameter["name"] for parameter in operation["parameters"]}
        assert ("Idempotency-Key" in named) is route.keyed
        assert all(
            f"{{{p['name']}}}" in route.path for p in operation["parameters"] if p["in"] == "path"
        )
    assert len(described) == len([route for route in TABLE if not route.is_page])


def test_every_problem_is_problem_details() -> None:
    """All answers from 400 on have the one media type and schema."""
    for operation in operations().values():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert response["content"] == {
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/ProblemDetails"}
                    }
                }


async def test_the_description_is_served_to_anyone(api: Api) -> None:
    """The same document, without signing in."""
    reply = await api.call("GET", "/api/v1/openapi.json", role=None)
    assert reply.status == 200
    assert reply.json()["paths"] == json.loads(json.dumps(document()["paths"]))


async def test_each_example_of_a_body_is_taken(api: Api) -> None:
    """The sample pack, as the description's own schema and the API both take it."""
    reply = await api.call("POST", "/api/v1/packs", json=pack_body(api.world))
    assert reply.status == 201
    assert (await api.upload(reply.json()["id"], role=Role.COORDINATOR)).status == 201
