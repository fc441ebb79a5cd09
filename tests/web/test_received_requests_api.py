"""A request's life over the API, as the agency that is asked sees it."""

from typing import Any

import pytest
from support.requests import HANA, transfer_of
from web.asking import (
    ASKED,
    DATES,
    DECLINED,
    DISCLOSURE,
    NOWHERE,
    RECEIVED,
    SAYS,
    disclosing,
    drafted,
    fields,
    kept,
    responder,
    sent,
)
from web.driving import Api, Reply
from web.schemas import conforms

from gateway.domain.actors import Role


async def answered(api: Api, request: str, token: str, answer: dict[str, Any]) -> Reply:
    """What comes back for an answer."""
    reply = await api.call("POST", f"{RECEIVED}/{request}/answer", token=token, json=answer)
    conforms("giveAnswer", reply)
    return reply


async def test_a_request_is_read_once_it_was_sent(api: Api) -> None:
    """Reading is recorded; a draft reads like none; the list tells only what it is about."""
    draft, request = await drafted(api), await sent(api)
    holder = await responder(api)
    reply = await api.call("GET", f"{RECEIVED}/{request}", token=holder)
    conforms("getReceivedRequest", reply)
    assert reply.json()["content"]["subject"]["name"] == "Tama Tauira-Sample (fictional)"
    assert (await api.actions())[-1]["action"] == "information-request.read"
    missing = await api.call("GET", f"{RECEIVED}/{NOWHERE}", token=holder)
    unsent = await api.call("GET", f"{RECEIVED}/{draft}", token=holder)
    assert (unsent.status, unsent.body) == (404, missing.body)
    listed = await api.call("GET", RECEIVED, token=holder)
    conforms("listReceivedRequests", listed)
    assert [item["id"] for item in listed.json()["items"]] == [request]
    assert not [said for said in SAYS if said in listed.text and said != DATES["children"][0]]


async def test_acknowledging_twice_is_acknowledging_once(api: Api) -> None:
    """The asking side sees since when."""
    request = await sent(api)
    holder = await responder(api)
    address = f"{RECEIVED}/{request}/acknowledgement"
    first = await api.call("POST", address, token=holder)
    conforms("acknowledgeRequest", first)
    api.world.clock.move(hours=1)
    again = await api.call("POST", address, token=await responder(api, HANA))
    assert (again.status, again.body) == (200, first.body)
    shown = (await api.call("GET", f"{ASKED}/{request}")).json()
    assert (shown["state"], shown["acknowledged_at"]) == (
        "acknowledged",
        "2026-12-01T00:00:00.000Z",
    )


async def test_a_question_and_its_reply_stand_in_the_thread_of_both(api: Api) -> None:
    """Each side reads the same; nobody replies to what was not asked; a blank says nothing."""
    request = await sent(api)
    holder = await responder(api)
    question, reply_to = f"{RECEIVED}/{request}/question", f"{ASKED}/{request}/clarification"
    for address, token in ((question, holder), (reply_to, api.tokens[Role.COORDINATOR])):
        for text in ("", " \n", "x" * 20_001, None):
            refused = await api.call("POST", address, token=token, json={"text": text})
            assert (refused.status, fields(refused)) == (422, {"text"})
    assert (await api.call("POST", reply_to, json={"text": "No one asked."})).status == 409
    asked = await api.call("POST", question, token=holder, json={"text": "Which clinic?"})
    conforms("askClarification", asked)
    assert asked.json()["state"] == "clarifying"
    given = await api.call("POST", reply_to, json={"text": "The one in town."})
    conforms("giveClarification", given)
    assert given.json()["state"] == "acknowledged"
    own = (await api.call("GET", f"{ASKED}/{request}")).json()["messages"]
    assert own == (await api.call("GET", f"{RECEIVED}/{request}", token=holder)).json()["messages"]
    assert [(m["agency"], m["author"], m["kind"], m["text"]) for m in own] == [
        ("te-rohe-health", "iris-example", "question", "Which clinic?"),
        ("tamariki-care", "pat-tauira", "reply", "The one in town."),
    ]


