"""The story of a transfer, accounts of disclosure, and reports, on the pages."""

import re
from typing import Any

import pytest
from support.requests import IRIS, delivered, disclosed, sent
from web.driving import Api, mailed, password_sent
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.services.auditing import child_pseudonym

POLICE = AgencyId("regional-police")


async def auditor(api: Api, **who: Any) -> Visit:
    """The lead agency's auditor, with everything done so far placed in the log."""
    await api.world.leaves()
    return await Visit.of(api, Role.AUDITOR, **who)


async def test_a_story_is_a_list_in_order_with_the_rules_own_words(api: Api) -> None:
    """From the pack's making to its mailing, with what was withheld and why."""
    transfers = await password_sent(api.world)
    tom = transfers["tom-sample"]
    reply = await (await auditor(api)).get(f"/audit/transfers/{tom.id}")
    assert reply.status == 200
    told = words_of(reply)
    order = ["Pack created", "Transfer authorised and queued", "Pack mailed"]
    assert [told.find(each) for each in order] == sorted(told.find(each) for each in order)
    assert told.count("Pack created") == 1
    assert tom.reference in told
    for withheld in tom.withheld:
        for rule in withheld.rules:
            finding = api.world.parts.judge.finding(rule)
            assert finding is not None
            assert rule in told
            assert " ".join(finding.message.split()) in told
    assert "Ben Sample" not in told
    assert (await api.actions())[-1]["detail"]["what"] == "story"


async def test_a_transfer_that_is_not_there_is_not_found(api: Api) -> None:
    """As one of another agency's."""
    reply = await (await auditor(api)).get("/audit/transfers/nowhere")
    assert reply.status == 404


async def test_a_childs_account_says_what_went_to_whom_and_what_was_withheld(api: Api) -> None:
    """Reached by a form; under which authority, and by which rule not."""
    transfers = await password_sent(api.world)
    visit = await auditor(api)
    form = await visit.get("/audit/children")
    assert 'action="/audit/children"' in form.text
    led = await visit.get("/audit/children?child=child-7f3a&since=2026-12-01&until=")
    assert led.headers["Location"] == "/audit/children/child-7f3a?since=2026-12-01"
    reply = await visit.follow(led)
    told = words_of(reply)
    ben = transfers["ben-sample"]
    assert f"{ben.reference} to Ben Sample, Regional Police (fictional)" in told
    assert "Disclosed: the pack and its password both left." in told
    authority = api.world.parts.judge.authority("OTA-66C")
    assert authority is not None
    assert f"{authority.name} ({authority.source})" in told
    assert "66C(a)(i)" in told
    assert "Care and protection, IN-CONFIDENCE, from Tamariki Care Service (fictional)" in told
    assert "Whānau support," not in told  # of a document about the other young person
    assert reply.text.count('<p class="marking">IN-CONFIDENCE</p>') == 2
    withheld = reply.text.partition("What was withheld")[2]
    tom = transfers["tom-sample"]
    entries = await api.actions()
    about = {
        e["subject"]["document"]
        for e in entries
        if e["action"] == "document.added"
        and child_pseudonym(api.world.parts, "child-7f3a") in e["detail"]["label"]["children"]
    }
    assert withheld.count(tom.reference) == len([w for w in tom.withheld if w.document in about])
    assert "Documents withheld" in withheld
    looks = [e["detail"] for e in entries if e["action"] == "log.read"]
    assert [look["what"] for look in looks] == ["account of a child"]
    assert "child-7f3a" not in str(looks)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("children?child=a%20name", "child"),
        ("children?child=ZZZ0016", "child"),
        ("children?child=child-7f3a&since=x", "since"),
        ("children/child-7f3a?until=x", "until"),
        ("agencies?agency=A%20B", "agency"),
        ("agencies/tamariki-care?direction=up", "direction"),
    ],
)
async def test_a_wrong_question_is_asked_again(api: Api, path: str, field: str) -> None:
    """The field says what is wrong; what was typed stays."""
    reply = await (await auditor(api)).get(f"/audit/{path}")
    assert reply.status == 422
    assert f'id="{field}-error"' in reply.text


