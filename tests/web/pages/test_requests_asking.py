"""Asking for information: the list, the form, the check, sending, and what follows."""

from datetime import UTC, date, datetime

import pytest
from support.requests import HEALTH, IRIS, delivered, drafted, sent, stored
from support.world import OTHER_PERSON
from web.driving import Api
from web.pages.packing import fields_of
from web.pages.visiting import Visit, make_user, words_of

from gateway.domain.actors import Role
from gateway.domain.information_requests.states import AnswerKind, InformationRequest, RequestState
from gateway.domain.packs import RequestId
from gateway.domain.register import AgencyId
from gateway.services import request_answers

FAR = datetime(2030, 1, 1, tzinfo=UTC)
START = {"meeting": "kowhai-2026-12-08", "authority": "OTA-66C"}
WRITTEN = START | {
    "do": "save",
    "requester": "pat-tauira",
    "holder": "iris-example",
    "protocol_purpose": "SAFETY-PLAN",
    "marking": "IN-CONFIDENCE",
    "subject.reference": "child-7f3a",
    "subject.name": "Tama Tauira-Sample (fictional)",
    "subject.other_names": "Tommy Sample (fictional)\nTam Sample (fictional)",
    "subject.born_on": "2017-03-14",
    "identifiers-0-kind": "NHI",
    "identifiers-0-number": "ZZZ0016",
    "ground": "66C(a)(ii)",
    "purpose": "To assess whether the plan meets what the child needs.",
    "items-0-category": "Health appointments",
    "items-0-description": "Dates of appointments at the child health clinic, and whether kept",
    "items-0-since": "2026-06-01",
    "items-0-until": "2026-11-20",
    "held_because": "The clinic made the appointments.",
    "needed_because": "Missed appointments would show that help is needed.",
    "consultation.consulted": "yes",
    "consultation.whom": "His grandmother",
    "consultation.account": "She agrees.",
    "due_on": "2026-12-15",
    "due_because": "The plan is reviewed then.",
    "action": "Action 2",
}


async def now(api: Api, request: InformationRequest) -> InformationRequest:
    """The request as it is stored."""
    return await stored(api.world, request)


async def test_a_request_is_written_checked_and_sent(api: Api) -> None:
    """From the choice of meeting to the confirmation, with what was typed in it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    choice = await visit.get("/requests/new")
    assert "Section 66C" in choice.text
    assert "Kōwhai meeting" in choice.text
    assert "OTA-66&" not in choice.text  # the agency has no standing for a demand
    form = await visit.get("/requests/new?meeting=kowhai-2026-12-08&authority=OTA-66C")
    assert "As the holder&#39;s records have it." in form.text  # a hint of the policy data
    saved = await visit.post("/requests/new", WRITTEN)
    shown = await visit.follow(saved)
    words = words_of(shown)
    for part in ("Saved.", "Nothing stands against sending it", "Tam Sample", "ZZZ0016", "Draft"):
        assert part in words
    place = saved.headers["Location"].partition("?")[0]
    confirm = words_of(await visit.get(f"{place}/send"))
    assert "Iris Example" in confirm
    assert "15 December 2026" in confirm
    assert "not a demand" in confirm
    filled = fields_of((await visit.get(f"{place}/send")).text, f"{place}/send")
    for _ in range(2):  # the second press is the first
        done = await visit.post(f"{place}/send", filled)
        assert "Sent." in words_of(await visit.follow(done))
    async with api.world.parts.database.work() as work:
        (kept,) = [
            each
            for each in await work.requests.sent_between(None, api.world.clock.now(), FAR)
            if each.child == "child-7f3a"
        ]
    assert kept.state is RequestState.SENT


async def test_a_draft_may_be_incomplete_and_says_what_is_missing(api: Api) -> None:
    """Each blank field leads to its place in the form; a broad item says how to narrow it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    blank = dict.fromkeys(("purpose", "held_because", "due_because", "due_on"), "")
    broad = {"items-0-description": "All health information", "items-0-since": ""}
    shown = await visit.follow(await visit.post("/requests/new", WRITTEN | blank | broad))
    words = words_of(shown)
    assert "It cannot be sent yet" in words
    assert 'edit#held_because">Why the agency is believed to hold it</a>' in shown.text
    assert 'edit#items-0-description">Item 1</a>' in shown.text
    assert "Name the record and the question" in words
    assert "request-incomplete" in words
    assert "15 December 2026" in words  # the suggested day, as none was named


