"""A sent pack's progress, as a page and as server-sent events."""

import asyncio

import pytest
from support.world import World
from web.driving import Api, mailed
from web.pages.packing import coordinator, new_pack
from web.pages.visiting import Visit, words_of

from gateway.domain.transfers import Transfer
from gateway.services.delivery import run
from gateway.web.keys import CLOSING, STREAMS
from gateway.web.pages.packs import progress
from gateway.web.pages.packs.progress import event


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.05)


async def finish(world: World, transfers: dict[str, Transfer]) -> None:
    """Have every transfer of the sample come to where it stays."""
    for transfer in transfers.values():
        await run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    for transfer in transfers.values():
        await run(world.parts, transfer.id)


async def stream(visit: Visit, pack: str) -> bytes:
    """Everything a stream says until it ends."""
    return (await visit.get(f"{pack}/events")).body


async def test_the_page_works_without_scripts(api: Api) -> None:
    """It says each transfer's state, and what can be done."""
    visit = await coordinator(api)
    transfers = await mailed(api.world)
    pack = f"/packs/{transfers['tom-sample'].pack}"
    reply = await visit.get(f"{pack}/progress")
    said = words_of(reply)
    assert "Mailed; its password has not left" in said
    assert "Mailed; its password waits to be read out" in said
    assert "Refused: nothing was sent, or no password" in said
    assert f'data-live="{pack}/events"' in reply.text
    assert f'action="/transfers/{transfers["ben-sample"].id}/recall"' in reply.text
    assert "data-until" in reply.text


async def test_each_change_is_an_event_until_nothing_more_happens(api: Api) -> None:
    """The last one is the end; each is a fragment of the page, escaped by it."""
    visit = await coordinator(api)
    transfers = await api.world.send()
    pack = f"/packs/{transfers['tom-sample'].pack}"
    watching = asyncio.create_task(stream(visit, pack))
    await asyncio.sleep(0.3)
    await finish(api.world, transfers)
    said = (await asyncio.wait_for(watching, 20)).decode()
    assert said.startswith("event: show\ndata: ")
    assert said.count("event: show\n") >= 2
    assert said.endswith("event: end\ndata: \n\n")
    assert all(line.startswith(("event: ", "data: ", ":")) for line in said.split("\n") if line)
    assert "Waiting to be sealed" in said
    assert "Password sent; not acknowledged yet" in said
    assert not api.app[STREAMS]


async def test_a_stream_has_the_type_and_headers_of_one(api: Api) -> None:
    """It is kept by nobody; of a finished pack it ends at once."""
    visit = await coordinator(api)
    transfers = await api.world.send()
    await finish(api.world, transfers)
    pack = f"/packs/{transfers['tom-sample'].pack}"
    reply = await visit.get(f"{pack}/events")
    assert reply.headers["Content-Type"] == "text/event-stream"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.text.count("event: ") == 2
    assert "data-live" not in (await visit.get(f"{pack}/progress")).text
    assert (await visit._call("HEAD", f"{pack}/events")).status == 200


async def test_streams_end_when_the_service_stops_or_the_visitor_signs_out(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is waited for."""
    monkeypatch.setattr(progress, "_SIGN_OF_LIFE", 1)
    visit = await coordinator(api)
    transfers = await api.world.send()
    pack = f"/packs/{transfers['tom-sample'].pack}"
    signed_out = asyncio.create_task(stream(visit, pack))
    await asyncio.sleep(0.3)
    await visit.post("/sign-out")
    assert b"event: end" not in await asyncio.wait_for(signed_out, 10)
    other = await coordinator(api)
    stopped = asyncio.create_task(stream(other, pack))
    await asyncio.sleep(0.3)
    api.app[CLOSING].set()
    assert b"event: end" not in await asyncio.wait_for(stopped, 10)


async def test_one_visitor_has_only_so_many_streams(api: Api) -> None:
    """The next one is refused until another ends."""
    visit = await coordinator(api)
    transfers = await api.world.send()
    pack = f"/packs/{transfers['tom-sample'].pack}"
    open_ones = [asyncio.create_task(stream(visit, pack)) for _ in range(6)]
    await asyncio.sleep(0.5)
    assert (await visit.get(f"{pack}/events")).status == 429
    api.app[CLOSING].set()
    await asyncio.gather(*open_ones)
    assert (await visit.get(f"{pack}/events")).status == 200


async def test_a_pack_that_is_not_sent_has_no_progress(api: Api) -> None:
    """Its page is shown instead."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    assert (await visit.get(f"{pack}/progress")).headers["Location"] == pack


def test_an_event_keeps_the_lines_of_its_data() -> None:
    """Whatever ends them; none can begin an event of its own."""
    made = event("show", "a\r\nb\rc\n\nevent: end")
    assert made == b"event: show\ndata: a\ndata: b\ndata: c\ndata: \ndata: event: end\n\n"
