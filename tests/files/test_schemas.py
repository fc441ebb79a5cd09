"""The published JSON Schemas are those of the models, and describe the sample files."""

import copy
import json
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.files.schemas import (
    PUBLISHED,
    pack_schema,
    register_schema,
    request_schema,
    write_schemas,
)

jsonschema = pytest.importorskip("jsonschema")


def as_json(value: Any) -> Any:
    """`value` with dates and times as the strings JSON has for them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def validator(schema: dict[str, Any]) -> Any:
    """A validator that looks at formats too."""
    kind = jsonschema.Draft202012Validator
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def described(table: dict[str, Any], path: str = "") -> list[str]:
    """The paths of properties of a schema that lack a description."""
    missing = []
    for name, definition in {"": table, **table.get("$defs", {})}.items():
        if "description" not in definition:
            missing.append(f"{path}{name}")
        for key, value in definition.get("properties", {}).items():
            if "description" not in value:
                missing.append(f"{path}{name}.{key}")
    return missing


@pytest.mark.parametrize(
    ("name", "schema"),
    [("register", register_schema()), ("pack", pack_schema()), ("request", request_schema())],
)
def test_the_published_schema_is_that_of_the_models(
    name: str, schema: dict[str, Any], tmp_path: Path
) -> None:
    """Whoever changes a model also writes the schemas anew (`write_schemas`)."""
    write_schemas(tmp_path / "schemas")
    written = (tmp_path / "schemas" / f"{name}.schema.json").read_bytes()
    assert json.loads(written) == schema
    assert (PUBLISHED / f"{name}.schema.json").read_bytes() == written


@pytest.mark.parametrize("schema", [register_schema(), pack_schema(), request_schema()])
def test_a_schema_is_valid_named_and_described(schema: dict[str, Any]) -> None:
    """Draft 2020-12 with an identifier, and words for every table and key."""
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:")
    assert schema["title"]
    assert described(schema) == []


def test_the_sample_files_follow_the_schemas(register_bytes: bytes, pack_bytes: bytes) -> None:
    """A tool that knows only the schema takes what the gateway takes."""
    validator(register_schema()).validate(as_json(tomllib.loads(register_bytes.decode())))
    validator(pack_schema()).validate(as_json(tomllib.loads(pack_bytes.decode())))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("agency", 0, "id"), "Not An Id"),
        (("agency", 0, "kind"), "army"),
        (("agency", 0, "colour"), "blue"),
        (("agency", 0, "standing", 0, "status"), "independent person"),
        (("representative", 0, "mobile"), "021 123 456"),
        (("representative", 0, "active_from"), "soon"),
        (("protocol", 0, "version"), "1"),
        (("protocol", 0, "version"), 0),
        (("meeting", 0, "child", 0, "reference"), "a name"),
        (("meeting", 0, "attendees"), []),
        (("agency",), []),
    ],
)
def test_the_register_schema_refuses_what_single_values_refuse(
    register_bytes: bytes, path: tuple[str | int, ...], value: object
) -> None:
    """An editor with the schema shows the commonest slips while they are typed."""
    table = copy.deepcopy(as_json(tomllib.loads(register_bytes.decode())))
    holder = table
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert not validator(register_schema()).is_valid(table)
