"""A request's life over the API, as the agency that asks sees it."""

import json
from typing import Any

import pytest
from support.requests import HANA, SECOND
from web.asking import (
    ASKED,
    DECLINED,
    KEY,
    RECEIVED,
    SAYS,
    body,
    drafted,
    fields,
    kept,
    responder,
    send,
    sent,
)
from web.driving import Api, token_for
from web.schemas import conforms

from gateway.domain.actors import Role

FORMS = "/api/v1/request-forms"


async def test_the_form_says_what_a_request_asks_for(api: Api) -> None:
    """Fields, statements and grounds for saying no; an authority without a form is named."""
    reply = await api.call("GET", f"{FORMS}/OTA-66C")
    conforms("showRequestForm", reply)
    form = reply.json()
    assert "This is a request, not a demand." in form["statements"][0]
    required = {field["name"] for field in form["fields"] if field["required"]}
    assert {"purpose", "items", "needed_because", "due_on"} <= required
    assert "harm" in {ground["code"] for ground in form["decline_grounds"]}
    assert (await api.call("GET", f"{FORMS}/OTA-66C", role=Role.RESPONDER)).status == 200
    for authority, status in (("IPP-11", 422), ("no-such", 422), ("x%00", 404)):
        missing = await api.call("GET", f"{FORMS}/{authority}")
        conforms("showRequestForm", missing)
        assert (missing.status, fields(missing)) == (status, {"authority"}), authority


async def test_a_draft_is_made_shown_and_written_anew(api: Api) -> None:
    """What was said comes back; the summary of it and the list do not repeat it."""
    asked = body()
    made = await api.call("POST", ASKED, json=asked)
    conforms("createRequest", made)
    summary = made.json()
    assert made.headers["Location"] == f"{ASKED}/{summary['id']}"
    assert (summary["state"], summary["sent_at"], summary["packs"]) == ("draft", None, [])
    assert summary["holding_agency"] == "te-rohe-health"
    assert not [said for said in SAYS if said in made.text and said != summary["child"]]
    shown = await api.call("GET", f"{ASKED}/{summary['id']}")
    conforms("getRequest", shown)
    content = shown.json()["content"]
    assert content["subject"] == {**asked["subject"], "age_years": None}
    assert (content["items"], content["purpose"]) == (asked["items"], asked["purpose"])
    changed = body(holder="ben-sample", purpose="Something else.")
    edited = await api.call("PUT", f"{ASKED}/{summary['id']}", json=changed)
    conforms("editRequest", edited)
    assert (edited.json()["holder"], edited.json()["reference"]) == (
        "ben-sample",
        summary["reference"],
    )
    again = (await api.call("GET", f"{ASKED}/{summary['id']}")).json()
    assert again["content"]["purpose"] == "Something else."


async def test_the_tokens_holder_asks_where_nobody_is_named(api: Api) -> None:
    """The requester may be left out."""
    asked = body()
    del asked["requester"]
    assert (await api.call("POST", ASKED, json=asked)).json()["requester"] == "pat-tauira"


