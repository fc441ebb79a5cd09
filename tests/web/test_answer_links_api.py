"""One-time links over the API: looked at, opened once by a code, for one request and a while."""

from dataclasses import replace

import pytest
from support.requests import DUE, HANA
from web.asking import (
    ASKED,
    DECLINED,
    DISCLOSURE,
    LINKS,
    NOWHERE,
    RECEIVED,
    SAYS,
    disclosing,
    drafted,
    fields,
    kept,
    linked,
    opened,
    responder,
    sent,
)
from web.driving import SETTINGS, Api, Serve, give_tokens, token_for
from web.schemas import conforms

from gateway.domain.actors import Role
from gateway.services.ports import Deferred


async def renewed(api: Api, request: str) -> str:
    """The token of the fresh link that was mailed to the holder."""
    reply = await api.call("POST", f"{ASKED}/{request}/link")
    assert (reply.status, reply.body) == (204, b"")
    return api.world.channels.notices[-1].lines[-1].rpartition("/")[2]


async def test_looking_at_a_link_tells_little_and_changes_nothing(api: Api) -> None:
    """The reference, who asks and the end of a number; nothing of the child, no code, no entry."""
    request, link = await linked(api)
    before, entries = await kept(api, request), len(await api.actions())
    assert (await api.call("HEAD", f"{LINKS}/{link}", role=None)).status == 200
    assert (await api.call("GET", f"{LINKS}/{link}", role=None)).status == 200
    reply = await api.call("GET", f"{LINKS}/{link}", role=None)
    conforms("lookAtAnswerLink", reply)
    told = reply.json()
    assert (told["reference"], told["mobile_ends"]) == (before.reference, "106")
    assert told["opened"] is False
    assert not [said for said in SAYS if said in reply.text]
    assert (await kept(api, request), len(await api.actions())) == (before, entries)
    assert api.world.channels.codes == []


async def test_a_code_by_text_opens_a_link_once(api: Api) -> None:
    """What it opens reads and answers the request; a second opening and another code conflict."""
    request, link = await linked(api)
    address = f"{LINKS}/{link}"
    asked = await api.call("POST", f"{address}/code", role=None)
    conforms("sendAnswerCode", asked)
    assert (asked.status, asked.json()) == (202, {"sent": True})
    ((mobile, _, code),) = api.world.channels.codes
    assert mobile == "+447700900106"
    assert code not in asked.text
    reply = await api.call("POST", f"{address}/session", role=None, json={"code": code.lower()})
    conforms("openAnswerLink", reply)
    assert (reply.status, reply.json()["request"]) == (200, request)
    assert reply.headers["Cache-Control"] == "no-store"
    again = await api.call("POST", f"{address}/session", role=None, json={"code": code})
    conforms("openAnswerLink", again)
    assert again.status == 409
    assert (await api.call("POST", f"{address}/code", role=None)).status == 409
    assert (await api.call("GET", address, role=None)).json()["opened"] is True
    token = reply.json()["token"]
    read = await api.call("GET", f"{RECEIVED}/{request}", token=token)
    assert read.json()["content"]["items"]
    pack = await disclosing(api, token, request)
    answer = {"kind": "disclosed", "pack": pack}
    done = await api.call("POST", f"{RECEIVED}/{request}/answer", token=token, json=answer)
    assert done.json()["state"] == "answered"
    assert (await api.call("GET", f"{RECEIVED}/{request}", token=token)).status == 200
    transfers = await api.call("GET", "/api/v1/transfers", token=token, params={"pack": pack})
    (transfer,) = transfers.json()["items"]
    recalled = await api.call("POST", f"/api/v1/transfers/{transfer['id']}/recall", token=token)
    assert recalled.status == 200
    last = {"kind": "not held"}
    again = await api.call("POST", f"{RECEIVED}/{request}/answer", token=token, json=last)
    assert again.json()["state"] == "answered"
    assert (await api.call("GET", f"{RECEIVED}/{request}", token=token)).status == 401
    assert (await api.call("GET", address, role=None)).status == 404