async def test_a_child_nobody_wrote_about_has_an_empty_account(api: Api) -> None:
    """It says so, and the look is recorded all the same."""
    reply = await (await auditor(api)).get("/audit/children/child-7f3a")
    assert reply.status == 200
    assert "The log has no transfer" in words_of(reply)
    assert "Nothing about this child was withheld" in words_of(reply)


async def test_a_reference_nobody_knows_is_no_empty_account(api: Api) -> None:
    """A slip in it must not read as 'nothing was disclosed'."""
    await password_sent(api.world)
    reply = await (await auditor(api)).get("/audit/children/child-none")
    assert reply.status == 422
    told = words_of(reply)
    assert "Neither the register nor the log knows this reference" in told
    assert "The log has no" not in told


async def test_another_agencys_auditor_learns_nothing_of_a_child(api: Api) -> None:
    """Neither what was sent nor what was withheld."""
    await password_sent(api.world)
    visit = await auditor(api, agency=POLICE)
    told = words_of(await visit.get("/audit/children/child-7f3a"))
    assert "The log has no transfer" in told
    assert "Tauira" not in told
    for direction in ("sent", "received"):
        other = await visit.get(f"/audit/agencies/tamariki-care?direction={direction}")
        assert other.status == 403
    own = words_of(await visit.get(f"/audit/agencies/{POLICE}?direction=received"))
    assert "Ben Sample" in own


async def test_an_agencys_account_is_reached_by_its_form(api: Api) -> None:
    """What it sent, and what it received."""
    transfers = await mailed(api.world)
    visit = await auditor(api)
    assert 'value="tamariki-care"' in (await visit.get("/audit/agencies")).text
    led = await visit.get("/audit/agencies?agency=tamariki-care&direction=sent")
    reply = await visit.follow(led)
    told = words_of(reply)
    assert "What Tamariki Care Service (fictional) sent" in told
    assert all(t.reference in told for t in transfers.values() if t.documents)
    received = await visit.get("/audit/agencies/tamariki-care?direction=received")
    assert "Aroha Tauira" in words_of(received)


async def test_refusals_are_drawn_and_listed(api: Api) -> None:
    """The same numbers in the chart's words and in the table; the period is in the address."""
    await mailed(api.world)
    visit = await auditor(api)
    reply = await visit.get("/audit/refusals?since=2026-12-01")
    withheld = [e for e in await api.actions() if e["action"] == "document.withheld"]
    rules = {rule for entry in withheld for rule in entry["detail"]["rules"]}
    assert rules
    for rule in rules:
        number = sum(rule in entry["detail"]["rules"] for entry in withheld)
        assert f"{rule}: {number}" in reply.text
        assert f"rule={rule}" in reply.text
    assert 'role="img"' in reply.text
    assert " style=" not in reply.text
    assert 'value="2026-12-01"' in reply.text
    none = await visit.get("/audit/refusals?since=2027-01-01")
    assert "Nothing was refused in this time." in words_of(none)
    wrong = await visit.get("/audit/refusals?since=x")
    assert (wrong.status, 'id="since-error"' in wrong.text) == (422, True)


async def test_response_times_are_drawn_and_listed(api: Api) -> None:
    """Median and slowest tenth for each agency; the quarter is chosen in the address."""
    request = await sent(api.world)
    await delivered(api.world, request)
    api.world.clock.move(days=2)
    await disclosed(api.world, IRIS, request)
    visit = await auditor(api)
    reply = await visit.get("/audit/response-times")
    assert re.search(r"Te Rohe Health \(fictional\): median [0-9.]+, slowest tenth", reply.text)
    assert '<option value="2026-Q4" selected>' in reply.text
    empty = await visit.get("/audit/response-times?quarter=2025-Q1")
    assert "No request was sent in this quarter." in words_of(empty)
    wrong = await visit.get("/audit/response-times?quarter=soon")
    assert (wrong.status, 'id="quarter-error"' in wrong.text) == (422, True)
