"""The schema: its steps, and that they lead to the tables the stores use."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, create_engine
from support.world import LOG_KEY, Remembered, SetClock

from gateway.audit.entries import Entry
from gateway.audit.verify import verify_export
from gateway.domain.breaches import Breach, Lesson
from gateway.domain.drafts import Comment, ProtocolDraft
from gateway.domain.errors import Unavailable
from gateway.domain.inspected import Inspected
from gateway.domain.meeting_records import (
    Checklist,
    Correction,
    Keeping,
    MeetingAction,
    MeetingRecord,
)
from gateway.domain.packs import Document, Pack
from gateway.domain.register import Agency, ConflictOfInterest, Meeting, Protocol, Representative
from gateway.domain.transfers import Transfer
from gateway.services.log_storage import Endorsement, FullTile, Query, SignedCheckpoint
from gateway.services.paging import Page
from gateway.services.pick_up_storage import PickUp
from gateway.services.register_storage import SealedChange
from gateway.services.sequencing import Sequencer
from gateway.services.storage import StoredAnswer, Token
from gateway.storage import log_tables, migrations, tables
from gateway.storage.breach_tables import breach_lessons, breaches
from gateway.storage.database import PostgresDatabase
from gateway.storage.database import postgres_url as sqlalchemy_url
from gateway.storage.draft_tables import draft_comments, protocol_drafts
from gateway.storage.inspection_tables import document_inspections
from gateway.storage.meeting_record_tables import (
    meeting_actions,
    meeting_corrections,
    meeting_records,
    pack_keepings,
    sharing_checklists,
)
from gateway.storage.pick_up_store import pick_ups
from gateway.storage.register_history_store import register_changes
from gateway.storage.tables import metadata

MakeEntry = Callable[..., Entry]

_CONSTRAINTS = """
    SELECT c.relname, o.conname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE c.relname = ANY(%s) ORDER BY 1, 2
"""
_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attcollation::regcollation::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND a.attnum > 0 ORDER BY 1, a.attnum
"""
_INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relname = ANY(%s) ORDER BY 1
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(sqlalchemy_url(url))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def shape(url: str) -> list[list[tuple[object, ...]]]:
    """Every constraint, column and index, as PostgreSQL describes them."""
    with psycopg.connect(url) as connection:
        tables = list(metadata.tables)
        return [
            connection.execute(query, [tables]).fetchall()
            for query in (_CONSTRAINTS, _COLUMNS, _INDEXES)
        ]


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (tables.agencies, Agency),
        (tables.representatives, Representative),
        (tables.protocols, Protocol),
        (tables.meetings, Meeting),
        (tables.conflicts_of_interest, ConflictOfInterest),
        (tables.packs, Pack),
        (tables.documents, Document),
        (tables.transfers, Transfer),
        (tables.tokens, Token),
        (tables.answers, StoredAnswer),
        (document_inspections, Inspected),
        (pick_ups, PickUp),
        (log_tables.log_checkpoints, SignedCheckpoint),
        (log_tables.log_endorsements, Endorsement),
        (register_changes, SealedChange),
        (protocol_drafts, ProtocolDraft),
        (draft_comments, Comment),
        (meeting_records, MeetingRecord),
        (meeting_corrections, Correction),
        (meeting_actions, MeetingAction),
        (pack_keepings, Keeping),
        (sharing_checklists, Checklist),
        (breaches, Breach),
        (breach_lessons, Lesson),
    ],
)
def test_every_field_has_a_column(table: Table, kind: type[Any]) -> None:
    """A field that the domain gains is not forgotten."""
    assert {field.name for field in fields(kind)} <= set(table.c.keys())


def test_every_part_of_a_tile_has_a_column() -> None:
    """Where it stands takes two."""
    parts = {field.name for field in fields(FullTile)} - {"tile"} | {"level", "index"}
    assert parts == set(log_tables.log_tiles.c.keys())


def test_the_steps_lead_to_the_models(database_url: str) -> None:
    """Alembic finds nothing to change between the migrated database and the tables."""
    options = {
        "include_name": lambda name, kind, _: (
            not (kind == "table" and name.startswith("procrastinate_"))
        )
    }
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_steps_lead_to_the_same_constraints(database_url: str, empty_database_url: str) -> None:
    """Constraints, columns, collations and indexes are those that the models would create."""
    with connected(empty_database_url) as connection:
        metadata.create_all(connection)
    migrated = shape(database_url)
    assert len(migrated[0]) > 40
    assert migrated == shape(empty_database_url)


