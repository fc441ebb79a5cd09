"""Serving: the API and pages, the worker, or both, until told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable

import structlog
from aiohttp import web

from gateway.app.opening import Gateway, opened
from gateway.app.outside import outside
from gateway.app.upkeep import bounces_upkeep, log_upkeep
from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import GatewayError, InvalidInput
from gateway.services.auditing import record
from gateway.settings import Settings
from gateway.storage.embedded import EmbeddedPostgres
from gateway.web import WebRunner, WebSettings, create_web_app, openapi_document
from gateway.worker import Worker, WorkerSettings

__all__ = ["openapi_document", "serve"]

_LOOK_EVERY_SECONDS = 2.0
_log = structlog.get_logger("gateway")
_ORPHAN_AGE_SECONDS = 86400  # no upload or sealing takes that long, so its process is gone


async def serve(
    settings: Settings, say: Callable[[str], None], *, pages: bool = True, work: bool = True
) -> None:
    """Serve the API and pages, run the worker, or both, until the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings) as gateway, contextlib.AsyncExitStack() as stack:
        told = outside(settings, gateway.parts.clock)  # what is set wrongly is said first
        bounces = list(bounces_upkeep(gateway.parts, settings)) if work else []
        await _note(gateway, Action.SERVICE_STARTED, pages=pages, work=work)
        now = gateway.parts.clock.now()
        await asyncio.to_thread(gateway.vault.remove_partials, _ORPHAN_AGE_SECONDS, now)
        if pages:
            await stack.enter_async_context(_listening(gateway, say))
        for upkeep in (*log_upkeep(gateway.parts, settings, told), *bounces):
            stack.push_async_callback(_ended, asyncio.create_task(upkeep))
        if gateway.at.embedded is not None:
            stack.push_async_callback(_ended, asyncio.create_task(_look_after(gateway.at.embedded)))
        if work:
            say("The worker is running.")
            await _worker(gateway).run(stop)
        await stop.wait()
        await _note(gateway, Action.SERVICE_STOPPED, pages=pages, work=work)


async def _look_after(server: EmbeddedPostgres) -> None:
    """Start the embedded database again whenever it has died."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        try:
            if await asyncio.to_thread(server.ensure_running):
                _log.warning("database_restarted")
        except GatewayError as error:
            _log.error("database_not_restarted", error=error.message)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _note(gateway: Gateway, action: Action, *, pages: bool, work: bool) -> None:
    async with gateway.parts.database.work() as transaction:
        detail: dict[str, JSON] = {
            "pages": pages,
            "worker": work,
            "policy": gateway.parts.judge.digest,
        }
        await record(gateway.parts, transaction, WORKER, action, {}, detail)


@contextlib.asynccontextmanager
async def _listening(gateway: Gateway, say: Callable[[str], None]) -> AsyncIterator[None]:
    settings = gateway.settings
    app = create_web_app(
        gateway.parts,
        WebSettings(
            requests_per_minute=settings.requests_per_minute,
            document_limit_bytes=settings.document_limit_bytes,
            trust_proxy=settings.trust_proxy,
            log_origin=settings.log_origin,
        ),
    )
    runner = WebRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.listen_host, settings.listen_port)
        try:
            await site.start()
        except OSError as error:
            raise InvalidInput(
                f"Cannot listen on port {settings.listen_port}: {error.strerror}.",
                "Choose another port with GATEWAY_LISTEN_PORT, or end what uses it.",
                field="listen_port",
            ) from error
        host, port = runner.addresses[0][:2]
        say(f"Listening on http://{host}:{port}")
        yield
    finally:
        await runner.cleanup()


def _worker(gateway: Gateway) -> Worker:
    settings = gateway.settings
    return Worker(
        gateway.parts,
        gateway.at.url,
        WorkerSettings(
            settings.worker_concurrency, settings.heartbeat_seconds, settings.takeover_seconds
        ),
    )