async def test_a_disclosure_is_made_checked_and_given(api: Api) -> None:
    """The pack goes to the requester alone; both sides read the answer, once."""
    request = await sent(api)
    holder = await responder(api)
    empty = await api.call(
        "POST", f"{RECEIVED}/{request}/disclosure", token=holder, json=DISCLOSURE
    )
    conforms("startDisclosure", empty)
    assert (empty.json()["kind"], empty.json()["request"]) == ("answer", request)
    assert empty.headers["Location"] == f"/api/v1/packs/{empty.json()['id']}"
    nothing = {"kind": "disclosed", "pack": empty.json()["id"]}
    assert fields(await answered(api, request, holder, nothing)) == {"documents"}
    pack = await disclosing(api, holder, request)
    check = (await api.call("GET", f"/api/v1/packs/{pack}/check", token=holder)).json()
    assert [row["recipient"] for row in check["rows"]] == ["pat-tauira"]
    assert check["rows"][0]["decisions"][0]["allowed"] is True
    done = await answered(api, request, holder, {"kind": "disclosed", "pack": pack})
    assert (done.status, done.json()["state"]) == (200, "answered")
    transfer = await transfer_of(api.world, pack)
    assert (transfer.agency, transfer.recipient) == ("te-rohe-health", "pat-tauira")
    shown = (await api.call("GET", f"{ASKED}/{request}")).json()["answer"]
    assert shown == (await api.call("GET", f"{RECEIVED}/{request}", token=holder)).json()["answer"]
    assert (shown["kind"], shown["pack"], shown["answered_by"]) == (
        "disclosed",
        pack,
        "iris-example",
    )
    assert shown["limitations"] == DISCLOSURE["limitations"]
    for late in ({"kind": "not held"}, DECLINED, {"kind": "disclosed", "pack": pack}):
        assert (await answered(api, request, holder, late)).status == 409


async def test_what_was_not_asked_for_holds_back_all_of_it(api: Api) -> None:
    """403, the check names the rule, and the request stays open."""
    request = await sent(api)
    holder = await responder(api)
    pack = await disclosing(api, holder, request)
    await api.upload(pack, label={**DATES, "category": "Mental health"}, token=holder)
    refused = await answered(api, request, holder, {"kind": "disclosed", "pack": pack})
    assert (refused.status, refused.json()["type"]) == (403, "urn:gateway:problem:refused")
    check = (await api.call("GET", f"/api/v1/packs/{pack}/check", token=holder)).json()
    rules = [f["rule"] for d in check["rows"][0]["decisions"] for f in d["findings"]]
    assert rules == ["answer-category-not-asked"]
    assert (await kept(api, request)).state.value == "sent"


async def test_a_partial_disclosure_says_why_only_part(api: Api) -> None:
    """Reasons are needed, and read by the requester."""
    request = await sent(api)
    holder = await responder(api)
    answer = {"kind": "partly disclosed", "pack": await disclosing(api, holder, request)}
    silent = await answered(api, request, holder, answer)
    assert (silent.status, fields(silent)) == (422, {"reasons"})
    reasons = "The clinic holds the rest."
    assert (await answered(api, request, holder, answer | {"reasons": reasons})).status == 200
    assert (await api.call("GET", f"{ASKED}/{request}")).json()["answer"]["reasons"] == reasons


async def test_not_held_and_declined_reach_the_requester_with_their_words(api: Api) -> None:
    """With whom to ask instead."""
    holder = await responder(api)
    for answer in ({"kind": "not held", "onward": "Ask the clinic."}, DECLINED):
        request = await sent(api)
        assert (await answered(api, request, holder, answer)).json()["state"] == "answered"
        shown = (await api.call("GET", f"{ASKED}/{request}")).json()
        assert {name: shown["answer"][name] for name in answer} == answer
        assert shown["answer"]["pack"] is None


