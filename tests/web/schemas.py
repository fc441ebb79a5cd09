"""Holds answers against the description the API gives of itself."""

from functools import cache
from typing import Any

from openapi_schema_validator import OAS31Validator
from web.driving import Reply

from gateway.web import openapi_document


@cache
def document() -> dict[str, Any]:
    """The API's description."""
    return openapi_document()


def operations() -> dict[str, dict[str, Any]]:
    """Each operation of the description by its name."""
    return {
        operation["operationId"]: operation
        for path in document()["paths"].values()
        for operation in path.values()
    }


def conforms(operation: str, reply: Reply) -> None:
    """Fail unless the answer's status is described, with this media type and this schema."""
    described = operations()[operation]["responses"]
    assert str(reply.status) in described, (operation, reply.status)
    media_type = reply.headers.get("Content-Type", "").partition(";")[0]
    schema = described[str(reply.status)]["content"][media_type]["schema"]
    whole = {**schema, "components": document()["components"]}
    OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER).validate(reply.json())
