"""Requests to an agency: reading, acknowledging, asking, passing on, and answering step by step."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from aiohttp import FormData
from support.requests import IRIS, delivered, sent, stored
from support.world import World
from web.driving import Api, Reply
from web.pages.packing import send_answer
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.information_requests.states import AnswerKind, InformationRequest, RequestState
from gateway.domain.register import AgencyId
from gateway.services import request_reading
from gateway.services.answer_steps import look_at_answer

STATEMENT = {
    "belief": "The dates show what help is needed.",
    "consulted": "yes",
    "whom": "His grandmother",
    "account": "She agrees.",
    "limitations": "Private visits lack.",
    "do": "next",
}
LABEL = {
    "title": "Dates of appointments",
    "category": "Health appointments",
    "classification": "IN-CONFIDENCE",
    "source_agency": "te-rohe-health",
    "personal": "yes",
    "section_66": "no",
}


async def arrived(world: World, **changes: Any) -> InformationRequest:
    """The sample's request, with its holder."""
    request = await sent(world, **changes)
    await delivered(world, request)
    return await stored(world, request)


async def upload(
    visit: Visit, place: str, *files: str, csrf: str | None = None, **label: str
) -> Reply:
    """Send the form with files, as a browser without scripts does."""
    form = FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("csrf", visit.csrf if csrf is None else csrf)
    for name, text in (LABEL | label).items():
        form.add_field(name, text)
    for name in files:
        form.add_field("file", io.BytesIO(b"fictional dates"), filename=name)
    return await visit._call("POST", f"{place}/answer/documents", data=form)


async def test_what_is_asked_for_soonest_comes_first(api: Api) -> None:
    """Overdue, soon, the rest, and then what has ended."""
    later = await arrived(api.world, due_on=date(2026, 12, 21))
    first = await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    done = await arrived(api.world)
    await visit.post(f"/received/{done.id}/answer", {"kind": "not held", "do": "next"})
    await send_answer(visit, f"/received/{done.id}")
    api.world.clock.move(days=16)
    visit = await Visit.of(api, Role.RESPONDER)
    words = words_of(await visit.get("/received"))
    expected = [
        "The day asked for has passed",
        first.reference,
        "Asked for soon",
        later.reference,
        "Answered or ended",
        done.reference,
    ]
    places = [words.index(each) for each in expected]
    assert places == sorted(places)


async def test_a_request_is_read_acknowledged_and_asked_about(api: Api) -> None:
    """One page says who asks, what, why, until when; the reading is recorded."""
    request = await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    page = await visit.get(place)
    words = words_of(page)
    for part in (
        "Request for information under section 66C",
        "Pat Tauira",
        "Tama Tauira-Sample",
        "ZZZ0016",
        "child health clinic",
        "1 June 2026 to 20 November 2026",
        "15 December 2026",
        "This is a request, not a demand.",
    ):
        assert part in words
    assert " must " not in words
    assert page.text.count('class="marking"') == 2
    assert [e["action"] for e in await api.actions()].count("information-request.read") == 1
    done = await visit.post(f"{place}/acknowledgement")
    assert "Acknowledged." in words_of(await visit.follow(done))
    blank = await visit.post(f"{place}/question", {"question": ""})
    assert (blank.status, 'href="#question"' in blank.text) == (422, True)
    asked = await visit.post(f"{place}/question", {"question": "Which clinic?"})
    assert "Which clinic?" in words_of(await visit.follow(asked))
    assert (await stored(api.world, request)).state is RequestState.CLARIFYING


async def test_a_request_is_passed_on_to_a_colleague(api: Api) -> None:
    """The list has the agency's own people only, without the present holder."""
    request = await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    page = await visit.get(place)
    assert 'value="hana-sample"' in page.text
    assert 'value="iris-example"' not in page.text
    assert "ben-sample" not in page.text
    wrong = await visit.post(f"{place}/forwarding", {"holder": "ben-sample", "note": "For Ben."})
    assert wrong.status == 422
    assert "For Ben." in wrong.text
    done = await visit.post(
        f"{place}/forwarding", {"holder": "hana-sample", "note": "For Hana.", "sure": "yes"}
    )
    assert "Passed on" in words_of(await visit.follow(done))
    assert (await stored(api.world, request)).holder == "hana-sample"


