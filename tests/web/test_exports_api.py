"""Exports over the API: whole, in three formats, safe to open, and never half without saying so."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import ClientPayloadError
from support.world import ADMINISTRATOR, LEAD, STRANGER, World
from web.driving import SETTINGS, Api, Reply, ServeApp, mailed, token_for

from gateway.audit.entries import Action
from gateway.domain.actors import Role
from gateway.domain.errors import Unavailable
from gateway.services.auditing import record
from gateway.services.log_storage import Found, Query
from gateway.services.paging import Page
from gateway.services.storage import Database, Work
from gateway.web import create_web_app

EXPORT = "/api/v1/audit/export"
TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "ocsf": "application/x-ndjson",
}
MANY = 1_203  # entries: three pieces of an export


async def write_many(world: World, number: int = MANY, reason: str = "") -> None:
    """Put entries of the lead agency into the log."""
    async with world.parts.database.work() as work:
        for count in range(number):
            detail: dict[str, Any] = {"reason": f"{reason}{count}"}
            actor = replace(ADMINISTRATOR, agency=LEAD)
            await record(world.parts, work, actor, Action.LOG_FORWARDING_STOPPED, {}, detail)
    await world.parts.sequencer.run(wait=True)


async def export(api: Api, query: str = "", role: Role | None = Role.AUDITOR) -> Reply:
    """Ask for an export."""
    return await api.call("GET", f"{EXPORT}?{query}", role=role)


@pytest.mark.parametrize("wanted", TYPES)
async def test_an_export_holds_every_entry_that_fits_once(api: Api, wanted: str) -> None:
    """More than are read at a time, newest first, each as the log has it."""
    await write_many(api.world)
    query = f"format={wanted}&action=log.forwarding-stopped"
    reply = await export(api, query)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == TYPES[wanted]
    ending = wanted if wanted == "csv" else {"jsonl": "jsonl", "ocsf": "jsonl"}[wanted]
    name = reply.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="audit-log.')
    assert name.endswith(f'{ending}"')
    leaves = [leaf for leaf in await api.world.leaves() if b"log.forwarding-stopped" in leaf]
    assert len(leaves) == MANY
    leaves.reverse()
    if wanted == "csv":
        rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"), newline="")))
        assert [row["uid"] for row in rows] == [json.loads(leaf)["uid"] for leaf in leaves]
    elif wanted == "jsonl":
        lines = reply.body.splitlines()
        assert all(b'{"entry":' + leaf in line for leaf, line in zip(leaves, lines, strict=True))
    else:
        assert reply.body.count(b"\n") == MANY
        events = [json.loads(line) for line in reply.body.splitlines()]
        uids = [json.loads(leaf)["uid"] for leaf in leaves]
        assert all(uid in json.dumps(event) for uid, event in zip(uids, events, strict=True))
        assert SETTINGS.log_origin in reply.text


async def test_an_export_obeys_the_filters_and_the_order(api: Api) -> None:
    """The same ones as a search takes."""
    transfers = await mailed(api.world)
    ben = transfers["ben-sample"]
    reply = await export(api, f"transfer={ben.id}&order=oldest")
    lines = [json.loads(line) for line in reply.body.splitlines()]
    assert {line["entry"]["subject"]["transfer"] for line in lines} == {ben.id}
    assert [line["position"] for line in lines] == sorted(line["position"] for line in lines)
    assert "Ben Sample" in lines[0]["names"].values()
    assert (await export(api, "transfer=nowhere")).body == b""


async def test_no_cell_of_a_spreadsheet_is_a_formula(api: Api) -> None:
    """What another program answered may begin like one; between quotes that is not enough."""
    await write_many(api.world, 3, reason="=HYPERLINK(1)")
    reply = await export(api, "format=csv&action=log.forwarding-stopped")
    rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"), newline="")))
    assert [row["reason"] for row in rows] == [f"'=HYPERLINK(1){count}" for count in (2, 1, 0)]
    cells = [cell for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


async def test_taking_out_is_one_entry_that_repeats_nothing_typed(api: Api) -> None:
    """It names the filters; a child as a pseudonym, and what a person wrote not at all."""
    await mailed(api.world)
    before = len(await api.world.leaves())
    await export(api, "format=csv&child=child-7f3a&rule=Aroha.Tauira&transfer=Ben.Sample")
    (leaf,) = (await api.world.leaves())[before:]
    entry = json.loads(leaf)
    assert (entry["action"], entry["agency"]) == ("log.exported", "tamariki-care")
    assert entry["detail"]["filters"] == ["rule", "child", "transfer"]
    assert not any(word in leaf for word in (b"child-7f3a", b"Tauira", b"Sample"))


@pytest.mark.parametrize(
    ("query", "field"),
    [("format=xml", "format"), ("since=tomorrow", "since"), ("limit=5", "limit")],
)
async def test_a_malformed_wish_is_a_problem_and_no_file(api: Api, query: str, field: str) -> None:
    """It names the field; nothing is offered for saving."""
    reply = await export(api, query)
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert [problem["field"] for problem in reply.json()["problems"]] == [field]
    assert "Content-Disposition" not in reply.headers


async def test_a_refused_export_is_a_problem_and_no_file(api: Api) -> None:
    """Another agency's entries, another role, nobody."""
    other = await export(api, "agency=regional-police")
    coordinator = await export(api, role=Role.COORDINATOR)
    nobody = await export(api, role=None)
    for reply, status in ((other, 403), (coordinator, 403), (nobody, 401)):
        assert (reply.status, reply.json()["status"]) == (status, status)
        assert "Content-Disposition" not in reply.headers
    assert "log.exported" not in {entry["action"] for entry in await api.actions()}


