"""Every error has one shape, one status and a remedy; what nobody foresaw says nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from support.world import World
from web.driving import SETTINGS, Serve, give_tokens, pack_body
from web.schemas import conforms

import gateway.app  # noqa: F401 - so that every part's errors are known
from gateway.domain.decisions import Case, Decision, Finding
from gateway.domain.errors import (
    GatewayError,
    InvalidInput,
    NotSignedIn,
    Problem,
    TooManyRequests,
    Unavailable,
)
from gateway.domain.information_requests.form import RequestForm
from gateway.services.ports import Authority
from gateway.services.storage import Database, Work
from gateway.web.problems import PROBLEMS, details, from_http, headers_of, kind_of


def every_error() -> Iterator[type[GatewayError]]:
    """Every class of the gateway's errors."""
    waiting: list[type[GatewayError]] = [GatewayError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.startswith("gateway."):
            yield error


def test_every_error_has_a_status_of_its_own() -> None:
    """A new class of error fails here until it is given a status, a type and a title."""
    assert set(every_error()) == set(PROBLEMS)
    assert len({kind.slug for kind in PROBLEMS.values()}) == len(PROBLEMS)
    assert all(400 <= kind.status < 600 and kind.title for kind in PROBLEMS.values())


def test_problem_details_hold_message_remedy_field_and_faults() -> None:
    """What the error says, under the names of RFC 9457; what it does not say is left out."""
    error = InvalidInput(
        "Wrong.", "Mend it.", field="a", problems=(Problem("a[1]", "No.", "Yes."),)
    )
    assert details(error).model_dump(exclude_none=True) == {
        "type": "urn:gateway:problem:invalid-input",
        "title": "The request is not of the required form",
        "status": 422,
        "detail": "Wrong.",
        "remedy": "Mend it.",
        "field": "a",
        "problems": [{"field": "a[1]", "message": "No.", "remedy": "Yes."}],
    }
    plain = details(NotSignedIn("Who?", "Sign in.")).model_dump(exclude_none=True)
    assert {"field", "problems", "correlation"}.isdisjoint(plain)


def test_a_class_without_an_entry_is_answered_as_its_parent_is() -> None:
    """A kind of invalid input is invalid input, wherever it was defined."""

    class Odd(InvalidInput):
        """Another kind."""

    assert kind_of(Odd("Odd.", "Even.")) is PROBLEMS[InvalidInput]


def test_headers_tell_when_and_how_to_come_back() -> None:
    """401 names the scheme; 429 and 503 say when to try again."""
    assert headers_of(NotSignedIn("", "")) == {"WWW-Authenticate": "Bearer"}
    assert headers_of(TooManyRequests("", "", retry_after_seconds=7)) == {"Retry-After": "7"}
    assert headers_of(Unavailable("", "")) == {"Retry-After": "5"}
    assert headers_of(InvalidInput("", "")) == {}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (web.HTTPNotFound(), 404),
        (web.HTTPMethodNotAllowed("PUT", {"GET"}), 405),
        (web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2), 413),
        (web.HTTPBadRequest(text="canary"), 400),
        (web.HTTPExpectationFailed(), 417),
    ],
)
def test_what_aiohttp_raises_is_said_in_our_words(error: web.HTTPException, status: int) -> None:
    """The same status, our words."""
    fault = from_http(error)
    assert fault.kind.status == status
    assert "canary" not in fault.error.message + fault.error.remedy


class BrokenJudge:
    """Fails as nobody foresaw, with a secret in its words."""

    digest = "0" * 64

    def authority(self, code: str) -> Authority | None:
        """Fail."""
        password = "canary-secret"
        raise ValueError(password + code)

    def authorities(self) -> Sequence[Authority]:
        """Never reached."""
        raise AssertionError("reached for every authority")

    def form(self, code: str) -> RequestForm | None:
        """Never reached."""
        raise AssertionError(f"reached for {code}")

    def forms(self) -> Sequence[RequestForm]:
        """Never reached."""
        raise AssertionError("reached for every form")

    def judge(self, cases: Sequence[Case]) -> list[Decision]:
        """Never reached."""
        raise AssertionError(f"reached with {len(cases)} cases")

    def finding(self, rule: str) -> Finding | None:
        """Never reached."""
        raise AssertionError(f"reached for {rule}")


