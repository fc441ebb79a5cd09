"""Transactions, snapshots and turns."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.audit.entries import Entry
from gateway.domain.errors import (
    Conflict,
    GatewayError,
    InvalidInput,
    NotFound,
    Unavailable,
)
from gateway.domain.packs import Pack, PackId
from gateway.domain.register import AgencyId
from gateway.domain.transfers import TransferId
from gateway.services.paging import Page
from gateway.services.storage import Database, Work
from gateway.storage.database import PostgresDatabase
from gateway.storage.failures import database_failures
from gateway.storage.locks import lock_key

A = AgencyId("agency-a")
T1, T2 = TransferId("t1"), TransferId("t2")
MakePack = Callable[..., Pack]

_HOLDER = """
import asyncio, sys
from gateway.storage.database import PostgresDatabase

async def main():
    async with PostgresDatabase(sys.argv[1]).turn("t1") as mine:
        print(mine, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_it_is_the_database_the_use_cases_ask_for(database: PostgresDatabase) -> None:
    """The port's type holds for the type checker, and its stores are all there."""
    port: Database = database
    async with port.work() as work:
        assert all(hasattr(work, store) for store in Work.__annotations__)


async def test_work_counts_when_it_ends_well(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """Others see it only then."""
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
        async with filled.work() as other:
            assert await other.packs.get(PackId("p1"), A) is None
    async with filled.work() as work:
        assert await work.packs.get(PackId("p1"), A) is not None


async def test_work_that_raises_never_was(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """Whatever it raises comes out unchanged."""
    error = NotFound("gone", "look")

    async def fail() -> None:
        async with filled.work() as work:
            await work.packs.add(make_pack("p1"))
            raise error

    with pytest.raises(NotFound) as caught:
        await fail()
    assert caught.value is error
    async with filled.work() as work:
        assert await work.packs.get(PackId("p1"), A) is None


async def test_a_snapshot_sees_one_moment(
    filled: PostgresDatabase, make_pack: MakePack, make_entry: Callable[..., Entry]
) -> None:
    """What is committed meanwhile, in any table, does not show."""
    async with filled.snapshot() as view:
        assert await view.packs.list(A, Page()) == []
        async with filled.work() as work:
            await work.packs.add(make_pack("p1"))
            await work.journal.append(make_entry())
        assert await view.packs.list(A, Page()) == []
        assert [leaf async for leaf in view.journal.leaves()] == []
    async with filled.snapshot() as view:
        assert len(await view.packs.list(A, Page())) == 1


async def test_a_snapshot_takes_no_change(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """And the connection it used takes changes again afterwards."""
    with pytest.raises(DBAPIError, match="read-only"):
        async with filled.snapshot() as view:
            await view.packs.add(make_pack("p1"))
    for number in range(12):
        async with filled.work() as work:
            await work.packs.add(make_pack(f"p{number}"))


async def test_one_has_the_turn_at_a_time(database: PostgresDatabase, database_url: str) -> None:
    """Within a process and between processes; other transfers are not concerned."""
    other_process = PostgresDatabase(database_url)
    async with database.turn(T1) as mine:
        assert mine
        async with database.turn(T1) as again, other_process.turn(T1) as theirs:
            assert (again, theirs) == (False, False)
        async with other_process.turn(T2) as theirs:
            assert theirs
    async with other_process.turn(T1) as theirs:
        assert theirs
    await other_process.dispose()


async def test_a_turn_ends_with_its_block_however_it_ends(database: PostgresDatabase) -> None:
    """By an error or by cancellation."""

    async def fail() -> None:
        async with database.turn(T1):
            raise ZeroDivisionError

    async def linger(begun: asyncio.Event) -> None:
        async with database.turn(T1) as mine:
            assert mine
            begun.set()
            await asyncio.sleep(600)

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await gets_turn(database)
    begun = asyncio.Event()
    task = asyncio.create_task(linger(begun))
    await begun.wait()
    async with database.turn(T1) as mine:
        assert not mine
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gets_turn(database)


async def gets_turn(database: PostgresDatabase) -> bool:
    """Whether the turn comes free; the server notices a closed connection in its own time."""
    for _ in range(200):
        async with database.turn(T1) as mine:
            if mine:
                return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.server
async def test_a_turn_is_lost_with_its_process(
    database: PostgresDatabase, database_url: str
) -> None:
    """Kill -9 leaves nothing that others would wait for."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLDER, database_url, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"True\n"
    async with database.turn(T1) as mine:
        assert not mine
    holder.send_signal(signal.SIGKILL)
    await holder.wait()
    assert await gets_turn(database)


async def test_a_turn_whose_connection_is_lost_ends_quietly(
    database: PostgresDatabase, database_url: str
) -> None:
    """The work in it was done; the turn itself went with the connection."""
    async with database.turn(T1) as mine:
        assert mine
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
    assert await gets_turn(database)


async def test_turns_do_not_keep_transactions_waiting(database_url: str) -> None:
    """Even when every turn and the only other connection are in use."""
    database = PostgresDatabase(database_url, pool_size=1, turns=2)
    async with database.turn(T1), database.turn(T2), database.work() as work:
        assert await work.keys.get("x") is None
    await database.dispose()


async def test_a_lost_connection_is_replaced(database: PostgresDatabase, database_url: str) -> None:
    """After the server was restarted, the next transaction works."""
    async with database.work() as work:
        await work.keys.put("k", b"1")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    async with database.work() as work:
        assert await work.keys.get("k") == b"1"


async def test_a_connection_lost_in_a_transaction_is_unavailable(
    database: PostgresDatabase, database_url: str
) -> None:
    """What was done in it is not committed."""
    with pytest.raises(Unavailable):
        async with database.work() as work:
            await lose_connection_after_a_change(work, database_url)
    async with database.work() as work:
        assert await work.keys.get("k") is None


async def lose_connection_after_a_change(work: object, database_url: str) -> None:
    await work.keys.put("k", b"1")  # type: ignore[attr-defined]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_deadlock_is_worth_another_try(
    filled: PostgresDatabase, make_pack: MakePack
) -> None:
    """One of the two is refused, and told to try again."""
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
        await work.packs.add(make_pack("p2"))
    both = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with filled.work() as work:
            await work.packs.get(PackId(first), A, lock=True)
            await both.wait()
            await work.packs.get(PackId(second), A, lock=True)

    results = await asyncio.gather(lock("p1", "p2"), lock("p2", "p1"), return_exceptions=True)
    refused = [result for result in results if result is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], Unavailable)
    assert refused[0].remedy == "Try again."


async def test_a_server_that_is_away_is_unavailable() -> None:
    """For transactions, snapshots and turns alike."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        database = PostgresDatabase(f"postgresql://nobody@127.0.0.1:{free.getsockname()[1]}/x")
        for opened in (database.work(), database.snapshot(), database.turn(T1)):
            with pytest.raises(Unavailable):
                async with opened:
                    pass
        await database.dispose()


async def test_every_connection_has_its_limits(database: PostgresDatabase) -> None:
    """A statement ends after half a minute, and times are in UTC."""
    async with database._engine.connect() as connection:
        for name, value in (("statement_timeout", "30s"), ("timezone", "UTC")):
            assert (await connection.exec_driver_sql(f"SHOW {name}")).scalar() == value


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite:///x", "mysql://u:p4ssw0rd@h/d", "://p4ssw0rd"]
)
def test_other_urls_are_refused(url: str) -> None:
    """Without repeating them, since they may hold a password."""
    with pytest.raises(InvalidInput) as caught:
        PostgresDatabase(url)
    assert "p4ssw0rd" not in str(caught.value) + caught.value.remedy
    assert caught.value.__cause__ is None


def raised(kind: type[psycopg.Error]) -> BaseException:
    """What comes out for an error of the driver."""
    error = DBAPIError.instance(
        "SELECT 1", {}, kind("secret detail"), psycopg.Error, hide_parameters=True
    )
    with pytest.raises((GatewayError, DBAPIError)) as caught, database_failures():
        raise error
    return caught.value


_CASES = [
    (errors.SerializationFailure, Unavailable),
    (errors.DeadlockDetected, Unavailable),
    (errors.QueryCanceled, Unavailable),
    (errors.AdminShutdown, Unavailable),
    (errors.CannotConnectNow, Unavailable),
    (errors.TooManyConnections, Unavailable),
    (errors.DiskFull, Unavailable),
    (errors.UniqueViolation, Conflict),
    (errors.ForeignKeyViolation, Conflict),
    (errors.CheckViolation, Conflict),
    (errors.NotNullViolation, Conflict),
    (errors.UntranslatableCharacter, InvalidInput),
    (errors.NumericValueOutOfRange, InvalidInput),
]


@pytest.mark.parametrize(("kind", "expected"), _CASES)
def test_the_drivers_errors_become_ours(
    kind: type[psycopg.Error], expected: type[GatewayError]
) -> None:
    """Those that can happen to a correct program, each to the error a person can act on."""
    error = raised(kind)
    assert isinstance(error, expected)
    assert "secret detail" not in str(error) + error.remedy


def test_no_operational_error_of_the_driver_is_forgotten() -> None:
    """Every error PostgreSQL calls operational or about integrity or data becomes one of ours."""
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.OperationalError | errors.IntegrityError | errors.DataError)
    ]
    assert len(kinds) > 100
    assert [kind for kind in kinds if not isinstance(raised(kind), GatewayError)] == []


def test_a_fault_of_the_program_stays_one() -> None:
    """A statement that can never work is not blamed on the database."""
    assert isinstance(raised(errors.UndefinedTable), DBAPIError)


def test_a_connection_that_the_server_closed_is_unavailable() -> None:
    """Whatever kind of error told of it."""
    kind = errors.IdleInTransactionSessionTimeout
    error = DBAPIError.instance("COMMIT", {}, kind(), psycopg.Error, connection_invalidated=True)
    with pytest.raises(Unavailable), database_failures():
        raise error


def test_a_full_pool_is_unavailable() -> None:
    """Waiting longer would not help the one who waits."""
    with pytest.raises(Unavailable), database_failures():
        raise PoolTimeoutError


def test_lock_keys_fit_and_differ() -> None:
    """They are signed 64-bit numbers, stable over versions, and parts are told apart."""
    keys = {lock_key("turn", "a"), lock_key("turn", "b"), lock_key("turna"), lock_key("t", "urna")}
    assert len(keys) == 4
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert lock_key("turn", "t1") == -3745773983434703971
