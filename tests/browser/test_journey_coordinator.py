"""A coordinator at the pages: from signing in to what really arrived, and a recall in time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, expect
from support.arrived import CONTENTS, packs, passwords
from support.browsing import CHROMIUM, Window
from support.house import Person, move_in, sign_in
from support.running import Installation, until
from support.world import SAMPLE

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
GUESSES = {  # by file name, in the order they are added
    "attendance-record.docx": "learning-office|Attendance",
    "care-summary.pdf": "tamariki-care|Care and protection",
    "health-appointments.pdf": "te-rohe-health|Health appointments",
    "support-plan.docx": "te-whare-manaaki|Whānau support",
}
DOCUMENTS = [SAMPLE / "documents" / name for name in GUESSES]
BY_TEXT = {
    "aroha.tauira@tamariki-care.example": "+447700900101",
    "ben.sample@regional-police.example": "+447700900102",
    "mere.tauira@te-whare-manaaki.example": "+447700900103",
    "iris.example@health-region.example": "+447700900106",
}
HANA, TOM = "hana.sample@health-region.example", "tom.sample@learning-office.example"
BEN, IRIS = "ben.sample@regional-police.example", "iris.example@health-region.example"
_SLOW = 60_000  # milliseconds, for what the service does in the background


@pytest.fixture(scope="module")
def pat(gateway: Installation, browser: Browser) -> Person:
    """The coordinator of the sample."""
    login, agency = "pat.tauira@tamariki-care.example", "tamariki-care"
    return move_in(gateway, browser, login, agency, "coordinator", representative="pat-tauira")


@contextmanager
def signed_in(gateway: Installation, browser: Browser, person: Person) -> Iterator[Window]:
    """Their browser, signed in."""
    context, seen = sign_in(gateway, browser, person)
    yield seen
    assert not seen.complaints, seen.complaints
    context.close()


def new_pack(seen: Window, *, look: bool = False) -> None:
    """From the home page to an empty pack: meeting, purpose, authority, statement, consultation."""
    page = seen.page
    name = seen.look if look else lambda _name: None
    mine = page.get_by_role("region", name="My meetings")
    mine.get_by_role("link", name="Kōwhai meeting, December 2026").click()
    name("coordinator-meeting")
    page.get_by_role("link", name="Make a pack").click()
    name("coordinator-basis")
    page.get_by_label("Agree on a safety plan for a child").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Ground", exact=True).select_option("66C(a)(i)")
    page.get_by_label("Why you believe so", exact=True).fill("Each has a part in the safety plan.")
    for child, answer in (("child-7f3a", "Not consulted"), ("child-9c2e", "Consulted")):
        asked = page.get_by_role("group", name=child)
        asked.get_by_label(answer, exact=True).check()
        asked.get_by_role("textbox").fill("The grandmother was told, and agreed.")
    name("coordinator-new")
    page.get_by_role("button", name="Make the pack").click()
    assert "There are no documents in this pack yet." in page.inner_text("main")
    name("coordinator-empty")


def add(seen: Window) -> None:
    """Add the sample's documents, as one chooses several files at once."""
    seen.page.get_by_label("Files").set_input_files(DOCUMENTS)
    seen.page.get_by_role("button", name="Add", exact=True).click()
    expect(seen.page.get_by_role("button", name=re.compile("Take document"))).to_have_count(4)


def about(seen: Window, number: int, child: str) -> Locator:
    """The box that says whether a document is about a child."""
    group = seen.page.get_by_role("group", name=f"Whom document {number} is about")
    return group.get_by_label(child)


def changed(seen: Window, box: Locator) -> None:
    """Tick or untick a box, and wait until the service has taken that."""
    with seen.page.expect_response(lambda answer: answer.status != 303):
        box.click()


def cell(seen: Window, person: str, column: int) -> Locator:
    """A cell of the check matrix."""
    row = seen.page.locator("table.matrix tbody tr").filter(has_text=person)
    return row.locator("td").nth(column - 1)


def labelled(seen: Window) -> None:
    """Say of every document whom it is about."""
    for number, child in enumerate(["child-7f3a"] * 3 + ["child-9c2e"], 1):
        changed(seen, about(seen, number, child))


