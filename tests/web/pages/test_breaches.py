"""The pages of breaches: reported, stopped, decided, told, learnt from, and exported."""

import csv
import io

from support.world import LEAD, World
from web.driving import Api, Reply
from web.pages.register_forms import assert_faulty
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.domain.transfers import State

REPORT = {
    "what": "A pack went to <b>the wrong</b> mailbox.",
    "affected": "One child.",
    "kind": "disclosed to the wrong person",
    "known_at": "2026-12-01T12:30",
}


async def reported(visit: Visit, **fields: str) -> str:
    """The address of a new breach."""
    reply = await visit.post("/breaches/report", REPORT | fields)
    assert reply.status == 303, words_of(reply)
    return reply.headers["Location"].partition("?")[0]


def revision(reply: Reply) -> str:
    """What the page's forms say of how it stands."""
    return reply.text.partition('name="seen" value="')[2].partition('"')[0]


async def done(visit: Visit, place: str, step: str, fields: dict[str, str]) -> Reply:
    """Do a step from the page as it stands now; gives the page after it."""
    seen = revision(await visit.get(place))
    return await visit.follow(await visit.post(f"{place}/{step}", fields | {"seen": seen}))


async def test_reported_stopped_and_seen_to_on_one_page(api: Api) -> None:
    """From the form to closed, by a coordinator and a privacy officer; text is escaped."""
    world: World = api.world
    sent = (await world.send())["mere-tauira"]
    coordinator = await Visit.of(api, Role.COORDINATOR)
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    form = await coordinator.get(f"/breaches/report?about={sent.reference}")
    assert sent.reference in form.text
    place = await reported(coordinator, references=sent.reference)
    page = await coordinator.get(place)
    assert "recall it before it is mailed" in words_of(page)
    assert "<b>the wrong</b>" not in page.text
    assert "72 hours left" in words_of(page) or "71 hours left" in words_of(page)
    shown = f"{sent.reference}|recall it before it is mailed"
    page = await coordinator.follow(await coordinator.post(f"{place}/do/stop", {"shown": shown}))
    assert "recall it before it is mailed done" in words_of(page)
    assert (await world.transfer(sent)).state is State.RECALLED
    await done(coordinator, place, "do/contain", {"steps": "They deleted it."})
    judged = {"harm": "serious harm not likely", "reason": "It was never mailed.", "b": "Health."}
    assert "Health." in words_of(await done(officer, place, "do/assess", judged))
    await done(officer, place, "do/not-notifiable", {})
    page = await done(officer, place, "do/close", {})
    assert "closed" in words_of(page)
    assert "closed" in words_of(await coordinator.get(f"/breaches?q={sent.reference} mailbox"))
    assert "None fits" in words_of(await coordinator.get("/breaches?q=elsewhere"))
    listed = await coordinator.get("/breaches/breaches.csv")
    rows = list(csv.DictReader(io.StringIO(listed.text.lstrip("\ufeff"))))
    assert [(r["state"], r["stopped"], r["exercise"]) for r in rows] == [("closed", "1", "")]
    assert "wrong" not in rows[0]["reference"] + listed.text.replace("wrong person", "")


async def test_a_form_that_was_not_taken_keeps_what_was_typed(api: Api) -> None:
    """An unknown reference, a stale form, a missing reason: said beside the field."""
    coordinator = await Visit.of(api, Role.COORDINATOR)
    wrong = REPORT | {"references": "T-ZZZZ-ZZZZ"}
    reply = await coordinator.post("/breaches/report", wrong)
    assert_faulty(reply, "references")
    assert "T-ZZZZ-ZZZZ" in reply.text
    reply = await coordinator.post("/breaches/report", REPORT | {"known_at": "yesterday"})
    assert_faulty(reply, "known_at")
    place = await reported(coordinator)
    stale = {"steps": "Telephoned.", "seen": "7"}
    reply = await coordinator.post(f"{place}/do/contain", stale)
    assert (reply.status, "Telephoned." in reply.text) == (409, True)
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    reply = await officer.post(f"{place}/do/assess", {"harm": "not yet known", "seen": "0"})
    assert_faulty(reply, "reason")
    at = {"at": "2026-12-01T13:00", "told": "Privacy Commissioner", "seen": "0"}
    excepted = {"exception": "it would endanger somebody's safety", "how": "No."}
    reply = await officer.post(f"{place}/do/notify", at | excepted)
    assert reply.status == 422


async def test_lessons_and_exercises(api: Api) -> None:
    """An exercise says so everywhere; its lesson goes into a draft's section on breaches."""
    coordinator = await Visit.of(api, Role.COORDINATOR)
    place = await reported(coordinator, exercise="yes")
    lesson = {"text": "Read addresses aloud.", "owner": "The coordinator", "due_on": "2026-12-20"}
    page = await coordinator.follow(await coordinator.post(f"{place}/lessons", lesson))
    assert "EXERCISE" in page.text.partition("<title>")[2].partition("</title>")[0]
    assert "EXERCISE" in words_of(await coordinator.get("/breaches?exercises=only"))
    assert "EXERCISE" not in words_of(await coordinator.get("/breaches?exercises=no"))
    name = page.text.partition("/lessons/")[2].partition("/")[0]
    carried = await coordinator.post(f"{place}/lessons/{name}/carry", {"protocol": "kowhai"})
    page = await coordinator.follow(carried)
    draft = page.text.partition('href="/drafts/')[2].partition('"')[0]
    assert "Read addresses aloud." in words_of(await coordinator.get(f"/drafts/{draft}"))
    page = await coordinator.follow(await coordinator.post(f"{place}/lessons/{name}/done", {}))
    assert "seen to" in words_of(page)


async def test_each_role_does_its_own_and_other_agencies_see_nothing(api: Api) -> None:
    """An auditor reads; only a privacy officer decides; elsewhere there is no such breach."""
    administrator = await Visit.of(api, Role.ADMINISTRATOR)
    place = await reported(administrator)
    auditor = await Visit.of(api, Role.AUDITOR)
    page = await auditor.get(place)
    assert (page.status, '<form method="post" action="/breaches' in page.text) == (200, False)
    assert (await auditor.post("/breaches/report", REPORT)).status == 403
    assert (await administrator.post(f"{place}/do/assess", {"seen": "0"})).status == 403
    responder = await Visit.of(api, Role.RESPONDER, agency=LEAD, person="aroha-tauira")
    assert (await responder.get(place)).status == 404
    assert (await responder.get(await reported(responder))).status == 200
    there = await Visit.of(api, Role.PRIVACY_OFFICER, agency=AgencyId("te-rohe-health"))
    assert (await there.get(place)).status == 404
    assert (await there.post(f"{place}/do/stop", {})).status == 404
