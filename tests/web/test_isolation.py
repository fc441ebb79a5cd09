"""What belongs to another agency reads like what is not there."""

from typing import Any

from support.world import STRANGER
from web.driving import LABEL, Api, Reply, mailed, pack_body, token_for

from gateway.domain.actors import Role
from gateway.web.routes import TABLE

ELSEWHERE = (  # tested in test_audit_api.py and test_requests_api.py
    "/api/v1/audit/",
    "/log/",
    "/api/v1/requests/",
    "/api/v1/received-requests/",
    "/api/v1/request-forms/",
    "/api/v1/answer-links/",
)
NOWHERE = "01AAAAAAAAAAAAAAAAAAAAAAAA"


async def ask(api: Api, method: str, path: str, operation: str) -> Reply:
    """Ask as the other agency's coordinator, with whatever else the route needs."""
    if operation == "addDocument":
        return await api.upload(path.split("/")[4], token=api.stranger)
    bodies = {"relabelDocument": LABEL, "cleanDocument": {"kinds": ["COMMENT"]}}
    body: dict[str, Any] = {"json": bodies[operation]} if operation in bodies else {}
    headers = {"Idempotency-Key": "one"}
    return await api.call(method, path, token=api.stranger, headers=headers, **body)


async def test_every_identifier_of_another_agency_reads_like_a_missing_one(api: Api) -> None:
    """All routes with an identifier, all kinds of identifier: 404, and the same bytes.

    Those of the audit log, which a coordinator does not read, and of requests have their own tests.
    """
    transfers = await mailed(api.world)
    transfer = transfers["tom-sample"]
    there = {
        "pack": transfer.pack,
        "document": transfer.documents[0],
        "transfer": transfer.id,
        "meeting": transfer.meeting,
    }
    before = len(await api.world.leaves())
    asked = 0
    for route in TABLE:
        if "{" not in route.path or route.is_page or route.path.startswith(ELSEWHERE):
            continue
        real, missing = [
            await ask(api, route.method, route.path.format_map(ids), route.operation)
            for ids in (there, dict.fromkeys(there, NOWHERE))
        ]
        assert (real.status, real.body) == (404, missing.body), route.operation
        assert missing.status == 404
        asked += 2
    added = (await api.actions())[before:]
    assert asked == 2 * 14
    assert [entry["action"] for entry in added] == ["request.refused"] * asked
    assert await api.world.transfer(transfer) == transfer


async def ask_malformed(api: Api, identifier: str) -> Reply:
    """Look at a pack by an identifier nobody gave out."""
    return await api.call("GET", f"/api/v1/packs/{identifier}")


async def test_a_malformed_identifier_reads_like_a_missing_one(api: Api) -> None:
    """NUL, quotes, dots and length change nothing: there is no such pack."""
    expected = await ask_malformed(api, NOWHERE)
    assert expected.status == 404
    for identifier in ("%00", "a%00b", "%27%20or%201=1", "..%2f..", "x" * 300, "p%C4%81k"):
        reply = await ask_malformed(api, identifier)
        assert (reply.status, reply.body) == (404, expected.body), identifier


async def test_lists_hold_only_the_own_agency(api: Api) -> None:
    """Neither a filter nor a place to go on from leads into another agency's list."""
    transfers = await mailed(api.world)
    pack = next(iter(transfers.values())).pack
    for path in (
        "/api/v1/packs",
        "/api/v1/packs?after=0",
        "/api/v1/transfers",
        f"/api/v1/transfers?pack={pack}",
        "/api/v1/transfers?state=mailed",
        "/api/v1/meetings",
    ):
        own = await api.call("GET", path)
        other = await api.call("GET", path, token=api.stranger)
        assert len(own.json()["items"]) >= 1, path
        assert other.json() == {"next": None, "items": []}, path


async def test_an_auditor_reads_the_own_agencys_entries_only(api: Api) -> None:
    """Another agency's auditor finds nothing of a pack, and the own one everything."""
    await mailed(api.world)
    _, elsewhere = await token_for(api.world, Role.AUDITOR, STRANGER)
    other = await api.call("GET", "/api/v1/audit/entries?limit=200", token=elsewhere)
    own = await api.call("GET", "/api/v1/audit/entries?limit=200", role=Role.AUDITOR)
    assert {e["entry"]["agency"] for e in other.json()["items"]} <= {"regional-police"}
    assert {e["entry"]["agency"] for e in own.json()["items"]} == {"tamariki-care"}
    assert "pack.sent" in {e["entry"]["action"] for e in own.json()["items"]}


async def test_nothing_in_a_body_changes_whose_pack_it_is(api: Api) -> None:
    """Agency, role, identifier and state cannot be assigned; the meeting must be one's own."""
    body = pack_body(api.world)
    for name in ("agency", "id", "sent_at", "created_at", "role", "state"):
        reply = await api.call("POST", "/api/v1/packs", json={**body, name: "regional-police"})
        assert reply.status == 422
        assert reply.json()["problems"][0]["field"] == name
    stranger = await api.call("POST", "/api/v1/packs", token=api.stranger, json=body)
    unknown = await api.call(
        "POST", "/api/v1/packs", token=api.stranger, json={**body, "meeting": "no-such-meeting"}
    )
    assert (stranger.status, stranger.body) == (404, unknown.body)
