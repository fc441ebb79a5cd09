"""A holder whose agency has no accounts: the one-time link, a code by text, and an answer."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from support.arrived import CONTENTS, codes, pack_to
from support.browsing import CHROMIUM, Window, window
from support.request_files import drafted, request_file
from support.running import CONTACT, Installation, until

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
BEN, MOBILE = "ben.sample@regional-police.example", "+447700900102"
REASONS = "A visit could be noticed, and the person who is feared would learn of it."
_LINK = re.compile(r'href="(http://127\.0\.0\.1:\d+/answer/[\w-]+)"')


def test_a_holder_declines_by_a_link(gateway: Installation, browser: Browser) -> None:
    """From the contents page inside the archive to a decline; then the link opens nothing."""
    request = drafted(gateway, request_file(gateway.folder, name="request-police.toml"))
    gateway.run("request", "send", request, "--as", CONTACT, "--yes")
    mailed, files = pack_to(gateway, BEN)
    link = _LINK.search(files[CONTENTS].decode())
    assert link
    assert link[1] not in mailed.text
    path = link[1].removeprefix(gateway.base)
    context, ben = stranger(gateway, browser)
    assert f"{gateway.base}/help/open-a-pack" in mailed.text
    ben.open("/help/open-a-pack")
    ben.look("help-open-a-pack")
    enter(gateway, ben, path)
    elsewhere(gateway, browser, path, request)
    decline(ben)
    ended(ben, context, path, request)
    given = gateway.json("request", "show", request, "--as", CONTACT, "--json")["answer"]
    assert (given["kind"], given["ground"], given["reasons"]) == ("declined", "harm", REASONS)


def stranger(gateway: Installation, browser: Browser) -> tuple[BrowserContext, Window]:
    """A browser that was never here."""
    context = browser.new_context()
    return context, window(context, gateway.base)


def answered(seen: Window, status: int) -> None:
    """Forget that the browser complained of one status, which is meant."""
    others = [each for each in seen.complaints if str(status) not in each]
    assert not others, others
    seen.complaints.clear()


def enter(gateway: Installation, seen: Window, path: str) -> None:
    """Looking texts nothing; the button does, to the registered mobile; the code opens it."""
    page = seen.page
    seen.open(path)
    reference = seen.heading().removeprefix("Answer request ")
    assert "Tama Tauira" not in page.content()
    assert not codes(gateway, reference)
    seen.look("link")
    page.get_by_role("button", name="Send a code to the mobile ending in 102").click()
    seen.look("link-code")
    until(lambda: bool(codes(gateway, reference)))
    ((to, code),) = codes(gateway, reference)
    assert to == MOBILE
    page.get_by_label("Code").fill("0000-0000-0000")
    page.get_by_role("button", name="Open the request").click()
    expect(page.get_by_role("alert")).to_contain_text("The code is not right, or too old.")
    answered(seen, 422)
    page.get_by_label("Code").fill(code.lower())
    page.get_by_role("button", name="Open the request").click()
    assert "/received/" in page.url
    expect(page.get_by_text("Request for information under section 66C").first).to_be_visible()
    expect(page.get_by_text("Dates of callouts to the address")).to_be_visible()
    assert page.get_by_role("navigation", name="Main").count() == 0
    seen.look("link-request")


def elsewhere(gateway: Installation, browser: Browser, path: str, request: str) -> None:
    """Another browser has neither the request nor another go at the link."""
    context, other = stranger(gateway, browser)
    other.open(path)
    expect(other.page.get_by_text("This link was used already.")).to_be_visible()
    expect(other.page.get_by_role("link", name="Go on with the request")).to_have_count(0)
    other.look("link-used")
    other.open(f"{path}/code")
    expect(other.page.get_by_label("Code")).to_have_count(0)
    other.open(f"/received/{request}")
    assert "/sign-in" in other.page.url
    assert "callouts" not in other.page.content()
    context.close()


def decline(seen: Window) -> None:
    """A ground and reasons are needed; then it is read once more, and sent."""
    page = seen.page
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Decline").check()
    seen.look("link-answer-kind")
    page.get_by_role("button", name="Save and go on", exact=True).click()
    page.get_by_role("button", name="Save and read it once more").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    answered(seen, 422)
    seen.look("link-reasons-missing")
    page.get_by_label("Disclosing it could put someone in harm's way").check()
    page.get_by_label("Your reasons").fill(REASONS)
    page.get_by_role("button", name="Save and read it once more").click()
    expect(page.get_by_text("Your agency declines to disclose")).to_be_visible()
    expect(page.get_by_text(REASONS)).to_be_visible()
    seen.look("link-send")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Answered")).to_be_visible()
    seen.look("link-answered")


def ended(seen: Window, context: BrowserContext, path: str, request: str) -> None:
    """Neither the link nor what it opened leads anywhere any more, even in the same browser."""
    answer = seen.open(path)
    assert answer
    assert answer.status == 404
    answered(seen, 404)
    seen.open(f"/received/{request}")
    assert "/sign-in" in seen.page.url
    assert REASONS not in seen.page.content()
    context.close()