async def test_documents_are_disclosed_step_by_step(api: Api) -> None:
    """Each step is kept; what cannot go out says why; the last page says what is sent."""
    request = await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    assert (await visit.get(f"{place}/answer/documents")).headers["Location"] == f"{place}/answer"
    chosen = await visit.post(f"{place}/answer", {"kind": "partly disclosed", "do": "next"})
    assert chosen.headers["Location"] == f"{place}/answer/statement"
    stated = await visit.post(f"{place}/answer/statement", STATEMENT)
    assert stated.headers["Location"] == f"{place}/answer/documents"
    wrong = await upload(visit, place, "dates.pdf", category="Attendance")
    assert wrong.status == 422
    assert 'href="#category"' in wrong.text
    added = await upload(visit, place, "dates.pdf", "more.pdf")
    assert "Added" in words_of(await visit.follow(added))
    barred = await upload(visit, place, "barred.pdf", title="", section_66="yes")
    page = await visit.follow(barred)
    assert "It cannot go out like this" in words_of(page)
    last = page.text.rpartition("/removal")[0].rpartition("/answer/documents/")[2]
    relabelled = await visit.post(f"{place}/answer/documents/{last}/label", LABEL)
    assert "It cannot go out" not in words_of(await visit.follow(relabelled))
    removed = await visit.post(f"{place}/answer/documents/{last}/removal")
    assert "barred.pdf" not in (await visit.follow(removed)).text
    await visit.post(f"{place}/answer/reasons", {"reasons": "Others' visits.", "do": "next"})
    review = words_of(await visit.get(f"{place}/answer/send"))
    for part in ("discloses part", "Dates of appointments", "more.pdf", "Private visits lack."):
        assert part in review
    done = await visit.follow(await send_answer(visit, place))
    assert "Answered. The requester has been told." in words_of(done)
    assert (await stored(api.world, request)).state is RequestState.ANSWERED
    view = await request_reading.get_received(api.world.parts, IRIS, request.id)
    assert view.answer is not None
    assert (view.answer.kind, view.answer.reasons) == (AnswerKind.PARTLY, "Others' visits.")


async def test_what_is_not_sent_survives_leaving(api: Api) -> None:
    """Encrypted, for the agency alone; it is gone once the request is answered."""
    world, request = api.world, await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    await visit.post(f"{place}/answer", {"kind": "declined", "do": "next"})
    half = {"reasons": "Somebody could be found by it.", "do": "later"}
    left = await visit.post(f"{place}/answer/reasons", half)
    assert left.headers["Location"].startswith(f"{place}?said=saved")
    async with world.parts.database.work() as work:
        held = await work.requests.draft(request.id)
    assert held is not None
    assert b"found" not in held.sealed
    colleague = await Visit.of(api, Role.RESPONDER, person="hana-sample")
    page = await colleague.get(f"{place}/answer/reasons")
    assert "Somebody could be found by it." in page.text
    assert "Iris Example" in words_of(page)
    missing = await colleague.post(f"{place}/answer/reasons", half | {"do": "next"})
    assert 'href="#ground"' in missing.text
    await colleague.post(f"{place}/answer/reasons", half | {"ground": "harm", "do": "next"})
    review = words_of(await colleague.get(f"{place}/answer/send"))
    assert "declines" in review
    assert "in harm's way" in review
    await send_answer(colleague, place)
    async with world.parts.database.work() as work:
        assert await work.requests.draft(request.id) is None
    assert (await colleague.get(f"{place}/answer")).status == 409


async def test_a_pack_that_was_begun_goes_with_the_draft(api: Api) -> None:
    """When another answer is given after all."""
    world, request = api.world, await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    await visit.post(f"{place}/answer", {"kind": "disclosed", "do": "next"})
    await visit.post(f"{place}/answer/statement", STATEMENT)
    await upload(visit, place, "dates.pdf")
    again = STATEMENT | {"belief": "Said anew."}
    await visit.post(f"{place}/answer/statement", again)
    begun = await look_at_answer(world.parts, IRIS, request.id)
    assert begun.pack is not None
    assert begun.pack.statements[0].belief == "Said anew."
    assert len(begun.documents) == 1
    await visit.post(f"{place}/answer", {"kind": "not held", "do": "next"})
    await send_answer(visit, place)
    async with world.parts.database.work() as work:
        assert await work.packs.get(begun.pack.id, None) is None
    assert "pack.discarded" in [entry["action"] for entry in await api.actions()]


