"""What is shown of a meeting's record, to the lead agency and to those who attend."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.actors import Actor, Role
from gateway.domain.meeting_records import (
    AgendaItem,
    Attendance,
    Checklist,
    Keeping,
    MeetingRecord,
    may_see,
)
from gateway.domain.meeting_records.keeping import may_have_arrived
from gateway.domain.packs import PackId
from gateway.domain.register import AgencyId, Meeting, MeetingId, Representative, RepresentativeId
from gateway.domain.transfers import Transfer
from gateway.services import meeting_actions
from gateway.services.meeting_actions import MOST_ACTIONS, ActionView
from gateway.services.meeting_reach import Reached, open_agenda, open_text, reach, require_attending
from gateway.services.meeting_records import correction_name
from gateway.services.pack_keeping import reason_name, tasked_agencies
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.sharing_checklists import MOST_SHOWN
from gateway.services.storage import Work

_MOST_MEETINGS = 200


@dataclass(frozen=True, slots=True)
class KeptView:
    """A transfer that may have arrived, and whether it was deleted.

    Attributes:
        tasked: the agency may keep what its task needs; nothing is asked.
        keeping: the question, if it was asked; `reason` of its answer.
    """

    transfer: Transfer
    name: str
    agency: str
    tasked: bool
    keeping: Keeping | None
    reason: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction in the clear."""

    made_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as far as the reader may see it.

    Attributes:
        writes: whether the reader keeps the record.
        hidden: how many items the reader does not see, for a conflict of interest.
        kept: of the lead agency's own packs; empty for who does not lead.
        outcome_packs: those of them that were not discarded.
        colleagues: of each agency that attends, who may come instead or see to an action.
    """

    reached: Reached
    record: MeetingRecord | None
    held: bool
    writes: bool
    items: tuple[AgendaItem, ...]
    hidden: int
    attendance: Mapping[RepresentativeId, Attendance]
    people: Mapping[RepresentativeId, Representative]
    agencies: Mapping[AgencyId, str]
    colleagues: Sequence[Representative]
    actions: Sequence[ActionView]
    kept: Sequence[KeptView]
    outcome_packs: Sequence[PackId]
    corrections: Sequence[CorrectionView]
    checklists: Sequence[Checklist]

    @property
    def revision(self) -> int:
        """Of the record; 0 where there is none yet."""
        return self.record.revision if self.record else 0

    @property
    def is_closed(self) -> bool:
        """Whether the record is closed."""
        return self.record is not None and self.record.closed_at is not None

    @property
    def unasked(self) -> int:
        """How many transfers are to be asked about, and were not yet."""
        return sum(not each.tasked and each.keeping is None for each in self.kept)


async def list_meetings(parts: Parts, actor: Actor) -> list[tuple[Meeting, bool]]:
    """The latest meetings the actor's agency leads (True) or attends, newest first.

    Raises:
        Forbidden: the actor's role is another.
    """
    agency = require_attending(actor)
    today = parts.today()
    async with parts.database.work() as work:
        led = await _every(lambda page: work.register.meetings_led_by(agency, page, today))
        attended = await _every(lambda page: work.register.meetings_attended_by(agency, page))
    own = {meeting.id for meeting in led}
    every = {meeting.id: meeting for meeting in (*led, *attended)}
    found = sorted(every.values(), key=lambda each: each.held_at, reverse=True)
    return [(meeting, meeting.id in own) for meeting in found[:_MOST_MEETINGS]]


async def _every(read: Callable[[Page], Awaitable[Sequence[Meeting]]]) -> list[Meeting]:
    """All pages of a list that is by identifier, so that none of the latest is missed."""
    found: list[Meeting] = []
    while True:
        after = found[-1].id if found else None
        more = await read(Page(limit=_MOST_MEETINGS, after=after))
        found += more
        if len(more) < _MOST_MEETINGS:
            return found


async def look_at_record(parts: Parts, actor: Actor, meeting: MeetingId) -> RecordView:
    """The record of a meeting the actor's agency leads or attends.

    Raises:
        Forbidden: the actor's role is another.
        NotFound: no such meeting, or it is none of this agency's.
    """
    async with parts.database.work() as work:
        found = await reach(parts, work, actor, meeting)
        record = await work.meeting_records.record(meeting)
        agencies = await work.register.agencies()
        people = dict(found.people)
        attendance = {each.representative: each for each in record.attendance} if record else {}
        others = [each.instead for each in attendance.values() if each.instead]
        people |= await work.register.representatives(others)
        writes = found.leads and actor.role is Role.COORDINATOR
        attending = {each.agency for each in found.people.values()} | {found.protocol.lead_agency}
        colleagues = await work.register.people_of(sorted(attending)) if writes else ()
        items = open_agenda(parts, record)
        shown = tuple(each for each in items if _may_see(found, each))
        stored = await work.meeting_records.actions(found.agency, MOST_ACTIONS, meeting=meeting)
        actions = await meeting_actions.views(parts, work, actor, stored)
        kept = await _kept(parts, work, found) if found.leads else ()
        outcomes = [
            pack
            for pack in (record.outcome_packs if record and found.leads else ())
            if await work.packs.get(pack, found.agency) is not None
        ]
        corrections = await work.meeting_records.corrections(meeting) if record else ()
        checklists = await work.meeting_records.checklists(meeting, found.agency, MOST_SHOWN)
    today = parts.today()
    whole = not found.kept_from & {child.reference for child in found.meeting.children}
    return RecordView(
        reached=found,
        record=record,
        held=parts.clock.now() >= found.meeting.held_at,
        writes=writes,
        items=shown,
        hidden=len(items) - len(shown),
        attendance=attendance,
        people=people,
        agencies={key: each.name for key, each in agencies.items() if key in attending},
        colleagues=[each for each in colleagues if each.is_active_on(today)],
        actions=actions,
        kept=kept,
        outcome_packs=outcomes,
        corrections=[
            CorrectionView(each.made_at, open_text(parts, correction_name(each.id), each.text))
            for each in (corrections if whole else ())  # a correction names no child by itself
        ],
        checklists=checklists if actor.role is Role.COORDINATOR else (),
    )


def _may_see(found: Reached, item: AgendaItem) -> bool:
    every = [child.reference for child in found.meeting.children]
    return may_see([item.child] if item.child else [], every, found.kept_from)


async def _kept(parts: Parts, work: Work, found: Reached) -> list[KeptView]:
    meeting, agency = found.meeting.id, found.agency
    tasked = await tasked_agencies(work, meeting, agency)
    asked = {each.transfer: each for each in await work.meeting_records.keepings(meeting, agency)}
    sent = await work.meeting_records.received(meeting, agency)
    arrived = [each for each in sent if may_have_arrived(each)]
    people = await work.register.representatives([each.recipient for each in arrived])
    agencies = await work.register.agencies()
    today, views = parts.today(), []
    for transfer in arrived:
        person, keeping = people[transfer.recipient], asked.get(transfer.id)
        reason = open_text(parts, reason_name(keeping.id), keeping.reason) if keeping else ""
        views.append(
            KeptView(
                transfer=transfer,
                name=person.name,
                agency=agencies[person.agency].name,
                tasked=person.agency in tasked,
                keeping=keeping,
                reason=reason,
                overdue=keeping is not None and not keeping.is_settled and today > keeping.due_on,
            )
        )
    return views
