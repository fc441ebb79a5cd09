"""Pages that were left open: nothing is sent or written over that was not looked at."""

import asyncio
from dataclasses import replace

from support.requests import CHILD, HANA, HEALTH, IRIS, delivered, drafted, sent, stored, terms
from support.world import COORDINATOR
from web.driving import Api
from web.pages.packing import MEETING, coordinator, fields_of, new_pack, new_pack_form, upload
from web.pages.test_requests_asking import WRITTEN
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.information_requests.states import RequestState
from gateway.domain.register import ChildReference
from gateway.services.information_requests import edit_request
from gateway.services.paging import Page
from gateway.services.request_reading import list_received
from gateway.services.request_sending import send_request
from gateway.services.request_storage import RequestFilter

KEPT = ChildReference("child-9c2e")  # of whom iris-example declared a conflict of interest


async def test_whoever_has_a_conflict_reads_nothing_of_a_request(api: Api) -> None:
    """A colleague's request about the child reads as not there, in the list and by its address."""
    content = terms().content
    content = replace(content, subject=replace(content.subject, reference=KEPT))
    request = await sent(api.world, content=content, holder=HANA.representative)
    iris = await Visit.of(api, Role.RESPONDER)
    hana = await Visit.of(api, Role.RESPONDER, agency=HEALTH, person="hana-sample")
    assert request.reference in words_of(await hana.get("/received"))
    assert request.reference not in words_of(await iris.get("/received"))
    for path in ("", "/answer"):
        assert (await iris.get(f"/received/{request.id}{path}")).status == 404
    for form in ("acknowledgement", "question", "answer", "answer/send"):
        sent_form = {"question": "Why?", "kind": "declined"}
        assert (await iris.post(f"/received/{request.id}/{form}", sent_form)).status == 404
    assert await list_received(api.world.parts, IRIS, Page(), RequestFilter()) == []
    assert len(await list_received(api.world.parts, HANA, Page(), RequestFilter())) == 1


async def test_a_request_changed_meanwhile_is_not_sent_by_an_old_page(api: Api) -> None:
    """The page is shown again with whom it would go to now."""
    visit, request = await coordinator(api), await drafted(api.world)
    place = f"/requests/{request.id}/send"
    old = fields_of((await visit.get(place)).text, place)
    await edit_request(api.world.parts, COORDINATOR, request.id, terms(holder="hana-sample"))
    reply = await visit.post(place, old)
    assert reply.status == 409
    assert "has changed since this page was shown" in words_of(reply)
    assert "Hana Sample" in words_of(reply)
    assert (await stored(api.world, request)).state is RequestState.DRAFT


async def test_an_answer_changed_meanwhile_is_not_sent_by_an_old_page(api: Api) -> None:
    """A colleague chose another kind of answer."""
    request = await sent(api.world)
    await delivered(api.world, request)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}/answer"
    await visit.post(place, {"kind": "not held", "do": "next"})
    old = fields_of((await visit.get(f"{place}/send")).text, f"{place}/send")
    await visit.post(place, {"kind": "declined", "do": "next"})
    reasons = {"ground": "harm", "reasons": "Somebody could be found.", "do": "next"}
    await visit.post(f"{place}/reasons", reasons)
    reply = await visit.post(f"{place}/send", old)
    assert reply.status == 409
    assert "declines" in words_of(reply)
    assert (await stored(api.world, request)).state.is_open


async def test_a_draft_is_not_written_over_by_an_older_form(api: Api) -> None:
    """What was typed is kept, with what the draft says now beside it."""
    visit, request = await coordinator(api), await drafted(api.world)
    place = f"/requests/{request.id}/edit"
    seen = fields_of((await visit.get(place)).text, place)["seen"]
    mine = WRITTEN | {"seen": seen, "purpose": "Said in one tab."}
    assert (await visit.post(place, mine)).status == 303
    theirs = mine | {"purpose": "Said in another tab."}
    reply = await visit.post(place, theirs)
    assert reply.status == 409
    assert "It now says: “Said in one tab.”" in words_of(reply)
    assert "Said in another tab." in reply.text
    again = theirs | {"seen": fields_of(reply.text, place)["seen"]}
    assert (await visit.post(place, again)).status == 303


