"""What the table of routes says of each route."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from gateway.domain.actors import Role
from gateway.domain.errors import GatewayError
from gateway.web.calls import Answer, Call
from gateway.web.models import NoQuery


class Public(Enum):
    """The mark of a route that needs no sign-in."""

    PUBLIC = "public"


PUBLIC: Final = Public.PUBLIC
Handler = Callable[[Call], Awaitable[Answer | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One route: an address and method, who may call it, what it takes and what it answers.

    Attributes:
        operation: its name in the API description, in the access log and in the audit log.
        roles: who may call it; anyone at all for PUBLIC.
        body: model of a JSON body; None when the request takes no body, or reads its own.
        upload: model of the `label` part, where the body is a multipart upload.
        form: whether the body is an HTML form; a signed-in visitor's is read before the handler.
        parts: whether the body is a multipart form, which the handler reads.
        page: whether people see it in a browser, signed in by a session and not by a bearer token.
        answer: model of the response; None when there is no body.
        media: type of an answer that is not JSON.
        places: for parts of the address that are no identifiers, the pattern they must match.
        keyed: whether an Idempotency-Key is required.
        problems: errors beyond those every route of its kind can give.
    """

    method: str
    path: str
    handler: Handler
    operation: str
    summary: str
    roles: frozenset[Role] | Public
    body: type[BaseModel] | None = None
    upload: type[BaseModel] | None = None
    form: bool = False
    parts: bool = False
    page: bool = False
    query: type[BaseModel] = NoQuery
    answer: type[BaseModel] | None = None
    status: int = 200
    media: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    keyed: bool = False
    problems: tuple[type[GatewayError], ...] = ()

    @property
    def pattern(self) -> str:
        """The path as the router takes it."""
        path = self.path
        for name, pattern in self.places.items():
            path = path.replace(f"{{{name}}}", f"{{{name}:{pattern}}}")
        return path

    @property
    def is_page(self) -> bool:
        """Whether people see it in a browser, so that problems are pages too."""
        return self.page or self.path.startswith(("/acknowledge", "/static"))

    @property
    def is_recorded(self) -> bool:
        """Whether a refusal of it goes into the audit log."""
        return self.roles is not PUBLIC or self.method not in {"GET", "HEAD"}

    @property
    def takes_body(self) -> bool:
        """Whether a request may have a body."""
        return self.body is not None or self.upload is not None or self.form or self.parts
