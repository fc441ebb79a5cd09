"""Records of meetings in PostgreSQL: whose they are, what is asked once, what the schema holds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from support.world import SAMPLE

from gateway.domain.errors import Conflict, NotFound
from gateway.domain.meeting_records import (
    ActionId,
    ActionState,
    Checklist,
    ChecklistId,
    Ending,
    MeetingAction,
    MeetingRecord,
    NoticeKind,
)
from gateway.domain.register import AgencyId, ChildReference, MeetingId, RepresentativeId
from gateway.files.register import parse_register
from gateway.services.storage import Work
from gateway.storage import migrations
from gateway.storage.database import PostgresDatabase
from gateway.storage.database import postgres_url as sqlalchemy_url

AT = datetime(2026, 12, 9, tzinfo=UTC)
MEETING = MeetingId("kowhai-2026-12-08")
LEAD, POLICE, HEALTH = (AgencyId(n) for n in ("tamariki-care", "regional-police", "te-rohe-health"))
ACTION = MeetingAction(
    id=ActionId("a1"),
    reference="A-1",
    meeting=MEETING,
    lead_agency=LEAD,
    agency=POLICE,
    owner=RepresentativeId("ben-sample"),
    children=(ChildReference("child-7f3a"),),
    due_on=AT.date(),
    state=ActionState.OPEN,
    tasked_at=AT,
    words=b"sealed",
)


async def registered(work: Work) -> None:
    """Enter the sample's register."""
    register = parse_register((SAMPLE / "register.toml").read_bytes())
    await work.register.merge(register, AT.date())


@pytest.fixture
async def work(database: PostgresDatabase) -> AsyncIterator[Work]:
    """A unit of work on the sample's register."""
    async with database.work() as opened:
        await registered(opened)
        yield opened


async def test_an_action_is_of_two_agencies_and_open_ones_come_first(work: Work) -> None:
    """A third one finds nothing, by identifier or in its list."""
    late = replace(ACTION, id=ActionId("a2"), reference="A-2", due_on=AT.date() + timedelta(1))
    done = replace(ACTION.ended(ActionState.DONE, b"sealed", AT), id=ActionId("a0"))
    done = replace(done, reference="A-0")
    for action in (done, late, ACTION):
        await work.meeting_records.add_action(action)
    for agency in (LEAD, POLICE):
        assert await work.meeting_records.actions(agency, 9) == [ACTION, late, done]
        assert await work.meeting_records.action(ACTION.id, agency, lock=True) == ACTION
    assert await work.meeting_records.actions(HEALTH, 9) == []
    assert await work.meeting_records.action(ACTION.id, HEALTH) is None
    assert await work.meeting_records.actions(LEAD, 9, meeting=MeetingId("other")) == []
    with pytest.raises(NotFound):
        await work.meeting_records.update_action(replace(ACTION, id=ActionId("a9")))


async def test_a_checklist_is_its_own_agencys(work: Work) -> None:
    """Newest first."""
    first = Checklist(ChecklistId("c1"), LEAD, MEETING, None, AT, Ending.NOT, b"sealed")
    second = replace(first, id=ChecklistId("c2"), ending=Ending.MAY_SHARE)
    for checklist in (first, second):
        await work.meeting_records.add_checklist(checklist)
    assert await work.meeting_records.checklists(MEETING, LEAD, 9) == [second, first]
    assert await work.meeting_records.checklists(MEETING, POLICE, 9) == []
    assert await work.meeting_records.checklist(first.id, POLICE) is None


async def test_a_record_is_begun_once(work: Work) -> None:
    """Of two who begin it at the same time, the second is told; changes then replace it."""
    first = MeetingRecord(MEETING, LEAD, 1, AT, AT, b"sealed")
    await work.meeting_records.save(first)
    with pytest.raises(Conflict):
        await work.meeting_records.save(first)
    changed = replace(first, revision=2, closed_at=AT)
    await work.meeting_records.save(changed)
    assert await work.meeting_records.record(MEETING, lock=True) == changed


async def test_a_mail_is_noted_once(work: Work) -> None:
    """By what it is about and its kind."""
    for _ in range(2):
        await work.meeting_records.note_notice("a1", NoticeKind.TASKED, AT)
    assert await work.meeting_records.sent_notice("a1", NoticeKind.TASKED)
    assert not await work.meeting_records.sent_notice("a1", NoticeKind.ACTION_DUE)


async def test_an_end_without_its_time_is_not_stored(database: PostgresDatabase) -> None:
    """The schema holds it, whoever writes."""
    async with database.work() as work:
        await registered(work)
    wrong = replace(ACTION, state=ActionState.DONE)
    with pytest.raises(Conflict):
        await _add(database, wrong)
    async with database.work() as work:
        assert await work.meeting_records.actions(LEAD, 9) == []


async def _add(database: PostgresDatabase, action: MeetingAction) -> None:
    async with database.work() as work:
        await work.meeting_records.add_action(action)


async def test_the_step_can_be_undone_and_done_again(
    database: PostgresDatabase, database_url: str
) -> None:
    """With something in its tables; what is in others stays."""
    async with database.work() as work:
        await registered(work)
        await work.meeting_records.add_action(ACTION)
    config = migrations._config()
    before = ScriptDirectory.from_config(config).get_revision("0015").down_revision
    for move, revision in ((command.downgrade, str(before)), (command.upgrade, "head")):
        engine = create_engine(sqlalchemy_url(database_url))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            await asyncio.to_thread(move, config, revision)
        engine.dispose()
    async with database.work() as work:
        assert await work.meeting_records.actions(LEAD, 9) == []
        assert await work.register.meeting(MEETING) is not None
