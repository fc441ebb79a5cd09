"""The pages for recipients in a real browser, with the keyboard alone."""

import contextlib
import email
import email.policy
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from support.running import Installation, installation
from support.world import SAMPLE

from gateway.demo.opening import contents, opened
from gateway.demo.recipients import OpenedPack

BROWSER = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not BROWSER.exists(), reason="needs Debian's package chromium"),
]
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/acknowledge/[\w-]+")
_PASSWORD = re.compile(r"\b[a-z]+(?:-[a-z]+){5}\b")
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """A gateway with links switched on, that has sent the sample's pack."""
    port = free_port()
    with installation(listen_port=port, link_base=f"http://127.0.0.1:{port}") as one:
        one.serve()
        one.run("pack", "send", "--yes", "--wait", "60", str(SAMPLE / "pack.toml"))
        yield one


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in a fresh browser; a breach of the content security policy fails the test."""
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browser = playwright.chromium.launch(
            executable_path=str(BROWSER),
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        stack.callback(browser.close)
        opened = browser.new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        yield opened
        assert not [text for text in complaints if "Content Security Policy" in text]


def received(there: Installation, recipient: str) -> tuple[str, str, OpenedPack]:
    """The link and reference in the mail to a recipient, and the pack opened with the password."""
    transfer = there.transfers()[recipient]
    for raw in there.mail.mails:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if f"{transfer['reference']}.zip".encode() not in raw:
            continue
        body = message.get_body(("plain",))
        assert body is not None
        link = _LINK.search(body.get_content())
        archive, _receipt = message.iter_attachments()
        text = next(text for _, text in there.sms.texts if transfer["reference"] in text)
        password = _PASSWORD.search(text)
        assert link
        assert password
        files = opened(archive.get_content(), password[0])
        code = _CODE.search(contents(files))
        assert code
        nowhere = Path()
        return link[0], transfer["reference"], OpenedPack(tuple(files), code[0], nowhere, nowhere)
    raise AssertionError("no pack reached the recipient")


def state(there: Installation, recipient: str) -> str:
    return str(there.transfers()[recipient]["state"])


def test_the_link_s_page_acknowledges_with_the_keyboard(there: Installation, page: Page) -> None:
    """Opening the link changes nothing; choosing 'yes' and the button does, without a mouse."""
    link, reference, _ = received(there, "aroha-tauira")
    page.goto(link)
    assert reference in page.title()
    time.sleep(0.5)
    assert state(there, "aroha-tauira") == "password sent"
    page.locator("#opened-no").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('is acknowledged')")
    assert state(there, "aroha-tauira") == "acknowledged"


def test_a_button_pressed_without_a_choice_acknowledges_nothing(
    there: Installation, page: Page
) -> None:
    """As a scanner that submits the form untouched would do."""
    link, _, _ = received(there, "mere-tauira")
    page.goto(link)
    page.locator("button").click()
    page.wait_for_selector("[role=alert]")
    assert state(there, "mere-tauira") == "password sent"


def test_the_code_from_inside_the_pack_is_taken(there: Installation, page: Page) -> None:
    """A wrong code is explained where a screen reader finds it; the right one acknowledges."""
    _, reference, pack = received(there, "ben-sample")
    page.goto(f"{there.base}/acknowledge")
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Code").fill("0000-0000-0000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert page.locator("#code").get_attribute("aria-invalid") == "true"
    page.get_by_label("Code").fill(pack.code.lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('is acknowledged')")
    assert state(there, "ben-sample") == "acknowledged"


def test_the_pages_are_styled_and_sound(there: Installation, page: Page) -> None:
    """The style sheet passes the content security policy; one heading; nothing is too wide."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{there.base}/acknowledge")
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.styleSheets.length") == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("html").get_attribute("lang") == "en-NZ"
