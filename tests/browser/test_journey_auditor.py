"""An auditor at the pages: searching, stories, accounts, refusals, verifying, taking files out."""

import csv
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, expect
from support.browsing import CHROMIUM, Window
from support.house import Person, move_in, sign_in
from support.running import PACKS, Installation

from gateway.audit.entries import Action

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
MAILED = Action.TRANSFER_MAILED.value


@pytest.fixture(scope="module")
def auditor(gateway: Installation, browser: Browser) -> Person:
    """The auditor of an agency that has sent the sample's pack."""
    gateway.send()
    gateway.wait_for_sample()
    return move_in(gateway, browser, "alex@tamariki-care.example", "tamariki-care", "auditor")


@pytest.fixture
def seen(gateway: Installation, browser: Browser, auditor: Person) -> Iterator[Window]:
    """Their browser, signed in; what it complains of fails the test."""
    context, opened = sign_in(gateway, browser, auditor)
    yield opened
    assert not opened.complaints, opened.complaints
    context.close()


def downloaded(seen: Window, name: str, folder: Path) -> Path:
    """What a link gives as a file, under the name it comes with."""
    with seen.page.expect_download() as coming:
        seen.page.get_by_role("link", name=name, exact=True).click()
    saved = folder / coming.value.suggested_filename
    coming.value.save_as(saved)
    return saved


def search(seen: Window) -> list[str]:
    """Look for what was mailed; gives the rows that were found."""
    seen.page.get_by_label("Action").select_option(MAILED)
    seen.page.get_by_label("Outcome").select_option("success")
    seen.page.get_by_role("button", name="Search").click()
    return seen.page.locator("main tbody tr").all_inner_texts()


def test_a_search_is_in_its_address(
    gateway: Installation, browser: Browser, auditor: Person, seen: Window
) -> None:
    """Whoever opens the address elsewhere finds the same, and the form filled in alike."""
    seen.look("audit-search")
    found = search(seen)
    assert len(found) == PACKS
    assert f"action={MAILED}" in seen.page.url
    seen.look("audit-found")
    context, other = sign_in(gateway, browser, auditor)
    other.page.goto(seen.page.url)
    assert other.page.locator("main tbody tr").all_inner_texts() == found
    assert other.page.get_by_label("Action").input_value() == MAILED
    assert other.page.get_by_label("Outcome").input_value() == "success"
    assert not other.complaints, other.complaints
    context.close()


def test_the_story_of_a_transfer(seen: Window) -> None:
    """From what was found to everything about one transfer, oldest first, and to one entry."""
    page = seen.page
    search(seen)
    page.locator("main tbody tr").first.locator("td a").click()
    assert seen.heading().startswith("Story of transfer")
    told = page.locator("ol.timeline strong").all_inner_texts()
    steps = ["Pack mailed", "Password sent"]
    assert [each for each in told if each in steps] in (steps, steps[:1])
    assert told.index("Transfer authorised and queued") < told.index("Pack mailed")
    seen.look("audit-story")
    page.get_by_role("link", name="Entry ").last.click()
    expect(page.get_by_role("link", name="Download the receipt")).to_be_visible()
    seen.look("audit-entry")


