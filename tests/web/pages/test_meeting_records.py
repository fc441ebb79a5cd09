"""Records of meetings on their pages: agenda, attendance, actions, deletion, checklist."""

import re
from datetime import timedelta

from support.world import LEAD, World
from web.driving import Api
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.meeting_records import NoticeKind
from gateway.domain.register import AgencyId, MeetingId
from gateway.services import meeting_notices
from gateway.services.delivery import run

POLICE, HEALTH = AgencyId("regional-police"), AgencyId("te-rohe-health")
MEETING = MeetingId("kowhai-2026-12-08")
RECORD = f"/meetings/{MEETING}/record"


def held(world: World) -> None:
    """Let the day after the meeting come."""
    world.clock.at = world.register.meetings[0].held_at + timedelta(hours=20)


async def police(api: Api) -> Visit:
    return await Visit.of(api, Role.RESPONDER, agency=POLICE, person="ben-sample")


async def attend(visit: Visit, world: World, **changes: str | list[str]) -> None:
    """Record that everybody came, but for `changes`."""
    seen = seen_in(await visit.get(f"{RECORD}/attendance"))
    people = world.register.meetings[0].attendees
    fields = {f"presence-{person}": "present" for person in people}
    reply = await visit.post(f"{RECORD}/attendance", {**seen, **fields, **changes})
    assert reply.status == 303, words_of(reply)


async def task(visit: Visit, world: World) -> str:
    """Task the police; the address of the action."""
    fields = {
        "owner": "ben-sample", "text": "Ring the <school>.", "children": ["child-7f3a"],
        "due_on": (world.parts.today() + timedelta(days=7)).isoformat(),
    }  # fmt: skip
    reply = await visit.post(f"{RECORD}/actions/new", fields)
    page = await visit.follow(reply)
    assert "&lt;school&gt;" in page.text
    found = re.search(r'href="(/actions/[^"/.]+)"', page.text)
    assert found is not None
    return found[1]


async def test_an_agenda_is_written_and_read_by_attendees(api: Api) -> None:
    """Rows come and go, what is wrong is said at its field, and an old form is told of."""
    visit = await Visit.of(api, Role.COORDINATOR)
    assert f'href="{RECORD}"' in (await visit.get("/meetings")).text
    seen = seen_in(await visit.get(f"{RECORD}/agenda"))
    fields = {"items-1-text": "Dates of visits", "items-1-child": "child-7f3a"}
    added = await visit.post(f"{RECORD}/agenda", seen | fields | {"add": "items"})
    assert "items-2-text" in added.text
    wrong = {"items-2-text": "Write to sample@health.example"}
    assert_faulty(
        await visit.post(f"{RECORD}/agenda", seen | fields | wrong),
        "items-2-text",
    )
    saved = await visit.follow(await visit.post(f"{RECORD}/agenda", seen | fields))
    assert "Dates of visits" in words_of(saved)
    stale = await visit.post(f"{RECORD}/agenda", seen | {"items-1-text": "Other"})
    assert (stale.status, "Other" in stale.text) == (409, True)
    there = words_of(await (await police(api)).get(RECORD))
    assert "Conflicts of interest" in there
    assert "Dates of visits" in there
    assert "Change the agenda" not in there


async def test_a_meeting_from_its_attendance_to_the_deletion_of_packs(api: Api) -> None:
    """Attendance, an action and its end, closing, a one-time link, a correction, CSV."""
    world = api.world
    sent = await world.send()
    for _ in range(2):
        for transfer in sent.values():
            await run(world.parts, transfer.id)
        world.clock.move(minutes=15)
    held(world)
    visit, officer = await Visit.of(api, Role.COORDINATOR), await police(api)
    await attend(visit, world, **{"conflict-tom-sample": ["child-9c2e"]})
    action = await task(visit, world)
    assert_faulty(await officer.post(action, {"state": "not done"}), "outcome")
    ended = await officer.follow(
        await officer.post(action, {"state": "not done", "outcome": "Nobody answered."})
    )
    assert "Nobody answered." in words_of(ended)
    assert "=" not in (await officer.get("/actions/actions.csv")).text.split(",")[0]
    assert "Nobody answered." in (await visit.get("/actions/actions.csv")).text
    seen = seen_in(await visit.get(RECORD))
    record = await visit.follow(await visit.post(f"{RECORD}/close", seen))
    words = words_of(record)
    assert "cannot be called back" in words
    assert "tasked, so may keep what the action needs" in words
    link = await _link(api, "aroha-tauira")
    await _answer_by(api, link)
    assert "deleted" in (await visit.get(f"{RECORD}/deletions.csv")).text
    told = f"/transfers/{sent['tom-sample'].id}/deletion"
    assert_faulty(await visit.post(told, {"answer": "kept"}), "reason")
    done = await visit.follow(await visit.post(told, {"answer": "kept", "reason": "A <duty>."}))
    assert "A &lt;duty&gt;." in done.text
    text = {"text": "The day was wrong."}
    corrected = await visit.follow(await visit.post(f"{RECORD}/corrections", text))
    assert "The day was wrong." in words_of(corrected)
    assert (await visit.post(f"{RECORD}/close", seen)).status == 409
    assert "A &lt;duty&gt;" not in (await officer.get(RECORD)).text


