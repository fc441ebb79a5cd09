"""Readiness: without a log that can be written and signed nothing is sent, so it says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import psycopg
import pytest
from support.inspecting import Scanning
from support.world import ADMINISTRATOR, LOG_KEY, Remembered, World
from web.driving import SETTINGS, Reply, ServeApp
from web.schemas import conforms

from gateway.audit.entries import Action
from gateway.domain.errors import InvalidInput, Unavailable
from gateway.domain.secret import Secret
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.sequencing import LogKey, Sequencer
from gateway.storage.locks import lock_key
from gateway.web import create_web_app

READY = (200, {"status": "ready"})


async def wait_in_line(world: World) -> None:
    """Write an entry that has no place yet."""
    async with world.parts.database.work() as work:
        await record(world.parts, work, ADMINISTRATOR, Action.SERVICE_STARTED, {})


async def readiness(serve_app: ServeApp, parts: Parts) -> Reply:
    """What /readyz says to anybody, in the described form."""
    api = await serve_app(create_web_app(parts, SETTINGS))
    reply = await api.call("GET", "/readyz", role=None)
    conforms("isReady", reply)
    head = await api.call("HEAD", "/readyz", role=None)
    assert (head.status, head.body) == (reply.status, b"")
    return reply


def signed_by(world: World, signing: Callable[[], LogKey]) -> Parts:
    """The parts with another log key."""
    parts = world.parts
    sequencer = Sequencer.over(parts.database, signing, parts.clock, Remembered())
    return replace(parts, sequencer=sequencer)


def missing() -> LogKey:
    """A log key that is not there."""
    raise InvalidInput("The log's key cannot be read.", "Bring it back.", field="log_key_file")


OTHER_KEYS = {
    "missing": missing,
    "another key": lambda: replace(LOG_KEY, seed=Secret("08" * 32)),
    "another name": lambda: replace(LOG_KEY, origin="other.example/log"),
}


async def test_a_gateway_with_a_sound_log_is_ready(serve_app: ServeApp, world: World) -> None:
    """And what waits in the log is placed on the way, however long it waited."""
    await wait_in_line(world)
    world.clock.move(days=3)
    reply = await readiness(serve_app, world.parts)
    assert (reply.status, reply.json()) == READY
    async with world.parts.database.work() as work:
        assert await work.tree.waiting_since() is None


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("signing", OTHER_KEYS.values(), ids=OTHER_KEYS)
async def test_without_the_logs_key_it_is_not_ready(
    serve_app: ServeApp, world: World, signing: Callable[[], LogKey], *, waits: bool
) -> None:
    """The key is missing or not the log's, whether something waits to be signed or not."""
    await world.leaves()
    if waits:
        await wait_in_line(world)
    reply = await readiness(serve_app, signed_by(world, signing))
    problem = reply.json()
    assert (reply.status, problem["type"]) == (503, "urn:gateway:problem:unavailable")
    assert "Retry-After" in reply.headers
    assert "key" in problem["detail"]
    assert problem["remedy"]
    assert "08" * 32 not in reply.text
    assert len([leaf for leaf in await world.leaves() if b"service.started" in leaf]) == waits


async def test_entries_that_wait_too_long_are_a_fault(
    serve_app: ServeApp, world: World, database_url: str
) -> None:
    """Another process has the sequencer's turn and does not place them; it is given some time."""
    await world.leaves()
    patience = world.parts.rules.log_patience.total_seconds()
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("sequencer")])
        await wait_in_line(world)
        world.clock.move(seconds=patience)
        assert (await readiness(serve_app, world.parts)).status == 200
        world.clock.move(seconds=1)
        late = await readiness(serve_app, world.parts)
        assert (late.status, bool(late.json()["remedy"])) == (503, True)
    assert (await readiness(serve_app, world.parts)).status == 200


async def test_a_database_that_is_away_is_a_fault(serve_app: ServeApp, world: World) -> None:
    """The process is up all the same."""

    @dataclass
    class Away:
        def work(self) -> None:
            raise Unavailable("The database does not answer.", "Try again later.")

        snapshot = work

    parts = replace(world.parts, database=Away())  # type: ignore[arg-type]
    api = await serve_app(create_web_app(parts, SETTINGS))
    assert (await api.call("GET", "/readyz", role=None)).status == 503
    assert (await api.call("GET", "/healthz", role=None)).status == 200


async def test_a_required_scanner_that_is_away_makes_it_not_ready(
    serve_app: ServeApp, world: World
) -> None:
    """Nothing could be taken in; where scanning is optional, it is no matter."""
    strict = replace(world.parts.rules.limits, scan_required=True)
    rules = replace(world.parts.rules, limits=strict)
    for scanner, parts_rules, status in (
        (Scanning(away=True), rules, 503),
        (None, rules, 503),
        (Scanning(), rules, 200),
        (Scanning(away=True), world.parts.rules, 200),
    ):
        parts = replace(world.parts, scanner=scanner, rules=parts_rules)
        assert (await readiness(serve_app, parts)).status == status
