"""The audit log in PostgreSQL: entries written by transactions, and read in many orders.

An entry is written into a queue by the transaction it belongs to, with no lock that others would
wait for. The sequencer then gives it its place; only from then on it is part of the log.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.entries import Entry
from gateway.audit.facets import Facet, Facets
from gateway.audit.tiles import LONGEST_ENTRY
from gateway.domain.errors import InvalidInput, LimitExceeded
from gateway.services.log_storage import Found, Order, Query
from gateway.services.paging import Page
from gateway.storage.log_tables import audit_entries, audit_terms

_BATCH = 500  # entries fetched at a time: a few hundred kilobytes
_LONGEST_WORD = 500  # characters by which an entry is found; an index takes 2,700 bytes
# written out, since this is what every use case's transaction spends its time on for the log
_INSERT = """
    INSERT INTO audit_pending
        (uid, at, action, outcome, actor, agency, transfer, meeting, leaf, terms)
    VALUES (
        %(uid)s, %(at)s, %(action)s, %(outcome)s, %(actor)s, %(agency)s, %(transfer)s,
        %(meeting)s, %(leaf)s, %(terms)s
    )
"""
_PLANNING = text("""
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
        set_config('max_parallel_workers_per_gather', '0', true)
""")
_LONGEST_POSITION = 18  # decimal digits that a bigint always holds


class PostgresJournal:
    """The audit log."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._waiting: list[Entry] = []

    async def append(self, entry: Entry) -> None:
        """Write an entry; it counts when the unit of work commits."""
        self._waiting.append(entry)

    async def flush(self) -> None:
        """Write the waiting entries into the queue. Call it last before a commit.

        Raises:
            LimitExceeded: an entry is larger than any may be.
        """
        rows = [_row(entry) for entry in self._waiting]
        self._waiting.clear()
        if rows:
            await self._connection.exec_driver_sql(_INSERT, rows)

    async def leaves(self) -> AsyncIterator[bytes]:
        """Every placed entry's exact bytes, in order, without holding them all at once."""
        position = -1
        columns = (audit_entries.c.position, audit_entries.c.leaf)
        while True:
            query = select(*columns).where(audit_entries.c.position > position)
            batch = await self._connection.execute(
                query.order_by(audit_entries.c.position).limit(_BATCH)
            )
            last = position
            for row in batch:
                position = row.position
                yield row.leaf
            if position == last:
                return

    async def search(self, query: Query, page: Page) -> Sequence[Found]:
        """Placed entries that fit the query, by their time.

        Raises:
            InvalidInput: `page.after` is not a position of the log.
        """
        hits = [await self._hits(_Looked.up(query), page, query.order)]
        if query.also_concerning is not None:
            hits.append(await self._hits(_Looked.up(_other_side(query)), page, query.order))
        hit, entries = union_all(*hits).subquery("hit"), audit_entries.c
        selected = select(entries.position, entries.leaf)
        selected = selected.join(hit, hit.c.position == entries.position)
        selected = selected.order_by(*_ordered((hit.c.at, hit.c.position), query.order))
        selected = selected.limit(page.limit)
        await self._plan_for_these_values()
        rows = await self._connection.execute(selected)
        return [Found(row.position, row.leaf) for row in rows]

    async def _hits(self, looked: "_Looked", page: Page, order: Order) -> Select[Any]:
        """Time and place of as many entries as a page holds.

        What is looked through stands in indexes; only what is given is fetched from the table.
        """
        conditions = list(looked.conditions)
        if page.after is not None:
            conditions.append(await self._beyond(_position(page.after), looked, order))
        hits = select(*looked.keys).select_from(looked.source).where(*conditions)
        hits = hits.order_by(*_ordered(looked.keys, order)).limit(page.limit)
        return select(hits.subquery())

    async def transfers(self, query: Query, page: Page) -> Sequence[str]:
        """The transfers with an entry that fits the query, by identifier."""
        looked, transfer = _Looked.up(query), audit_entries.c.transfer
        beyond = [transfer > page.after] if page.after is not None else []
        selected = select(transfer).distinct().select_from(looked.source)
        selected = selected.where(transfer.is_not(None), *looked.conditions, *beyond)
        rows = await self._connection.scalars(selected.order_by(transfer).limit(page.limit))
        return list(rows)

    async def counts(self, facet: Facet, query: Query) -> Mapping[str, int]:
        """How many entries that fit the query hold each value of a facet."""
        looked, counted = _Looked.up(query), audit_terms.alias("counted")
        prefix = facet.term("")
        source = looked.source.join(counted, counted.c.position == audit_entries.c.position)
        selected = select(counted.c.term, func.count()).select_from(source)
        named = counted.c.term.startswith(prefix, autoescape=True)
        selected = selected.where(named, *looked.conditions).group_by(counted.c.term)
        rows = await self._connection.execute(selected)
        return {term.removeprefix(prefix): count for term, count in rows}

    async def _plan_for_these_values(self) -> None:
        """Have a query planned for its own values: some stand in half of all entries, some in one.

        Workers are not worth starting for what an index gives in order.
        """
        await self._connection.execute(_PLANNING)

    async def _beyond(self, position: int, looked: "_Looked", order: Order) -> ColumnElement[bool]:
        """What comes after an entry in the order of a search."""
        entries = audit_entries.c
        query = select(entries.at).where(entries.position == position)
        at = await self._connection.scalar(query)
        if at is None:
            raise _no_position()
        place, here = tuple_(*looked.keys), tuple_(literal(at), literal(position))
        return place < here if order is Order.NEWEST_FIRST else place > here


