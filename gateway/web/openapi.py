"""The API's description (OpenAPI 3.1), made from the table of routes and its models."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from gateway.domain.errors import (
    Forbidden,
    GatewayError,
    InvalidInput,
    LimitExceeded,
    NotFound,
    NotSignedIn,
    Tampered,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)
from gateway.web.bodies import JSON_TYPE
from gateway.web.dispatch import KEY_HEADER
from gateway.web.problems import (
    MALFORMED,
    MEDIA_TYPE,
    TOO_SLOW,
    ProblemDetails,
    ProblemType,
    kind_of,
)
from gateway.web.routes import TABLE
from gateway.web.routing import PUBLIC, Route
from gateway.web.settings import WebSettings
from gateway.web.uploads import UPLOAD_TYPE

_REFERENCE: Final = "#/components/schemas/{model}"
_IN_PATH = re.compile(r"{([a-z]+)}")
_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_DESCRIPTION = (
    "Secure document exchange for multi-agency meetings. Every time is UTC (RFC 3339); every error "
    "is problem details (RFC 9457) with a remedy. What belongs to another agency reads like what "
    "is not there."
)

_Schemas = Mapping[tuple[Any, JsonSchemaMode], dict[str, Any]]


def openapi_document(settings: WebSettings | None = None) -> dict[str, Any]:
    """The description as a JSON object; of pages for people it says nothing."""
    settings = settings or WebSettings()
    routes = [route for route in TABLE if not route.is_page]
    schemas, definitions = models_json_schema(
        sorted(_models(routes), key=lambda each: (each[0].__name__, each[1])),
        ref_template=_REFERENCE,
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.title,
            "version": settings.version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(routes: Iterable[Route]) -> set[tuple[type[BaseModel], JsonSchemaMode]]:
    found: set[tuple[type[BaseModel], JsonSchemaMode]] = {(ProblemDetails, "serialization")}
    for route in routes:
        found |= {(model, "validation") for model in (route.body, route.upload) if model}
        if route.answer:
            found.add((route.answer, "serialization"))
    return found


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [_tag(route)],
        "parameters": _parameters(route),
        "responses": _responses(route, schemas),
        "security": [] if route.roles is PUBLIC else [{"bearer": []}],
    }
    if route.roles is not PUBLIC:
        roles = ", ".join(sorted(role.value for role in route.roles))
        operation["description"] = f"For these roles: {roles}."
    if route.body:
        operation["requestBody"] = _json_body(schemas[route.body, "validation"])
    if route.upload:
        operation["requestBody"] = _upload_body(schemas[route.upload, "validation"])
    return operation


def _tag(route: Route) -> str:
    return route.path.removeprefix("/api/v1/").strip("/").partition("/")[0].partition(".")[0]


def _json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {JSON_TYPE: {"schema": schema}}}


def _upload_body(label: dict[str, Any]) -> dict[str, Any]:
    parts = {
        "label": label,
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    }
    return {
        "required": True,
        "description": "Exactly two parts in this order: `label`, then `file` with a file name.",
        "content": {
            UPLOAD_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": parts,
                    "required": list(parts),
                    "additionalProperties": False,
                },
                "encoding": {"label": {"contentType": JSON_TYPE}},
            }
        },
    }


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _place(route, name)}
        for name in _IN_PATH.findall(route.path)
    ]
    query = route.query.model_json_schema(mode="validation")
    for name, schema in query.get("properties", {}).items():
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in query.get("required", ()),
                "description": schema.pop("description", ""),
                "schema": _without_null(schema),
            }
        )
    if route.keyed:
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "description": "A fresh value for each new request, and the same one again when "
                "the request is repeated: then the first answer comes back.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
        )
    return found


def _place(route: Route, name: str) -> dict[str, Any]:
    pattern = route.places.get(name)
    return _IDENTIFIER if pattern is None else {"type": "string", "pattern": f"^{pattern}$"}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema: it is left out, never null."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    chosen: dict[str, Any] = choices[0] if choices else schema
    default = chosen.get("default")
    kept = {name: value for name, value in chosen.items() if name not in {"title", "default"}}
    return kept if default is None else {**kept, "default": default}


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "As asked."}
    if route.answer:
        success["content"] = {JSON_TYPE: {"schema": schemas[route.answer, "serialization"]}}
    elif route.media:
        success["content"] = {route.media: {"schema": {"type": "string"}}}
    elif route.status == 200:
        success["content"] = {JSON_TYPE: {"schema": {"type": "object"}}}
    if route.keyed:
        success["headers"] = {
            "Idempotent-Replayed": {
                "description": "`true` when this is the first answer once more.",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    responses = {str(route.status): success}
    kinds = sorted(_kinds(route), key=lambda kind: (kind.status, kind.slug))
    for status in sorted({kind.status for kind in kinds}):
        titles = [f"{k.title} (`{k.urn}`)" for k in kinds if k.status == status]
        responses[str(status)] = {
            "description": "; ".join(titles) + ".",
            "content": {
                MEDIA_TYPE: {"schema": schemas[ProblemDetails, "serialization"]},
            },
        }
    return responses


def _kinds(route: Route) -> set[ProblemType]:
    """The kinds of problem a route can answer with."""
    errors: set[type[GatewayError]] = {GatewayError, TooManyRequests, InvalidInput, *route.problems}
    other: set[ProblemType] = set()
    if route.path != "/healthz":
        errors |= {Unavailable}
    if route.roles is not PUBLIC:
        errors |= {NotSignedIn, Forbidden, Tampered}
    if "{" in route.path:
        errors.add(NotFound)
    if route.takes_body:
        errors |= {UnsupportedMediaType, LimitExceeded}
        other = {MALFORMED, TOO_SLOW}
    return {kind_of_type(error) for error in errors} | other


def kind_of_type(error: type[GatewayError]) -> ProblemType:
    """The kind of problem that errors of a class are."""
    return kind_of(error.__new__(error))
