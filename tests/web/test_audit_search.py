"""Searching the log over the API: every filter, malformed ones, and pages that stay in step."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from support.world import SAMPLE
from web.driving import Api, Reply, mailed, password_sent
from web.schemas import conforms

from gateway.domain.actors import Role
from gateway.domain.register import RepresentativeId
from gateway.services.auditing import (
    child_pseudonym,
    document_digest,
    meeting_pseudonym,
    pseudonym,
)

AUDIT = "/api/v1/audit"
POLICE = "regional-police"
MEETING = "kowhai-2026-12-08"
Entry = dict[str, Any]


async def look(api: Api, path: str, *, token: str | None = None) -> Reply:
    """Ask as the lead agency's auditor, or with a token."""
    return await api.call("GET", f"{AUDIT}/{path}", role=Role.AUDITOR, token=token)


async def everything(api: Api, query: str, *, token: str | None = None) -> list[Entry]:
    """All pages of a search, as the API shows entries."""
    items: list[Entry] = []
    after = ""
    while True:
        reply = await look(api, f"entries?limit=50&{query}{after}", token=token)
        conforms("listEntries", reply)
        items += reply.json()["items"]
        if reply.json()["next"] is None:
            return items
        after = f"&after={reply.json()['next']}"


async def new_leaves(api: Api, before: int) -> list[bytes]:
    """What was written to the log since it had so many entries."""
    return (await api.world.leaves())[before:]


def holding(word: str) -> Callable[[Entry], bool]:
    """Whether an entry holds a word anywhere."""
    return lambda entry: f'"{word}"' in json.dumps(entry)


async def test_each_filter_finds_exactly_what_fits(api: Api) -> None:
    """Held against every entry of the log, read without any filter."""
    transfers = await password_sent(api.world)
    parts, ben = api.world.parts, transfers["ben-sample"]
    letter = next(each for each in api.world.channels.mails if each[0].reference == ben.reference)
    archive = hashlib.sha256(letter[1]).hexdigest()
    file = hashlib.sha256((SAMPLE / api.world.pack_file.documents[0].file).read_bytes()).hexdigest()
    person = pseudonym(parts, RepresentativeId("pat-tauira"))
    recipient = pseudonym(parts, ben.recipient)
    early = "2026-12-01T00:05:00.000Z"
    cases: dict[str, Callable[[Entry], bool]] = {
        "actor=pat-tauira": lambda e: e["actor"]["person"] == person,
        "actor=service": lambda e: e["actor"]["kind"] == "service",
        "actor=person": lambda e: e["actor"]["kind"] == "person" and not e["actor"]["person"],
        "agency=tamariki-care": lambda _: True,
        "action=transfer.mailed": lambda e: e["action"] == "transfer.mailed",
        "outcome=failure": lambda e: e["outcome"] == "failure",
        "outcome=unknown": lambda e: e["outcome"] == "unknown",
        "rule=recipient-not-active": holding("recipient-not-active"),
        f"meeting={MEETING}": lambda e: (
            e["subject"].get("meeting") == meeting_pseudonym(parts, MEETING)
        ),
        "child=child-9c2e": holding(child_pseudonym(parts, "child-9c2e")),
        f"document={file}": holding(document_digest(parts, file)),
        f"document={file.upper()}": holding(document_digest(parts, file)),
        f"archive={archive}": holding(archive),
        f"transfer={ben.id}": lambda e: e["subject"].get("transfer") == ben.id,
        f"pack={ben.pack}": holding(ben.pack),
        "recipient=ben-sample": lambda e: e["subject"].get("recipient") == recipient,
        f"since={early}": lambda e: e["at"] >= early,
        f"until={early}": lambda e: e["at"] < early,
        "since=2026-12-01T13:05:00%2B13:00": lambda e: e["at"] >= early,
        "until=2026-12-01": lambda _: False,  # a day begins there, eleven hours after it did here
        "since=2026-12-01": lambda _: True,
        "action=transfer.mailed&recipient=ben-sample&since=2026-12-01": lambda e: (
            e["action"] == "transfer.mailed" and e["subject"]["recipient"] == recipient
        ),
    }
    await look(api, "entries")  # a look by a token without a holder, to be found too
    log = list(enumerate(await api.actions()))
    own = [(n, entry) for n, entry in reversed(log) if entry["agency"] == "tamariki-care"]
    for query, fits in cases.items():
        expected = [{"position": n, "entry": entry} for n, entry in own if fits(entry)]
        assert expected or query == "until=2026-12-01", query
        shown = await everything(api, query)
        assert shown == sorted(expected, key=by_time, reverse=True), query
        assert await everything(api, f"{query}&order=oldest") == sorted(expected, key=by_time)


