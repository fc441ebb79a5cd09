"""Lists of requests and the report on response times over the API."""

from typing import Any

from support.requests import BEN
from support.world import STRANGER
from web.asking import ASKED, RECEIVED, body, drafted, fields, responder, sent
from web.driving import Api, token_for
from web.schemas import conforms

from gateway.domain.actors import Role

TIMES = "/api/v1/response-times"


async def listed(api: Api, address: str, **rest: Any) -> list[str]:
    """The identifiers that a list holds."""
    reply = await api.call("GET", address, **rest)
    conforms("listRequests" if address.startswith(ASKED) else "listReceivedRequests", reply)
    assert reply.status == 200, reply.text
    return [item["id"] for item in reply.json()["items"]]


async def test_lists_come_in_pages_that_meet_on_both_sides(api: Api) -> None:
    """Pages of two hold what one page of all holds, in the same order."""
    made = [await sent(api) for _ in range(5)]
    for base, token in ((ASKED, api.tokens[Role.COORDINATOR]), (RECEIVED, await responder(api))):
        assert await listed(api, base, token=token) == made
        found: list[str] = []
        address: str | None = f"{base}?limit=2"
        while address:
            page = (await api.call("GET", address, token=token)).json()
            found += [item["id"] for item in page["items"]]
            address = page["next"] and f"{base}?limit=2&after={page['next']}"
        assert found == made


async def test_lists_are_narrowed_by_state_and_by_what_is_overdue(api: Api) -> None:
    """Overdue is what is open the day after its own; a draft or an answered one is not."""
    draft = await drafted(api)
    late, answered, later = (
        await sent(api),
        await sent(api),
        await sent(api, due_on="2026-12-20"),
    )
    holder = await responder(api)
    answer = {"kind": "not held"}
    await api.call("POST", f"{RECEIVED}/{answered}/answer", token=holder, json=answer)
    assert await listed(api, f"{ASKED}?state=draft") == [draft]
    assert await listed(api, f"{ASKED}?state=answered") == [answered]
    assert await listed(api, f"{RECEIVED}?state=draft", token=holder) == []
    api.world.clock.move(days=14, hours=10)  # still 15 December where the register is
    assert await listed(api, f"{ASKED}?overdue=true") == []
    api.world.clock.move(hours=1)
    assert await listed(api, f"{ASKED}?overdue=true") == [late]
    assert await listed(api, f"{RECEIVED}?overdue=true", token=holder) == [late]
    assert await listed(api, f"{ASKED}?overdue=true&state=answered") == []
    assert await listed(api, f"{ASKED}?overdue=true&after={late}") == []
    assert await listed(api, f"{ASKED}?overdue=false") == [draft, late, answered, later]


async def test_filters_are_taken_strictly(api: Api) -> None:
    """Unknown, doubled and malformed ones are refused, each by name."""
    holder = await responder(api)
    for base, token in ((ASKED, api.tokens[Role.COORDINATOR]), (RECEIVED, holder)):
        for query, field in (
            ("state=lost", "state"),
            ("state=Sent", "state"),
            ("overdue=yes", "overdue"),
            ("overdue=", "overdue"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("after=%00", "after"),
            ("agency=regional-police", "agency"),
        ):
            reply = await api.call("GET", f"{base}?{query}", token=token)
            assert (reply.status, fields(reply)) == (422, {field}), query
        assert (await api.call("GET", f"{base}?limit=1&limit=2", token=token)).status == 422


async def test_lists_hold_only_the_own_side(api: Api) -> None:
    """Neither a filter nor a place to go on from leads into another agency's list."""
    request = await sent(api)
    _, theirs = await token_for(api.world, Role.RESPONDER, BEN)
    for query in ("", "?after=0", "?state=sent", "?overdue=false", f"?after={request[:-1]}"):
        assert await listed(api, ASKED + query) == [request]
        assert await listed(api, ASKED + query, token=api.stranger) == []
        assert await listed(api, RECEIVED + query, token=theirs) == []
        assert await listed(api, RECEIVED + query, role=Role.RESPONDER) == []  # the asking side's


async def test_response_times_are_counted_by_quarter(api: Api) -> None:
    """What was asked, answered and is overdue; every reader's look is recorded."""
    first = await sent(api)
    await sent(api)
    holder = await responder(api)
    answer = {"kind": "not held"}
    api.world.clock.move(days=2)
    await api.call("POST", f"{RECEIVED}/{first}/answer", token=holder, json=answer)
    api.world.clock.move(days=14)
    for role in (Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.AUDITOR):
        reply = await api.call("GET", f"{TIMES}?quarter=2026-Q4", role=role)
        conforms("showResponseTimes", reply)
        (times,) = reply.json()["agencies"]
        assert (times["agency"], times["asked"], times["answered"]) == ("te-rohe-health", 2, 1)
        assert (times["open"], times["overdue"], times["answered_by_due"]) == (1, 1, 1)
        assert (times["outcomes"], times["median_days_to_answer"]) == ({"not held": 1}, 2.0)
    looks = [e for e in await api.actions() if e["action"] == "response-times.read"]
    assert [entry["detail"]["quarter"] for entry in looks] == ["2026-Q4"] * 3
    empty = await api.call("GET", f"{TIMES}?quarter=2026-Q3")
    assert empty.json() == {"quarter": "2026-Q3", "agencies": []}


async def test_response_times_tell_of_the_own_agencys_requests_only(api: Api) -> None:
    """A third agency's report holds none of them; a responder has no report."""
    await sent(api)
    quarter = f"{TIMES}?quarter=2026-Q4"
    _, officer = await token_for(api.world, Role.PRIVACY_OFFICER, STRANGER)
    for token in (api.stranger, officer):
        assert (await api.call("GET", quarter, token=token)).json()["agencies"] == []
    assert (await api.call("GET", quarter, token=await responder(api))).status == 403


async def test_a_quarter_is_written_in_one_way(api: Api) -> None:
    """422 naming it, whatever else is written; the first and last that can be are taken."""
    for given in ("2026-Q5", "2026-Q0", "2026-q4", "2026Q4", "2026", "1899-Q4", "2100-Q1", "%00"):
        reply = await api.call("GET", f"{TIMES}?quarter={given}")
        conforms("showResponseTimes", reply)
        assert (reply.status, fields(reply)) == (422, {"quarter"}), given
    assert fields(await api.call("GET", TIMES)) == {"quarter"}
    for given in ("1900-Q1", "2099-Q4"):
        assert (await api.call("GET", f"{TIMES}?quarter={given}")).status == 200


async def test_an_attending_agency_asks_and_the_lead_agency_answers(api: Api) -> None:
    """Whose task it is asks; the two sides keep to their own lists."""
    asked = body(requester="ben-sample", holder="aroha-tauira")
    made = await api.call("POST", ASKED, token=api.stranger, json=asked)
    assert made.status == 201, made.text
    request = made.json()["id"]
    done = await api.call(
        "POST",
        f"{ASKED}/{request}/send",
        token=api.stranger,
        headers={"Idempotency-Key": "theirs"},
    )
    assert done.status == 202, done.text
    assert await listed(api, RECEIVED, role=Role.RESPONDER) == [request]
    assert await listed(api, ASKED) == []
    assert await listed(api, ASKED, token=api.stranger) == [request]
