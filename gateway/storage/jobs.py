"""Jobs for the worker, written in the caller's own transaction through Procrastinate's function.

A job that was rolled back never was; a committed one wakes a worker by the notification that
Procrastinate's trigger sends. Arguments are identifiers only, since they stand in the open.
"""

import json
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.breaches import BreachId
from gateway.domain.packs import BlobId, RequestId
from gateway.domain.transfers import TransferId
from gateway.storage.columns import Moment

QUEUE = "transfers"
ADVANCE_TRANSFER = "advance_transfer"
SEND_NOTICE = "send_notice"
DESTROY_BLOB = "destroy_blob"
NOTIFY_REQUEST = "notify_request"
REMIND = "remind"
EXPIRE_REQUEST = "expire_request"
MEETING_NOTICE = "meeting_notice"
NOTIFY_BREACH = "notify_breach"

_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[CAST(ROW("
    "CAST(:queue AS varchar), CAST(:task AS varchar), 0, CAST(NULL AS text), CAST(NULL AS text), "
    "CAST(:args AS jsonb), CAST(:at AS timestamptz)) AS procrastinate_job_to_defer_v1)])"
).bindparams(bindparam("at", type_=Moment()))


class PostgresJobs:
    """Durable work, written in the same transaction as what it is about."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def advance_transfer(self, transfer: TransferId, at: datetime | None = None) -> None:
        """Have the transfer's next step done, not before `at`."""
        await self._defer(ADVANCE_TRANSFER, {"transfer_id": transfer}, at)

    async def send_notice(self, transfer: TransferId, kind: str) -> None:
        """Have the coordinator told about a transfer."""
        await self._defer(SEND_NOTICE, {"transfer_id": transfer, "kind": kind})

    async def destroy_blob(self, blob: BlobId) -> None:
        """Have a blob's file removed once its key is gone."""
        await self._defer(DESTROY_BLOB, {"blob_id": blob})

    async def notify_request(self, request: RequestId, kind: str, notice: str) -> None:
        """Have a side of a request told something; `notice` is this notice's own identifier."""
        args = {"request_id": request, "kind": kind, "notice": notice}
        await self._defer(NOTIFY_REQUEST, args)

    async def notify_breach(self, breach: BreachId, notice: str) -> None:
        """Have a relationship manager told of a breach by one of its notices."""
        await self._defer(NOTIFY_BREACH, {"breach_id": breach, "notice": notice})

    async def remind(self, request: RequestId, kind: str, at: datetime) -> None:
        """Have a reminder of a request sent, not before `at`."""
        await self._defer(REMIND, {"request_id": request, "kind": kind}, at)

    async def expire_request(self, request: RequestId, at: datetime) -> None:
        """Have a request expire if it is still open at `at`."""
        await self._defer(EXPIRE_REQUEST, {"request_id": request}, at)

    async def meeting_notice(self, about: str, kind: str, at: datetime | None = None) -> None:
        """Have a mail about an action or a pack to be deleted sent, not before `at`."""
        await self._defer(MEETING_NOTICE, {"about": about, "kind": kind}, at)

    async def _defer(self, task: str, args: dict[str, str], at: datetime | None = None) -> None:
        values = {"queue": QUEUE, "task": task, "args": json.dumps(args), "at": at}
        await self._connection.execute(_DEFER, values)
