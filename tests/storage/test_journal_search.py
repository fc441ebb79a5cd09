"""Searching the audit log: by every field, together, in both orders, page by page."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.placing import leaves, written

from gateway.audit.entries import Action, Entry, Outcome
from gateway.audit.facets import Facet
from gateway.domain.errors import InvalidInput
from gateway.domain.register import AgencyId
from gateway.services.log_storage import Order, Query
from gateway.services.paging import Page
from gateway.storage.database import PostgresDatabase

A, B = AgencyId("agency-a"), AgencyId("agency-b")
AT = datetime(2026, 11, 5, 20, 30, 42, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL = Page(limit=1000)
MakeEntry = Callable[..., Entry]


ENTRIES: tuple[dict[str, Any], ...] = (
    {"subject": {"transfer": "t1", "meeting": "m1", "pack": "p1", "recipient": "r1"}},
    {"agency": B, "actor": {"kind": "person", "person": "x1"}, "subject": {"transfer": "t2"}},
    {"outcome": Outcome.FAILURE, "detail": {"rules": ["a", "b"]}},
    {"action": Action.PACK_CREATED, "detail": {"rules": ["b"], "children": ["c1"]}},
    {"agency": None, "detail": {"documents": [{"digest": "d1", "children": ["c1", "c2"]}]}},
    {"subject": {"transfer": "t1"}, "detail": {"recipient_agency": "agency-b", "sha256": "d1"}},
)


async def found(database: PostgresDatabase, query: Query, page: Page = ALL) -> list[int]:
    async with database.snapshot() as view:
        return [each.position for each in await view.journal.search(query, page)]


async def every_page(database: PostgresDatabase, query: Query, limit: int) -> list[int]:
    """What a search gives, page by page."""
    seen: list[int] = []
    after = None
    while page := await found(database, query, Page(limit=limit, after=after)):
        seen += page
        after = str(page[-1])
    return seen


@pytest.fixture
async def several(database: PostgresDatabase, make_entry: MakeEntry) -> PostgresDatabase:
    """The entries above, a minute apart."""
    await written(
        database,
        *(
            replace(make_entry(), at=AT + number * MINUTE, **{"subject": {}, **fields})
            for number, fields in enumerate(ENTRIES)
        ),
    )
    return database


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        (Query(), [0, 1, 2, 3, 4, 5]),
        (Query(agency=A), [0, 2, 3, 5]),
        (Query(agency=B), [1]),
        (Query(agency=AgencyId("agency")), []),
        (Query(since=AT + 2 * MINUTE), [2, 3, 4, 5]),
        (Query(until=AT + 2 * MINUTE), [0, 1]),
        (Query(since=AT + MINUTE, until=AT + MINUTE), []),
        (Query(actor="x1"), [1]),
        (Query(actor="service"), [0, 2, 3, 4, 5]),
        (Query(actions=(Action.PACK_CREATED,)), [3]),
        (Query(actions=(Action.PACK_CREATED, Action.PACK_SENT)), [0, 1, 2, 3, 4, 5]),
        (Query(outcome=Outcome.FAILURE), [2]),
        (Query(outcome=Outcome.UNKNOWN), []),
        (Query(transfers=("t1",)), [0, 5]),
        (Query(transfers=("t2", "t1", "t9")), [0, 1, 5]),
        (Query(meeting="m1"), [0]),
        (Query(terms=("rule:b",)), [2, 3]),
        (Query(terms=("rule:b", "rule:a")), [2]),
        (Query(terms=("rule:b", "child:c1")), [3]),
        (Query(terms=("child:c1",)), [3, 4]),
        (Query(terms=("child:c%",)), []),
        (Query(terms=("document:d1",)), [4, 5]),
        (Query(terms=("recipient:r1",)), [0]),
        (Query(terms=("recipient agency:agency-b",)), [5]),
        (Query(terms=("pack:p1",)), [0]),
        (Query(terms=("child:c1",), since=AT + 4 * MINUTE), [4]),
        (Query(terms=("child:c1",), until=AT + 4 * MINUTE), [3]),
        (Query(agency=A, transfers=("t1",), terms=("document:d1",)), [5]),
        (Query(agency=B, transfers=("t1",)), []),
    ],
)
async def test_a_search_gives_what_fits_all_that_is_asked(
    several: PostgresDatabase, query: Query, positions: list[int]
) -> None:
    """Oldest first, or newest first where that is asked; the same in pages of one."""
    assert await found(several, query) == positions
    newest = replace(query, order=Order.NEWEST_FIRST)
    assert await found(several, newest) == positions[::-1]
    for one in (query, newest):
        assert await every_page(several, one, 1) == await found(several, one)


async def test_the_transfers_that_fit_come_once_each_by_identifier(
    several: PostgresDatabase,
) -> None:
    """Page by page, of one agency only where one is named."""
    async with several.snapshot() as view:
        transfers = view.journal.transfers
        assert await transfers(Query(), ALL) == ["t1", "t2"]
        assert await transfers(Query(), Page(limit=1)) == ["t1"]
        assert await transfers(Query(), Page(after="t1")) == ["t2"]
        assert await transfers(Query(agency=A), ALL) == ["t1"]
        assert await transfers(Query(terms=("document:d1",)), ALL) == ["t1"]
        assert await transfers(Query(terms=("child:c2",)), ALL) == []


async def test_counts_tell_entries_by_each_value(several: PostgresDatabase) -> None:
    """Of one kind of value, among the entries that fit; of one agency only where one is named."""
    async with several.snapshot() as view:
        counts = view.journal.counts
        assert await counts(Facet.RULE, Query()) == {"a": 1, "b": 2}
        assert await counts(Facet.RULE, Query(outcome=Outcome.FAILURE)) == {"a": 1, "b": 1}
        assert await counts(Facet.RULE, Query(terms=("child:c1",))) == {"b": 1}
        assert await counts(Facet.CHILD, Query()) == {"c1": 2, "c2": 1}
        assert await counts(Facet.CHILD, Query(agency=A)) == {"c1": 1}
        assert await counts(Facet.RECIPIENT, Query()) == {"r1": 1}
        assert await counts(Facet.RULE, Query(agency=B)) == {}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("terms", [(), ("pack:p",)])
async def test_pages_stay_the_same_while_new_entries_come(
    database: PostgresDatabase, make_entry: MakeEntry, order: Order, terms: tuple[str, ...]
) -> None:
    """Nothing comes twice, and nothing that was there before is left out."""
    await written(database, *(make_entry() for _ in range(10)))  # all of one moment
    query, seen, after = Query(order=order, terms=terms), [], None
    while page := await found(database, query, Page(limit=3, after=after)):
        seen += page
        after = str(page[-1])
        if len(seen) < 10:
            early = replace(make_entry(), at=AT - MINUTE)
            await written(database, early, make_entry(), replace(make_entry(), at=AT + MINUTE))
    assert len(set(seen)) == len(seen)
    assert set(range(10)) <= set(seen)


@pytest.mark.parametrize("after", ["", "-1", "x", "1 ", "٣", "9" * 18, "9" * 19])
async def test_a_page_goes_on_after_a_position_only(several: PostgresDatabase, after: str) -> None:
    """Anything but the digits of one that there is gets refused."""
    async with several.snapshot() as view:
        with pytest.raises(InvalidInput) as refused:
            await view.journal.search(Query(), Page(after=after))
    assert refused.value.field == "after"


WORDS = st.sampled_from([None, "a", "b"])
DRAWN = st.fixed_dictionaries(
    {
        "minute": st.integers(0, 2),
        "agency": WORDS,
        "transfer": WORDS,
        "rules": st.lists(st.sampled_from("ab"), max_size=2),
        "child": WORDS,
    }
)
ASKED = st.fixed_dictionaries(
    {
        "since": st.integers(0, 2),
        "until": st.integers(1, 3),
        "agency": WORDS,
        "transfer": WORDS,
        "rule": WORDS,
        "child": WORDS,
    }
)


def fits(entry: dict[str, Any], asked: dict[str, Any]) -> bool:
    """A plain reading of what is asked."""
    return (
        asked["since"] <= entry["minute"] < asked["until"]
        and asked["agency"] in {None, entry["agency"]}
        and asked["transfer"] in {None, entry["transfer"]}
        and (asked["rule"] is None or asked["rule"] in entry["rules"])
        and asked["child"] in {None, entry["child"]}
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    drawn=st.lists(DRAWN, max_size=8),
    asked=ASKED,
    order=st.sampled_from(list(Order)),
    limit=st.integers(1, 4),
)
async def test_a_search_is_a_filter(
    database: PostgresDatabase,
    make_entry: MakeEntry,
    drawn: list[dict[str, Any]],
    asked: dict[str, Any],
    order: Order,
    limit: int,
) -> None:
    """Of any entries, it gives those that a plain reading of them would choose, by their time."""
    begins = len(await leaves(database))
    entries = (
        replace(
            make_entry(),
            at=AT + each["minute"] * MINUTE,
            agency=each["agency"],
            subject={"transfer": each["transfer"]},
            detail={"rules": each["rules"], "child": each["child"]},
        )
        for each in drawn
    )
    await written(database, *entries)
    terms = ((Facet.RULE, asked["rule"]), (Facet.CHILD, asked["child"]))
    query = Query(
        agency=asked["agency"],
        since=AT + asked["since"] * MINUTE,
        until=AT + asked["until"] * MINUTE,
        transfers=(asked["transfer"],) if asked["transfer"] else (),
        terms=tuple(facet.term(value) for facet, value in terms if value),
        order=order,
    )
    chosen = [(e["minute"], begins + n) for n, e in enumerate(drawn) if fits(e, asked)]
    chosen.sort(reverse=order is Order.NEWEST_FIRST)
    seen = await every_page(database, query, limit)
    assert [position for position in seen if position >= begins] == [place for _, place in chosen]


async def test_an_entry_found_is_that_entry(several: PostgresDatabase) -> None:
    """The bytes beside a position are those of the entry that has it."""
    exact = await leaves(several)
    async with several.snapshot() as view:
        for each in await view.journal.search(Query(terms=("child:c1",)), ALL):
            assert each.leaf == exact[each.position]
            assert b"c1" in each.leaf
            assert json.loads(each.leaf)["detail"]
