"""A database of before there were requests goes on: `stored/as_of_0002.jsonl` is what was in one.

The file holds rows as the gateway of the second step wrote them, one a line; it is not written
anew when the gateway changes.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import Table, create_engine
from support.stored_requests import AT, BEN, A, B, keep, sent
from support.world import LOG_KEY, Remembered, SetClock

from gateway.audit.entries import Entry
from gateway.audit.verify import verify_export
from gateway.domain.errors import Conflict
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import Document, Pack, PackId, PackKind, RequestId
from gateway.domain.register import MeetingId, ProtocolId, Register
from gateway.domain.transfers import Transfer, TransferId
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.services.request_storage import AnswerLink, SealedMessage, StoredReminder
from gateway.services.sequencing import Sequencer
from gateway.storage import migrations, request_tables
from gateway.storage.database import PostgresDatabase, postgres_url
from gateway.storage.progress import TAG

STORED = Path(__file__).parent / "stored" / "as_of_0002.jsonl"
_INSERT = "INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{}, %s)"
_COUNT = "SELECT count(*) FROM {}"


def step(url: str, revision: str) -> None:
    """Bring a database up to a step."""
    config = migrations._config()
    engine = create_engine(postgres_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def counts(url: str, tables: set[str]) -> dict[str, int]:
    """How many rows each table has."""
    with psycopg.connect(url) as connection:
        found = {}
        for table in tables:
            row = connection.execute(sql.SQL(_COUNT).format(sql.Identifier(table))).fetchone()
            assert row is not None
            found[table] = row[0]
    return found


async def store_as_of_0002(url: str) -> set[str]:
    """Bring a database to the second step, with what its gateway stored; gives the tables."""
    await asyncio.to_thread(step, url, "0002")
    lines = [json.loads(line) for line in STORED.read_text("utf-8").splitlines()]
    with psycopg.connect(url) as connection:
        for line in lines:
            table = sql.Identifier(line["table"])
            row = json.dumps(line["row"], ensure_ascii=False)
            connection.execute(sql.SQL(_INSERT).format(table, table), [row])
        connection.execute("SELECT setval(pg_get_serial_sequence('audit_pending', 'id'), 100)")
    return {line["table"] for line in lines}


@pytest.fixture
async def upgraded(empty_database_url: str) -> AsyncIterator[PostgresDatabase]:
    """A database with what the second step's gateway stored, at the newest step."""
    tables = await store_as_of_0002(empty_database_url)
    before = counts(empty_database_url, tables)
    await migrations.upgrade(empty_database_url)
    assert await migrations.is_current(empty_database_url)
    assert counts(empty_database_url, tables) == before
    database = PostgresDatabase(empty_database_url)
    yield database
    await database.dispose()


async def test_packs_and_transfers_are_still_there(
    upgraded: PostgresDatabase,
    make_pack: Callable[..., Pack],
    make_document: Callable[..., Document],
    make_transfer: Callable[..., Transfer],
) -> None:
    """To the last field; every pack of before is a meeting's."""
    pack = make_pack("p1")
    async with upgraded.work() as work:
        stored = await work.packs.get(pack.id, A, lock=True)
        assert stored == replace(pack, sent_at=AT + timedelta(minutes=1))
        assert (stored.kind, stored.request, stored.recipients) == (PackKind.MEETING, None, ())
        assert await work.packs.list(B, Page()) == [make_pack("p2", B)]
        documents = (make_document("d1", "p1"), make_document("d2", "p1", 2))
        assert await work.packs.documents(pack.id) == documents
        assert await work.transfers.get(TransferId("t1"), A) == make_transfer("t1", "p1")
        assert await work.keys.get("secrets-t1") == b"\0wrapped\xff"
        assert await work.requests.carried_by(pack.id) is None


