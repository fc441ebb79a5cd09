"""Drafts of protocols in PostgreSQL: whose they are to read, one open at a time, comments."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from support.drafted import HEALTH, LEAD, contents, sound

from gateway.domain.classification import Classification
from gateway.domain.drafts import Comment, Content, DraftId, DraftState, ProtocolDraft, Section
from gateway.domain.errors import Conflict, NotFound
from gateway.domain.protocol_terms import Vetting
from gateway.domain.register import Agency, AgencyId, AgencyKind, ProtocolId, Register
from gateway.services.storage import Work
from gateway.storage.database import PostgresDatabase

AT = datetime(2026, 12, 1, tzinfo=UTC)
POLICE = AgencyId("regional-police")


def draft(**changes: object) -> ProtocolDraft:
    made = ProtocolDraft(
        id=DraftId("d1"),
        protocol=ProtocolId("rata"),
        version=1,
        lead_agency=LEAD,
        content=sound(),
        state=DraftState.DRAFTING,
        revision=0,
        begun_at=AT,
        changed_at=AT,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def agency(identifier: AgencyId) -> Agency:
    return Agency(
        identifier, identifier, AgencyKind.OTHER, Classification.IN_CONFIDENCE, ("a.example",)
    )


@pytest.fixture
async def work(database: PostgresDatabase) -> AsyncIterator[Work]:
    """A unit of work on a register of three agencies."""
    async with database.work() as opened:
        register = Register(agencies=tuple(map(agency, (LEAD, HEALTH, POLICE))))
        await opened.register.merge(register, AT.date())
        yield opened


@given(contents())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
async def test_whatever_is_written_comes_back(work: Work, content: Content) -> None:
    """Every section, blank or not."""
    identifier = DraftId(f"d{abs(hash(content))}")
    made = draft(id=identifier, protocol=ProtocolId(identifier.lower()), content=content)
    if await work.drafts.get(identifier, LEAD) is None:
        await work.drafts.add(made)
    assert await work.drafts.get(identifier, LEAD) == made


async def test_only_who_writes_it_reads_it_until_it_is_shared(work: Work) -> None:
    """Then also who is listed in it, for as long as they are; nobody else."""
    made = draft()
    await work.drafts.add(made)
    everyone = (LEAD, HEALTH, POLICE)

    async def readers() -> list[AgencyId]:
        found = [each for each in everyone if await work.drafts.get(made.id, each)]
        assert found == [each for each in everyone if await work.drafts.of_agency(each, 9)]
        return found

    assert await readers() == [LEAD]
    shared = replace(made, shared_at=AT)
    await work.drafts.update(shared)
    assert await readers() == [LEAD, HEALTH]
    alone = replace(shared, content=replace(made.content, agencies=made.content.agencies[:1]))
    await work.drafts.update(alone)
    assert await readers() == [LEAD]


async def test_a_protocol_has_one_open_draft(work: Work) -> None:
    """One that was proposed or abandoned makes room, and stays."""
    made = draft()
    await work.drafts.add(made)
    other = draft(id=DraftId("d2"), changed_at=AT + timedelta(hours=1))
    with pytest.raises(Conflict) as caught:
        await work.drafts.add(other)
    assert caught.value.field == "protocol"
    vetting = Vetting("Sample", "Lead", "legal", LEAD, date(2026, 12, 1))
    vetted = replace(made, state=DraftState.VETTED, vetting=vetting)
    await work.drafts.update(vetted)
    with pytest.raises(Conflict):
        await work.drafts.add(other)
    await work.drafts.update(replace(vetted, state=DraftState.PROPOSED))
    await work.drafts.add(other)
    assert [each.id for each in await work.drafts.of_agency(LEAD, 9)] == ["d2", "d1"]
    assert [each.id for each in await work.drafts.of_agency(LEAD, 1)] == ["d2"]


async def test_a_draft_that_is_not_there_is_not_changed(work: Work) -> None:
    """It is said to be missing."""
    with pytest.raises(NotFound):
        await work.drafts.update(draft())


async def test_comments_stand_oldest_first_and_are_settled_once(work: Work) -> None:
    """And only on the draft they are about."""
    for identifier in ("d1", "d2"):
        await work.drafts.add(draft(id=DraftId(identifier), protocol=ProtocolId(identifier)))
    one = Comment("c1", DraftId("d1"), Section.USE, LEAD, "01USER", "First.", AT)
    two = replace(one, id="c2", section=Section.REVIEW, text="Second.")
    for each in (one, two):
        await work.drafts.comment(each)
    assert await work.drafts.comments(DraftId("d1")) == [one, two]
    assert await work.drafts.comments(DraftId("d2")) == []
    with pytest.raises(NotFound):
        await work.drafts.settle(DraftId("d2"), "c1", AT)
    await work.drafts.settle(DraftId("d1"), "c1", AT)
    with pytest.raises(NotFound):
        await work.drafts.settle(DraftId("d1"), "c1", AT)
    assert await work.drafts.comments(DraftId("d1")) == [replace(one, settled_at=AT), two]
