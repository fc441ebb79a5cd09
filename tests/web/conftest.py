"""The web application over the real services, served on a free port."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from support.world import ROOT, World, make_world
from web.driving import SETTINGS, Api, SetMonotonic, give_tokens

from gateway.policy import CedarJudge, load_bundle
from gateway.storage.database import PostgresDatabase
from gateway.storage.vault import FileVault
from gateway.web import WebRunner, WebSettings, create_web_app


@pytest.fixture(scope="session")
def judge() -> CedarJudge:
    """The project's own policies."""
    return CedarJudge(load_bundle(ROOT / "policies"))


@pytest.fixture
async def world(
    database: PostgresDatabase, vault: FileVault, judge: CedarJudge, tmp_path: Path
) -> World:
    """A gateway with the sample register imported, on a clock that stands still."""
    return await make_world(database, vault, judge, tmp_path)


Serve = Callable[[WebSettings], Awaitable[Api]]


@pytest.fixture
async def serve(world: World) -> AsyncIterator[Serve]:
    """Serves the application with the settings it is given."""
    async with AsyncExitStack() as stack:

        async def started(settings: WebSettings) -> Api:
            monotonic = SetMonotonic()
            app = create_web_app(world.parts, settings, monotonic)
            runner = WebRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            session = ClientSession(cookie_jar=DummyCookieJar())
            await stack.enter_async_context(session)
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            return Api(app, session, base, world, monotonic)

        yield started


@pytest.fixture
async def api(serve: Serve) -> Api:
    """The application with generous limits, and a token for each role."""
    served = await serve(SETTINGS)
    await give_tokens(served)
    return served
