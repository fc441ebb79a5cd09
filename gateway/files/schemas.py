"""JSON Schemas (draft 2020-12) of the file formats, for editors and for people who write tools.

They describe single values; what must hold between the parts of a file only the gateway checks.
"""

import json
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from gateway.files.pack import PackFileModel
from gateway.files.register_models import RegisterModel
from gateway.files.request import RequestFileModel
from gateway.forms.fields import Form

PUBLISHED: Final = Path(__file__).parent / "schemas"


def register_schema() -> dict[str, Any]:
    """The JSON Schema of a register file, dates and times as strings."""
    return _schema(RegisterModel, "register", "Register of a secure document exchange gateway")


def pack_schema() -> dict[str, Any]:
    """The JSON Schema of a pack file."""
    return _schema(PackFileModel, "pack", "Pack for a multi-agency meeting")


def request_schema() -> dict[str, Any]:
    """The JSON Schema of a request file."""
    return _schema(RequestFileModel, "request", "Request for information after a meeting")


def write_schemas(directory: Path = PUBLISHED) -> None:
    """Write the schemas to `directory` as they are published."""
    directory.mkdir(parents=True, exist_ok=True)
    schemas = {"register": register_schema(), "pack": pack_schema(), "request": request_schema()}
    for name, schema in schemas.items():
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        (directory / f"{name}.schema.json").write_text(text, encoding="utf-8")


def _schema(model: type[Form], name: str, title: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {}).values()
    for table in (schema, *definitions):
        table.pop("title", None)  # these only repeat the name of a class or a key
        for described in table["properties"].values():
            described.pop("title", None)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:gateway:schema:{name}:1",
        "title": title,
        **schema,
    }