@dataclass
class FailingDatabase:
    """The real database until it is told to be away."""

    inner: Database
    works_left: int = 1_000_000
    hangs: bool = False
    error: Exception = field(
        default_factory=lambda: Unavailable("The database does not answer.", "Try again later.")
    )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction, as long as there are any left."""
        self.works_left -= 1
        await self._reached(self.works_left >= 0)
        async with self.inner.work() as work:
            yield work

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """The real one's, as long as there are transactions left."""
        await self._reached(self.works_left > 0)
        async with self.inner.snapshot() as work:
            yield work

    async def _reached(self, answers: bool) -> None:
        if self.hangs:
            await asyncio.sleep(60)
        if not answers:
            raise self.error

    def turn(self, what: str) -> AbstractAsyncContextManager[bool]:
        """The real one's."""
        return self.inner.turn(what)


@pytest.fixture
def failing(world: World) -> FailingDatabase:
    """The world's database, which can be made to fail."""
    database = FailingDatabase(world.parts.database)
    object.__setattr__(world, "parts", replace(world.parts, database=database))
    return database


async def test_an_unexpected_error_says_nothing_but_a_reference(world: World, serve: Serve) -> None:
    """500 with a correlation; the log has types and places, neither words nor values."""
    object.__setattr__(world, "parts", replace(world.parts, judge=BrokenJudge()))
    api = await serve(SETTINGS)
    await give_tokens(api)
    with capture_logs() as logs:
        reply = await api.call("POST", "/api/v1/packs", json=pack_body(world))
    conforms("createPack", reply)
    assert reply.status == 500
    assert "canary" not in reply.text
    logged = next(line for line in logs if line["event"] == "unexpected error")
    assert logged["correlation"] == reply.json()["correlation"] == reply.headers["X-Request-Id"]
    assert logged["errors"] == ["ValueError"]
    assert logged["frames"][-1].startswith("test_problems.py:")
    assert logged["frames"][-1].endswith(":authority")
    assert "canary" not in json.dumps(logs)


async def test_an_unexpected_error_on_a_page_is_a_page(world: World, serve: Serve) -> None:
    """The same for people: a page with the reference, and none of the error's words."""
    api = await serve(SETTINGS)
    object.__setattr__(world.parts.vault, "digest", None)
    reply = await api.call("GET", "/acknowledge/some-link", role=None)
    assert reply.status == 500
    assert reply.headers["X-Request-Id"] in reply.text
    assert "NoneType" not in reply.text


async def test_a_database_that_is_away_is_said_so(failing: FailingDatabase, serve: Serve) -> None:
    """503 with Retry-After for what needs it; the process is up, but not ready."""
    api = await serve(SETTINGS)
    await give_tokens(api)
    assert (await api.call("GET", "/readyz", role=None)).json() == {"status": "ready"}
    failing.works_left = 0
    for path in ("/readyz", "/api/v1/packs"):
        reply = await api.call("GET", path)
        assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
        assert reply.json()["type"] == "urn:gateway:problem:unavailable"
    up = await api.call("GET", "/healthz", role=None)
    conforms("isUp", up)
    assert up.json() == {"status": "up"}


async def test_a_database_that_hangs_is_not_ready(
    failing: FailingDatabase, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 within the time a probe waits, not after the database's own."""
    api = await serve(SETTINGS)
    failing.hangs = True
    monkeypatch.setattr("gateway.web.api_others._READY_WITHIN_SECONDS", 0.05)
    assert (await api.call("GET", "/readyz", role=None)).status == 503


async def test_a_refusal_that_cannot_be_recorded_is_no_answer(
    failing: FailingDatabase, serve: Serve
) -> None:
    """When the audit log cannot be written, 503 stands in place of the refusal."""
    api = await serve(SETTINGS)
    await give_tokens(api)
    failing.works_left = 2  # one to sign in, one to look for the pack
    reply = await api.call("GET", "/api/v1/packs/nowhere")
    assert reply.status == 503
    failing.works_left, failing.error = 2, ValueError("canary")
    broken = await api.call("GET", "/api/v1/packs/nowhere")
    assert (broken.status, "canary" in broken.text) == (500, False)
    failing.works_left = 1_000
    assert (await api.call("GET", "/api/v1/packs/nowhere")).status == 404
    assert await api.refusals() == [("getPack", "NotFound")]
