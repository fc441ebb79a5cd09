"""Errors as RFC 9457 problem details: one table from error class to status, type and title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from gateway.domain.errors import (
    Conflict,
    Forbidden,
    GatewayError,
    InvalidInput,
    LimitExceeded,
    NotFound,
    NotSignedIn,
    Refused,
    Tampered,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:gateway:problem:"
_RETRY_UNAVAILABLE_SECONDS = 5  # a restarted database answers again within seconds


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its HTTP status, the end of its type URN, and its title."""

    status: int
    slug: str
    title: str

    @property
    def urn(self) -> str:
        """The type as it stands in the answer."""
        return _TYPE_PREFIX + self.slug


PROBLEMS: dict[type[GatewayError], ProblemType] = {
    GatewayError: ProblemType(500, "internal-error", "The gateway met an error of its own"),
    InvalidInput: ProblemType(422, "invalid-input", "The request is not of the required form"),
    UnsupportedMediaType: ProblemType(
        415, "unsupported-media-type", "The body is of a type that is not taken here"
    ),
    NotSignedIn: ProblemType(401, "not-signed-in", "Valid credentials are needed"),
    Forbidden: ProblemType(403, "forbidden", "Your role does not allow this"),
    Refused: ProblemType(403, "refused", "The protocol or the law does not allow this"),
    NotFound: ProblemType(404, "not-found", "There is no such thing"),
    Conflict: ProblemType(409, "conflict", "The present state does not allow this"),
    LimitExceeded: ProblemType(413, "limit-exceeded", "Larger than the gateway takes"),
    TooManyRequests: ProblemType(429, "too-many-requests", "More often than the gateway takes"),
    Unavailable: ProblemType(503, "unavailable", "Something the gateway needs is away"),
    Tampered: ProblemType(500, "tampered", "Stored data is not what it should be"),
}
MALFORMED = ProblemType(400, "malformed", "The request cannot be read")
METHOD_NOT_ALLOWED = ProblemType(405, "method-not-allowed", "This address takes other methods")
TOO_SLOW = ProblemType(408, "too-slow", "The request did not arrive in time")
INTERNAL = PROBLEMS[GatewayError]


class HttpFault(Exception):
    """A fault of the HTTP request itself, for which the domain has no class of its own."""

    def __init__(
        self, kind: ProblemType, error: GatewayError, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error.message)
        self.kind = kind
        self.error = error
        self.headers = dict(headers or {})


class ProblemItem(BaseModel):
    """One fault in a larger input."""

    field: str = Field(description="Where it is, e.g. 'statements[2].ground'; counts from 1.")
    message: str
    remedy: str


class ProblemDetails(BaseModel):
    """What went wrong and how to mend it (RFC 9457)."""

    type: str = Field(description="The kind of problem, a URN that never changes.")
    title: str
    status: int
    detail: str = Field(description="What is wrong this time.")
    remedy: str = Field(description="How to mend it.")
    field: str | None = Field(default=None, description="The field it is about.")
    problems: list[ProblemItem] | None = Field(
        default=None, description="Every fault found, where there may be several."
    )
    correlation: str | None = Field(
        default=None, description="For the operator's log, when the gateway itself failed."
    )


def malformed(message: str, remedy: str) -> HttpFault:
    """A body that cannot be read at all."""
    return HttpFault(MALFORMED, InvalidInput(message, remedy))


def kind_of(error: GatewayError) -> ProblemType:
    """The kind of problem an error is: its own class's, or the nearest ancestor's."""
    return next(PROBLEMS[known] for known in type(error).__mro__ if known in PROBLEMS)


def headers_of(error: GatewayError) -> dict[str, str]:
    """The headers that go with an error's answer."""
    match error:
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyRequests(retry_after_seconds=seconds):
            return {"Retry-After": str(seconds)}
        case Unavailable():
            return {"Retry-After": str(_RETRY_UNAVAILABLE_SECONDS)}
        case _:
            return {}


def details(
    error: GatewayError, kind: ProblemType | None = None, correlation: str | None = None
) -> ProblemDetails:
    """An error as problem details; `kind` where the error's own class does not say it."""
    kind = kind or kind_of(error)
    found = error.problems if isinstance(error, InvalidInput) else ()
    items = [ProblemItem(field=p.field, message=p.message, remedy=p.remedy) for p in found]
    return ProblemDetails(
        type=kind.urn,
        title=kind.title,
        status=kind.status,
        detail=error.message,
        remedy=error.remedy,
        field=error.field,
        problems=items or None,
        correlation=correlation,
    )


def problem_response(problem: ProblemDetails, headers: Mapping[str, str]) -> web.Response:
    """Problem details as an answer."""
    return web.Response(
        status=problem.status,
        body=problem.model_dump_json(exclude_none=True).encode(),
        content_type=MEDIA_TYPE,
        headers=dict(headers),
    )


def from_http(error: web.HTTPException) -> HttpFault:
    """What aiohttp itself raises, in the gateway's words."""
    match error:
        case web.HTTPNotFound():
            gone = NotFound("There is nothing at this address.", "Check the address.")
            return HttpFault(kind_of(gone), gone)
        case web.HTTPMethodNotAllowed():
            allowed: Any = ", ".join(sorted(error.allowed_methods))
            wrong = InvalidInput("This address does not take this method.", f"Use: {allowed}.")
            return HttpFault(METHOD_NOT_ALLOWED, wrong, {"Allow": allowed})
        case web.HTTPRequestEntityTooLarge():
            large = LimitExceeded("The request is too large.", "Send less at a time.")
            return HttpFault(kind_of(large), large)
        case _:
            other = InvalidInput("The request cannot be read.", "Check it against the interface.")
            return HttpFault(ProblemType(error.status, "malformed", error.reason), other)
