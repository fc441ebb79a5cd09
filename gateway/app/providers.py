"""The identity providers of agencies, from the file that the operator names."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.channels import OpenIdProvider, OpenIdSettings
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput
from gateway.domain.register import AgencyId
from gateway.domain.secret import Secret
from gateway.services.ports import Clock

_Text = Annotated[str, Field(min_length=1, max_length=500)]


class _Provider(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    name: _Text
    issuer: _Text
    client_id: _Text
    client_secret_file: Path | None = None
    agency: _Text
    groups_claim: _Text = "groups"
    ca_file: Path | None = None
    roles: dict[str, list[Role]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    provider: list[_Provider]


def load_providers(file: Path | None, clock: Clock) -> Mapping[str, OpenIdProvider]:
    """The providers in `file`, by key; none without a file.

    Raises:
        InvalidInput: it cannot be read, or names something twice or wrongly.
    """
    if file is None:
        return {}
    try:
        read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
        made = {entry.key: OpenIdProvider(_settings(entry), clock) for entry in read.provider}
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _unusable(file, f"{where}: {error.errors()[0]['msg']}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(file, type(error).__name__) from None
    if len(made) < len(read.provider):
        raise _unusable(file, "two providers have the same key")
    return made


def _settings(entry: _Provider) -> OpenIdSettings:
    secret = entry.client_secret_file
    return OpenIdSettings(
        key=entry.key,
        name=entry.name,
        issuer=entry.issuer,
        client_id=entry.client_id,
        agency=AgencyId(entry.agency),
        roles=entry.roles,
        client_secret=Secret(secret.read_text("utf-8").strip()) if secret else None,
        groups_claim=entry.groups_claim,
        ca_file=entry.ca_file,
    )


def _unusable(file: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"The file of identity providers {file} is not usable ({why}).",
        "Write it as README.md says under 'Signing in'.",
        field="openid_file",
    )
