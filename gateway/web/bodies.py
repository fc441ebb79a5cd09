"""Reading what a request holds: body, form and query, bounded in size, depth and time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ValidationError

from gateway.domain.errors import InvalidInput, LimitExceeded, UnsupportedMediaType
from gateway.forms.problems import MAX_PROBLEMS, Wording
from gateway.web import strict_json
from gateway.web.problems import TOO_SLOW, HttpFault, malformed
from gateway.web.settings import WebSettings

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
_FORM_LIMIT_BYTES = 16 * 1024
_FORM_FIELDS = 10
_WORDING = Wording(
    table="an object",
    remedy="Write it as the API's description has it.",
    shown=re.compile(r"[a-z][a-z0-9_]{0,39}"),  # what our own names look like
)
_M = TypeVar("_M", bound=BaseModel)


async def read_json(request: web.Request, settings: WebSettings, model: type[_M]) -> _M:
    """The body, as `model`.

    Raises:
        UnsupportedMediaType: the body is not JSON in UTF-8, or compressed.
        LimitExceeded: it is too large.
        HttpFault: 400, it is not strict JSON; 408, it did not arrive in time.
        InvalidInput: it is not what the model asks for; every fault is listed.
    """
    require_type(request, JSON_TYPE)
    body = await read_bytes(request, settings.json_limit_bytes, settings.body_idle_seconds)
    return validated(strict_json.parse(body), model)


async def read_form(request: web.Request, settings: WebSettings) -> dict[str, str]:
    """The fields of an HTML form.

    Raises:
        UnsupportedMediaType: the body is not a form.
        LimitExceeded: it is too large.
        HttpFault: 400, it cannot be read, or a field occurs twice; 408, it came too slowly.
    """
    require_type(request, FORM_TYPE)
    body = await read_bytes(request, _FORM_LIMIT_BYTES, settings.body_idle_seconds)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_FORM_FIELDS,
        )
    except ValueError:
        raise malformed("The form cannot be read.", "Use the form on the page.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise malformed("A field of the form occurs twice.", "Use the form on the page.")
    return fields


def read_query(request: web.Request, model: type[_M]) -> _M:
    """The query parameters, as `model`.

    Raises:
        InvalidInput: a parameter is unknown, occurs twice, or is not of the required form.
    """
    parameters = dict(request.query)
    if len(parameters) < len(request.query):
        raise InvalidInput("A query parameter occurs twice.", "Give each of them once.")
    return validated(parameters, model)


def require_type(request: web.Request, media_type: str) -> None:
    """Refuse a body of another media type, in another character set, or compressed.

    Raises:
        UnsupportedMediaType: it is.
    """
    charset = (request.charset or "utf-8").lower()
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if request.content_type != media_type or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(
            "The body is of a type that is not taken here.", f"Send it as {media_type}."
        )
    if encoding != "identity":
        raise UnsupportedMediaType("The body is compressed.", "Send it as it is.")


def require_no_body(request: web.Request) -> None:
    """Refuse a body where none is taken.

    Raises:
        InvalidInput: there is one.
    """
    if request.body_exists and request.content_length != 0:
        raise InvalidInput("This request takes no body.", "Leave it out.")


@asynccontextmanager
async def arriving(idle_seconds: float) -> AsyncIterator[None]:
    """Turn what can go wrong while a body arrives into faults of the request.

    Raises:
        HttpFault: 408, nothing came for `idle_seconds`; 400, it was cut off or is damaged.
    """
    try:
        async with asyncio.timeout(idle_seconds):
            yield
    except TimeoutError:
        late = LimitExceeded("The body stopped arriving.", "Send it again, without pauses.")
        raise HttpFault(TOO_SLOW, late, {"Connection": "close"}) from None
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
        raise malformed("The body is damaged or incomplete.", "Send it again.") from None


async def read_bytes(request: web.Request, limit: int, seconds: float) -> bytes:
    """The whole body.

    Raises:
        LimitExceeded: it is larger than `limit` bytes. HttpFault: it came too slowly, or damaged.
    """
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    body = bytearray()
    async with arriving(seconds):
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> LimitExceeded:
    return LimitExceeded(f"The body may have at most {limit:,} bytes.", "Send less at a time.")


def validated(value: object, model: type[_M]) -> _M:
    """`value` as `model`.

    Raises:
        InvalidInput: it is not what the model asks for; every fault is listed, of very many
            the first `MAX_PROBLEMS`, and no value repeated.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = tuple(_WORDING.problems_of(error, model))
    raise InvalidInput(
        "The request is not of the required form.",
        "Mend what is listed under 'problems'.",
        problems=problems[:MAX_PROBLEMS],
    )