async def test_a_wrong_and_a_missing_code_read_alike(api: Api) -> None:
    """422 naming the code; ten of them close the link, to the right code too."""
    _, link = await linked(api)
    address = f"{LINKS}/{link}/session"
    unsent = await api.call("POST", address, role=None, json={"code": "0000-0000-0000"})
    await api.call("POST", f"{LINKS}/{link}/code", role=None)
    code = api.world.channels.codes[-1][2]
    wrong = await api.call("POST", address, role=None, json={"code": "1" + code[1:] + "1"})
    conforms("openAnswerLink", wrong)
    assert (unsent.status, fields(unsent), unsent.body) == (422, {"code"}, wrong.body)
    for malformed in ({}, {"code": ""}, {"code": "x" * 65}, {"code": "ä"}, {"code": 1}):
        reply = await api.call("POST", address, role=None, json=malformed)
        assert (reply.status, fields(reply)) == (422, {"code"}), malformed
    for _ in range(8):
        assert (await api.call("POST", address, role=None, json={"code": "no"})).status == 422
    assert (await api.call("POST", address, role=None, json={"code": code})).status == 409


async def test_codes_end_and_are_not_sent_without_end(api: Api) -> None:
    """After ten minutes one is too old; after five the link gives no more."""
    _, link = await linked(api)
    for _ in range(5):
        await api.call("POST", f"{LINKS}/{link}/code", role=None)
    api.world.clock.move(minutes=10)
    old = {"code": api.world.channels.codes[-1][2]}
    assert (await api.call("POST", f"{LINKS}/{link}/session", role=None, json=old)).status == 422
    assert (await api.call("POST", f"{LINKS}/{link}/code", role=None)).status == 409
    assert len(api.world.channels.codes) == 5


async def test_a_text_that_could_not_be_sent_is_told(api: Api) -> None:
    """503 with when to try again."""
    _, link = await linked(api)
    api.world.channels.outcomes = [Deferred("busy")]
    reply = await api.call("POST", f"{LINKS}/{link}/code", role=None)
    conforms("sendAnswerCode", reply)
    assert (reply.status, "Retry-After" in reply.headers) == (503, True)
    await opened(api, link)


async def test_a_session_answers_just_its_request(api: Api) -> None:
    """Not another of the agency, nor its pack, nor any list of what else there is."""
    request, link = await linked(api)
    other, draft = await sent(api), await drafted(api)
    token = await opened(api, link)
    pack = await disclosing(api, await responder(api, HANA), other)
    own = await disclosing(api, token, request)
    for asked in (other, draft, NOWHERE):
        for method, end, json in (
            ("GET", "", None),
            ("POST", "/acknowledgement", None),
            ("POST", "/question", {"text": "What?"}),
            ("POST", "/disclosure", DISCLOSURE),
            ("POST", "/answer", DECLINED),
            ("POST", "/forwarding", {"holder": "hana-sample"}),
        ):
            reply = await api.call(method, f"{RECEIVED}/{asked}{end}", token=token, json=json)
            assert reply.status == 404, (asked, end)
    answer = {"kind": "disclosed", "pack": pack}
    stolen = await api.call("POST", f"{RECEIVED}/{request}/answer", token=token, json=answer)
    assert (stolen.status, fields(stolen)) == (404, {"pack"})
    for address, status in (
        (f"/api/v1/packs/{own}", 200),
        (f"/api/v1/packs/{pack}", 404),
        (f"/api/v1/transfers?pack={pack}", 404),
        ("/api/v1/transfers", 422),
        ("/api/v1/packs", 403),
        ("/api/v1/meetings", 403),
        (ASKED, 403),
        ("/api/v1/response-times?quarter=2026-Q4", 403),
        ("/api/v1/audit/entries", 403),
    ):
        assert (await api.call("GET", address, token=token)).status == status, address


async def test_a_sessions_list_is_its_request_taken_like_any_list(api: Api) -> None:
    """Pages end and filters hold, so that a client that goes on comes to an end."""
    request, link = await linked(api)
    await sent(api)
    token = await opened(api, link)
    for query, found in (
        ("", [request]),
        ("?limit=1", [request]),
        (f"?limit=1&after={request}", []),
        ("?state=sent", [request]),
        ("?state=answered", []),
        ("?overdue=true", []),
    ):
        page = await api.call("GET", f"{RECEIVED}{query}", token=token)
        conforms("listReceivedRequests", page)
        assert [item["id"] for item in page.json()["items"]] == found, query


