"""Requests for information, their threads, reminders and one-time links in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import AgencyId
from gateway.services.paging import Page
from gateway.services.request_storage import (
    AnswerLink,
    RequestFilter,
    SealedDraft,
    SealedMessage,
    Side,
    StoredReminder,
)
from gateway.storage.request_tables import (
    answer_drafts,
    answer_links,
    information_requests,
    request_messages,
    request_reminders,
)
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.tables import packs

_OPEN = tuple(state for state in RequestState if state.is_open)
_EDITABLE = tuple(state for state in RequestState if state.is_editable)


class PostgresRequests:
    """Requests, what they say, their threads and reminders."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: InformationRequest, sealed: bytes) -> None:
        """Store a new request and its encrypted content."""
        values = _row(request) | {"content": sealed}
        await self._connection.execute(insert(information_requests).values(values))

    async def asked(
        self, request: RequestId, agency: AgencyId | None, *, lock: bool = False
    ) -> InformationRequest | None:
        """The request if this agency asks it; `lock` keeps others from changing it meanwhile."""
        query = select(information_requests).where(information_requests.c.id == request)
        if agency is not None:
            query = query.where(information_requests.c.agency == agency)
        return await self._one(query, lock=lock)

    async def received(
        self, request: RequestId, agency: AgencyId, *, lock: bool = False
    ) -> InformationRequest | None:
        """The request if this agency is asked and it was sent."""
        query = _received_by(agency).where(information_requests.c.id == request)
        return await self._one(query, lock=lock)

    async def carried_by(self, pack: PackId, *, lock: bool = False) -> InformationRequest | None:
        """The request that this pack carries or answers."""
        query = select(information_requests).join(
            packs, packs.c.request == information_requests.c.id
        )
        return await self._one(query.where(packs.c.id == pack), lock=lock)

    async def update(self, request: InformationRequest) -> None:
        """Store a request that changed.

        Raises:
            NotFound: this agency has no such request.
        """
        same = (
            information_requests.c.id == request.id,
            information_requests.c.agency == request.agency,
        )
        statement = update(information_requests).where(*same).values(_row(request))
        expect_one(await self._connection.execute(statement), "request")

    async def content(self, request: RequestId) -> bytes | None:
        """The encrypted content."""
        query = select(information_requests.c.content)
        return await self._connection.scalar(query.where(information_requests.c.id == request))

    async def rewrite(self, request: RequestId, sealed: bytes) -> None:
        """Replace the encrypted content."""
        statement = update(information_requests).where(information_requests.c.id == request)
        expect_one(await self._connection.execute(statement.values(content=sealed)), "request")

    async def answer(self, request: RequestId) -> bytes | None:
        """The encrypted answer."""
        query = select(information_requests.c.answer)
        return await self._connection.scalar(query.where(information_requests.c.id == request))

    async def put_answer(self, request: RequestId, sealed: bytes | None) -> None:
        """Keep the encrypted answer; None takes it back."""
        statement = update(information_requests).where(information_requests.c.id == request)
        expect_one(await self._connection.execute(statement.values(answer=sealed)), "request")

    async def draft(self, request: RequestId) -> SealedDraft | None:
        """What was written of an answer and not sent."""
        query = select(answer_drafts).where(answer_drafts.c.request == request)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(SealedDraft, row)

    async def put_draft(self, draft: SealedDraft) -> None:
        """Keep it in place of what was there."""
        values = to_row(draft)
        changed = {name: value for name, value in values.items() if name != "request"}
        statement = upsert(answer_drafts).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["request"], set_=changed)
        )

    async def drop_draft(self, request: RequestId) -> None:
        """Forget it."""
        await self._connection.execute(
            delete(answer_drafts).where(answer_drafts.c.request == request)
        )

    async def list_asked(
        self, agency: AgencyId, page: Page, wanted: RequestFilter
    ) -> Sequence[InformationRequest]:
        """The requests this agency asks, oldest first."""
        query = select(information_requests).where(information_requests.c.agency == agency)
        return await self._page(query, page, wanted)

    async def list_received(
        self, agency: AgencyId, page: Page, wanted: RequestFilter
    ) -> Sequence[InformationRequest]:
        """The requests this agency is asked and that were sent, oldest first."""
        return await self._page(_received_by(agency), page, wanted)

    async def most_urgent(
        self, agency: AgencyId, side: Side, wanted: RequestFilter, *, skip: int, limit: int
    ) -> Sequence[InformationRequest]:
        """The agency's requests: open ones by their day, then drafts, then the latest ended."""
        columns = information_requests.c
        query = _received_by(agency)
        if side is Side.ASKING:
            query = select(information_requests).where(columns.agency == agency)
        group = case((columns.state.in_(_OPEN), 0), (columns.state.in_(_EDITABLE), 1), else_=2)
        day = case((columns.state.in_(_OPEN), columns.due_on), else_=None)
        order = (group, day.asc().nulls_last(), columns.entered_at.desc(), columns.id)
        query = _wanted(query, wanted).order_by(*order).offset(skip).limit(limit)
        rows = await self._connection.execute(query)
        return [from_row(InformationRequest, row) for row in rows.mappings()]

    async def sent_between(
        self, agency: AgencyId | None, first: datetime, last: datetime
    ) -> Sequence[InformationRequest]:
        """Requests sent from `first` until before `last` by or to `agency`; None for all."""
        sent = information_requests.c.sent_at
        query = select(information_requests).where(sent >= first, sent < last)
        if agency is not None:
            sides = (information_requests.c.agency, information_requests.c.holding_agency)
            query = query.where(or_(*(side == agency for side in sides)))
        rows = await self._connection.execute(query.order_by(information_requests.c.id))
        return [from_row(InformationRequest, row) for row in rows.mappings()]

    async def add_message(self, message: SealedMessage) -> None:
        """Add to a request's thread."""
        await self._connection.execute(insert(request_messages).values(to_row(message)))

    async def messages(self, request: RequestId) -> Sequence[SealedMessage]:
        """A request's thread, oldest first."""
        query = select(request_messages).where(request_messages.c.request == request)
        rows = await self._connection.execute(query.order_by(request_messages.c.id))
        return [from_row(SealedMessage, row) for row in rows.mappings()]

    async def plan_reminders(self, request: RequestId, reminders: Sequence[StoredReminder]) -> None:
        """Keep these reminders of a request in place of the ones it had."""
        await self._connection.execute(
            delete(request_reminders).where(request_reminders.c.request == request)
        )
        for reminder in reminders:
            await self._connection.execute(insert(request_reminders).values(to_row(reminder)))

    async def reminder(
        self, request: RequestId, kind: ReminderKind, *, lock: bool = False
    ) -> StoredReminder | None:
        """The reminder of this kind."""
        query = select(request_reminders).where(
            request_reminders.c.request == request, request_reminders.c.kind == kind
        )
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(StoredReminder, row)

    async def update_reminder(self, reminder: StoredReminder) -> None:
        """Store a reminder that moved on.

        Raises:
            NotFound: the request has no such reminder.
        """
        statement = update(request_reminders).where(
            request_reminders.c.request == reminder.request,
            request_reminders.c.kind == reminder.kind,
        )
        result = await self._connection.execute(statement.values(to_row(reminder)))
        expect_one(result, "reminder")

    async def _one(self, query: Select[Any], *, lock: bool) -> InformationRequest | None:
        if lock:
            query = query.with_for_update(of=information_requests)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(InformationRequest, row)

    async def _page(
        self, query: Select[Any], page: Page, wanted: RequestFilter
    ) -> Sequence[InformationRequest]:
        query = _wanted(query, wanted)
        if page.after is not None:
            query = query.where(information_requests.c.id > page.after)
        rows = await self._connection.execute(
            query.order_by(information_requests.c.id).limit(page.limit)
        )
        return [from_row(InformationRequest, row) for row in rows.mappings()]


