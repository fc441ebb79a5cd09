"""Reviewing the log over the API: who sees what, what can be asked, that looking is recorded."""

import json
from typing import Any

import psycopg
from support.world import LOG_KEY, STRANGER
from web.driving import Api, Reply, mailed, password_sent, token_for
from web.schemas import conforms

from gateway.audit.proofs import Proof
from gateway.domain.actors import Role
from gateway.services.auditing import (
    child_pseudonym,
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


async def check_headers(api: Api, path: str) -> None:
    """Hold that GET and HEAD answer alike, with the headers every answer has."""
    got = await api.call("GET", path, role=Role.AUDITOR)
    head = await api.call("HEAD", path, role=Role.AUDITOR)
    assert (got.status, head.status, head.body) == (200, 200, b""), path
    assert got.headers["Content-Type"] == head.headers["Content-Type"]
    for headers in (got.headers, head.headers):
        assert headers["Cache-Control"] == "no-store", path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Request-Id"]
        assert headers["Server"] == "gateway"


async def new_leaves(api: Api, before: int) -> list[bytes]:
    """What was written to the log since it had so many entries."""
    return (await api.world.leaves())[before:]


async def test_every_look_is_one_entry_that_repeats_nothing_typed(api: Api) -> None:
    """Who looked, at what kind of thing, by which filters; a child stands as its pseudonym."""
    transfers = await mailed(api.world)
    ben = transfers["ben-sample"]
    typed = "rule=Aroha.Tauira&actor=Ben.Sample&child=child-7f3a&pack=Sample&recipient=ben-sample"
    looks = {
        f"{AUDIT}/entries?{typed}&meeting={MEETING}": ("log.read", "search"),
        f"{AUDIT}/export?{typed}": ("log.exported", "search"),
        f"{AUDIT}/transfers/{ben.id}": ("log.read", "story"),
        f"{AUDIT}/children/child-7f3a": ("log.read", "account of a child"),
        f"{AUDIT}/agencies/tamariki-care": ("log.read", "account of an agency: sent"),
        f"{AUDIT}/refusals?since=2026-12-01": ("log.read", "refusals"),
        f"{AUDIT}/entries/20/proof": ("log.read", "proof"),
        f"{AUDIT}/consistency?old=1": ("log.read", "consistency proof"),
        "/log/checkpoint": ("log.read", "checkpoint"),
        "/log/tile/0/000.p/7": ("log.read", "tile/0/000.p/7"),
        "/log/tile/entries/000.p/7": ("log.read", "tile/entries/000.p/7"),
    }
    before = len(await api.world.leaves())
    for path, (action, what) in looks.items():
        for method in ("GET", "HEAD"):
            reply = await api.call(method, path, role=Role.AUDITOR)
            assert reply.status == 200, path
            (leaf,) = await new_leaves(api, before)
            before += 1
            entry = json.loads(leaf)
            assert (entry["action"], entry["detail"]["what"]) == (action, what)
            assert (entry["agency"], entry["actor"]["role"]) == ("tamariki-care", "auditor")
            words = ("Tauira", "Sample", "ben-sample", "child-7f3a", MEETING)
            assert not any(word.encode() in leaf for word in words), path
            if "children/child-7f3a" in path:
                child = child_pseudonym(api.world.parts, "child-7f3a")
                assert (entry["detail"]["child"], entry["detail"]["found"]) == (child, 6)
            if "transfers" in path:
                assert entry["detail"]["transfer"] == ben.id


async def test_a_slip_is_not_taken_for_an_answer(api: Api) -> None:
    """Nobody knows this child: that is said, recorded, and what was typed repeated nowhere."""
    await mailed(api.world)
    before = len(await api.world.leaves())
    for _ in range(2):  # having been asked about once, it is not known yet
        reply = await look(api, "children/Aroha-Tauira")
        conforms("accountOfChild", reply)
        assert (reply.status, reply.json()["field"]) == (404, "child")
        assert "Tauira" not in reply.text
    leaves = await new_leaves(api, before)
    asked = [json.loads(leaf)["detail"].get("what") for leaf in leaves]
    assert asked.count("account of a child") == 2
    assert not any(b"Tauira" in leaf for leaf in leaves)


async def test_a_story_is_whole_and_in_order(api: Api) -> None:
    """The pack's own entries and the transfer's, and no other recipient's."""
    transfers = await password_sent(api.world)
    ben = transfers["ben-sample"]
    await api.world.leaves()
    reply = await look(api, f"transfers/{ben.id}")
    by_reference = await look(api, f"transfers/{ben.reference}")
    assert by_reference.json() == reply.json()
    searched = await look(api, f"entries?transfer={ben.reference}&limit=200")
    told = {item["entry"]["subject"].get("transfer") for item in searched.json()["items"]}
    assert told == {ben.id}
    conforms("getStory", reply)
    items = reply.json()["items"]
    positions = [item["position"] for item in items]
    assert positions == sorted(set(positions))
    actions = [item["entry"]["action"] for item in items]
    for action in ("pack.created", "transfer.queued", "pack.sent", "password.sent"):
        assert actions.count(action) == 1
    assert actions.count("document.added") == 4
    assert {item["entry"]["subject"].get("transfer", ben.id) for item in items} == {ben.id}
    assert {"Ben Sample", MEETING} <= set(reply.json()["names"].values())
    assert "Aroha Tauira" not in reply.json()["names"].values()


async def test_refusals_are_counted_by_rule(api: Api) -> None:
    """Every withheld document counts once for each rule that denied it, most often first."""
    await mailed(api.world)
    entries = await api.actions()
    reply = await look(api, "refusals")
    conforms("countRefusals", reply)
    counted = {item["rule"]: item["refusals"] for item in reply.json()["items"]}
    withheld = [e["detail"]["rules"] for e in entries if e["action"] == "document.withheld"]
    assert counted == {
        rule: sum(rule in rules for rules in withheld) for rules in withheld for rule in rules
    }
    assert list(counted.values()) == sorted(counted.values(), reverse=True)
    assert (await look(api, "refusals?since=2027-01-01")).json()["items"] == []


async def test_another_agencys_auditor_sees_the_own_entries_in_every_route(api: Api) -> None:
    """What concerns others reads like what is not there; their account is refused."""
    transfers = await password_sent(api.world)
    _, token = await token_for(api.world, Role.AUDITOR, STRANGER)
    await api.world.leaves()
    seen = await everything(api, "", token=token)
    assert {item["entry"]["agency"] for item in seen} == {POLICE}
    story = await look(api, f"transfers/{transfers['ben-sample'].id}", token=token)
    nothing = await look(api, "transfers/nowhere", token=token)
    assert (story.status, story.body) == (404, nothing.body)
    child = await look(api, "children/child-7f3a", token=token)
    assert child.json() == {"next": None, "items": []}
    assert (await look(api, "refusals", token=token)).json() == {"items": []}
    for direction in ("sent", "received"):
        other = await look(api, f"agencies/tamariki-care?direction={direction}", token=token)
        assert (other.status, other.json()["field"]) == (403, "agency")
    assert (await look(api, "entries?agency=tamariki-care", token=token)).status == 403
    mine = await look(api, f"agencies/{POLICE}?direction=sent", token=token)
    assert mine.json()["items"] == []


async def test_an_agency_sees_of_what_others_send_only_what_arrived(api: Api) -> None:
    """Nothing while it is queued, nothing that was refused; then the pack and its password."""
    _, token = await token_for(api.world, Role.AUDITOR, STRANGER)
    transfers = await api.world.send()
    await api.world.leaves()
    address = f"agencies/{POLICE}?direction=received"
    assert (await look(api, address, token=token)).json()["items"] == []
    await password_sent(api.world)
    await api.world.leaves()
    reply = await look(api, address, token=token)
    conforms("accountOfAgency", reply)
    (shown,) = reply.json()["items"]
    assert shown["transfer"] not in {each.id for each in transfers.values()}
    assert (shown["agency"], shown["recipient_name"]) == ("tamariki-care", "Ben Sample")
    assert (shown["extent"], shown["recipient_agency"]) == ("disclosed", POLICE)


async def test_a_name_goes_when_the_register_forgets_it_and_the_entry_stays(
    api: Api, database_url: str
) -> None:
    """Representative and meeting are gone: no name anywhere, the same leaf, a proof that holds."""
    transfers = await mailed(api.world)
    ben = transfers["ben-sample"]
    address = f"entries?transfer={ben.id}&action=transfer.queued"
    await api.world.leaves()
    before = (await look(api, address)).json()
    assert {"Ben Sample", MEETING, "child-7f3a"} <= set(before["names"].values())
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # leaves references open
        connection.execute("DELETE FROM representatives WHERE id = 'ben-sample'")
        connection.execute("DELETE FROM meetings")
    after = (await look(api, address)).json()
    assert after["items"] == before["items"]
    assert set(after["names"].values()) == {"Pat Tauira"}
    story = await look(api, f"transfers/{ben.id}")
    account = (await look(api, "children/child-7f3a")).json()
    (shown,) = [each for each in account["items"] if each["transfer"] == ben.id]
    assert shown["recipient_name"] is None
    assert not any(word in story.text for word in ("Ben Sample", MEETING, "child-7f3a"))
    position = before["items"][0]["position"]
    proof = Proof.parse((await look(api, f"entries/{position}/proof")).body)
    assert json.loads(proof.extra) == before["items"][0]["entry"]
    proof.verify(proof.extra, [LOG_KEY.verifier_key])


async def test_no_leaf_holds_what_identifies_a_person(api: Api) -> None:
    """After sending, delivering, recalling and looking in every way: references alone."""
    transfers = await password_sent(api.world)
    await api.call("POST", f"/api/v1/transfers/{transfers['iris-example'].id}/recall")
    reading = f"/api/v1/transfers/{transfers['tom-sample'].id}/password-reading"
    assert (await api.call("POST", reading)).status == 200
    for path in ("children/child-7f3a", f"entries?meeting={MEETING}&recipient=ben-sample"):
        assert (await look(api, path)).status == 200
    for missing in ("transfers/Ben-Sample", "entries?child=ABC1234", "entries?since=Tauira"):
        assert (await look(api, missing)).status in {404, 422}
    log = b"\n".join(await api.world.leaves()).decode().lower()
    register, pack = api.world.register, api.world.pack_file
    words: list[str | None] = [MEETING, "child-7f3a", "child-9c2e", "tauira", "sample", "example."]
    for person in register.representatives:
        words += [person.id, person.name, person.email, person.other_email]
        words += [person.mobile, person.telephone]
    words += [meeting.title for meeting in register.meetings]
    words += [d.title for d in pack.documents if d.title != d.label.category]
    words += [each.belief for each in pack.terms.statements]
    words += [each.account for each in pack.terms.consultations]
    words += [str(document.file).rpartition("/")[2] for document in pack.documents]
    held = [word for word in words if word and word.lower() in log]
    assert held == []


async def test_answers_about_the_log_have_the_usual_headers(api: Api) -> None:
    """Nothing is kept by a cache or read as another type; HEAD works as everywhere."""
    transfers = await mailed(api.world)
    await api.world.leaves()
    audited = (
        "entries?limit=5",
        "export",
        "export?format=csv",
        "export?format=ocsf",
        f"transfers/{transfers['ben-sample'].id}",
        "children/child-7f3a",
        "agencies/tamariki-care",
        "refusals",
        "entries/20/proof",
        "consistency?old=1",
    )
    for path in audited:
        await check_headers(api, f"{AUDIT}/{path}")
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/log/tile/entries/000.p/1"):
        await check_headers(api, path)
