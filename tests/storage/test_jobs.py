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


async def test_a_committed_job_wakes_the_workers(
    database: PostgresDatabase, database_url: str
) -> None:
    """By the notification that they listen for, sent with the commit and not before."""
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute(f'LISTEN "procrastinate_queue_v1#{jobs.QUEUE}"'.encode())
        async with database.work() as work:
            await work.jobs.advance_transfer(T1)
            assert list(listener.notifies(timeout=0)) == []
        heard = await asyncio.to_thread(lambda: list(listener.notifies(timeout=30, stop_after=1)))
    assert "job_inserted" in heard[0].payload


async def test_a_worker_does_the_job(
    database: PostgresDatabase, database_url: str, waiting: Callable[[], Rows]
) -> None:
    """A real one, which knows nothing of us but the task's name."""
    app = App(connector=PsycopgConnector(conninfo=database_url))
    done: list[str] = []

    @app.task(name=jobs.ADVANCE_TRANSFER, queue=jobs.QUEUE)
    async def advance(transfer_id: str) -> None:
        done.append(transfer_id)

    async with database.work() as work:
        await work.jobs.advance_transfer(T1)
        await work.jobs.advance_transfer(T1, datetime(2999, 1, 1, tzinfo=UTC))
    async with app.open_async():
        await app.run_worker_async(queues=[jobs.QUEUE], install_signal_handlers=False, wait=False)
    assert done == ["t1"]
    assert [row[-1] for row in waiting()] == ["succeeded", "todo"]
