"""The API's description: valid, complete, public, and true."""

import json

from openapi_spec_validator import validate
from support.world import SAMPLE
from web.driving import LABEL, Api, pack_body
from web.schemas import document, operations

from gateway.domain.actors import Role
from gateway.files.models import LabelModel, PackModel
from gateway.web import WebSettings, openapi_document
from gateway.web.models import Label, PackBody
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC


def test_the_description_is_valid_openapi() -> None:
    """OpenAPI 3.1, as its own schema has it."""
    validate(document())  # type: ignore[arg-type]
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
        assert all("{%s}" % p["name"] in route.path for p in operation["parameters"] if p["in"] == "path")
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


def test_bodies_have_the_names_of_the_pack_file() -> None:
    """Whoever knows one knows the other: same names, same labels taken and refused."""
    assert set(Label.model_fields) == set(LabelModel.model_fields)
    assert set(PackBody.model_fields) == set(PackModel.model_fields)
    assert SAMPLE.is_dir()
    changes: list[dict[str, object]] = [
        {},
        {"classification": "in confidence"},
        {"classification": "SECRETIVE"},
        {"category": "e\u0301ducation  "},
        {"category": "a\x07b"},
        {"category": "a\nb"},
        {"category": "a\u2028b"},
        {"category": "\u202eabc"},
        {"category": "x" * 200},
        {"category": "x" * 201},
        {"children": ["ABC1234"]},
        {"children": ["abc12de"]},
        {"children": ["child-7f3a", "child-9c2e"]},
        {"children": ["child-7f3a"] * 2},
        {"children": ["ch"]},
        {"endorsements": ["MEDICAL", "STAFF ONLY"]},
        {"source_agency": "-x"},
        {"source_agency": "x\n"},
        {"personal_information": 1},
        {"obtained_under_section_66": None},
        {"surprise": 1},
    ]
    for change in changes:
        outcomes = []
        for model in (Label, LabelModel):
            try:
                outcomes.append(model.model_validate({**LABEL, **change}).to_domain())
            except ValueError:
                outcomes.append(None)  # type: ignore[arg-type]
        assert outcomes[0] == outcomes[1], change
