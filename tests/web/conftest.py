"""The web application over the real services, served on a free port."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from support.world import ROOT, World, make_world
from web.driving import SETTINGS, Api, Serve, ServeApp, SetMonotonic, give_tokens

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


@pytest.fixture
async def serve_app(world: World) -> AsyncIterator[ServeApp]:
    """Serves an application on a free port, without tokens."""
    async with AsyncExitStack() as stack:

        async def started(app: web.Application) -> Api:
            runner = WebRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            session = ClientSession(cookie_jar=DummyCookieJar())
            await stack.enter_async_context(session)
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            return Api(app, session, base, world, SetMonotonic())

        yield started


@pytest.fixture
def serve(world: World, serve_app: ServeApp) -> Serve:
    """Serves the application with the settings it is given, without tokens."""

    async def started(settings: WebSettings) -> Api:
        monotonic = SetMonotonic()
        api = await serve_app(create_web_app(world.parts, settings, monotonic))
        api.monotonic = monotonic
        return api

    return started


@pytest.fixture
async def api(serve: Serve) -> Api:
    """The application with generous limits, and a token for each role."""
    served = await serve(SETTINGS)
    await give_tokens(served)
    return served
