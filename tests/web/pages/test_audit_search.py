"""Searching the log on the pages: filters in the address, pages of entries, entries, exports."""

import json
import re
from html import unescape
from typing import Any

import pytest
from support.world import LOG_KEY, OTHER_PERSON
from web.driving import Api, mailed
from web.pages.visiting import Visit, words_of

from gateway.audit.proofs import Proof
from gateway.domain.actors import Role
from gateway.domain.register import AgencyId

POLICE = AgencyId("regional-police")
MEETING = "kowhai-2026-12-08"


async def auditor(api: Api, **who: Any) -> Visit:
    """The lead agency's auditor, with everything done so far placed in the log."""
    await api.world.leaves()
    return await Visit.of(api, Role.AUDITOR, **who)


def positions(text: str) -> list[int]:
    """The entries a page lists, in its order."""
    return [int(n) for n in re.findall(r'<th scope="row"><a href="/audit/entries/(\d+)">', text)]


def link(text: str, words: str) -> str:
    """Where a link leads."""
    found = re.search(rf'href="([^"]+)"[^>]*>{words}</a>', text)
    assert found is not None, words
    return unescape(found[1])


async def test_entries_are_listed_newest_first_and_each_is_a_link(api: Api) -> None:
    """In words, with names, in the visitor's own zone; and the look is recorded."""
    await mailed(api.world)
    visit = await auditor(api)
    reply = await visit.get("/audit")
    assert reply.status == 200
    listed = positions(reply.text)
    assert listed == sorted(listed, reverse=True)
    assert "Pack mailed" in words_of(reply)
    assert "Ben Sample" in words_of(reply)
    assert reply.text.count("IN-CONFIDENCE") >= 2
    entry = (await api.actions())[-1]
    assert (entry["action"], entry["detail"]["what"]) == ("log.read", "search")
    assert (entry["actor"]["role"], entry["agency"]) == ("auditor", "tamariki-care")


@pytest.mark.parametrize(
    ("query", "action"),
    [
        ("action=document.withheld", "document.withheld"),
        ("outcome=failure&action=document.withheld", "document.withheld"),
        ("recipient=ben-sample&action=transfer.queued", "transfer.queued"),
        (f"meeting={MEETING}&action=pack.created", "pack.created"),
        ("child=child-7f3a&action=document.added", "document.added"),
        ("actor=pat-tauira&action=pack.sent", "pack.sent"),
        ("agency=tamariki-care&action=pack.sent&rule=", "pack.sent"),
        ("since=2026-12-01&until=2026-12-01&action=pack.sent", "pack.sent"),
        ("since=2026-12-01&since_time=00:30&action=pack.sent", "pack.sent"),
    ],
)
async def test_each_filter_of_the_address_counts(api: Api, query: str, action: str) -> None:
    """And is shown in its field again."""
    await api.world.send()
    reply = await (await auditor(api)).get(f"/audit?{query}")
    assert reply.status == 200
    assert positions(reply.text)
    rows = re.findall(r"<tr>\s*<th scope=\"row\">", reply.text)
    entries = [e for e in await api.actions() if e["action"] == action]
    assert 0 < len(rows) <= len(entries)
    assert f'<option value="{action}" selected>' in reply.text


async def test_pages_keep_the_filters_and_lead_back(api: Api) -> None:
    """Older, then newer, without an entry twice or missing."""
    for _ in range(4):
        await mailed(api.world)
    visit = await auditor(api)
    first = await visit.get("/audit?outcome=success&agency=tamariki-care")
    older = link(first.text, "Older")
    assert "outcome=success" in older
    assert "agency=tamariki-care" in older
    second = await visit.get(older)
    assert positions(second.text)[0] < positions(first.text)[-1]
    back = await visit.get(link(second.text, "Newer"))
    assert positions(back.text) == positions(first.text)
    assert "Newer" not in words_of(first)


async def test_nothing_found_says_so(api: Api) -> None:
    """With what to do about it."""
    reply = await (await auditor(api)).get("/audit?transfer=nowhere")
    assert "No entry fits." in words_of(reply)


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("since=yesterday", "since", "Write it as in 2026-12-01."),
        ("since=2026-12-01&since_time=late", "since_time", "Write it as in 09:30."),
        ("since_time=09:00", "since", "Give the day too."),
        ("since=2026-12-02&until=2026-12-01", "until", "This ends before it begins."),
        ("since=9999-12-31", "since", "This is not a day."),
        ("document=12", "document", "This is not a SHA-256 digest."),
        ("action=no.such", "action", "There is no such action."),
        ("child=ZZZ0016", "child", "National Health Index"),
        ("actor=%3Cb%3E", "actor", "This is not of the required form."),
    ],
)
async def test_a_wrong_value_is_named_at_its_field_and_kept(
    api: Api, query: str, field: str, says: str
) -> None:
    """The rest stays as it was typed, and nothing is searched."""
    reply = await (await auditor(api)).get(f"/audit?{query}&pack=some-pack")
    assert reply.status == 422
    assert says in words_of(reply)
    assert f'id="{field}-error"' in reply.text
    assert f'href="#{field}"' in reply.text
    assert 'value="some-pack"' in reply.text
    assert "<b>" not in reply.text
    assert "What was found" not in reply.text
    assert await api.refusals() == [("showSearch", "InvalidInput")]