async def test_without_a_kind_or_documents_nothing_is_sent(api: Api) -> None:
    """The page says what is missing."""
    request = await arrived(api.world)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}"
    none = await visit.post(f"{place}/answer", {"do": "next"})
    assert (none.status, 'href="#kind"' in none.text) == (422, True)
    await visit.post(f"{place}/answer", {"kind": "disclosed", "do": "next"})
    assert (await upload(visit, place, "dates.pdf")).status == 422
    empty = await visit.post(f"{place}/answer/statement", {"do": "next", "limitations": "Kept?"})
    assert empty.status == 422
    for name in ("belief", "consulted"):
        assert f'href="#{name}"' in empty.text
    assert "Kept?" in empty.text
    await visit.post(f"{place}/answer/statement", STATEMENT)
    review = await visit.get(f"{place}/answer/send")
    assert "There are no documents yet." in words_of(review)
    assert (await send_answer(visit, place)).status == 422
    assert (await upload(visit, place)).status == 422
    assert (await stored(api.world, request)).state.is_open


async def test_a_demand_reads_as_one(api: Api) -> None:
    """Section 66 is another thing: nothing there says that the holder may decline."""
    request = await arrived(api.world)
    async with api.world.parts.database.work() as work:
        found = await work.requests.asked(request.id, None)
        assert found is not None
        await work.requests.update(replace(found, authority="OTA-66"))  # type: ignore[arg-type]
    visit = await Visit.of(api, Role.RESPONDER)
    words = words_of(await visit.get(f"/received/{request.id}"))
    assert "This is a demand under section 66." in words
    await visit.post(f"/received/{request.id}/answer", {"kind": "declined", "do": "next"})
    kinds = words_of(await visit.get(f"/received/{request.id}/answer"))
    assert "Refuse" in kinds
    assert "may decline" not in kinds
    grounds = words_of(await visit.get(f"/received/{request.id}/answer/reasons"))
    assert "legal professional privilege" in grounds
    assert "harm's way" not in grounds


PATHS = ("", "/answer", "/answer/statement", "/answer/documents", "/answer/reasons", "/answer/send")
FORMS = ("acknowledgement", "question", "forwarding", "answer", "answer/statement")


async def test_others_read_nothing(api: Api) -> None:
    """Another agency's responder, and the asking agency's own."""
    request = await arrived(api.world)
    for agency, person in (("regional-police", "ben-sample"), ("tamariki-care", "aroha-tauira")):
        visit = await Visit.of(api, Role.RESPONDER, agency=AgencyId(agency), person=person)
        for path in PATHS:
            reply = await visit.get(f"/received/{request.id}{path}")
            assert reply.status == 404
            assert "Tauira-Sample" not in reply.text
        for form in (*FORMS, "answer/reasons", "answer/send"):
            sent_form = {"kind": "declined", "question": "Q", "holder": "hana-sample"}
            assert (await visit.post(f"/received/{request.id}/{form}", sent_form)).status == 404
        assert (await upload(visit, f"/received/{request.id}", "x.pdf")).status == 404
        assert request.reference not in (await visit.get("/received")).text
    assert (await stored(api.world, request)).state is RequestState.SENT


async def test_other_roles_and_forms_without_a_token_do_nothing(api: Api) -> None:
    """Whatever they send."""
    request = await arrived(api.world)
    visit = await Visit.of(api, Role.COORDINATOR)
    for path in ("/received", *(f"/received/{request.id}{path}" for path in PATHS)):
        assert (await visit.get(path)).status == 403
    holder = await Visit.of(api, Role.RESPONDER)
    await holder.get("/received")
    for form in (*FORMS, "answer/reasons", "answer/send"):
        assert (await holder.post(f"/received/{request.id}/{form}", {"csrf": "x"})).status == 403
    await holder.post(f"/received/{request.id}/answer", {"kind": "disclosed", "do": "next"})
    await holder.post(f"/received/{request.id}/answer/statement", STATEMENT)
    assert (await upload(holder, f"/received/{request.id}", "x.pdf", csrf="x")).status == 403
    begun = await look_at_answer(api.world.parts, IRIS, request.id)
    assert begun.documents == ()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
async def test_who_oversees_does_not_answer(api: Api, role: Role) -> None:
    """Nor reads on the answering side."""
    visit = await Visit.of(api, role, agency=AgencyId("te-rohe-health"))
    assert (await visit.get("/received")).status == 403
