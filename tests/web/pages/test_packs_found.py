"""The page that shows what was found in a document, and its buttons."""

import re

import pytest
from web.driving import Api
from web.pages.packing import coordinator, new_pack, stranger, upload
from web.pages.visiting import Visit, words_of

from gateway.domain.inspection import Discovery, Kind

COMMENT = Discovery(Kind.COMMENT, "page 3", "<b>made-up</b> words", removable=True)
NOTES = Discovery(Kind.SPEAKER_NOTES, "slide 2", "more made-up words", removable=True)
NHI = Discovery(Kind.NHI, "page 1", "NHI number of a made-up child")
MACRO = Discovery(Kind.MACRO, "macros", "AutoOpen", removable=True)


@pytest.fixture
async def visit(api: Api) -> Visit:
    """The lead agency's coordinator."""
    return await coordinator(api)


async def with_document(api: Api, visit: Visit, *found: Discovery) -> tuple[str, str]:
    """A pack with one document in which this is found; their addresses."""
    api.world.inspector.discoveries = found
    pack = await new_pack(visit)
    assert (await upload(visit, pack, ("care.pdf", b"words"))).status == 303
    match = re.search(r'href="([^"]+)/found"', (await visit.get(pack)).text)
    assert match
    return pack, match[1]


async def test_the_page_groups_what_was_found(api: Api, visit: Visit) -> None:
    """By concern, with place and words, escaped; and it is kept by no cache."""
    pack, place = await with_document(api, visit, COMMENT, NOTES, NHI)
    shown = await visit.get(pack)
    assert "PDF, marked IN-CONFIDENCE" in words_of(shown)
    reply = await visit.get(f"{place}/found")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "<b>made-up" not in reply.text
    words = words_of(reply)
    for expected in (
        "Does not show on its pages",
        "About people",
        "page 3",
        "more made-up words",
        "Take out: a comment",
        "Take out: speaker notes",
        "Remove everything hidden that can be",
        "Stamp the marking on each page",
    ):
        assert expected in words
    assert "Take out: an NHI number" not in words


async def test_taking_out_is_confirmed_first(api: Api, visit: Visit) -> None:
    """Without a script: a page asks; only its own button does it."""
    _, place = await with_document(api, visit, COMMENT, NOTES)
    asked = await visit.post(f"{place}/clean", {"kind": "COMMENT"})
    assert asked.status == 200
    assert "Take this out of" in words_of(asked)
    assert "Take out: a comment" in words_of(await visit.get(f"{place}/found"))
    done = await visit.post(f"{place}/clean", {"kind": "COMMENT", "sure": "yes"})
    assert done.status == 303
    words = words_of(await visit.follow(done))
    assert "Below is what is found in the document now." in words
    assert "Take out: speaker notes" in words
    assert "Take out: a comment" not in words


async def test_everything_hidden_goes_at_once(api: Api, visit: Visit) -> None:
    """One button for all kinds; then there is nothing left to take out."""
    _, place = await with_document(api, visit, COMMENT, NOTES)
    everything = {"kind": ["COMMENT", "SPEAKER_NOTES"], "sure": "yes"}
    words = words_of(await visit.follow(await visit.post(f"{place}/clean", everything)))
    assert "Nothing was found." in words
    assert "Taken out" in words
    assert "Remove everything hidden" not in words


async def test_the_marking_is_stamped_by_a_button(api: Api, visit: Visit) -> None:
    """Pressing it twice says that it is done."""
    _, place = await with_document(api, visit)
    words = words_of(await visit.follow(await visit.post(f"{place}/stamp", {})))
    assert "stamped by the gateway" in words
    again = await visit.post(f"{place}/stamp", {})
    assert again.status == 409
    assert "stamped already" in words_of(again)


async def test_a_document_can_be_looked_into_again(api: Api, visit: Visit) -> None:
    """Then the page shows what is found now."""
    _, place = await with_document(api, visit)
    api.world.inspector.discoveries = (NHI,)
    words = words_of(await visit.follow(await visit.post(f"{place}/clean", {})))
    assert "NHI number of a made-up child" in words


async def test_an_unsafe_file_is_refused_or_cleaned(api: Api, visit: Visit) -> None:
    """The page names file, thing and remedy; with the box ticked it is taken in without it."""
    api.world.inspector.discoveries = (MACRO,)
    pack = await new_pack(visit)
    refused = await upload(visit, pack, ("plan.docm", b"words"))
    assert refused.status == 422
    words = words_of(refused)
    assert "plan.docm: The document was not taken in. It holds: a macro: AutoOpen" in words
    assert (await upload(visit, pack, ("plan.docm", b"words"), remove=True)).status == 303
    assert "Word document" in words_of(await visit.get(pack))


async def test_nobody_else_sees_the_page(api: Api, visit: Visit) -> None:
    """Another agency's coordinator gets what one gets for a document that is not there."""
    _, place = await with_document(api, visit, COMMENT)
    other = await stranger(api)
    assert (await other.get(f"{place}/found")).status == 404
    assert (await other.post(f"{place}/clean", {"kind": "COMMENT", "sure": "yes"})).status == 404
    assert (await other.post(f"{place}/stamp", {})).status == 404