async def test_the_check_names_what_is_missing_and_how_to_narrow_an_item(api: Api) -> None:
    """Each blank field by its name, each broad item by its number with a hint, each rule."""
    asked = body()
    broad = {"category": "Health appointments", "description": "all health information"}
    del asked["purpose"], asked["subject"]["name"]
    draft = await drafted(api, **asked | {"purpose": None, "items": [*asked["items"], broad]})
    reply = await api.call("GET", f"{ASKED}/{draft}/check")
    conforms("checkRequest", reply)
    found = reply.json()
    assert (found["allowed"], found["missing"]) == (False, ["subject.name", "purpose"])
    ((number, hint),) = [(item["number"], item["hint"]) for item in found["too_broad"]]
    assert number == 2
    assert "Name the record and the question" in hint
    assert {f["rule"] for f in found["findings"] if f["severity"] == "deny"} == {
        "request-incomplete",
        "request-item-too-broad",
    }
    assert found["faults"] == []
    assert all(f["remedy"] and f["source"] for f in found["findings"])
    refused = await send(api, draft)
    conforms("sendRequest", refused)
    assert (refused.status, refused.json()["type"]) == (403, "urn:gateway:problem:refused")
    await api.call("PUT", f"{ASKED}/{draft}", json=body())
    whole = (await api.call("GET", f"{ASKED}/{draft}/check")).json()
    assert (whole["allowed"], whole["missing"], whole["too_broad"]) == (True, [], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"authority": "IPP-11"}, "authority"),
        ({"requester": "ben-sample"}, "requester"),
        ({"holder": "aroha-tauira"}, "holder"),
        ({"holder": "nobody"}, "holder"),
        ({"holder": "Not An Identifier"}, "holder"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"due_on": 20260101}, "due_on"),
        ({"marking": "PERHAPS"}, "marking"),
        ({"urgent": None}, "urgent"),
        ({"purpose": " \n"}, "purpose"),
        ({"purpose": "x" * 20_001}, "purpose"),
        ({"purpose": "a\x00b"}, "purpose"),
        ({"items": {}}, "items"),
        ({"items": [None]}, "items[1]"),
        ({"items": [{"category": "Callouts", "description": "y", "since": "soon"}] * 101}, "items"),
        ({"further": {"no_such_field": "x"}}, "further"),
        ({"subject": {"reference": "ZZZ0016"}}, "subject.reference"),
        ({"subject": {"reference": "child-7f3a", "age_years": 10**30}}, "subject.age_years"),
        ({"subject": {"reference": "child-7f3a", "born_on": "2150-01-01"}}, "subject.born_on"),
        ({"state": "sent"}, "state"),
        ({"agency": "regional-police"}, "agency"),
    ],
)
async def test_what_can_never_be_right_is_refused_by_name(
    api: Api, changes: dict[str, Any], field: str
) -> None:
    """422 for a new draft and for one written anew, with the field and what mends it."""
    draft = await drafted(api)
    before = await kept(api, draft)
    for method, address, operation in (
        ("POST", ASKED, "createRequest"),
        ("PUT", f"{ASKED}/{draft}", "editRequest"),
    ):
        reply = await api.call(method, address, json=body(**changes))
        conforms(operation, reply)
        assert (reply.status, fields(reply)) == (422, {field})
        assert reply.json()["remedy"]
    assert await kept(api, draft) == before
    assert len((await api.call("GET", ASKED)).json()["items"]) == 1


async def test_more_than_is_kept_of_a_request_is_refused(api: Api) -> None:
    """Also where it becomes so long only in its composed form."""
    item = {"category": "Health appointments", "description": "\U0001d160" * 6600}
    asked = body(items=[item] * 20)
    sent_bytes = json.dumps(asked, ensure_ascii=False).encode()
    assert len(sent_bytes) < 1_048_576
    headers = {"Content-Type": "application/json"}
    reply = await api.call("POST", ASKED, data=sent_bytes, headers=headers)
    assert (reply.status, fields(reply)) == (422, {"items"})
    assert (await api.call("GET", ASKED)).json()["items"] == []


async def test_a_request_follows_a_meeting_of_the_own_agency(api: Api) -> None:
    """Another's meeting and none at all read alike."""
    reply = await api.call("POST", ASKED, json=body(meeting="no-such-meeting"))
    assert (reply.status, fields(reply)) == (404, {"meeting"})


async def test_the_check_names_fields_that_cannot_be_right(api: Api) -> None:
    """An age that does not fit the birth, and a wording of duty, each with its remedy."""
    asked = body()
    asked["subject"]["age_years"] = 15
    draft = await drafted(api, **asked | {"reply_by": "You must answer by mail."})
    reply = await api.call("GET", f"{ASKED}/{draft}/check")
    conforms("checkRequest", reply)
    faults = reply.json()["faults"]
    assert [fault["field"] for fault in faults] == ["subject.age_years", "reply_by"]
    assert all(fault["remedy"] for fault in faults)


async def test_the_privacy_officer_reads_and_checks_a_draft(api: Api) -> None:
    """What they may approve; they neither change nor send it."""
    draft = await drafted(api)
    for end in ("", "/check"):
        reply = await api.call("GET", f"{ASKED}/{draft}{end}", role=Role.PRIVACY_OFFICER)
        assert reply.status == 200, end
    change = await api.call("PUT", f"{ASKED}/{draft}", role=Role.PRIVACY_OFFICER, json=body())
    assert change.status == 403
    assert (await api.call("GET", f"{ASKED}/{draft}", role=Role.AUDITOR)).status == 403