async def test_another_agencys_entries_cannot_be_asked_for(api: Api) -> None:
    """The field says so; without it, one's own agency's entries are all there is."""
    transfers = await mailed(api.world)
    visit = await auditor(api, agency=POLICE)
    reply = await visit.get("/audit?agency=tamariki-care")
    assert reply.status == 403
    assert 'id="agency-error"' in reply.text
    assert positions(reply.text) == []
    assert positions((await visit.get("/audit?action=pack.sent")).text) == []
    (queued,) = [
        number
        for number, entry in enumerate(await api.actions())
        if entry["action"] == "transfer.queued"
        and entry["subject"]["transfer"] == transfers[OTHER_PERSON].id
    ]
    for path in (f"entries/{queued}", f"entries/{queued}/receipt", "entries/999999"):
        other = await visit.get(f"/audit/{path}")
        assert other.status == 404
        assert "There is no such entry." in words_of(other)
    assert (await visit.get(f"/audit/transfers/{transfers[OTHER_PERSON].id}")).status == 404


async def test_an_entry_is_told_in_words_and_as_its_exact_leaf(api: Api) -> None:
    """Whatever it says about rules comes with the rule's own words and source."""
    await mailed(api.world)
    leaves = await api.world.leaves()
    number = next(n for n, leaf in enumerate(leaves) if b'"document.withheld"' in leaf)
    visit = await auditor(api)
    reply = await visit.get(f"/audit/entries/{number}")
    assert reply.status == 200
    exact = re.search(r'JSON"><code>(.*?)</code>', reply.text, re.DOTALL)
    assert exact is not None
    assert unescape(exact[1]).encode() == leaves[number]
    rule = json.loads(leaves[number])["detail"]["rules"][0]
    finding = api.world.parts.judge.finding(rule)
    assert finding is not None
    told = words_of(reply)
    assert "Document withheld from the recipient" in told
    assert " ".join(finding.message.split()) in told
    assert " ".join(finding.source.split()) in told
    entry = (await api.actions())[-1]
    assert entry["detail"] == {"what": "entry", "position": number}


async def test_a_receipt_verifies_offline(api: Api) -> None:
    """It is a file, and holds the entry."""
    await mailed(api.world)
    leaves = await api.world.leaves()
    number = next(n for n, leaf in enumerate(leaves) if b'"pack.sent"' in leaf)
    reply = await (await auditor(api)).get(f"/audit/entries/{number}/receipt")
    name = f'attachment; filename="entry-{number}.tlog-proof"'
    assert reply.headers["Content-Disposition"] == name
    proof = Proof.parse(reply.body)
    assert proof.extra == leaves[number]
    proof.verify(proof.extra, [LOG_KEY.verifier_key])


@pytest.mark.parametrize("path", ["entries/-1", "entries/x", "entries/9999999999999999999"])
async def test_what_is_no_position_is_not_there(api: Api, path: str) -> None:
    """As any other entry that is not there."""
    assert (await (await auditor(api)).get(f"/audit/{path}")).status == 404


async def test_what_a_search_finds_can_be_taken_out(api: Api) -> None:
    """In each format, with the same filters, recorded; a wrong format or filter is said."""
    await mailed(api.world)
    visit = await auditor(api)
    page = await visit.get("/audit?action=document.withheld")
    for words, extension in (("JSON Lines", "jsonl"), ("CSV for spreadsheets", "csv")):
        reply = await visit.get(link(page.text, words))
        assert reply.status == 200
        assert f'filename="audit-log.{extension}"' in reply.headers["Content-Disposition"]
    lines = (await visit.get(link(page.text, "JSON Lines"))).text.splitlines()
    assert len(lines) == len(positions(page.text))
    assert (await visit.get(link(page.text, "OCSF events"))).status == 200
    assert (await api.actions())[-1]["action"] == "log.exported"
    wrong = await visit.get("/audit/export?format=xml&pack=some-pack")
    assert wrong.status == 422
    assert 'value="some-pack"' in wrong.text
    assert (await visit.get("/audit/export?format=csv&since=x")).status == 422
    stranger = await visit.get("/audit/export?format=csv&agency=regional-police")
    assert stranger.status == 403


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.RESPONDER, Role.PRIVACY_OFFICER])
async def test_only_auditors_and_administrators_read_the_log(api: Api, role: Role) -> None:
    """Every page of it, but for the response times, which privacy officers read too."""
    visit = await Visit.of(api, role)
    for path in ("", "/export?format=csv", "/entries/1", "/entries/1/receipt", "/transfers/x",
                 "/children", "/children/child-7f3a", "/agencies", "/agencies/tamariki-care",
                 "/refusals", "/verify", "/verify/progress", "/verify/checkpoint"):  # fmt: skip
        assert (await visit.get(f"/audit{path}")).status == 403, path
    times = await visit.get("/audit/response-times")
    assert times.status == (200 if role is Role.PRIVACY_OFFICER else 403)
    assert (await (await Visit.of(api, Role.ADMINISTRATOR)).get("/audit")).status == 200