async def test_a_wrong_form_is_shown_again_with_what_was_typed(api: Api) -> None:
    """Each fault is named at its field, in the words for mending it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    wrong = {
        "holder": "",
        "subject.born_on": "14.3.2017",
        "items-3-description": "The letter of discharge",
        "items-3-since": "soon",
    }
    reply = await visit.post("/requests/new", WRITTEN | wrong | {"holder": ""})
    assert reply.status == 422
    assert 'href="#holder"' in reply.text
    assert "Choose the representative who is asked." in words_of(reply)
    assert "Dates of appointments at the child health clinic" in reply.text
    reply = await visit.post("/requests/new", WRITTEN | wrong | {"holder": "iris-example"})
    assert reply.status == 422
    for place in ("subject.born_on", "items-3-since", "items-3-category"):
        assert f'href="#{place}"' in reply.text
        assert f'id="{place}-error"' in reply.text
    assert "The letter of discharge" in reply.text
    assert "14.3.2017" in reply.text
    assert [name for name, _ in await api.refusals()] == ["createRequestByForm"] * 2


async def test_rows_are_added_and_removed_without_scripts(api: Api) -> None:
    """Nothing is saved by it, and nothing that was typed is lost."""
    visit = await Visit.of(api, Role.COORDINATOR)
    more = await visit.post("/requests/new", WRITTEN | {"do": "add items"})
    assert more.status == 200
    assert 'name="items-1-description"' in more.text
    assert "Dates of appointments" in more.text
    less = await visit.post("/requests/new", WRITTEN | {"do": "remove items 0"})
    assert "Dates of appointments" not in less.text
    added = await visit.post("/requests/new", WRITTEN | {"do": "add identifiers"})
    assert 'name="identifiers-1-kind"' in added.text
    assert "There are no such requests" in words_of(await visit.get("/requests"))


async def test_a_day_is_suggested_by_the_working_days_of_the_holder(api: Api) -> None:
    """It is filled in only where there is none."""
    visit = await Visit.of(api, Role.COORDINATOR)
    filled = await visit.post("/requests/new", WRITTEN | {"do": "suggest", "due_on": ""})
    assert 'value="2026-12-15"' in filled.text
    assert "10 working days from today where Te Rohe Health" in words_of(filled)
    kept = await visit.post("/requests/new", WRITTEN | {"do": "suggest", "due_on": "2027-01-20"})
    assert 'value="2027-01-20"' in kept.text


async def test_a_draft_is_edited_until_it_is_sent(api: Api) -> None:
    """The form holds what the draft says; afterwards there is no form."""
    visit = await Visit.of(api, Role.COORDINATOR)
    request = await drafted(api.world)
    form = await visit.get(f"/requests/{request.id}/edit")
    for part in ("Tommy Sample", "ZZZ0016", "2017-03-14", "child health clinic", "12 Example"):
        assert part in form.text
    seen = fields_of(form.text, f"/requests/{request.id}/edit")["seen"]
    changed = WRITTEN | {"subject.name": "Tama Other-Sample (fictional)", "seen": seen[0]}
    saved = await visit.post(f"/requests/{request.id}/edit", changed)
    assert "Tama Other-Sample" in words_of(await visit.follow(saved))
    place = f"/requests/{request.id}/send"
    await visit.post(place, fields_of((await visit.get(place)).text, place))
    assert (await visit.get(f"/requests/{request.id}/edit")).status == 409
    assert (await visit.post(f"/requests/{request.id}/edit", WRITTEN)).status == 409
    assert (await visit.get(f"/requests/{request.id}/send")).status == 303


async def test_a_second_person_approves(api: Api) -> None:
    """The requester cannot; another coordinator and the privacy officer can."""
    asker = await Visit.of(api, Role.COORDINATOR)
    for role in (Role.COORDINATOR, Role.PRIVACY_OFFICER):
        request = await drafted(api.world)
        place = f"/requests/{request.id}"
        assert "Approve as" not in (await asker.get(place)).text
        own = await asker.post(f"{place}/approval")
        assert own.status == 409
        assert "Ask another person of your agency" in words_of(own)
        second = await Visit.of(api, role, person="aroha-tauira")
        assert "Approve as a second person" in (await second.get(place)).text
        done = await second.post(f"{place}/approval")
        assert "Approved." in words_of(await second.follow(done))
        assert (await now(api, request)).state is RequestState.APPROVED


async def test_a_question_is_replied_to_and_an_answer_is_shown(api: Api) -> None:
    """Both sides' words stand in the thread; a blank reply is refused."""
    world, visit = api.world, await Visit.of(api, Role.COORDINATOR)
    request = await sent(world)
    await delivered(world, request)
    await request_answers.ask_clarification(world.parts, IRIS, request.id, "Which clinic?")
    shown = await visit.get(f"/requests/{request.id}")
    assert "A question is waiting for a reply" in words_of(shown)
    assert "Which clinic?" in words_of(shown)
    blank = await visit.post(f"/requests/{request.id}/reply", {"reply": " "})
    assert (blank.status, 'href="#reply"' in blank.text) == (422, True)
    await visit.post(f"/requests/{request.id}/reply", {"reply": "The one in town."})
    terms = request_answers.AnswerTerms(
        AnswerKind.DECLINED, ground="harm", reasons="Somebody could be found."
    )
    await request_answers.give_answer(world.parts, IRIS, request.id, terms)
    words = words_of(await visit.get(f"/requests/{request.id}"))
    for part in ("The one in town.", "Declined", "harm&#39;s way", "Somebody could be found."):
        assert part.replace("&#39;", "'") in words


