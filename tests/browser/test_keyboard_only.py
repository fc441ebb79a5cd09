"""With the keyboard alone: signing in, sending a small pack, answering a request."""

import pytest
from playwright.sync_api import Browser, expect
from support.arrived import packs, passwords
from support.browsing import CHROMIUM, Window, window
from support.house import PASSWORD, Person, move_in
from support.request_files import drafted, request_file
from support.running import CONTACT, Installation, until
from support.world import SAMPLE

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
DOCUMENT = SAMPLE / "documents" / "care-summary.pdf"
_STOPS = 120  # of the Tab key on a page, at most
_SEEN = """(() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none"; })()"""


def reach(seen: Window, wanted: str) -> None:
    """Press Tab until something of this text or name has the focus; one sees that it has."""
    seen.tab_to(wanted, _STOPS)
    assert seen.page.evaluate(_SEEN), f"nobody sees that {wanted!r} has the focus"


def press(seen: Window, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        seen.page.keyboard.press(key)


def write(seen: Window, field: str, text: str) -> None:
    """Go to a field, and type."""
    reach(seen, field)
    seen.page.keyboard.type(text)


def follow(seen: Window, link: str) -> None:
    """Go to a link or button and press Enter; another page comes."""
    reach(seen, link)
    with seen.page.expect_navigation():
        press(seen, "Enter")


def sign_in(gateway: Installation, browser: Browser, person: Person) -> Window:
    """Password and recovery code; going back one field with Shift+Tab."""
    seen = window(browser.new_context(), gateway.base)
    seen.open("/sign-in")
    seen.look("sign-in")
    write(seen, "login", person.login)
    write(seen, "password", PASSWORD)
    press(seen, "Shift+Tab")
    assert seen.focused() == "login"
    press(seen, "Tab")
    with seen.page.expect_navigation():
        press(seen, "Enter")
    seen.look("sign-in-code")
    follow(seen, "Use a recovery code")
    seen.look("sign-in-recovery")
    write(seen, "code", person.codes.pop())
    with seen.page.expect_navigation():
        press(seen, "Enter")
    return seen


def test_a_pack_is_sent_with_the_keyboard(gateway: Installation, browser: Browser) -> None:
    """From signing in to passwords that have left, without a mouse."""
    login = "pat.tauira@tamariki-care.example"
    pat = move_in(
        gateway, browser, login, "tamariki-care", "coordinator", representative="pat-tauira"
    )
    seen = sign_in(gateway, browser, pat)
    page = seen.page
    press(seen, "Tab", "Enter")  # the first stop skips to the content
    assert page.evaluate("location.hash") == "#main"
    follow(seen, "Kōwhai meeting, December 2026")
    follow(seen, "Make a pack")
    reach(seen, "basis")
    press(seen, "Space")
    follow(seen, "Continue")
    make_pack(seen)
    add_document(seen)
    follow(seen, "Go on to sending")
    reach(seen, "checked")
    press(seen, "Space", "Tab")
    assert seen.focused() == "Send"
    with page.expect_navigation():
        press(seen, "Enter")
    until(lambda: any(each.to.startswith("ben.sample@") for each in packs(gateway)))
    (ben,) = [each for each in packs(gateway) if each.to.startswith("ben.sample@")]
    until(lambda: ben.reference in passwords(gateway))
    assert not seen.complaints, seen.complaints


def make_pack(seen: Window) -> None:
    """Statement and consultation."""
    reach(seen, "ground")
    press(seen, "ArrowDown")
    write(seen, "belief", "Each has a part in the safety plan.")
    for child in ("child-7f3a", "child-9c2e"):
        reach(seen, f"consulted-{child}")
        press(seen, "Space", "ArrowDown")
        write(seen, f"account-{child}", "Too young; the grandmother was told.")
    follow(seen, "Make the pack")
    assert seen.heading() == "Pack for Kōwhai meeting, December 2026"


def add_document(seen: Window) -> None:
    """A file, its label, and a reason in the matrix."""
    page = seen.page
    reach(seen, "file")
    with page.expect_file_chooser() as chosen:
        press(seen, "Space")
    chosen.value.set_files(DOCUMENT)
    reach(seen, "Add")
    press(seen, "Enter")
    box = page.get_by_label("child-7f3a")
    expect(box).to_have_count(1)
    reach(seen, box.get_attribute("name") or "")
    with page.expect_response(lambda answer: answer.status != 303):
        press(seen, "Space")
    expect(page.get_by_text("6 of 11 attendees would receive something.")).to_be_visible()
    withheld = page.locator("table.matrix details").first
    reach(seen, withheld.locator("summary").inner_text())
    press(seen, "Enter")
    expect(withheld.get_by_text("To mend it:").first).to_be_visible()


def test_a_request_is_answered_with_the_keyboard(gateway: Installation, browser: Browser) -> None:
    """From signing in to an answer that was sent, without a mouse."""
    request = drafted(gateway, request_file(gateway.folder))
    gateway.run("request", "send", request, "--as", CONTACT, "--yes")
    login = "iris.example@health-region.example"
    iris = move_in(
        gateway, browser, login, "te-rohe-health", "responder", representative="iris-example"
    )
    seen = sign_in(gateway, browser, iris)
    follow(seen, seen.page.locator("main tbody th").inner_text())
    follow(seen, "Acknowledge: it is here")
    follow(seen, "Answer")
    reach(seen, "kind")
    press(seen, "Space", "ArrowDown", "ArrowDown")
    follow(seen, "Save and go on")
    write(seen, "reasons", "The clinic's records of those months.")
    write(seen, "onward", "The hospital's outpatient desk.")
    follow(seen, "Save and read it once more")
    expect(seen.page.get_by_text("Your agency does not hold what was asked for.")).to_be_visible()
    follow(seen, "Send the answer")
    expect(seen.page.get_by_role("heading", name="Your agency's answer")).to_be_visible()
    answered = gateway.json("request", "show", request, "--as", CONTACT, "--json")["answer"]
    assert answered["kind"] == "not held"
    assert answered["onward"] == "The hospital's outpatient desk."
    assert not seen.complaints, seen.complaints