async def test_another_agencys_auditor_takes_out_the_own_entries(api: Api) -> None:
    """And nothing of the pack."""
    await mailed(api.world)
    _, elsewhere = await token_for(api.world, Role.AUDITOR, STRANGER)
    await api.world.leaves()
    reply = await api.call("GET", EXPORT, token=elsewhere)
    entries = [json.loads(line)["entry"] for line in reply.body.splitlines()]
    assert {entry["agency"] for entry in entries} == {"regional-police"}


async def test_head_says_what_get_would_and_sends_no_row(api: Api) -> None:
    """A row after the head of an answer to HEAD would be read as the next answer."""
    await mailed(api.world)
    request = (
        f"HEAD {EXPORT} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        f"Authorization: Bearer {api.tokens[Role.AUDITOR]}\r\n\r\n"
    )
    answer = await api.raw(request.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"audit-log.jsonl" in head
    assert body == b""


@dataclass
class Breaking:
    """A database that goes away while a snapshot is read, after some searches of it."""

    database: Database
    searches: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """A snapshot that breaks."""
        async with self.database.snapshot() as view:
            whole, left = view.journal.search, self.searches

            async def search(query: Query, page: Page) -> Sequence[Found]:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Unavailable("The database does not answer.", "Try again later.")
                return await whole(query, page)

            view.journal.search = search  # type: ignore[method-assign]
            yield view


async def breaking(serve_app: ServeApp, world: World, searches: int) -> tuple[Api, str]:
    """An API over a database that breaks, and an auditor's token."""
    _, token = await token_for(world, Role.AUDITOR)
    parts = replace(world.parts, database=Breaking(world.parts.database, searches))
    return await serve_app(create_web_app(parts, SETTINGS)), token


async def test_an_export_that_cannot_begin_is_a_problem(serve_app: ServeApp, world: World) -> None:
    """The database goes away before the first row."""
    await write_many(world)
    api, token = await breaking(serve_app, world, 0)
    reply = await api.call("GET", EXPORT, token=token)
    assert (reply.status, reply.json()["status"]) == (503, 503)
    assert "Content-Disposition" not in reply.headers


async def test_an_export_that_breaks_off_is_not_taken_for_a_whole_one(
    serve_app: ServeApp, world: World
) -> None:
    """The database goes away after the first rows: the connection is cut, with no other answer."""
    await write_many(world)
    api, token = await breaking(serve_app, world, 1)
    with pytest.raises(ClientPayloadError):
        await api.call("GET", EXPORT, token=token)
    request = f"GET {EXPORT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n"
    answer = await api.raw(request.encode())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"problem" not in answer
    assert not answer.endswith(b"0\r\n\r\n")