async def test_a_label_is_not_set_back_by_an_older_grid(api: Api) -> None:
    """The one changed meanwhile is named, with what it is now."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    await upload(visit, pack, ("care.pdf", b"one"))
    old = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    (document,) = old["document"]
    changed = old | {f"classification-{document}": "SENSITIVE"}
    assert (await visit.post(f"{pack}/labels", changed)).status == 303
    reply = await visit.post(f"{pack}/labels", old)
    assert reply.status == 409
    assert "“care.pdf” is now SENSITIVE" in words_of(reply)
    now = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    assert now[f"classification-{document}"] == ["SENSITIVE"]


async def test_pressing_twice_is_pressing_once(api: Api) -> None:
    """Sending a request at the same moment, and making a pack."""
    visit, request = await coordinator(api), await drafted(api.world)
    parts = api.world.parts
    both = [send_request(parts, COORDINATOR, request.id, "one key") for _ in range(2)]
    assert {done.state for done in await asyncio.gather(*both)} == {RequestState.SENT}
    new = f"/meetings/{MEETING}/packs/new"
    form = new_pack_form(key="one press")
    first, second = await visit.post(new, form), await visit.post(new, form)
    assert first.headers["Location"] == second.headers["Location"]


async def test_what_cannot_be_seen_is_not_written_to_the_other_agency(api: Api) -> None:
    """Controls and direction overrides are refused; lines are not."""
    request = await sent(api.world)
    await delivered(api.world, request)
    visit = await Visit.of(api, Role.RESPONDER)
    place = f"/received/{request.id}/question"
    for text in ("a\u202eb", "a\0b", "a\x1bb"):
        reply = await visit.post(place, {"question": text})
        assert (reply.status, "invisible character" in reply.text) == (422, True)
    assert (await visit.post(place, {"question": "One line\nand another"})).status == 303


async def test_other_digits_than_plain_ones_are_no_row(api: Api) -> None:
    """A superscript two counts as a digit elsewhere; here the form is taken as if to be saved."""
    visit, request = await coordinator(api), await drafted(api.world)
    place = f"/requests/{request.id}/edit"
    assert (await visit.post(place, WRITTEN | {"do": "remove items ²"})).status < 500


async def test_withdrawing_and_passing_on_are_asked_once_more(api: Api) -> None:
    """The first press changes nothing, and the question keeps what was typed."""
    request = await sent(api.world)
    await delivered(api.world, request)
    visit, holder = await coordinator(api), await Visit.of(api, Role.RESPONDER)
    for who, place, form, heading in (
        (
            holder,
            f"/received/{request.id}/forwarding",
            {"holder": "hana-sample"},
            "Pass the request on",
        ),
        (visit, f"/requests/{request.id}/withdrawal", {}, "Withdraw request"),
    ):
        asked = await who.post(place, form | {"note": "A note", "reason": "A note"})
        assert heading in words_of(asked)
        assert "A note" in asked.text
        assert (await stored(api.world, request)).holder == "iris-example"
        assert (await stored(api.world, request)).state.is_open
        if who is visit:
            assert (await who.post(place, fields_of(asked.text, place))).status == 303
    assert (await stored(api.world, request)).state is RequestState.WITHDRAWN


async def test_what_is_not_offered_is_refused_and_the_channel_is_named(api: Api) -> None:
    """A demand without a standing; and how the password goes."""
    visit, request = await coordinator(api), await drafted(api.world)
    reply = await visit.get(f"/requests/new?meeting={MEETING}&authority=OTA-66")
    assert reply.status == 422
    said = words_of(await visit.get(f"/requests/{request.id}/send"))
    assert "text message to the number ending" in said
    assert request.child == CHILD