def _wanted(query: Select[Any], wanted: RequestFilter) -> Select[Any]:
    if wanted.state is not None:
        query = query.where(information_requests.c.state == wanted.state)
    if wanted.overdue_on is not None:
        query = query.where(
            information_requests.c.state.in_(_OPEN),
            information_requests.c.due_on < wanted.overdue_on,
        )
    if wanted.kept_from:
        query = query.where(information_requests.c.child.not_in(sorted(wanted.kept_from)))
    return query


def _received_by(agency: AgencyId) -> Select[Any]:
    return select(information_requests).where(
        information_requests.c.holding_agency == agency,
        information_requests.c.sent_at.is_not(None),
    )


def _row(request: InformationRequest) -> dict[str, Any]:
    return to_row(request) | {"state": request.state}


class PostgresLinks:
    """One-time links to requests, by digests only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, link: AnswerLink) -> None:
        """Store a new link; the request's earlier links open nothing any more."""
        await self.close(link.request)
        await self._connection.execute(insert(answer_links).values(to_row(link)))

    async def offer(self, link: AnswerLink) -> None:
        """Store a further link; earlier ones and what they opened stay as they are."""
        await self._connection.execute(insert(answer_links).values(to_row(link)))

    async def retire_others(self, link: AnswerLink, *, sessions: bool) -> None:
        """Make the request's other links void; what was opened by them too, if `sessions`."""
        others = [answer_links.c.request == link.request, answer_links.c.digest != link.digest]
        if not sessions:
            others.append(answer_links.c.session_digest.is_(None))
        await self._connection.execute(delete(answer_links).where(*others))

    async def drop(self, link: AnswerLink) -> None:
        """Forget a link that reached nobody."""
        await self._connection.execute(
            delete(answer_links).where(answer_links.c.digest == link.digest)
        )

    async def by_digest(self, digest: bytes, *, lock: bool = False) -> AnswerLink | None:
        """The link whose token has this digest."""
        query = select(answer_links).where(answer_links.c.digest == digest)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(AnswerLink, row)

    async def by_session(self, digest: bytes) -> AnswerLink | None:
        """The link whose session has this digest."""
        query = select(answer_links).where(answer_links.c.session_digest == digest)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(AnswerLink, row)

    async def update(self, link: AnswerLink) -> None:
        """Store a link that moved on.

        Raises:
            NotFound: there is no such link.
        """
        statement = update(answer_links).where(answer_links.c.digest == link.digest)
        expect_one(await self._connection.execute(statement.values(to_row(link))), "link")

    async def close(self, request: RequestId) -> None:
        """Make all links and sessions of a request void."""
        await self._connection.execute(
            delete(answer_links).where(answer_links.c.request == request)
        )
