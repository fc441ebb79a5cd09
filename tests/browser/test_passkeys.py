"""Setting up and signing in in a real browser: with a passkey, and with a password and an app.

The passkeys are those of Chromium's virtual authenticator, which answers as a device would.
"""

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, sync_playwright
from support.running import Installation, installation

BROWSER = Path("/usr/bin/chromium")
NEW = "lantern gravel orchard"
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not BROWSER.exists(), reason="needs Debian's package chromium"),
]


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """A gateway at an address that passkeys can be bound to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with installation(listen_port=port, link_base=f"http://localhost:{port}") as one:
        one.serve()
        yield one


@dataclass
class Device:
    """A page in a fresh browser with an authenticator of its own."""

    page: Page
    cdp: CDPSession
    authenticator: str

    def verify(self, *, willing: bool) -> None:
        """Whether the device recognises its owner from now on."""
        told = {"authenticatorId": self.authenticator, "isUserVerified": willing}
        self.cdp.send("WebAuthn.setUserVerified", told)

    def passkeys(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        asked = {"authenticatorId": self.authenticator}
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", asked)["credentials"]
        return found


@pytest.fixture
def device() -> Iterator[Device]:
    """A device; a breach of the content security policy fails the test."""
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browser = playwright.chromium.launch(
            executable_path=str(BROWSER),
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        stack.callback(browser.close)
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield Device(page, cdp, made["authenticatorId"])
        assert not [text for text in complaints if "Content Security Policy" in text]


def link_for(there: Installation, login: str, *roles: str) -> str:
    """The set-up link of a new user, as the command prints it."""
    named = [each for role in roles or ("auditor",) for each in ("--role", role)]
    who = ("--login", login, "--name", "Robin Sample", "--agency", "tamariki-care")
    printed = there.run("user", "create", *who, *named)
    found = re.search(r"http://localhost:\d+/set-up/[\w-]+", printed)
    assert found, printed
    return found[0]


def require_sound(page: Page) -> None:
    """Hold that a page has no fault a program can find, and fits a narrow screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 800})


def set_up_passkey(device: Device, link: str) -> None:
    """Follow a set-up link and make a passkey."""
    device.page.goto(link)
    device.page.get_by_role("button", name="Make a passkey").click()
    device.page.wait_for_url("**/sign-in?said=passkey")


def sign_in(device: Device, base: str) -> None:
    """Sign in with the passkey the device has."""
    device.page.goto(f"{base}/sign-in?next=/account")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    device.page.wait_for_url(f"{base}/account")


def test_a_passkey_is_set_up_and_signs_in(there: Installation, device: Device) -> None:
    """Without a login or a password being typed; the link then leads nowhere."""
    link = link_for(there, "one@tamariki-care.example")
    base = link.partition("/set-up")[0]
    device.page.goto(link)
    require_sound(device.page)
    set_up_passkey(device, link)
    (kept,) = device.passkeys()
    assert kept["isResidentCredential"]
    assert kept["rpId"] == "localhost"
    require_sound(device.page)
    sign_in(device, base)
    assert "passkey" in device.page.locator("table").inner_text()
    require_sound(device.page)
    answer = device.page.goto(link)
    assert answer is not None
    assert answer.status == 404


def test_a_passkey_needs_its_owner(there: Installation, device: Device) -> None:
    """Whom the device does not recognise is not signed in, and is told so on the page."""
    link = link_for(there, "two@tamariki-care.example")
    base = link.partition("/set-up")[0]
    device.page.goto(link)
    device.verify(willing=False)
    device.page.get_by_role("button", name="Make a passkey").click()
    device.page.get_by_text("No passkey was made.").wait_for()
    device.verify(willing=True)
    set_up_passkey(device, link)
    device.verify(willing=False)
    device.page.goto(f"{base}/sign-in")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    device.page.get_by_text("No passkey was used.").wait_for()
    device.verify(willing=True)
    sign_in(device, base)


def test_another_passkey_is_added_named_and_removed(there: Installation, device: Device) -> None:
    """On the account's page; one that was removed opens nothing, and the page says so."""
    link = link_for(there, "three@tamariki-care.example")
    base = link.partition("/set-up")[0]
    set_up_passkey(device, link)
    sign_in(device, base)
    page = device.page
    first = device.passkeys()[0]["credentialId"]
    told = {"authenticatorId": device.authenticator, "credentialId": first}
    held = device.cdp.send("WebAuthn.getCredential", told)["credential"]
    device.cdp.send("WebAuthn.removeCredential", told)
    page.get_by_label("Name of a new passkey").fill("Office laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/account?said=passkey")
    assert page.get_by_label("Name of passkey 2").input_value() == "Office laptop"
    require_sound(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove passkey 1").click()
    page.wait_for_url("**/account?said=removed")
    sign_in(device, base)
    second = device.passkeys()[0]["credentialId"]
    clear = {"authenticatorId": device.authenticator, "credentialId": second}
    device.cdp.send("WebAuthn.removeCredential", clear)
    adding = {"authenticatorId": device.authenticator, "credential": held}
    device.cdp.send("WebAuthn.addCredential", adding)
    page.goto(f"{base}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").filter(has_text="This passkey opens nothing here.").wait_for()


def test_a_copied_passkey_is_noticed(there: Installation, device: Device) -> None:
    """One that counts its uses and is behind what was seen signs nobody in."""
    link = link_for(there, "four@tamariki-care.example")
    base = link.partition("/set-up")[0]
    set_up_passkey(device, link)
    identifier = device.passkeys()[0]["credentialId"]
    told = {"authenticatorId": device.authenticator, "credentialId": identifier}
    copied = device.cdp.send("WebAuthn.getCredential", told)["credential"]
    sign_in(device, base)
    device.cdp.send("WebAuthn.removeCredential", told)
    adding = {"authenticatorId": device.authenticator, "credential": copied | {"signCount": 0}}
    device.cdp.send("WebAuthn.addCredential", adding)
    device.page.goto(f"{base}/sign-in")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    device.page.get_by_role("alert").filter(has_text="opens nothing here").wait_for()


def set_up_app(page: Page, link: str) -> str:
    """Follow a set-up link through password and app; gives a recovery code."""
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/app")
    require_sound(page)
    seed = page.locator("code").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(seed).now())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    require_sound(page)
    return page.locator("ol.codes code").first.inner_text()


def test_password_and_app_with_the_keyboard_alone(there: Installation, device: Device) -> None:
    """From the link to the account; every page on the way is sound."""
    page = device.page
    link = link_for(there, "five@tamariki-care.example", "auditor", "administrator")
    base = link.partition("/set-up")[0]
    code = set_up_app(page, link)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_label("Login").fill("five@tamariki-care.example")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("do not belong together").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    require_sound(page)
    page.get_by_label("Password").fill(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    require_sound(page)
    page.get_by_role("link", name="Use a recovery code").click()
    require_sound(page)
    page.get_by_label("Recovery code").fill(code.lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{base}/account")
    assert "You have 9 recovery codes left." in page.inner_text("main")
    require_sound(page)
    page.locator("#role").select_option("administrator")
    page.get_by_role("button", name="Act in this role").click()
    page.wait_for_url("**/register**")
    page.goto(f"{base}/account")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