def send(seen: Window) -> None:
    """On to the last page, and send."""
    seen.page.get_by_role("link", name="Go on to sending").click()
    seen.page.get_by_label("I have checked who receives what").check()
    seen.page.get_by_role("button", name="Send", exact=True).click()
    assert seen.page.url.endswith("/progress?said=sent")


def test_a_pack_from_sign_in_to_passwords(
    gateway: Installation, browser: Browser, pat: Person
) -> None:
    """Guessed labels are mended, reasons read, everything sent, and it arrives as was said."""
    before = len(packs(gateway))
    with signed_in(gateway, browser, pat) as seen:
        page = seen.page
        seen.look("coordinator-home")
        new_pack(seen, look=True)
        add(seen)
        for number, row in enumerate(GUESSES.values(), 1):
            expect(page.get_by_label(f"What document {number} is")).to_have_value(row)
        seen.look("coordinator-guessed")
        mend_labels(seen)
        read_reasons(seen)
        read_once_more(seen)
        send(seen)
        page.evaluate("window.stays = 'this very page'")
        told = page.locator("#told")  # what is read aloud
        expect(told).to_contain_text("Nothing more happens by itself", timeout=_SLOW)
        states = page.locator("#transfers tbody td:nth-child(2)")
        expect(states.filter(has_text="Password sent; not acknowledged yet")).to_have_count(5)
        expect(states.filter(has_text="its password waits to be read out")).to_have_count(1)
        expect(states.filter(has_text="Refused")).to_have_count(5)
        assert page.evaluate("window.stays") == "this very page"
        seen.look("coordinator-progress")
        arrived(gateway, before)
        tell_by_telephone(gateway, seen, before)


def mend_labels(seen: Window) -> None:
    """The matrix follows each correction at once; the page is not loaded again."""
    seen.page.evaluate("window.stays = 'this very page'")
    expect(cell(seen, "Ben Sample", 1)).to_contain_text("withheld")
    for number in (1, 2, 3, 4):
        changed(seen, about(seen, number, "child-7f3a"))
        expect(cell(seen, "Ben Sample", number)).to_have_text("allowed")
    expect(cell(seen, "Iris Example", 4)).to_have_text("allowed")
    changed(seen, about(seen, 4, "child-7f3a"))
    changed(seen, about(seen, 4, "child-9c2e"))
    expect(cell(seen, "Iris Example", 4)).to_contain_text("withheld")
    expect(cell(seen, "Ben Sample", 4)).to_have_text("allowed")
    expect(seen.page.get_by_text("6 of 11 attendees would receive something.")).to_be_visible()
    assert seen.page.evaluate("window.stays") == "this very page"
    seen.page.reload()
    assert about(seen, 4, "child-9c2e").is_checked()
    assert not about(seen, 4, "child-7f3a").is_checked()


def read_reasons(seen: Window) -> None:
    """A withheld cell opens to its reason, and to what would mend it."""
    withheld = cell(seen, "Ngaio Example", 1)
    assert not withheld.locator("li").first.is_visible()
    withheld.locator("summary").click()
    expect(withheld.get_by_text("had not signed this version")).to_be_visible()
    expect(withheld.get_by_text("To mend it:").first).to_be_visible()
    expect(withheld.get_by_text("Source:").first).to_be_visible()
    seen.look("coordinator-checked")


def read_once_more(seen: Window) -> None:
    """Before sending it stands in words who gets what, by which ways, and who gets nothing."""
    page = seen.page
    page.get_by_role("link", name="Go on to sending").click()
    expect(page.get_by_role("heading", name="6 people receive something")).to_be_visible()
    expect(page.get_by_role("heading", name="5 people receive nothing")).to_be_visible()
    told = {name: page.locator("article.recipient").filter(has_text=name).inner_text()
            for name in ("Ben Sample", "Hana Sample", "Tom Sample", "Iris Example")}  # fmt: skip
    assert f"by mail to {BEN}" in told["Ben Sample"]
    assert "text message to the number ending 102" in told["Ben Sample"]
    assert "Receives all 4 documents" in told["Ben Sample"]
    assert "hana.sample@clinics.health-region.example" in told["Hana Sample"]
    assert "you read it out by telephone" in told["Tom Sample"]
    assert "Receives 3 of 4 documents" in told["Iris Example"]
    assert "support-plan.docx: The recipient has declared a conflict" in told["Iris Example"]
    seen.look("coordinator-send")
    page.get_by_role("link", name="Back to the pack").click()