@dataclass(frozen=True, slots=True)
class _Looked:
    """Where to look, what an entry must be to fit, and by which columns it is ordered."""

    source: FromClause
    conditions: tuple[ColumnElement[bool], ...]
    keys: tuple[ColumnElement[datetime], ColumnElement[int]]

    @classmethod
    def up(cls, query: Query) -> "_Looked":
        terms = [audit_terms.alias(f"term_{number}") for number, _ in enumerate(query.terms)]
        source: FromClause = audit_entries
        conditions = [*_equal(query)]
        for table, term in zip(terms, query.terms, strict=True):
            source = source.join(table, table.c.position == audit_entries.c.position)
            conditions.append(table.c.term == term)
            if table is not terms[0]:  # with the time, an entry is found in a term's own index
                conditions.append(table.c.at == terms[0].c.at)
        # a term has time and position in its own index, which then gives the order
        first = terms[0] if terms else audit_entries
        if query.since is not None:
            conditions.append(first.c.at >= query.since)
        if query.until is not None:
            conditions.append(first.c.at < query.until)
        return cls(source, tuple(conditions), (first.c.at, first.c.position))


def _other_side(query: Query) -> Query:
    """What an agency looks for among entries about requests that concern another one first."""
    concerned = Facet.CONCERNS.term(query.also_concerning or "")
    return replace(query, agency=None, also_concerning=None, terms=(concerned, *query.terms))


def _equal(query: Query) -> Iterator[ColumnElement[bool]]:
    entries = audit_entries.c
    for column, value in (
        (entries.agency, query.agency),
        (entries.actor, query.actor),
        (entries.outcome, query.outcome and query.outcome.value),
        (entries.meeting, query.meeting),
    ):
        if value is not None:
            yield column == value
    if query.transfers:
        yield entries.transfer.in_(query.transfers)
    if query.actions:
        yield entries.action.in_([action.value for action in query.actions])


def _ordered(keys: Sequence[ColumnElement[Any]], order: Order) -> Iterator[ColumnElement[Any]]:
    return (key.desc() if order is Order.NEWEST_FIRST else key for key in keys)


def _row(entry: Entry) -> dict[str, object]:
    leaf, facets = entry.leaf(), Facets.of(entry)
    words = (entry.agency, facets.actor, facets.transfer, facets.meeting, *facets.terms)
    # what no index takes must not get into the queue: it would stop the sequencer for good
    if len(leaf) > LONGEST_ENTRY or any(len(word) > _LONGEST_WORD for word in words if word):
        raise LimitExceeded(
            "This would write an entry larger than the audit log takes.",
            "Do it in smaller parts: fewer documents or fewer people at once.",
        )
    return {
        "uid": entry.uid,
        "at": entry.at,
        "action": entry.action.value,
        "outcome": entry.outcome.value,
        "actor": facets.actor,
        "agency": entry.agency,
        "transfer": facets.transfer,
        "meeting": facets.meeting,
        "leaf": leaf,
        "terms": sorted(facets.terms),
    }


def _position(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) <= _LONGEST_POSITION):
        raise _no_position()
    return int(after)


def _no_position() -> InvalidInput:
    return InvalidInput(
        "The place to go on from is not a position of the log.",
        "Give the position of the last entry you have, for example '41'.",
        field="after",
    )