def by_time(item: Entry) -> tuple[str, int]:
    """The order of a search."""
    return item["entry"]["at"], item["position"]


async def test_a_search_for_what_is_unknown_finds_nothing(api: Api) -> None:
    """A name where an identifier belongs is an identifier nobody has."""
    await mailed(api.world)
    await api.world.leaves()
    for query in ("actor=nobody", "rule=nothing", "child=child-none", "transfer=x", "pack=x"):
        assert await everything(api, query) == [], query


@pytest.mark.parametrize("path", ["entries", "export"])
async def test_a_malformed_filter_is_named_and_not_repeated(api: Api, path: str) -> None:
    """Each is a problem with its field; what was typed stands neither in answer nor log."""
    malformed = {
        "since": ("canary", "2026-13-01", "2026-12-01T25:00:00Z", "2026-12-01T09:00", "2026-W49"),
        "until": ("", "2026-12-01T09:00:00%2B99:99", "2026-02-30", "%D9%A2026-12-01"),
        "actor": ("Aroha%20canary", "x" * 65, ""),
        "agency": ("canary!", ""),
        "action": ("canary", "TRANSFER.MAILED"),
        "outcome": ("canary",),
        "order": ("canary", "1"),
        "rule": ("canary%27--", "canary%00"),
        "meeting": ("Canary", "canary.1"),
        "child": ("ABC1234", "canary%20canary", "x"),
        "document": ("canary", "a" * 63, "g" * 64),
        "archive": ("canary", "a" * 65),
        "transfer": ("canary%0A",),
        "pack": ("canary/",),
        "recipient": ("canary%20x",),
        "canary": ("1",),
    }
    if path == "entries":
        malformed |= {"limit": ("0", "201", "x", "-1", "1e1"), "after": ("a b", "canary.1")}
    before = len(await api.world.leaves())
    for field, values in malformed.items():
        for value in values:
            reply = await look(api, f"{path}?{field}={value}")
            assert reply.status == 422, (field, value)
            assert reply.headers["Content-Type"] == "application/problem+json"
            assert [problem["field"] for problem in reply.json()["problems"]] == [field]
            assert "canary" not in reply.text or field == "canary"
    twice = await look(api, f"{path}?rule=a&rule=b")
    assert twice.status == 422
    assert b"canary" not in b"".join(await new_leaves(api, before)).lower()


async def test_times_at_the_calendars_ends_are_no_fault(api: Api) -> None:
    """The first and last days there are, in zones that lead beyond them."""
    for query in (
        "since=0001-01-01",
        "since=0001-01-01T00:00:00%2B14:00",
        "until=9999-12-31T23:59:59-14:00",
        "since=9999-12-31",
    ):
        for path in ("entries", "export", "refusals", "children/child-7f3a"):
            assert (await look(api, f"{path}?{query}")).status in {200, 422}, (path, query)


async def test_a_place_to_go_on_from_must_be_one(api: Api) -> None:
    """A position that is none, or that the log does not reach."""
    await api.world.leaves()
    for after in ("x", "-1", "999999", "9" * 19):
        reply = await look(api, f"entries?after={after}")
        conforms("listEntries", reply)
        assert (reply.status, reply.json()["field"]) == (422, "after")


@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_pages_stay_in_step_while_new_entries_arrive(api: Api, order: str) -> None:
    """Nothing of what was there is given twice or left out."""
    await mailed(api.world)
    there = len(await api.world.leaves())
    positions: list[int] = []
    after = ""
    while True:
        reply = await look(api, f"entries?limit=7&order={order}{after}")
        positions += [item["position"] for item in reply.json()["items"]]
        if reply.json()["next"] is None or (order == "oldest" and positions[-1] >= there):
            break
        after = f"&after={reply.json()['next']}"
        await api.world.leaves()  # the look itself is an entry by now
    own = [n for n, e in enumerate(await api.actions()) if e["agency"] == "tamariki-care"]
    seen = [position for position in positions if position < there]
    expected = [position for position in own if position < there]
    assert seen == (expected if order == "oldest" else expected[::-1])
