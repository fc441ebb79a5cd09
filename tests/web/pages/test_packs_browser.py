"""What scripts add to a coordinator's pages, in a real browser; and how the pages fit and read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright
from support.world import LEAD
from web.driving import Api, mailed
from web.pages.packing import MEETING, coordinator, fields_of, new_pack, upload
from web.pages.visiting import Visit

from gateway.services.delivery import run
from gateway.services.paging import Page as Slice

BROWSER = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not BROWSER.exists(), reason="needs Debian's package chromium"),
]


@pytest.fixture
async def visit(api: Api) -> Visit:
    """The lead agency's coordinator."""
    return await coordinator(api)


@pytest.fixture
async def page(api: Api, visit: Visit) -> AsyncIterator[Page]:
    """A page of theirs; a breach of the content security policy, or an error, fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(BROWSER), args=["--no-sandbox", "--disable-sync"]
        )
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        cookie = {"name": "session", "value": visit.cookies["session"], "url": api.base}
        await context.add_cookies([cookie])  # type: ignore[list-item]  # a dict is such a cookie
        opened, complaints = await context.new_page(), list[str]()
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        yield opened
        await browser.close()
        assert not [c for c in complaints if "Content Security Policy" in c or "error: " in c]


async def test_files_go_one_by_one_and_labels_are_checked_as_they_change(
    api: Api, visit: Visit, page: Page, tmp_path: Path
) -> None:
    """Without the page being loaded anew; a fault is shown and goes away again."""
    pack = await new_pack(visit)
    await page.goto(api.base + pack)
    files = [tmp_path / "care.pdf", tmp_path / "empty.pdf"]
    files[0].write_bytes(b"fictional")
    files[1].touch()
    await page.set_input_files("#file", files)
    await page.click("form[data-upload] button")
    await page.get_by_text("empty.pdf: not added. The document is empty.").wait_for()
    await page.get_by_text("Show what was added").click()
    await page.get_by_text("0 of 11 attendees").wait_for()
    await page.check("table.labels input[value='child-7f3a']")
    await page.get_by_text("6 of 11 attendees would receive something").wait_for()
    title = page.get_by_label("Title of document 1")
    await title.fill("a/b")
    await title.press("Tab")
    await page.get_by_text("Document 1: The title is a path.").wait_for()
    await title.fill("Care summary")
    await title.press("Tab")
    await page.get_by_text("Document 1: The title is a path.").wait_for(state="detached")
    assert await page.locator("#check th", has_text="Care summary").count() == 1


async def test_progress_is_shown_as_it_happens(api: Api, visit: Visit, page: Page) -> None:
    """Whoever is on a button stays on it; at the end it is said that nothing more happens."""
    transfers = await api.world.send()
    pack = transfers["ben-sample"].pack
    await page.goto(f"{api.base}/packs/{pack}/progress")
    button = page.locator(f"#recall-{transfers['ben-sample'].id}")
    await button.focus()
    await run(api.world.parts, transfers["ben-sample"].id)
    await page.get_by_text("Mailed; its password has not left").wait_for()
    focused = await page.evaluate("document.activeElement.id")
    assert focused == f"recall-{transfers['ben-sample'].id}"
    async with api.world.parts.database.work() as work:
        every = await work.transfers.list(LEAD, Slice(limit=50), pack=pack)
    for _ in range(2):
        for transfer in every:
            await run(api.world.parts, transfer.id)
        api.world.clock.move(minutes=11)
    await page.get_by_text("Nothing more happens by itself").first.wait_for()
    assert "Nothing more happens" in await page.inner_text("#told")


async def test_pages_have_no_known_barrier_and_fit_a_narrow_screen(
    api: Api, visit: Visit, page: Page
) -> None:
    """By the rules of axe, and without scrolling the whole page sideways at 320 pixels."""
    sent = await mailed(api.world)
    pack = await new_pack(visit)
    await upload(visit, pack, (f"care {'very long name ' * 8}.pdf", b"x"), ("scan.pdf", b"y"))
    fields = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    await visit.post(
        f"{pack}/labels", fields | {f"children-{fields['document'][0]}": ["child-7f3a"]}
    )
    new = f"/meetings/{MEETING}/packs/new"
    iris, tom = sent["iris-example"], sent["tom-sample"]
    places = ["/coordinator", f"/meetings/{MEETING}", new, f"{new}?basis=SAFETY-PLAN/OTA-66C"]
    places += ["/packs", pack, f"{pack}/send", f"{pack}/discard", f"/packs/{tom.pack}/progress"]
    places += ["/transfers", f"/transfers/{iris.id}", f"/transfers/{tom.id}"]
    for place in places:
        await page.set_viewport_size({"width": 1280, "height": 900})
        await page.goto(api.base + place)
        found = await Axe().run(page)
        assert not found.response["violations"], (place, found.response["violations"])
        await page.set_viewport_size({"width": 320, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, place
