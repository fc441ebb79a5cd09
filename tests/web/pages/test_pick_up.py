"""The page an archive is picked up from: code, download in ranges, and everything it refuses."""

import hashlib
from http.cookies import SimpleCookie

import pytest
from support.picking_up import noticed, released, run, token_of, with_page
from support.world import COORDINATOR, World, unzipped
from web.driving import FORM, Api, Reply
from web.pages.visiting import Visit, words_of

from gateway.domain.transfers import Transfer
from gateway.services.transfers import recall_transfer


@pytest.fixture
def world(world: World) -> World:
    """A gateway from which packs can be picked up."""
    return with_page(world)


def proof_of(reply: Reply) -> dict[str, str]:
    """What the page's form carries."""
    return {"page": reply.text.partition('name="page" value="')[2].partition('"')[0]}


async def type_code(visit: Visit, token: str, code: str) -> Reply:
    """Send the page's form."""
    visit.csrf = visit.csrf or "none"
    proof = proof_of(await visit.get(f"/pick-up/{token}"))
    return await visit.post(f"/pick-up/{token}", proof | {"code": code})


async def opened(api: Api, recipient: str = "aroha-tauira") -> tuple[Transfer, str, Visit]:
    """A released transfer, the token of its page, and a browser in which it is open."""
    transfer, visit = await released(api.world, recipient), Visit(api)
    token = token_of(api.world)
    reply = await type_code(visit, token, api.world.channels.pick_up_codes[transfer.reference])
    assert (reply.status, reply.headers["Location"]) == (303, f"/pick-up/{token}")
    return transfer, token, visit


async def test_the_whole_pick_up(api: Api) -> None:
    """Page, code, download; the archive is the one whose digest the page shows."""
    transfer, token, visit = await opened(api)
    page = await visit.get(f"/pick-up/{token}")
    head = await visit._call("HEAD", f"/pick-up/{token}/archive")
    got = await visit.get(f"/pick-up/{token}/archive")
    digest = hashlib.sha256(got.body).hexdigest()
    assert digest in page.text
    assert got.status == head.status == 200
    assert got.headers["ETag"] == head.headers["ETag"] == f'"{digest}"'
    assert head.headers["Content-Length"] == str(len(got.body))
    assert got.headers["Content-Disposition"] == f'attachment; filename="{transfer.reference}.zip"'
    assert got.headers["Cache-Control"] == "no-store"
    assert unzipped(got.body, api.world.channels.passwords[0][2])
    assert "Downloads left 4" in words_of(await visit.get(f"/pick-up/{token}"))


async def test_the_cookie_is_kept_from_scripts_and_ends_with_the_transfer(api: Api) -> None:
    """For two weeks, for this host."""
    transfer, visit = await released(api.world), Visit(api)
    code = api.world.channels.pick_up_codes[transfer.reference]
    reply = await type_code(visit, token_of(api.world), code)
    cookie = SimpleCookie(reply.headers["Set-Cookie"])[f"pick-up-{transfer.id}"]
    assert int(cookie["max-age"]) == 14 * 86400
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


async def test_a_download_is_resumed(api: Api) -> None:
    """Two ranges make the whole; a range of another file, or none of this, is not given."""
    _, token, visit = await opened(api)
    path = f"/pick-up/{token}/archive"
    whole = await visit.get(path)
    etag, size = whole.headers["ETag"], len(whole.body)
    first = await visit.get(path, headers={"Range": "bytes=0-999"})
    rest = await visit.get(path, headers={"Range": "bytes=1000-", "If-Range": etag})
    assert (first.status, rest.status) == (206, 206)
    assert first.headers["Content-Range"] == f"bytes 0-999/{size}"
    assert rest.headers["Content-Range"] == f"bytes 1000-{size - 1}/{size}"
    assert first.body + rest.body == whole.body
    other = await visit.get(path, headers={"Range": "bytes=1000-", "If-Range": '"other"'})
    assert (other.status, len(other.body)) == (200, size)
    beyond = await visit.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


async def test_looking_and_pressing_without_reading_change_nothing(api: Api) -> None:
    """As mail scanners do; nor does a form of another site count."""
    transfer = await released(api.world)
    token = token_of(api.world)
    page = await Visit(api).get(f"/pick-up/{token}")
    assert page.status == 200
    assert transfer.address not in page.text
    code = api.world.channels.pick_up_codes[transfer.reference]
    for data in (b"", f"code={code}".encode(), f"page={'0' * 64}&code={code}".encode()):
        reply = await api.call("POST", f"/pick-up/{token}", role=None, data=data, headers=FORM)
        assert reply.status == 403
    elsewhere = {**FORM, "Origin": "https://elsewhere.example"}
    data = f"page={proof_of(page)['page']}&code={code}".encode()
    foreign = await api.call("POST", f"/pick-up/{token}", role=None, data=data, headers=elsewhere)
    assert foreign.status == 403
    assert (await Visit(api).get(f"/pick-up/{token}/archive")).status == 401