async def test_upgrading_twice_is_harmless(empty_database_url: str) -> None:
    """The second upgrade finds nothing to do."""
    assert await migrations.current(empty_database_url) is None
    assert not await migrations.is_current(empty_database_url)
    await migrations.upgrade(empty_database_url)
    await migrations.upgrade(empty_database_url)
    assert await migrations.current(empty_database_url) == migrations.head()
    assert await migrations.is_current(empty_database_url)


async def test_upgrading_at_the_same_time_is_harmless(empty_database_url: str) -> None:
    """Of several upgrades that start at once, one does the work and the others wait for it."""
    await asyncio.gather(*(migrations.upgrade(empty_database_url) for _ in range(3)))
    assert await migrations.is_current(empty_database_url)


async def test_a_newer_database_is_refused(database_url: str) -> None:
    """An older gateway does not touch a database that a newer one made."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer"):
        await migrations.upgrade(database_url)
    assert not await migrations.is_current(database_url)


@pytest.mark.parametrize(("reached", "wanted"), [("0002", "0001"), ("0001", "base")])
def test_no_step_is_undone(empty_database_url: str, reached: str, wanted: str) -> None:
    """Undoing it would destroy the audit log."""
    step(empty_database_url, reached)
    config = migrations._config()
    with connected(empty_database_url) as connection:
        config.attributes["connection"] = connection
        with pytest.raises(RuntimeError, match="audit log"):
            command.downgrade(config, wanted)


def step(url: str, revision: str) -> None:
    """Bring an empty database up to a step."""
    config = migrations._config()
    with connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def store_as_of_0001(url: str, entries: Sequence[Entry]) -> None:
    """Write entries as a gateway of the first step did."""
    with psycopg.connect(url) as connection:
        for position, e in enumerate(entries):
            row = (position, e.uid, e.at, e.action, e.agency, e.leaf())
            connection.execute(
                "INSERT INTO audit_entries (position, uid, at, action, agency, leaf)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                row,
            )


async def test_a_log_of_the_first_step_goes_on(
    empty_database_url: str, make_entry: MakeEntry
) -> None:
    """Its entries go back into the queue, and each gets the place it had; new ones follow."""
    old = [make_entry() for _ in range(12)]  # more than nine, so that text would sort otherwise
    old[1] = replace(old[1], agency=None, actor={"kind": "person", "person": "somebody"})
    old[2] = replace(old[2], subject={"transfer": "t1"})
    old[3] = replace(old[3], detail={"rules": ["a", "b"], "documents": [{"rules": ["b", "c"]}]})
    old[4] = replace(old[4], detail={"reason": "a NUL \0, a quote ' and 100 %s :name"})
    await asyncio.to_thread(step, empty_database_url, "0001")
    store_as_of_0001(empty_database_url, old)
    await migrations.upgrade(empty_database_url)
    database = PostgresDatabase(empty_database_url)
    async with database.work() as work:
        assert await work.tree.newest() is None
        assert await work.tree.entries(0, 20) == []
        await work.journal.append(new := make_entry())
    sequencer = Sequencer.over(database, lambda: LOG_KEY, SetClock(), Remembered())
    assert await sequencer.run() == 13
    async with database.snapshot() as view:
        leaves = [leaf async for leaf in view.journal.leaves()]
        newest = await view.tree.newest()
        found = [
            [each.position for each in await view.journal.search(query, Page())]
            for query in (
                Query(),
                Query(agency=None, actor="somebody"),
                Query(transfers=("t1",)),
                Query(terms=("rule:b",)),
                Query(terms=("rule:c", "rule:a")),
            )
        ]
    await database.dispose()
    assert leaves == [entry.leaf() for entry in (*old, new)]
    assert found == [list(range(13)), [1], [2], [3], [3]]
    assert newest is not None
    lines = [leaf + b"\n" for leaf in leaves]
    assert verify_export(lines, newest.note, [LOG_KEY.verifier_key]).checkpoint.size == 13


async def test_an_empty_log_of_the_first_step_begins(empty_database_url: str) -> None:
    """There is nothing to place."""
    await asyncio.to_thread(step, empty_database_url, "0001")
    await migrations.upgrade(empty_database_url)
    assert await migrations.is_current(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM audit_pending").fetchone() == (0,)


async def test_a_database_that_is_away_is_unavailable() -> None:
    """The error is the domain's, and tells what to do."""
    with pytest.raises(Unavailable, match="does not answer"):
        await migrations.upgrade("postgresql://nobody@/x?host=/nonexistent")