async def test_a_session_ends_after_its_hours_and_with_its_request(api: Api) -> None:
    """Eight hours; and withdrawn, or passed on, at once."""
    request, link = await linked(api)
    token = await opened(api, link)
    address = f"{RECEIVED}/{request}"
    api.world.clock.move(hours=8, minutes=-1)
    assert (await api.call("GET", address, token=token)).status == 200
    api.world.clock.move(minutes=1)
    assert (await api.call("GET", address, token=token)).status == 401
    token = await opened(api, await renewed(api, request))
    passed = {"holder": "hana-sample"}
    alone = await api.call("POST", f"{address}/forwarding", token=token, json=passed)
    assert (alone.status, fields(alone)) == (422, {"holder"})
    await token_for(api.world, Role.RESPONDER, HANA)
    done = await api.call("POST", f"{address}/forwarding", token=token, json=passed)
    assert done.status == 200, done.text
    assert (await api.call("GET", address, token=token)).status == 401
    request, link = await linked(api)
    token = await opened(api, link)
    await api.call("POST", f"{ASKED}/{request}/withdrawal", json={})
    assert (await api.call("GET", f"{RECEIVED}/{request}", token=token)).status == 401
    assert (await api.call("GET", f"{LINKS}/{link}", role=None)).status == 404


async def test_a_link_expires_with_the_time_for_an_answer(api: Api) -> None:
    """Twenty working days after the due date it leads nowhere, like one nobody made."""
    _, link = await linked(api)
    unknown = await api.call("GET", f"{LINKS}/{NOWHERE}", role=None)
    assert DUE.isoformat() == "2026-12-15"
    api.world.clock.move(days=30)
    assert (await api.call("GET", f"{LINKS}/{link}", role=None)).status == 200
    api.world.clock.move(days=40)
    late = await api.call("GET", f"{LINKS}/{link}", role=None)
    assert (late.status, late.body) == (404, unknown.body)


async def test_a_fresh_link_makes_the_earlier_one_void(api: Api) -> None:
    """By mail to the holder; what the earlier one opened ends too."""
    request, link = await linked(api)
    token = await opened(api, link)
    fresh = await renewed(api, request)
    assert api.world.channels.notices[-1].to == "iris.example@health-region.example"
    assert (await api.call("GET", f"{LINKS}/{link}", role=None)).status == 404
    assert (await api.call("GET", f"{RECEIVED}/{request}", token=token)).status == 401
    assert await opened(api, fresh)


@pytest.mark.parametrize("why", ["draft", "no mobile", "left"])
async def test_a_link_that_would_lead_nowhere_is_not_mailed(api: Api, why: str) -> None:
    """409 while it is a draft, and where the holder has no mobile or has left."""
    if why == "draft":
        request = await drafted(api)
    else:
        request = await sent(api, holder="hana-sample" if why == "no mobile" else "iris-example")
    if why == "left":
        people = tuple(
            replace(p, active_until=p.active_from) if p.id == "iris-example" else p
            for p in api.world.register.representatives
        )
        await api.world.import_register(replace(api.world.register, representatives=people))
    reply = await api.call("POST", f"{ASKED}/{request}/link")
    conforms("renewAnswerLink", reply)
    assert reply.status == 409
    assert api.world.channels.notices == []


async def test_each_session_has_its_own_share_of_requests(serve: Serve) -> None:
    """One holder who asks too often, from anywhere, does not keep another from answering."""
    api = await serve(replace(SETTINGS, requests_per_minute=20, trust_proxy=True))
    await give_tokens(api)
    (first, busy), (second, quiet) = await linked(api), await linked(api)
    api.monotonic.at += 60
    busy, quiet = await opened(api, busy), await opened(api, quiet)

    async def status(request: str, token: str, source: int) -> int:
        headers = {"X-Forwarded-For": f"192.0.2.{source}"}
        reply = await api.call("GET", f"{RECEIVED}/{request}", token=token, headers=headers)
        return reply.status

    assert [await status(first, busy, n) for n in range(1, 22)] == [200] * 20 + [429]
    assert await status(second, quiet, 30) == 200
