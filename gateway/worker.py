"""The durable runner: takes jobs from PostgreSQL by Procrastinate and does the steps they name.

Job arguments are identifiers only. A worker that dies, whatever the cause, stops sending its
heartbeat; any other worker then takes its jobs over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy

from gateway.domain.breaches import BreachId
from gateway.domain.errors import GatewayError, Unavailable
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.meeting_records import NoticeKind
from gateway.domain.packs import BlobId, RequestId
from gateway.domain.transfers import TransferId
from gateway.services import (
    breach_notices,
    delivery,
    meeting_notices,
    notices,
    request_notices,
)
from gateway.services.parts import Parts

QUEUE = "transfers"
_ALWAYS = RetryStrategy(wait=5, linear_wait=5, max_attempts=None)
_FOR_A_DAY = RetryStrategy(wait=5, linear_wait=5, max_attempts=180)  # 5 + 10 + 15 + ... seconds
_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How many jobs at a time, and when a silent worker's jobs are taken over (seconds)."""

    concurrency: int
    heartbeat_seconds: float
    takeover_seconds: float
    polling_seconds: float = 1.0


class Worker:
    """Runs jobs until told to stop."""

    def __init__(self, parts: Parts, database_url: str, settings: WorkerSettings) -> None:
        self._parts = parts
        self._settings = settings
        self._connector = PsycopgConnector(conninfo=database_url)
        self._app = App(connector=self._connector)
        for name, task, retry in (
            ("advance_transfer", self._advance_transfer, _ALWAYS),
            ("send_notice", self._send_notice, _FOR_A_DAY),
            ("destroy_blob", self._destroy_blob, _ALWAYS),
            ("notify_request", self._notify_request, _FOR_A_DAY),
            ("notify_breach", self._notify_breach, _FOR_A_DAY),
            ("remind", self._remind, _FOR_A_DAY),
            ("expire_request", self._expire_request, _ALWAYS),
            ("meeting_notice", self._meeting_notice, _FOR_A_DAY),
        ):
            self._app.task(name=name, queue=QUEUE, retry=retry)(task)

    def opened(self) -> AbstractAsyncContextManager[App]:
        """The connection pool, open while the block lasts."""
        return self._app.open_async()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish the jobs at hand."""
        async with self.opened():
            takeover = asyncio.create_task(self._repeat(self._take_over))
            work = asyncio.create_task(self._repeat(self._work))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({work, takeover, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (takeover, work, stopping):
                task.cancel()
            await asyncio.gather(takeover, work, stopping, return_exceptions=True)

    async def _repeat(self, action: Callable[[], Awaitable[None]]) -> None:
        """Keep doing `action`, also after the database was away."""
        while True:
            try:
                await action()
            except Exception as error:  # noqa: BLE001 - the runner must outlive a lost database
                _log.warning("worker_interrupted", error=type(error).__name__)
            await asyncio.sleep(self._settings.polling_seconds)

    async def _work(self) -> None:
        await self._app.run_worker_async(
            queues=[QUEUE],
            concurrency=self._settings.concurrency,
            fetch_job_polling_interval=self._settings.polling_seconds,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=self._settings.heartbeat_seconds,
            stalled_worker_timeout=self._settings.takeover_seconds,
            shutdown_graceful_timeout=20,
        )

    async def _take_over(self) -> None:
        """Put the jobs of workers that fell silent back into the queue."""
        manager = self._app.job_manager
        silence = self._settings.takeover_seconds
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silence):
            _log.warning("job_taken_over", job=job.id, task=job.task_name)
            await manager.retry_job(job)
        await asyncio.sleep(self._settings.heartbeat_seconds)

    async def _advance_transfer(self, transfer_id: str) -> None:
        identifier = TransferId(transfer_id)
        try:
            await delivery.run(self._parts, identifier)
        except Unavailable:
            raise
        except GatewayError as error:
            await delivery.fail_for_good(self._parts, identifier, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours: noted, retried, given up
            name = type(error).__name__
            _log.error("step_failed", transfer=transfer_id, error=name)
            await delivery.step_failed(self._parts, identifier, name)

    async def _send_notice(self, transfer_id: str, kind: str) -> None:
        await notices.send_notice(self._parts, TransferId(transfer_id), kind)

    async def _notify_request(self, request_id: str, kind: str, notice: str) -> None:
        await request_notices.notify(self._parts, RequestId(request_id), kind, notice)

    async def _notify_breach(self, breach_id: str, notice: str) -> None:
        await breach_notices.send(self._parts, BreachId(breach_id), notice)

    async def _remind(self, request_id: str, kind: str) -> None:
        await request_notices.remind(self._parts, RequestId(request_id), ReminderKind(kind))

    async def _expire_request(self, request_id: str) -> None:
        await request_notices.expire(self._parts, RequestId(request_id))

    async def _meeting_notice(self, about: str, kind: str) -> None:
        await meeting_notices.send(self._parts, about, NoticeKind(kind))

    async def _destroy_blob(self, blob_id: str) -> None:
        await asyncio.to_thread(self._parts.vault.remove, BlobId(blob_id))
