"""A pack's life over the API."""

import hashlib

from web.driving import LABEL, Api, pack_body
from web.schemas import conforms

from gateway.domain.actors import Role


async def made(api: Api) -> str:
    """A new pack without documents."""
    reply = await api.call("POST", "/api/v1/packs", json=pack_body(api.world))
    assert reply.status == 201, reply.text
    return str(reply.json()["id"])


async def test_a_pack_is_made_and_shown_as_it_was_asked_for(api: Api) -> None:
    """What was sent comes back, with the gateway's own identifier, time and place."""
    body = pack_body(api.world)
    reply = await api.call("POST", "/api/v1/packs", json=body)
    shown = reply.json()
    conforms("createPack", reply)
    assert reply.headers["Location"] == f"/api/v1/packs/{shown['id']}"
    assert shown["created_at"] == "2026-12-01T00:00:00.000Z"
    assert shown["sent_at"] is None
    assert shown["documents"] == []
    for name in ("meeting", "contact", "authority", "purpose", "marking", "consultations"):
        assert shown[name] == body[name]
    assert [s.pop("stated_by") for s in shown["statements"]] == ["pat-tauira"] * 11
    assert shown["statements"] == body["statements"]
    again = await api.call("GET", f"/api/v1/packs/{shown['id']}")
    assert {**again.json(), "statements": body["statements"]} == shown
    conforms("getPack", again)


async def test_the_tokens_holder_stands_where_nobody_is_named(api: Api) -> None:
    """Contact and maker of statements are the coordinator whose token it is."""
    body = pack_body(api.world)
    del body["contact"]
    shown = (await api.call("POST", "/api/v1/packs", json=body)).json()
    assert shown["contact"] == "pat-tauira"


async def test_a_document_is_added_relabelled_and_removed(api: Api) -> None:
    """Its label is what was said of it, its digest that of the bytes sent."""
    pack = await made(api)
    content = b"%PDF-1.7 fictional" * 1000
    added = await api.upload(pack, label={**LABEL, "title": "Care summary"}, content=content)
    conforms("addDocument", added)
    document = added.json()
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert document["size_bytes"] == len(content)
    assert (document["title"], document["extension"]) == ("Care summary", ".pdf")
    address = f"/api/v1/packs/{pack}/documents/{document['id']}"
    label = {**LABEL, "children": [], "personal_information": False, "endorsements": ["MEDICAL"]}
    changed = await api.call("PATCH", address, json=label)
    conforms("relabelDocument", changed)
    assert changed.json()["label"] == {**label, "obtained_under_section_66": False}
    untitled = await api.upload(pack, name="Whānau plan.docx")
    assert untitled.json()["title"] == "Whānau plan.docx"
    removed = await api.call("DELETE", address)
    assert (removed.status, removed.body) == (204, b"")
    left = (await api.call("GET", f"/api/v1/packs/{pack}")).json()["documents"]
    assert [each["id"] for each in left] == [untitled.json()["id"]]
    assert (await api.call("DELETE", address)).status == 404


async def test_the_check_shows_every_recipient_with_reasons(api: Api) -> None:
    """Who gets what, and for each denial the rule, its source, the words and the remedy."""
    pack = await made(api)
    await api.upload(pack)
    reply = await api.call("GET", f"/api/v1/packs/{pack}/check")
    conforms("checkPack", reply)
    matrix = reply.json()
    assert matrix["policy"] == api.world.parts.judge.digest
    rows = {row["recipient"]: row for row in matrix["rows"]}
    assert len(rows) == 11
    assert rows["tom-sample"]["password_channel"] == "telephone"
    assert rows["tom-sample"]["password_address"].startswith("…")
    assert len(rows["tom-sample"]["password_address"]) == 4
    denied = rows["ngaio-example"]["decisions"][0]
    assert denied["allowed"] is False
    finding = denied["findings"][0]
    assert finding["severity"] == "deny"
    assert all(finding[name] for name in ("rule", "message", "remedy", "source"))


async def test_a_repeated_request_to_send_gives_the_first_answer(api: Api) -> None:
    """The same key gives the same transfers; another request under it, or no key, is refused."""
    pack = await made(api)
    await api.upload(pack)
    address, key = f"/api/v1/packs/{pack}/send", {"Idempotency-Key": "send once"}
    first = await api.call("POST", address, headers=key)
    conforms("sendPack", first)
    assert first.status == 202
    assert "Idempotent-Replayed" not in first.headers
    again = await api.call("POST", address, headers=key)
    assert (again.status, again.headers["Idempotent-Replayed"]) == (202, "true")
    key_of = {t["id"] for t in first.json()["transfers"]}
    assert {t["id"] for t in again.json()["transfers"]} == key_of
    assert len(key_of) == 11
    other = await made(api)
    await api.upload(other)
    mismatch = await api.call("POST", f"/api/v1/packs/{other}/send", headers=key)
    assert (mismatch.status, mismatch.json()["field"]) == (409, "Idempotency-Key")
    second = await api.call("POST", address, headers={"Idempotency-Key": "another"})
    assert second.status == 409
    listed = (await api.call("GET", "/api/v1/transfers?limit=200")).json()["items"]
    assert {t["id"] for t in listed} == key_of