@pytest.mark.parametrize(
    ("state", "form"), [("expired", "encrypted zip"), ("queued", None), ("failed", None)]
)
async def test_what_was_sealed_before_there_was_a_choice_says_how(
    empty_database_url: str, state: str, form: str | None
) -> None:
    """As an encrypted zip; where it is not known whether it was sealed, nothing is said."""
    await store_as_of_0002(empty_database_url)
    await asyncio.to_thread(step, empty_database_url, "0009")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(
            "UPDATE transfers SET state = %s, progress = "
            "progress || jsonb_build_object(%s::text, %s::text) WHERE id = 't1'",
            [state, TAG, state],
        )
    await migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT form FROM transfers").fetchall() == [(form,)]


async def test_the_register_is_still_there(upgraded: PostgresDatabase, register: Register) -> None:
    """Agencies keep no region until an import gives them one."""
    async with upgraded.work() as work:
        assert await work.register.agencies() == {each.id: each for each in register.agencies}
        people = {each.id: each for each in register.representatives}
        assert await work.register.representatives(list(people)) == people
        assert await work.register.meeting(MeetingId("m-a")) == register.meetings[0]
        versions = await work.register.protocol_versions(ProtocolId("p-a"))
        assert list(versions) == [register.protocols[0]]


async def test_the_log_goes_on_where_it_was(
    upgraded: PostgresDatabase, make_entry: Callable[..., Entry]
) -> None:
    """What waited gets its place after what had one, and the whole still proves itself."""
    memory = Remembered()
    async with upgraded.snapshot() as view:
        newest = await view.tree.newest()
    assert newest is not None
    memory.keep(newest.note)
    async with upgraded.work() as work:
        await work.journal.append(new := make_entry(uid="new"))
    sequencer = Sequencer.over(upgraded, lambda: LOG_KEY, SetClock(), memory)
    assert await sequencer.run() == 2
    async with upgraded.snapshot() as view:
        leaves = [leaf async for leaf in view.journal.leaves()]
        found = await view.journal.search(Query(transfers=("t1",)), Page())
        signed = await view.tree.newest()
    assert signed is not None
    lines = [leaf + b"\n" for leaf in leaves]
    assert verify_export(lines, signed.note, [LOG_KEY.verifier_key]).checkpoint.size == 5
    assert leaves[-1] == new.leaf()
    assert [each.position for each in found] == [1]


async def test_requests_can_be_made_beside_what_was_there(
    upgraded: PostgresDatabase, make_pack: Callable[..., Pack]
) -> None:
    """In a pack of their own; a pack that says nothing of what it is, is refused."""
    request = sent("r1", packs=(PackId("p3"),))
    pack = replace(make_pack("p3"), kind=PackKind.REQUEST, request=request.id, recipients=(BEN,))
    await keep(upgraded, request)
    async with upgraded.work() as work:
        await work.packs.add(pack)
        assert await work.requests.carried_by(pack.id) == request
    for wrong in (
        replace(make_pack("p4"), request=RequestId("r1")),
        replace(make_pack("p4"), kind=PackKind.ANSWER),
    ):
        with pytest.raises(Conflict, match="kind_fits_request"):
            async with upgraded.work() as work:
                await work.packs.add(wrong)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (request_tables.information_requests, InformationRequest),
        (request_tables.request_messages, SealedMessage),
        (request_tables.request_reminders, StoredReminder),
        (request_tables.answer_links, AnswerLink),
    ],
)
def test_every_field_has_a_column(table: Table, kind: type[Any]) -> None:
    """A field that the domain gains is not forgotten."""
    assert {field.name for field in fields(kind)} <= set(table.c.keys())


def test_the_third_step_is_not_undone(empty_database_url: str) -> None:
    """Undoing it would destroy requests, so nothing is changed."""
    step(empty_database_url, "0003")
    config = migrations._config()
    engine = create_engine(postgres_url(empty_database_url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(RuntimeError, match="requests"):
            command.downgrade(config, "0002")
    engine.dispose()
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SELECT id FROM information_requests")