@pytest.mark.parametrize(
    ("answer", "status", "field"),
    [
        ({}, 422, "kind"),
        ({"kind": "perhaps"}, 422, "kind"),
        ({"kind": "declined", "reasons": "Because."}, 422, "ground"),
        ({"kind": "declined", "reasons": "Because.", "ground": "no-such"}, 422, "ground"),
        ({"kind": "declined", "reasons": "Because.", "ground": "x" * 201}, 422, "ground"),
        ({"kind": "not held", "ground": "harm"}, 422, "ground"),
        ({"kind": "declined", "ground": "harm"}, 422, "reasons"),
        ({"kind": "declined", "ground": "harm", "reasons": " \n"}, 422, "reasons"),
        ({"kind": "declined", "ground": "harm", "reasons": "x" * 20_001}, 422, "reasons"),
        ({"kind": "not held", "onward": "x" * 20_001}, 422, "onward"),
        ({"kind": "disclosed"}, 409, "pack"),
        ({"kind": "disclosed", "pack": "a b"}, 422, "pack"),
        ({"kind": "disclosed", "pack": NOWHERE}, 404, "pack"),
        ({"kind": "not held", "pack": NOWHERE}, 404, "pack"),
        ({"kind": "not held", "state": "answered"}, 422, "state"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_by_field(
    api: Api, answer: dict[str, Any], status: int, field: str
) -> None:
    """The request stays as it was."""
    request = await sent(api)
    before = await kept(api, request)
    reply = await answered(api, request, await responder(api), answer)
    assert (reply.status, fields(reply)) == (status, {field})
    told = reply.json()
    assert all(one["remedy"] for one in [told, *told.get("problems", ())])
    assert await kept(api, request) == before


async def test_an_answers_pack_is_of_this_request(api: Api) -> None:
    """Neither of another one, nor the pack that carried this one; and a decline has none."""
    request, other = await sent(api), await sent(api)
    holder = await responder(api)
    pack = await disclosing(api, holder, other)
    carried = (await kept(api, request)).pack
    for named in (pack, carried):
        reply = await answered(api, request, holder, {"kind": "disclosed", "pack": named})
        assert (reply.status, fields(reply)) == (404, {"pack"})
    declined = await answered(api, other, holder, {**DECLINED, "pack": pack})
    assert (declined.status, fields(declined)) == (409, {"pack"})
    assert (await transfers_of(api, holder, pack)) == []


async def transfers_of(api: Api, token: str, pack: str) -> list[Any]:
    """The transfers of an answer's pack."""
    reply = await api.call("GET", f"/api/v1/transfers?pack={pack}", token=token)
    conforms("listTransfers", reply)
    return list(reply.json()["items"])


async def test_a_request_is_passed_on_within_the_agency(api: Api) -> None:
    """The colleague gets it sealed as it came; both agencies read the note."""
    request = await sent(api)
    holder = await responder(api)
    address = f"{RECEIVED}/{request}/forwarding"
    for told, status in (
        ({}, 422),
        ({"holder": "ben-sample"}, 422),
        ({"holder": "nobody"}, 422),
        ({"holder": "Not An Identifier"}, 422),
    ):
        refused = await api.call("POST", address, token=holder, json=told)
        conforms("forwardRequest", refused)
        assert (refused.status, fields(refused)) == (status, {"holder"}), told
    same = await api.call("POST", address, token=holder, json={"holder": "iris-example"})
    barred = await api.call("POST", address, token=holder, json={"holder": "kim-example"})
    assert (same.status, barred.status) == (409, 403)
    told = {"holder": "hana-sample", "note": "Hana keeps the dates."}
    done = await api.call("POST", address, token=holder, json=told)
    conforms("forwardRequest", done)
    assert (done.json()["holder"], done.json()["state"]) == ("hana-sample", "sent")
    transfer = await transfer_of(api.world, (await kept(api, request)).pack)
    assert (transfer.recipient, transfer.agency) == ("hana-sample", "tamariki-care")
    messages = (await api.call("GET", f"{ASKED}/{request}")).json()["messages"]
    assert [(m["kind"], m["text"]) for m in messages] == [("forwarding", told["note"])]
