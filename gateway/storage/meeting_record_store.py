"""What happens at a meeting and after it, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.errors import Conflict
from gateway.domain.meeting_records import (
    ActionId,
    ActionState,
    Checklist,
    ChecklistId,
    Correction,
    Keeping,
    KeepingId,
    MeetingAction,
    MeetingRecord,
    NoticeKind,
)
from gateway.domain.packs import PackKind
from gateway.domain.register import AgencyId, MeetingId
from gateway.domain.transfers import Transfer
from gateway.storage.meeting_record_tables import (
    meeting_actions,
    meeting_corrections,
    meeting_notices,
    meeting_records,
    pack_keepings,
    sharing_checklists,
)
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.tables import packs, transfers


class PostgresMeetingRecords:
    """Records of meetings, actions, questions about packs, and checklists."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(self, meeting: MeetingId, *, lock: bool = False) -> MeetingRecord | None:
        """The record of a meeting, which the caller made sure the agency may see."""
        query = select(meeting_records).where(meeting_records.c.meeting == meeting)
        row = await self._one(query, lock=lock)
        return None if row is None else from_row(MeetingRecord, row)

    async def save(self, record: MeetingRecord) -> None:
        """Store a new record (its first revision), or a changed one.

        Raises:
            Conflict: somebody else has begun it meanwhile.
        """
        values = to_row(record)
        if record.revision > 1:
            statement = update(meeting_records).where(meeting_records.c.meeting == record.meeting)
            expect_one(await self._connection.execute(statement.values(values)), "record")
            return
        begun = upsert(meeting_records).values(values).on_conflict_do_nothing()
        made = await self._connection.scalar(begun.returning(meeting_records.c.meeting))
        if made is None:
            raise Conflict("Somebody else has begun this record.", "Open the record again.")

    async def correct(self, correction: Correction) -> None:
        """Add to a closed record."""
        await self._connection.execute(insert(meeting_corrections).values(to_row(correction)))

    async def corrections(self, meeting: MeetingId) -> Sequence[Correction]:
        """What was added to a record, oldest first."""
        query = select(meeting_corrections).where(meeting_corrections.c.meeting == meeting)
        rows = await self._connection.execute(query.order_by(meeting_corrections.c.id))
        return [from_row(Correction, row) for row in rows.mappings()]

    async def add_action(self, action: MeetingAction) -> None:
        """Store a new action."""
        await self._connection.execute(insert(meeting_actions).values(to_row(action)))

    async def update_action(self, action: MeetingAction) -> None:
        """Store a changed action."""
        statement = update(meeting_actions).where(meeting_actions.c.id == action.id)
        expect_one(await self._connection.execute(statement.values(to_row(action))), "action")

    async def action(
        self, action: ActionId, agency: AgencyId | None, *, lock: bool = False
    ) -> MeetingAction | None:
        """The action, if the agency is tasked with it, or leads its meeting."""
        query = select(meeting_actions).where(meeting_actions.c.id == action)
        if agency is not None:
            query = query.where(_concerns(agency))
        row = await self._one(query, lock=lock)
        return None if row is None else from_row(MeetingAction, row)

    async def actions(
        self, agency: AgencyId, most: int, *, meeting: MeetingId | None = None
    ) -> Sequence[MeetingAction]:
        """The actions an agency is tasked with, or that are of meetings it leads; open first."""
        query = select(meeting_actions).where(_concerns(agency))
        if meeting is not None:
            query = query.where(meeting_actions.c.meeting == meeting)
        query = query.order_by(
            case((meeting_actions.c.state == ActionState.OPEN, 0), else_=1),
            meeting_actions.c.due_on,
            meeting_actions.c.id,
        )
        rows = await self._connection.execute(query.limit(most))
        return [from_row(MeetingAction, row) for row in rows.mappings()]

    async def received(self, meeting: MeetingId, agency: AgencyId) -> Sequence[Transfer]:
        """The transfers of the agency's packs for a meeting: of meeting packs alone."""
        query = (
            select(transfers)
            .join(packs, packs.c.id == transfers.c.pack)
            .where(
                packs.c.meeting == meeting,
                packs.c.agency == agency,
                packs.c.kind == PackKind.MEETING,
                transfers.c.agency == agency,
            )
            .order_by(transfers.c.id)
        )
        rows = await self._connection.execute(query)
        return [from_row(Transfer, row) for row in rows.mappings()]

    async def ask(self, keeping: Keeping) -> None:
        """Store a new question about a transfer."""
        await self._connection.execute(insert(pack_keepings).values(to_row(keeping)))

    async def keepings(self, meeting: MeetingId, lead_agency: AgencyId) -> Sequence[Keeping]:
        """What was asked about the packs of a meeting."""
        query = select(pack_keepings).where(
            pack_keepings.c.meeting == meeting, pack_keepings.c.lead_agency == lead_agency
        )
        rows = await self._connection.execute(query.order_by(pack_keepings.c.id))
        return [from_row(Keeping, row) for row in rows.mappings()]

    async def keeping_of(self, transfer: str, lead_agency: AgencyId) -> Keeping | None:
        """What was asked about one transfer of the lead agency."""
        query = select(pack_keepings).where(
            pack_keepings.c.transfer == transfer, pack_keepings.c.lead_agency == lead_agency
        )
        row = await self._one(query)
        return None if row is None else from_row(Keeping, row)

    async def keeping(self, keeping: KeepingId) -> Keeping | None:
        """A question, for the worker."""
        row = await self._one(select(pack_keepings).where(pack_keepings.c.id == keeping))
        return None if row is None else from_row(Keeping, row)

    async def by_link(self, digest: bytes, *, lock: bool = False) -> Keeping | None:
        """The question whose link has this digest."""
        query = select(pack_keepings).where(pack_keepings.c.link_digest == digest)
        row = await self._one(query, lock=lock)
        return None if row is None else from_row(Keeping, row)

    async def answer(self, keeping: Keeping) -> None:
        """Store the answer to a question."""
        statement = update(pack_keepings).where(pack_keepings.c.id == keeping.id)
        expect_one(await self._connection.execute(statement.values(to_row(keeping))), "question")

    async def add_checklist(self, checklist: Checklist) -> None:
        """Store a checklist."""
        await self._connection.execute(insert(sharing_checklists).values(to_row(checklist)))

    async def checklist(self, checklist: ChecklistId, agency: AgencyId) -> Checklist | None:
        """A checklist of the agency."""
        query = select(sharing_checklists).where(
            sharing_checklists.c.id == checklist, sharing_checklists.c.agency == agency
        )
        row = await self._one(query)
        return None if row is None else from_row(Checklist, row)

    async def checklists(
        self, meeting: MeetingId, agency: AgencyId, most: int
    ) -> Sequence[Checklist]:
        """The agency's checklists for a meeting, newest first."""
        query = select(sharing_checklists).where(
            sharing_checklists.c.meeting == meeting, sharing_checklists.c.agency == agency
        )
        rows = await self._connection.execute(
            query.order_by(sharing_checklists.c.id.desc()).limit(most)
        )
        return [from_row(Checklist, row) for row in rows.mappings()]

    async def sent_notice(self, about: str, kind: NoticeKind) -> bool:
        """Whether this mail went out."""
        query = select(meeting_notices.c.about).where(
            meeting_notices.c.about == about, meeting_notices.c.kind == kind
        )
        return await self._connection.scalar(query) is not None

    async def note_notice(self, about: str, kind: NoticeKind, at: datetime) -> None:
        """Remember that a mail went out."""
        statement = upsert(meeting_notices).values(about=about, kind=kind, done_at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def _one(self, query: Select[Any], *, lock: bool = False) -> Any:
        """The one row, or None; `Any` stands for a mapping of its columns."""
        if lock:
            query = query.with_for_update()
        return (await self._connection.execute(query)).mappings().one_or_none()


def _concerns(agency: AgencyId) -> Any:
    """Whose an action is to see: the agency's that is tasked, and the one's that leads."""
    return or_(meeting_actions.c.agency == agency, meeting_actions.c.lead_agency == agency)
