"""PostgreSQL as the gateway's database: transactions, snapshots, and turns at a transfer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import URL, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.domain.errors import InvalidInput
from gateway.services.breach_storage import BreachStore
from gateway.services.draft_storage import DraftStore
from gateway.services.inspection_storage import InspectionStore
from gateway.services.log_storage import IndexStore, Journal, OutsideStore, TreeStore
from gateway.services.meeting_record_storage import MeetingRecordStore
from gateway.services.pick_up_storage import PickUpStore
from gateway.services.register_storage import RegisterHistory
from gateway.services.request_storage import LinkStore, RequestStore
from gateway.services.storage import (
    Answers,
    Jobs,
    KeyStore,
    PackStore,
    RegisterStore,
    TokenStore,
    TransferStore,
    Work,
)
from gateway.services.user_storage import SessionStore, UserStore
from gateway.storage.access_store import PostgresAnswers, PostgresTokens
from gateway.storage.breach_store import PostgresBreaches
from gateway.storage.draft_store import PostgresDrafts
from gateway.storage.failures import database_failures
from gateway.storage.index_store import PostgresIndex
from gateway.storage.inspection_store import PostgresInspections
from gateway.storage.jobs import PostgresJobs
from gateway.storage.journal import PostgresJournal
from gateway.storage.locks import lock_key
from gateway.storage.log_store import PostgresOutside, PostgresTree
from gateway.storage.meeting_record_store import PostgresMeetingRecords
from gateway.storage.pack_store import PostgresKeys, PostgresPacks
from gateway.storage.pick_up_store import PostgresPickUps
from gateway.storage.register_history_store import PostgresRegisterHistory
from gateway.storage.register_store import PostgresRegister
from gateway.storage.request_store import PostgresLinks, PostgresRequests
from gateway.storage.transfer_store import PostgresTransfers
from gateway.storage.user_store import PostgresSessions, PostgresUsers

_CONNECT_SECONDS = 10
_POOL_SECONDS = 10  # how long to wait for a connection of the pool before saying Unavailable
_SESSION = {
    "timezone": "UTC",
    "statement_timeout": "30s",  # also bounds the wait for a row or an idempotency key
    "idle_in_transaction_session_timeout": "5min",
    # a client machine that lost power keeps its locks for a minute, not for two hours
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


@dataclass(slots=True)
class PostgresWork:
    """All stores over one transaction."""

    register: RegisterStore
    register_history: RegisterHistory
    packs: PackStore
    inspections: InspectionStore
    keys: KeyStore
    transfers: TransferStore
    pick_ups: PickUpStore
    drafts: DraftStore
    meeting_records: MeetingRecordStore
    breaches: BreachStore
    requests: RequestStore
    links: LinkStore
    tokens: TokenStore
    users: UserStore
    sessions: SessionStore
    answers: Answers
    journal: Journal
    tree: TreeStore
    index: IndexStore
    outside: OutsideStore
    jobs: Jobs


class PostgresDatabase:
    """Opens transactions on a PostgreSQL server.

    Advisory locks need a connection of one's own: behind a connection pooler such as PgBouncer,
    use its session mode.

    Args:
        url: `postgresql://user:password@host:port/database`, or with `?host=/folder` for a socket.
        pool_size: connections for transactions and snapshots.
        turns: connections for turns, which is how many transfers this process works on at once.
            They are apart, so that long turns never keep a transaction waiting.

    Raises:
        InvalidInput: the URL does not name a PostgreSQL database.
    """

    def __init__(self, url: str, *, pool_size: int = 10, turns: int = 8) -> None:
        address = postgres_url(url)
        self._engine = _engine(address, pool_size)
        self._turns = _engine(address, turns).execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction: commits when the block ends well, rolls back when it raises.

        Raises:
            Unavailable: the database does not answer, or took too long. Whether a commit under way
                was done is then not known; asking again under the same idempotency key tells.
            Conflict: a constraint of the database does not let a change in.
        """
        with database_failures():
            async with self._engine.connect() as connection, _unit(connection) as work:
                yield work

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """A read-only transaction that sees one moment throughout.

        Raises:
            Unavailable: the database does not answer.
        """
        with database_failures():
            async with self._engine.connect() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                async with _unit(connection) as work:
                    yield work

    @asynccontextmanager
    async def turn(self, what: str) -> AsyncIterator[bool]:
        """Whether this process has the turn to work on something, kept until the block ends.

        `what` is a transfer's identifier, or the name of a task only one process does at a time.

        The turn is lost with the process, so nothing waits for one that was killed.

        Raises:
            Unavailable: the database does not answer, or all turns of this process are taken.
        """
        key = lock_key("turn", what)
        with database_failures():
            connection = await self._turns.connect()
        try:
            with database_failures():
                taken = bool(await connection.scalar(select(func.pg_try_advisory_lock(key))))
            yield taken
            if taken:
                with suppress(DBAPIError):  # a lost connection has given the turn up already
                    await connection.scalar(select(func.pg_advisory_unlock(key)))
        except BaseException:
            await connection.invalidate()  # closing it gives the turn up, whatever state it is in
            raise
        finally:
            await connection.close()

    async def dispose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        await self._turns.dispose()


def postgres_url(url: str) -> URL:
    """`url` as SQLAlchemy takes it, with psycopg as the driver.

    Raises:
        InvalidInput: it does not name a PostgreSQL database.
    """
    remedy = "Give a URL such as 'postgresql://gateway@database.example/gateway'."
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidInput(
            "The database URL cannot be read.", remedy
        ) from None  # may hold a password
    if address.get_backend_name() != "postgresql":
        raise InvalidInput("The database is not PostgreSQL.", remedy)
    return address.set(drivername="postgresql+psycopg")


def _engine(address: URL, size: int) -> AsyncEngine:
    session = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    return create_async_engine(
        address,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # values never stand in an error's text
        connect_args={
            "options": session,
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "gateway",
        },
    )


@asynccontextmanager
async def _unit(connection: AsyncConnection) -> AsyncIterator[PostgresWork]:
    journal = PostgresJournal(connection)
    async with connection.begin():
        yield PostgresWork(
            register=PostgresRegister(connection),
            register_history=PostgresRegisterHistory(connection),
            packs=PostgresPacks(connection),
            inspections=PostgresInspections(connection),
            keys=PostgresKeys(connection),
            transfers=PostgresTransfers(connection),
            pick_ups=PostgresPickUps(connection),
            drafts=PostgresDrafts(connection),
            meeting_records=PostgresMeetingRecords(connection),
            breaches=PostgresBreaches(connection),
            requests=PostgresRequests(connection),
            links=PostgresLinks(connection),
            tokens=PostgresTokens(connection),
            users=PostgresUsers(connection),
            sessions=PostgresSessions(connection),
            answers=PostgresAnswers(connection),
            journal=journal,
            tree=PostgresTree(connection),
            index=PostgresIndex(connection),
            outside=PostgresOutside(connection),
            jobs=PostgresJobs(connection),
        )
        await journal.flush()