def arrived(gateway: Installation, before: int) -> None:
    """Six archives by mail, each password by another way; one opens, and holds what it should."""
    mailed = {each.to: each for each in packs(gateway)[before:]}
    assert set(mailed) == {*BY_TEXT, HANA, TOM}
    came = passwords(gateway)
    for to, number in BY_TEXT.items():
        assert came[mailed[to].reference][0] == number
    assert came[mailed[HANA].reference][0] == "hana.sample@clinics.health-region.example"
    assert mailed[TOM].reference not in came
    _, password = came[mailed[BEN].reference]
    assert not any(password in each.text for each in mailed.values())
    files = mailed[BEN].opened(password)
    assert len([name for name in files if name != CONTENTS]) >= len(DOCUMENTS)
    assert all(path.read_bytes() in files.values() for path in DOCUMENTS)
    partly = mailed[IRIS].opened(came[mailed[IRIS].reference][1])
    assert DOCUMENTS[3].read_bytes() not in partly.values()
    assert DOCUMENTS[2].read_bytes() in partly.values()


def tell_by_telephone(gateway: Installation, seen: Window, before: int) -> None:
    """The one password that is spoken is shown once, and opens its archive."""
    page = seen.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Show the password for Tom Sample").click()
    password = page.locator(".password code").inner_text()
    seen.look("coordinator-password")
    (mailed,) = [each for each in packs(gateway)[before:] if each.to == TOM]
    assert CONTENTS in mailed.opened(password)
    page.get_by_role("link", name="I have read it out").click()
    expect(page.locator("main .note")).to_contain_text("Password sent")
    assert password not in page.content()


def test_a_recall_in_time_and_its_history(
    gateway: Installation, browser: Browser, pat: Person
) -> None:
    """Whoever is recalled never gets a password, though all the others do."""
    before = len(packs(gateway))
    gateway.stop()
    with gateway.given(recall_window_seconds="15"):
        gateway.serve()
    with signed_in(gateway, browser, pat) as seen:
        page = seen.page
        new_pack(seen)
        add(seen)
        labelled(seen)
        send(seen)
        progress = page.url
        ben = page.locator("#transfers tbody tr").filter(has_text="Ben Sample")
        expect(ben).to_contain_text("Mailed; its password has not left", timeout=_SLOW)
        expect(ben).to_contain_text(re.compile(r"Left:\s+\d+ s"))
        page.on("dialog", lambda dialog: dialog.accept())
        ben.get_by_role("button", name="Recall the transfer to Ben Sample").click()
        expect(page.locator("main .note")).to_contain_text("Recalled; the password was destroyed")
        seen.look("coordinator-recalled")
        history(seen)
        others = {*BY_TEXT, HANA} - {BEN}
        until(lambda: len(packs(gateway)) >= before + 6)
        mailed = {each.to: each.reference for each in packs(gateway)[before:]}
        until(lambda: all(mailed[to] in passwords(gateway) for to in others))
        assert mailed[BEN] not in passwords(gateway)
        page.goto(progress)
        states = page.locator("#transfers tbody td:nth-child(2)")
        expect(states.filter(has_text="Password sent")).to_have_count(len(others))
        expect(ben).to_contain_text("Recalled; the password was destroyed")


def history(seen: Window) -> None:
    """The recall stands among the agency's transfers, and with the pack's."""
    page = seen.page
    reference = re.search(r"T-[0-9A-Z]{4}-[0-9A-Z]{4}", seen.heading())
    assert reference
    page.get_by_role("link", name="all its transfers").click()
    expect(page.locator("#transfers tbody tr").filter(has_text="Recalled")).to_have_count(1)
    page.get_by_role("link", name="Transfers", exact=True).click()
    page.get_by_label("State").select_option(label="recalled")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(reference[0])
    seen.look("coordinator-transfers")
    page.get_by_role("link", name="Packs", exact=True).click()
    expect(page.locator("main tbody tr").first).to_contain_text("sent")
    seen.look("coordinator-packs")