async def test_before_the_code_was_sent_the_page_says_so(api: Api) -> None:
    """It has no form, and no download."""
    await noticed(api.world)
    token = token_of(api.world)
    page = await Visit(api).get(f"/pick-up/{token}")
    assert "Come back once it has reached you." in words_of(page)
    assert "<form" not in page.text
    assert (await Visit(api).get(f"/pick-up/{token}/archive")).status == 401


async def test_wrong_codes_are_counted(api: Api) -> None:
    """After five the right one is not looked at for a while."""
    transfer, visit = await released(api.world), Visit(api)
    token = token_of(api.world)
    for _ in range(5):
        reply = await type_code(visit, token, "0000-0000-0000")
        assert reply.status == 422
        assert "The code is not right." in words_of(reply)
    code = api.world.channels.pick_up_codes[transfer.reference]
    reply = await type_code(visit, token, code)
    assert reply.status == 429
    assert "Too many wrong codes" in words_of(reply)


async def test_the_session_of_one_transfer_opens_no_other(api: Api) -> None:
    """Neither under its own name nor under the other's; both are kept beside each other."""
    first, token, visit = await opened(api)
    second = await run(api.world, await _another(api.world))
    api.world.clock.move(minutes=11)
    second = await run(api.world, second)
    other = token_of(api.world)
    assert other != token
    assert (await visit.get(f"/pick-up/{other}/archive")).status == 401
    visit.cookies[f"pick-up-{second.id}"] = visit.cookies[f"pick-up-{first.id}"]
    assert (await visit.get(f"/pick-up/{other}/archive")).status == 401
    code = api.world.channels.pick_up_codes[second.reference]
    assert (await type_code(visit, other, code)).status == 303
    for each in (token, other):
        assert (await visit.get(f"/pick-up/{each}/archive")).status == 200
    late = await Visit(api).get(f"/pick-up/{other}")
    assert "it works once, in one browser" in words_of(late)
    assert "<form" not in late.text


async def _another(world: World) -> Transfer:
    return (await world.send())["aroha-tauira"]


async def test_after_a_recall_there_is_nothing(api: Api) -> None:
    """The page reads like one that never was."""
    transfer, token, visit = await opened(api)
    await recall_transfer(api.world.parts, COORDINATOR, transfer.id)
    never = await visit.get("/pick-up/never-was-there")
    for path in (f"/pick-up/{token}", f"/pick-up/{token}/archive"):
        gone = await visit.get(path)
        assert gone.status == never.status == 404
        assert words_of(gone) == words_of(never)


async def test_after_the_end_there_is_nothing(api: Api) -> None:
    """Two weeks after code and password were sent."""
    _, token, visit = await opened(api)
    api.world.clock.move(days=14)
    for path in (f"/pick-up/{token}", f"/pick-up/{token}/archive"):
        assert (await visit.get(path)).status == 404


async def test_downloads_end(api: Api) -> None:
    """After five the page says whom to ask."""
    _, token, visit = await opened(api)
    for _ in range(5):
        assert (await visit.get(f"/pick-up/{token}/archive")).status == 200
    assert (await visit.get(f"/pick-up/{token}/archive")).status == 409
    page = await visit.get(f"/pick-up/{token}")
    assert "as often as it may be" in words_of(page)
    assert "/archive" not in page.text


async def test_a_download_that_is_cut_off_counts_what_was_sent(api: Api) -> None:
    """A client that goes away in the middle leaves its count, not the bytes it did not get."""
    transfer, token, visit = await opened(api)
    cookies = "; ".join(f"{name}={value}" for name, value in visit.cookies.items())
    reader, writer = await api.connect()
    host = api.base.rpartition("/")[2]
    head = f"GET /pick-up/{token}/archive HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n"
    writer.write(head.encode())
    assert b"200 OK" in await reader.readline()
    writer.transport.abort()
    assert (await visit.get(f"/pick-up/{token}/archive")).status == 200
    async with api.world.parts.database.work() as work:
        way = await work.pick_ups.get(transfer.id)
    assert way is not None
    assert way.begun == 2
