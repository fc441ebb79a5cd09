"""What a handler is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from gateway.domain.actors import Actor
from gateway.domain.packs import DocumentId, PackId, RequestId
from gateway.domain.register import MeetingId
from gateway.domain.transfers import TransferId
from gateway.services.parts import Parts
from gateway.web.form import Form
from gateway.web.settings import WebSettings

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that may be made: signed in, allowed, and with everything in it validated.

    Attributes:
        path: the identifiers in the address, by their name in the route.
        body, query: as validated against the route's models.
        key: the Idempotency-Key, where the route takes one.
        form: the fields of a signed-in visitor's form.
    """

    parts: Parts
    settings: WebSettings
    actor: Actor
    request: web.Request
    path: Mapping[str, str]
    query: BaseModel | None = None
    body: BaseModel | None = None
    key: str | None = None
    form: Form = field(default_factory=lambda: Form({}))

    def body_as(self, model: type[_M]) -> _M:
        """The body, as the model the route's table entry names."""
        return _as(model, self.body)

    def query_as(self, model: type[_M]) -> _M:
        """The query parameters, as the model the route's table entry names."""
        return _as(model, self.query)

    @property
    def pack(self) -> PackId:
        """The pack in the address."""
        return PackId(self.path["pack"])

    @property
    def information_request(self) -> RequestId:
        """The request for information in the address."""
        return RequestId(self.path["request"])

    @property
    def document(self) -> DocumentId:
        """The document in the address."""
        return DocumentId(self.path["document"])

    @property
    def transfer(self) -> TransferId:
        """The transfer in the address."""
        return TransferId(self.path["transfer"])

    @property
    def meeting(self) -> MeetingId:
        """The meeting in the address."""
        return MeetingId(self.path["meeting"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API handler answers: a value of the route's response model, or None for no body."""

    value: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def _as(model: type[_M], value: BaseModel | None) -> _M:
    if not isinstance(value, model):
        raise TypeError(f"the table of routes does not give this handler a {model.__name__}")
    return value