async def test_the_key_must_be_there_once_and_printable(api: Api) -> None:
    """1 to 200 printable ASCII characters, in one header."""
    pack = await made(api)
    await api.upload(pack)
    address = f"/api/v1/packs/{pack}/send"
    for key in ("", "k" * 201, "kōwhai", "a\tb"):
        reply = await api.call("POST", address, headers={"Idempotency-Key": key})
        assert (reply.status, reply.json()["field"]) == (422, "Idempotency-Key"), key
    assert (await api.call("POST", address)).status == 422
    token = api.tokens[Role.COORDINATOR]
    twice = await api.raw(
        f"POST {address} HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer {token}\r\n"
        "Idempotency-Key: a\r\nIdempotency-Key: b\r\nConnection: close\r\n\r\n".encode()
    )
    assert twice.startswith(b"HTTP/1.1 422 ")
    assert (await api.call("GET", "/api/v1/transfers")).json()["items"] == []
    assert (await api.call("POST", address, headers={"Idempotency-Key": "k" * 200})).status == 202


async def test_an_empty_pack_and_one_nobody_may_receive_are_not_sent(api: Api) -> None:
    """422 without documents; 403 of another title when the rules withhold everything."""
    empty = await made(api)
    key = {"Idempotency-Key": "k"}
    reply = await api.call("POST", f"/api/v1/packs/{empty}/send", headers=key)
    assert (reply.status, reply.json()["field"]) == (422, "documents")
    await api.upload(empty, label={**LABEL, "obtained_under_section_66": True})
    refused = await api.call("POST", f"/api/v1/packs/{empty}/send", headers=key)
    assert (refused.status, refused.json()["type"]) == (403, "urn:gateway:problem:refused")
    assert refused.json()["remedy"]


async def test_a_sent_pack_cannot_be_changed(api: Api) -> None:
    """409 for each way of changing it."""
    pack = await made(api)
    document = (await api.upload(pack)).json()["id"]
    await api.call("POST", f"/api/v1/packs/{pack}/send", headers={"Idempotency-Key": "k"})
    address = f"/api/v1/packs/{pack}/documents/{document}"
    assert (await api.call("PATCH", address, json=LABEL)).status == 409
    assert (await api.call("DELETE", address)).status == 409
    assert (await api.call("DELETE", f"/api/v1/packs/{pack}")).status == 409
    assert (await api.upload(pack)).status == 409


async def test_a_pack_that_was_never_sent_can_be_discarded(api: Api) -> None:
    """204, and then it is not there."""
    pack = await made(api)
    assert (await api.call("DELETE", f"/api/v1/packs/{pack}")).status == 204
    assert (await api.call("GET", f"/api/v1/packs/{pack}")).status == 404


async def test_lists_come_in_pages_that_meet(api: Api) -> None:
    """Pages of two hold what one page of all holds, in the same order."""
    for _ in range(5):
        await made(api)
    everything = await api.call("GET", "/api/v1/packs")
    conforms("listPacks", everything)
    assert everything.json()["next"] is None
    found: list[str] = []
    address = "/api/v1/packs?limit=2"
    while address:
        page = (await api.call("GET", address)).json()
        found += [item["id"] for item in page["items"]]
        address = page["next"] and f"/api/v1/packs?limit=2&after={page['next']}"
    assert found == [item["id"] for item in everything.json()["items"]]
    assert len(found) == 5


async def test_query_parameters_are_taken_strictly(api: Api) -> None:
    """Unknown, doubled and malformed ones are refused, each by name."""
    for query, field in (
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e1", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=", "limit"),
        ("limit=٣", "limit"),
        ("after=%00", "after"),
        ("after=", "after"),
        ("agency=regional-police", "agency"),
    ):
        reply = await api.call("GET", f"/api/v1/packs?{query}")
        assert (reply.status, reply.json()["problems"][0]["field"]) == (422, field), query
    assert (await api.call("GET", "/api/v1/packs?limit=1&limit=2")).status == 422
    assert (await api.call("GET", "/api/v1/transfers?state=lost")).status == 422
    assert (await api.call("GET", "/api/v1/transfers?state=password+sent")).status == 200
    position = await api.call("GET", "/api/v1/audit/entries?after=abc", role=Role.AUDITOR)
    assert position.status == 422


async def test_a_request_without_a_body_takes_none(api: Api) -> None:
    """A body where none belongs is refused, not ignored."""
    pack = await made(api)
    for method, path in (
        ("GET", "/api/v1/packs"),
        ("DELETE", f"/api/v1/packs/{pack}"),
        ("POST", f"/api/v1/packs/{pack}/send"),
    ):
        reply = await api.call(method, path, json={}, headers={"Idempotency-Key": "k"})
        assert reply.status == 422, path
    assert (await api.call("GET", f"/api/v1/packs/{pack}")).status == 200