async def test_a_request_is_withdrawn_with_a_reason(api: Api) -> None:
    """The reason stands in the thread."""
    visit = await Visit.of(api, Role.COORDINATOR)
    request = await sent(api.world)
    done = await visit.post(
        f"/requests/{request.id}/withdrawal",
        {"reason": "The plan has changed.", "sure": "yes"},
    )
    words = words_of(await visit.follow(done))
    assert "The plan has changed." in words
    assert "Withdrawn" in words
    again = await visit.post(f"/requests/{request.id}/withdrawal", {"reason": "", "sure": "yes"})
    assert again.status == 409


async def test_a_fresh_link_is_mailed(api: Api) -> None:
    """As long as the request is open."""
    visit = await Visit.of(api, Role.COORDINATOR)
    request = await sent(api.world)
    done = await visit.post(f"/requests/{request.id}/link")
    assert "A fresh link is on its way" in words_of(await visit.follow(done))
    assert "/answer/" in api.world.channels.notices[-1].lines[1]
    draft = await drafted(api.world)
    assert (await visit.post(f"/requests/{draft.id}/link")).status == 409


async def test_a_request_goes_to_another_person_of_the_agency(api: Api) -> None:
    """Chosen from the agency's own people."""
    visit = await Visit.of(api, Role.COORDINATOR)
    request = await sent(api.world)
    page = await visit.get(f"/requests/{request.id}")
    assert 'value="hana-sample"' in page.text
    assert "ben-sample" not in page.text
    wrong = await visit.post(f"/requests/{request.id}/holder", {"holder": "ben-sample"})
    assert (wrong.status, 'href="#holder"' in wrong.text) == (422, True)
    await make_user(api.world, Role.RESPONDER, agency=HEALTH, person="hana-sample")
    done = await visit.post(f"/requests/{request.id}/holder", {"holder": "hana-sample"})
    assert "Hana Sample" in words_of(await visit.follow(done))
    assert (await now(api, request)).holder == "hana-sample"


async def test_the_list_begins_with_what_is_overdue(api: Api) -> None:
    """And keeps to a state, or to what is overdue."""
    visit = await Visit.of(api, Role.COORDINATOR)
    later = await sent(api.world, due_on=date(2026, 12, 21))
    first = await sent(api.world)
    draft = await drafted(api.world)
    api.world.clock.move(days=16)
    visit = await Visit.of(api, Role.COORDINATOR)
    words = words_of(await visit.get("/requests"))
    places = [words.index(each.reference) for each in (first, later, draft)]
    assert places == sorted(places)
    assert "the day has passed" in words
    only = words_of(await visit.get("/requests?overdue=yes"))
    assert (first.reference in only, later.reference in only) == (True, False)
    drafts = words_of(await visit.get("/requests?state=draft"))
    assert (first.reference in drafts, draft.reference in drafts) == (False, True)
    assert "There are no such requests" in words_of(await visit.get("/requests?page=9"))


@pytest.mark.parametrize("way", ["", "/edit", "/send"])
async def test_another_agency_does_not_see_a_request_it_has_no_part_in(api: Api, way: str) -> None:
    """Nor the agency that is asked, on the asking side's pages."""
    request = await drafted(api.world)
    for agency, person in ((AgencyId("regional-police"), OTHER_PERSON), (HEALTH, "iris-example")):
        visit = await Visit.of(api, Role.COORDINATOR, agency=agency, person=person)
        reply = await visit.get(f"/requests/{request.id}{way}")
        assert reply.status == 404
        assert "Tauira-Sample" not in reply.text
        post = await visit.post(f"/requests/{request.id}{way or '/approval'}", WRITTEN)
        assert post.status == 404


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_other_roles_do_not_ask(api: Api, role: Role) -> None:
    """Whatever page they open."""
    visit = await Visit.of(api, role, agency=AgencyId("tamariki-care"), person="aroha-tauira")
    request = await drafted(api.world)
    for path in ("/requests", "/requests/new", f"/requests/{request.id}"):
        assert (await visit.get(path)).status == 403


async def test_forms_without_a_token_do_nothing(api: Api) -> None:
    """Every form of the asking side."""
    visit = await Visit.of(api, Role.COORDINATOR)
    request = await drafted(api.world)
    for way in ("edit", "approval", "send", "reply", "withdrawal", "holder", "link"):
        reply = await visit.post(f"/requests/{request.id}/{way}", {"csrf": "0" * 64})
        assert reply.status == 403
    assert (await visit.post("/requests/new", WRITTEN | {"csrf": ""})).status == 403
    assert (await now(api, request)).state is RequestState.DRAFT


async def test_there_is_no_such_request(api: Api) -> None:
    """An identifier nobody gave."""
    visit = await Visit.of(api, Role.COORDINATOR)
    assert (await visit.get(f"/requests/{RequestId('nowhere')}")).status == 404