async def test_an_open_request_is_addressed_anew(api: Api) -> None:
    """To who can answer; the field is named otherwise, and a draft is edited instead."""
    address = f"{ASKED}/{await sent(api)}/holder"
    wrong = await api.call("POST", address, json={"holder": "hana-sample"})
    conforms("readdressRequest", wrong)
    assert (wrong.status, fields(wrong)) == (422, {"holder"})
    same = await api.call("POST", address, json={"holder": "iris-example"})
    assert same.status == 409
    await token_for(api.world, Role.RESPONDER, HANA)
    done = await api.call("POST", address, json={"holder": "hana-sample"})
    conforms("readdressRequest", done)
    assert (done.status, done.json()["holder"]) == (200, "hana-sample")
    draft = f"{ASKED}/{await drafted(api)}/holder"
    assert (await api.call("POST", draft, json={"holder": "hana-sample"})).status == 409


async def test_a_second_person_approves_and_an_edit_makes_it_void(api: Api) -> None:
    """The requester cannot, an officer without a name cannot; 409 and 403."""
    draft = await drafted(api)
    address = f"{ASKED}/{draft}/approval"
    own = await api.call("POST", address)
    conforms("approveRequest", own)
    assert own.status == 409
    assert (await api.call("POST", address, role=Role.PRIVACY_OFFICER)).status == 403
    _, second = await token_for(api.world, Role.COORDINATOR, SECOND)
    approved = await api.call("POST", address, token=second)
    conforms("approveRequest", approved)
    assert (approved.status, approved.json()["state"]) == (200, "approved")
    assert (await api.call("POST", address, token=second)).status == 409
    assert (await api.call("PUT", f"{ASKED}/{draft}", json=body())).json()["state"] == "draft"


async def test_sending_twice_under_a_key_is_sending_once(api: Api) -> None:
    """The same key gives the same answer, another request under it conflicts, none is refused."""
    draft, other = await drafted(api), await drafted(api)
    first = await send(api, draft, "one")
    conforms("sendRequest", first)
    assert (first.status, first.json()["state"]) == (202, "sent")
    again = await send(api, draft, "one")
    assert (again.status, again.body) == (202, first.body)
    mismatch = await send(api, other, "one")
    assert (mismatch.status, fields(mismatch)) == (409, {KEY})
    assert (await send(api, draft, "two")).status == 409
    assert (await api.call("POST", f"{ASKED}/{other}/send")).status == 422
    assert (await kept(api, other)).packs == ()
    assert len((await kept(api, draft)).packs) == 1


async def test_a_request_without_a_due_date_gets_the_one_the_form_suggests(api: Api) -> None:
    """Ten working days, which a person may change."""
    draft = await drafted(api, due_on=None)
    shown = (await api.call("GET", f"{ASKED}/{draft}")).json()
    assert shown["due_on"] == "2026-12-15"


async def test_what_was_sent_is_not_written_anew_nor_checked_nor_approved(api: Api) -> None:
    """409 for each."""
    request = await sent(api)
    before = await kept(api, request)
    for method, end, rest in (
        ("PUT", "", {"json": body(purpose="Another.")}),
        ("GET", "/check", {}),
        ("POST", "/approval", {}),
        ("POST", "/clarification", {"json": {"text": "Nobody asked."}}),
    ):
        reply = await api.call(method, f"{ASKED}/{request}{end}", **rest)
        assert reply.status == 409, end
    assert await kept(api, request) == before


async def test_a_request_is_taken_back_with_a_reason(api: Api) -> None:
    """The holder reads why and cannot answer any more; a blank reason and a second time fail."""
    request, draft = await sent(api), await drafted(api)
    holder = await responder(api)
    address = f"{ASKED}/{request}/withdrawal"
    blank = await api.call("POST", address, json={"reason": "  "})
    assert (blank.status, fields(blank)) == (422, {"reason"})
    done = await api.call("POST", address, json={"reason": "It came up at the meeting."})
    conforms("withdrawRequest", done)
    assert done.json()["state"] == "withdrawn"
    assert (await api.call("POST", address, json={})).status == 409
    read = (await api.call("GET", f"{RECEIVED}/{request}", token=holder)).json()
    assert [(m["kind"], m["text"]) for m in read["messages"]] == [
        ("withdrawal", "It came up at the meeting.")
    ]
    late = await api.call("POST", f"{RECEIVED}/{request}/answer", token=holder, json=DECLINED)
    assert late.status == 409
    forgotten = await api.call("POST", f"{ASKED}/{draft}/withdrawal", json={})
    assert forgotten.json()["state"] == "withdrawn"
    assert (await api.call("GET", f"{RECEIVED}/{draft}", token=holder)).status == 404
