"""Jobs: written with the work they are about, taken up by a real Procrastinate worker."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from procrastinate import App, PsycopgConnector

from gateway.domain.packs import BlobId
from gateway.domain.transfers import TransferId
from gateway.storage import jobs
from gateway.storage.database import PostgresDatabase

T1 = TransferId("t1")
Rows = list[tuple[object, ...]]


@pytest.fixture
def waiting(database_url: str) -> Callable[[], Rows]:
    """What another connection sees of the queue."""

    def look() -> Rows:
        with psycopg.connect(database_url) as connection:
            return connection.execute(
                "SELECT queue_name, task_name, args, scheduled_at, lock, queueing_lock, "
                "status::text FROM procrastinate_jobs ORDER BY id"
            ).fetchall()

    return look


async def test_a_job_is_there_once_its_work_is_committed(
    database: PostgresDatabase, waiting: Callable[[], Rows]
) -> None:
    """Not a moment before; its arguments are identifiers."""
    at = datetime(2999, 1, 1, tzinfo=UTC)
    async with database.work() as work:
        await work.jobs.advance_transfer(T1)
        await work.jobs.advance_transfer(T1, at)
        await work.jobs.send_notice(T1, "bounced: 100%")
        await work.jobs.destroy_blob(BlobId("b1"))
        assert waiting() == []
    assert waiting() == [
        ("transfers", task, args, when, None, None, "todo")
        for task, args, when in (
            ("advance_transfer", {"transfer_id": "t1"}, None),
            ("advance_transfer", {"transfer_id": "t1"}, at),
            ("send_notice", {"transfer_id": "t1", "kind": "bounced: 100%"}, None),
            ("destroy_blob", {"blob_id": "b1"}, None),
        )
    ]


async def test_a_job_of_failed_work_never_was(
    database: PostgresDatabase, waiting: Callable[[], Rows]
) -> None:
    """It goes with the transaction."""

    async def fail() -> None:
        async with database.work() as work:
            await work.jobs.advance_transfer(T1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert waiting() == []


async def test_a_worker_is_woken_and_does_the_job(
    database: PostgresDatabase, database_url: str, waiting: Callable[[], Rows]
) -> None:
    """By notification: the worker looks at the queue by itself only every ten minutes."""
    app = App(connector=PsycopgConnector(conninfo=database_url))
    done: asyncio.Queue[str] = asyncio.Queue()

    @app.task(name=jobs.ADVANCE_TRANSFER, queue=jobs.QUEUE)
    async def advance(transfer_id: str) -> None:
        await done.put(transfer_id)

    async with app.open_async():
        running = asyncio.create_task(
            app.run_worker_async(
                queues=[jobs.QUEUE], install_signal_handlers=False, fetch_job_polling_interval=600
            )
        )
        for transfer in ("t1", "t2"):  # the second comes to a worker that is surely waiting
            async with database.work() as work:
                await work.jobs.advance_transfer(TransferId(transfer))
            assert await asyncio.wait_for(done.get(), 30) == transfer
            while waiting()[-1][-1] != "succeeded":  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
