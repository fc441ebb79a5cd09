"""Leaving the pages that a one-time link opened."""

from web.asking import linked
from web.driving import Api
from web.pages.test_answer_link import opened
from web.pages.visiting import Visit, words_of


async def test_who_leaves_closes_what_the_link_opened(api: Api) -> None:
    """For that browser and for any copy of its cookie; the way in says what may have happened."""
    request, token = await linked(api)
    visit = await opened(api, token)
    place = f"/received/{request}"
    assert "Leave" in words_of(await visit.get(place))
    copy = Visit(api, dict(visit.cookies))
    left = await visit.post(f"{place}/leave")
    assert (left.status, left.headers["Location"]) == (303, "/help/open-a-pack?said=signed-out")
    led = await copy.get(place)
    assert led.headers["Location"] == f"/sign-in?next={place}"
    assert (await visit.get(place)).status == 303
    assert "Did you come by a one-time link" in words_of(await visit.follow(led))


async def test_leaving_needs_the_page_it_stands_on(api: Api) -> None:
    """No other site closes it for the holder."""
    request, token = await linked(api)
    visit = await opened(api, token)
    await visit.get(f"/received/{request}")
    refused = await visit.post(f"/received/{request}/leave", {"csrf": "0" * 64})
    assert refused.status == 403
    assert (await visit.get(f"/received/{request}")).status == 200
