"""The last page before sending: what it says, and that nothing else is sent than it said."""

from support.world import COORDINATOR
from web.driving import Api
from web.pages.packing import coordinator, fields_of, new_pack, upload
from web.pages.visiting import Visit, words_of

from gateway.domain.packs import PackId
from gateway.services.packs import check_pack
from gateway.web.pages.packs.sending import digest_of


async def ready(visit: Visit) -> str:
    """A pack that can be sent."""
    pack = await new_pack(visit)
    await upload(visit, pack, ("care.pdf", b"one"))
    fields = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    (document,) = fields["document"]
    await visit.post(f"{pack}/labels", fields | {f"children-{document}": "child-9c2e"})
    return pack


async def form(visit: Visit, pack: str) -> dict[str, str | list[str]]:
    """The form of the last page as it stands."""
    return dict(fields_of((await visit.get(f"{pack}/send")).text, f"{pack}/send"))


async def test_nothing_is_sent_before_the_box_is_ticked(api: Api) -> None:
    """The message stands beside the box."""
    visit = await coordinator(api)
    pack = await ready(visit)
    reply = await visit.post(f"{pack}/send", await form(visit, pack))
    assert reply.status == 422
    assert 'id="checked-error"' in reply.text
    assert await sent(api) == 0


async def test_nothing_else_is_sent_than_was_shown(api: Api) -> None:
    """A label changed meanwhile shows the page again."""
    visit = await coordinator(api)
    pack = await ready(visit)
    shown = await form(visit, pack)
    grid = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    (document,) = grid["document"]
    await visit.post(f"{pack}/labels", grid | {f"children-{document}": "child-7f3a"})
    stale = shown | {"checked": "yes"}
    reply = await visit.post(f"{pack}/send", stale)
    assert reply.status == 409
    assert "has changed since this page was shown" in words_of(reply)
    assert await sent(api) == 0
    fresh = fields_of(reply.text, f"{pack}/send") | {"checked": "yes"}
    assert (await visit.post(f"{pack}/send", fresh)).status == 303


async def test_a_sent_pack_is_not_sent_again_with_another_key(api: Api) -> None:
    """It leads to its progress instead, and can be neither changed nor discarded."""
    visit = await coordinator(api)
    pack = await ready(visit)
    filled = await form(visit, pack) | {"checked": "yes"}
    await visit.post(f"{pack}/send", filled)
    again = filled | {"key": "another"}
    assert (await visit.post(f"{pack}/send", again)).status == 409
    assert (await visit.get(f"{pack}/send")).headers["Location"] == f"{pack}/progress"
    assert (await visit.get(f"{pack}/discard")).status == 303
    assert (await visit.post(f"{pack}/discard", {"sure": "yes"})).status == 409
    assert (await upload(visit, pack, ("care.pdf", b"one"))).status == 409
    shown = await visit.get(pack)
    assert "See what became of it" in words_of(shown)
    assert "Take out" not in shown.text


async def test_a_pack_for_nobody_is_refused_in_words(api: Api) -> None:
    """The page says that nobody receives anything, and why."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    await upload(visit, pack, ("scan.pdf", b"one"))
    page = await visit.get(f"{pack}/send")
    assert "So nothing can be sent." in words_of(page)
    assert "11 people receive nothing" in words_of(page)
    assert "I have checked" not in page.text
    matrix = await check_pack(api.world.parts, COORDINATOR, PackId(pack.rpartition("/")[2]))
    filled = {"checked": "yes", "key": "k", "seen": digest_of(matrix)}
    reply = await visit.post(f"{pack}/send", filled)
    assert reply.status == 403
    assert "Nobody may receive any of this pack" in words_of(reply)


async def test_a_pack_without_documents_or_key_is_not_sent(api: Api) -> None:
    """The first leads back to it; the second is no form of ours."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    assert (await visit.get(f"{pack}/send")).headers["Location"] == pack
    assert (await visit.post(f"{pack}/send", {"checked": "yes", "key": "k"})).status == 422
    assert (await visit.post(f"{pack}/send", {"checked": "yes"})).status == 422


async def test_who_is_withheld_something_is_told_apart(api: Api) -> None:
    """By document, with the reason."""
    visit = await coordinator(api)
    pack = await ready(visit)
    said = words_of(await visit.get(f"{pack}/send"))
    assert "Iris Example" in said
    assert "declared a conflict of interest" in said
    assert "Receives the one document: care.pdf" in said


async def sent(api: Api) -> int:
    """How many packs were sent."""
    return [entry["action"] for entry in await api.actions()].count("pack.sent")


async def test_a_request_s_pack_is_shown_on_the_requests_page(api: Api) -> None:
    """Its identifier does not lead here."""
    visit = await coordinator(api)
    assert (await visit.get(f"/packs/{PackId('none')}")).status == 404
