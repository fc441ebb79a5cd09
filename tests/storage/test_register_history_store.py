"""The register's history in PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.errors import Conflict
from gateway.domain.users import UserId
from gateway.services.register_storage import RegisterKind, SealedChange
from gateway.storage.database import PostgresDatabase

AT = datetime(2026, 12, 1, tzinfo=UTC)
CHANGE = SealedChange("c1", AT, None, RegisterKind.PROTOCOL, "p-a/1", b"\0sealed\xff")


async def test_changes_come_back_newest_first(database: PostgresDatabase) -> None:
    """Those of one thing, and no more than asked for."""
    later = replace(CHANGE, id="c2", at=AT + timedelta(hours=1))
    others = [
        replace(CHANGE, id="c3", identifier="p-a/2"),
        replace(CHANGE, id="c4", kind=RegisterKind.MEETING),
    ]
    async with database.work() as work:
        await work.register_history.add([])
        await work.register_history.add([CHANGE, later, *others])
    async with database.work() as work:
        history = work.register_history
        assert await history.of(RegisterKind.PROTOCOL, "p-a/1", 9) == [later, CHANGE]
        assert await history.of(RegisterKind.PROTOCOL, "p-a/1", 1) == [later]
        assert await history.of(RegisterKind.AGENCY, "p-a/1", 9) == []


async def test_a_change_by_nobody_known_is_not_taken(database: PostgresDatabase) -> None:
    """Whoever changed something is a user, or the operator."""
    with pytest.raises(Conflict):
        async with database.work() as work:
            await work.register_history.add([replace(CHANGE, by=UserId("nobody"))])