async def _link(api: Api, recipient: str) -> str:
    """The address in the mail that asks a recipient to delete."""
    async with api.world.parts.database.work() as work:
        asked = await work.meeting_records.keepings(MEETING, LEAD)
    (keeping,) = [each for each in asked if each.recipient == recipient]
    await meeting_notices.send(api.world.parts, keeping.id, NoticeKind.DELETION_ASKED)
    return "/deletion/" + api.world.channels.notices[-1].lines[-2].rpartition("/")[2]


async def _answer_by(api: Api, link: str) -> None:
    """Say on the page of a link that a pack is deleted; nothing else counts as an answer."""
    nobody = Visit(api, csrf="none")
    page = await nobody.get(link)
    proof = re.search(r'name="page" value="([0-9a-f]+)"', page.text)
    assert proof is not None
    for fields, status in (
        ({"answer": "deleted"}, 403),
        ({"answer": "deleted", "page": "0" * 64}, 403),
        ({"page": proof[1]}, 422),
        ({"page": proof[1], "answer": "kept"}, 422),
    ):
        assert (await nobody.post(link, fields)).status == status
    assert "Answer" in (await nobody.get(link)).text
    reply = await nobody.post(link, {"page": proof[1], "answer": "deleted"})
    assert "On record: deleted." in words_of(await nobody.follow(reply))
    assert (await nobody.get(f"/deletion/{'A' * 43}")).status == 404


async def test_outcomes_are_begun_from_the_record(api: Api) -> None:
    """The form of a pack says whom it goes to; the pack is linked from the record."""
    held(api.world)
    visit = await Visit.of(api, Role.COORDINATOR)
    await task(visit, api.world)
    basis = "SAFETY-PLAN/OTA-66C"
    chosen = await visit.get(f"/meetings/{MEETING}/packs/new?outcomes=yes")
    assert 'name="outcomes" value="yes"' in chosen.text
    form = await visit.get(f"/meetings/{MEETING}/packs/new?outcomes=yes&basis={basis}")
    assert "shares outcomes back" in words_of(form)
    fields = {
        "outcomes": "yes", "purpose": "SAFETY-PLAN", "authority": "OTA-66C",
        "marking": "IN-CONFIDENCE", "ground": "66C(a)(i)", "belief": "They have a task.",
        "consulted-child-7f3a": "yes", "account-child-7f3a": "They agree.",
        "consulted-child-9c2e": "no", "account-child-9c2e": "Too young.",
    }  # fmt: skip
    reply = await visit.post(f"/meetings/{MEETING}/packs/new", fields)
    assert reply.status == 303, words_of(reply)
    place = reply.headers["Location"].partition("?")[0]
    assert f'href="{place}"' in (await visit.get(RECORD)).text


async def test_the_checklist_keeps_what_was_typed_and_ends_on_record(api: Api) -> None:
    """What speaks against it stands at its field; 'do not share' needs its reason."""
    place = f"/meetings/{MEETING}/checklist"
    visit = await Visit.of(api, Role.COORDINATOR)
    fields = {"then": "share", "basis": "SAFETY-PLAN/OTA-66C", "belief": "They visit."}
    assert_faulty(await visit.post(place, fields), "relevant")
    again = await visit.post(place, fields | {"accurate": "no"})
    assert "They visit." in again.text
    assert_faulty(await visit.post(place, {"then": "not"}), "reason")
    reason = {"then": "not", "reason": "It would put <them> at risk."}
    ended = await visit.follow(await visit.post(place, reason))
    assert "at risk" in words_of(ended)
    assert "&lt;them&gt;" in ended.text
    good = {
        **fields, "relevant": "yes", "recipients": ["ben-sample", "hana-sample"],
        "ground": "66C(a)(i)", "telling": "they are told", "telling_why": "On Monday.",
        "consulted-child-7f3a": "yes", "account-child-7f3a": "They agree.",
        "consulted-child-9c2e": "no", "account-child-9c2e": "Too young.",
        "accurate": "yes", "least": "yes", "classification": "IN-CONFIDENCE", "conflict": "no",
    }  # fmt: skip
    reply = await visit.post(place, good)
    assert reply.headers["Location"].startswith("/packs/"), words_of(reply)
    words = words_of(await visit.get(RECORD))
    assert "a pack was begun" in words
    assert "do not share" in words


async def test_what_is_another_agencys_is_not_there(api: Api) -> None:
    """Who neither leads, attends nor is tasked finds nothing; who only attends keeps nothing."""
    held(api.world)
    visit = await Visit.of(api, Role.COORDINATOR)
    action = await task(visit, api.world)
    health = await Visit.of(api, Role.COORDINATOR, agency=HEALTH, person="hana-sample")
    assert (await health.get(action)).status == 404
    assert (await health.post(action, {"state": "done"})).status == 404
    assert action not in (await health.get(RECORD)).text
    for form in ("agenda", "attendance", "actions/new", "close", "corrections", "ask"):
        reply = await health.post(f"{RECORD}/{form}", {"seen": "0", "text": "x", "owner": "x"})
        assert reply.status in {403, 422}, form
    missing = "/meetings/no-such-meeting"
    for place in (f"{missing}/record", f"{missing}/checklist", "/checklists/none", "/actions/none"):
        assert (await visit.get(place)).status == 404, place
    auditor = await Visit.of(api, Role.AUDITOR)
    assert (await auditor.get(RECORD)).status == 403
