"""The database's schema, brought up to date in numbered steps by Alembic.

Every step runs in one transaction together with the note that it ran, under a lock, so that two
processes which start at once do it once, and one that is killed leaves nothing half done.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine, func, select

from gateway.domain.errors import Unavailable
from gateway.storage.database import postgres_url
from gateway.storage.failures import database_failures
from gateway.storage.locks import lock_key

T = TypeVar("T")

_CONNECT_SECONDS = 10


def head() -> str:
    """The newest step there is."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return newest or ""


async def upgrade(url: str) -> None:
    """Do every step that was not done yet; harmless when there is none.

    Raises:
        Unavailable: the database does not answer, or was made by a newer version of the gateway.
        InvalidInput: the URL does not name a PostgreSQL database.
    """
    await asyncio.to_thread(_in_transaction, url, _upgrade)


async def current(url: str) -> str | None:
    """The last step that was done, or None for a database without our tables.

    Raises:
        Unavailable: the database does not answer.
        InvalidInput: the URL does not name a PostgreSQL database.
    """
    return await asyncio.to_thread(_in_transaction, url, _current)


async def is_current(url: str) -> bool:
    """Whether every step was done and none that this version does not know.

    Raises:
        Unavailable: the database does not answer.
        InvalidInput: the URL does not name a PostgreSQL database.
    """
    return await current(url) == head()


def _in_transaction(url: str, action: Callable[[Connection], T]) -> T:
    with database_failures(), _connected(url) as connection:
        return action(connection)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    arguments = {"connect_timeout": _CONNECT_SECONDS, "application_name": "gateway"}
    engine = create_engine(postgres_url(url), hide_parameters=True, connect_args=arguments)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(lock_key("migrations"))))
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Unavailable(
            "The database was made by a newer version of the gateway.",
            "Install that version, or restore a backup made by this one.",
        ) from error


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent).replace("%", "%%")  # the option takes % for its own
    config.set_main_option("script_location", folder)
    return config
