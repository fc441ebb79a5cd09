"""Fixtures for tests that need a database or a vault.

One PostgreSQL server serves the whole run; each test has a database of its own, copied from one
that was migrated once.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from gateway.storage.database import PostgresDatabase
from gateway.storage.embedded import EmbeddedPostgres
from gateway.storage.migrations import upgrade
from gateway.storage.vault import FileVault, MasterKey

_ROOM_BYTES = 2 * 1024**3
_SLOW_FOLDERS = frozenset({"end_to_end", "browser"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left with one at the end."""
    items.sort(key=lambda item: not _SLOW_FOLDERS.intersection(item.path.parts))


@pytest.fixture(scope="session")
def short_folder() -> Path:
    """A folder whose path leaves room for a socket's; in memory if there is enough of it."""
    memory = Path("/dev/shm")  # noqa: S108 - only made to hold folders of our own
    if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES:
        return memory
    return Path("/tmp")  # noqa: S108 - as above


@pytest.fixture(scope="session")
def postgres_url(short_folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server for this run; what it holds need not survive a power cut."""
    data_dir = Path(tempfile.mkdtemp(prefix="gw", dir=short_folder))
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.stop()
    shutil.rmtree(data_dir)


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database to make copies of; nobody stays connected to it."""
    with _database(postgres_url, "template1") as (name, url), ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade(url)).result()  # apart from the tests' own event loop
        yield name


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database of this test's own, without tables."""
    with _database(postgres_url, "template1") as (_, url):
        yield url


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    with _database(postgres_url, migrated_template) as (_, url):
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """A migrated database of this test's own."""
    database = PostgresDatabase(database_url)
    yield database
    await database.dispose()


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    """An empty vault."""
    FileVault.establish(tmp_path / "vault")
    return FileVault(tmp_path / "vault", MasterKey(secrets.token_bytes(32)), b"d" * 32)


@contextmanager
def _database(server_url: str, template: str) -> Iterator[tuple[str, str]]:
    """A copy of `template`, by name and URL, dropped afterwards with whoever is still connected."""
    name = f"t_{secrets.token_hex(8)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            url = make_url(server_url).set(database=name)
            yield name, url.render_as_string(hide_password=False)
        finally:
            connection.execute(drop.format(sql.Identifier(name)))