def test_the_account_of_a_child_on_screen_and_paper(seen: Window) -> None:
    """To whom something went, and from whom it was withheld; paper has no navigation."""
    page = seen.page
    page.get_by_role("link", name="The disclosure account of a child").click()
    seen.look("audit-child-form")
    page.get_by_label("Child's reference").fill("child-9c2e")
    page.get_by_role("button", name="Show the account").click()
    assert seen.heading() == "Disclosure account of child-9c2e"
    articles = page.locator("article.disclosure")
    expect(articles).to_have_count(PACKS - 1)  # all but the one with a conflict of interest
    expect(articles.filter(has_text="Iris Example")).to_have_count(0)
    withheld = page.get_by_role("region", name="Documents withheld").locator("tbody tr")
    expect(withheld.filter(has_text="Iris Example")).to_contain_text("conflict of interest")
    seen.look("audit-child")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(articles.first).to_be_visible()
    expect(page.locator(".marking").first).to_be_visible()
    seen.picture("audit-child-printed", None)
    page.emulate_media(media="screen")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_what_an_agency_sent_and_received(seen: Window) -> None:
    """One agency's account, and from there what went the other way."""
    page = seen.page
    page.get_by_role("link", name="What an agency sent or received").click()
    seen.look("audit-agency-form")
    page.get_by_label("Agency").fill("tamariki-care")
    page.get_by_role("button", name="Show the account").click()
    expect(page.locator("article.disclosure")).to_have_count(PACKS)
    seen.look("audit-agency")
    page.get_by_role("link", name="See what it received").click()
    expect(page.locator("article.disclosure")).to_have_count(1)  # the one of its own practitioner


def test_refusals_as_a_chart_and_a_table(seen: Window) -> None:
    """Both show each rule; a rule leads to the entries in which it refused."""
    page = seen.page
    page.get_by_role("link", name="Refusals", exact=True).click()
    chart = page.get_by_role("img", name="Refusals by rule")
    expect(chart).to_be_visible()
    rows = page.get_by_role("region", name="Refusals by rule").locator("tbody tr")
    assert rows.count() == chart.locator("rect").count() > 3
    for rule in rows.locator("th").all_inner_texts():
        expect(chart.locator("text").filter(has_text=rule).first).to_be_visible()
    seen.look("audit-refusals")
    rule = rows.first.locator("a").inner_text()
    rows.first.locator("a").click()
    expect(page.locator("main tbody tr").first).to_contain_text(rule)
    page.get_by_role("link", name="Response times", exact=True).first.click()
    seen.look("audit-response-times")


@contextmanager
def out_of_reach(gateway: Installation) -> Iterator[None]:
    """Let whoever wants to read the log's entries wait while the block lasts."""
    cluster = gateway.folder / "data" / "postgres"
    with psycopg.connect(f"postgresql://postgres@/postgres?host={cluster}") as connection:
        connection.execute("LOCK TABLE audit_entries IN ACCESS EXCLUSIVE MODE")
        yield


def test_the_log_is_verified_while_one_watches(
    gateway: Installation, seen: Window, tmp_path: Path
) -> None:
    """The page says that it is under way, and by itself what came of it; then offline as well."""
    page = seen.page
    page.get_by_role("link", name="Verify", exact=True).click()
    seen.look("audit-verify")
    with out_of_reach(gateway):
        page.get_by_role("button", name="Verify now").click()
        expect(page.get_by_role("heading", name="Verification is under way")).to_be_visible()
        seen.look("audit-verifying")
    expect(page.get_by_role("heading", name="The log is whole and unaltered")).to_be_visible()
    seen.look("audit-verified")
    exported = downloaded(seen, "Download the whole log", tmp_path)
    key = downloaded(seen, "Download the public key", tmp_path)
    checkpoint = downloaded(seen, "Download the checkpoint", tmp_path)
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(tmp_path / "log")
    said = gateway.run("audit", "verify", str(tmp_path / "log"), "--key", str(key))
    assert said.splitlines()[0].startswith("True")
    assert checkpoint.read_text("utf-8").splitlines()[1].isdigit()


def test_what_is_found_can_be_taken_out(seen: Window, tmp_path: Path) -> None:
    """A file has what the search found, in forms that other programs read."""
    found = search(seen)
    sheet = downloaded(seen, "CSV for spreadsheets", tmp_path)
    with sheet.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    lines = downloaded(seen, "JSON Lines", tmp_path)
    events = downloaded(seen, "OCSF events", tmp_path)
    entries = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert len(rows) == len(entries) == len(found) == PACKS
    assert {each["action"] for each in rows} == {MAILED}
    assert MAILED in lines.read_text("utf-8")
    assert [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert sheet.suffix == ".csv"
    assert lines.suffix == ".jsonl"
