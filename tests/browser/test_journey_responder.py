"""A request by the form, and a responder with an account who answers it step by step."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect
from support.arrived import pack_to
from support.browsing import CHROMIUM, Window
from support.house import move_in, sign_in
from support.request_files import drafted, request_file
from support.running import CONTACT, Installation
from support.world import SAMPLE

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
PAT, IRIS = "pat.tauira@tamariki-care.example", "iris.example@health-region.example"
DOCUMENT = SAMPLE / "documents" / "health-appointments.pdf"
TEXTS = {
    "Full name": "Tama Tauira-Sample (fictional)",
    "Date of birth": "2017-03-14",
    "How the information serves that purpose": "To see what help the family needs.",
    "Why the agency is believed to hold it": "It said so at the meeting.",
    "Why it is believed to assist": "Missed appointments would show what help is needed.",
    "Who was asked": "Tama and his grandmother",
    "Their views, or why they were not asked": "Both were told and are glad of the help.",
    "Why by then": "The plan is reviewed the week after.",
    "The meeting's action this follows up": "Action 2",
}
BELIEF = "The dates show which visits need an escort."
QUESTION, REPLY = "Do you mean both clinics?", "The one in town only."
LIMITS = "Visits to private clinics are not among them."


def due(days: int) -> str:
    """A day from today on, as a date field takes it."""
    return str((datetime.now(UTC) + timedelta(days=days)).date())  # noqa: TID251 - as the service


def test_a_request_and_its_answer(gateway: Installation, browser: Browser) -> None:
    """Written, sent, asked about, answered in two sittings; what is disclosed arrives sealed."""
    later = request_file(gateway.folder)
    gateway.run("request", "send", drafted(gateway, later), "--as", CONTACT, "--yes")
    pat = move_in(
        gateway, browser, PAT, "tamariki-care", "coordinator", representative="pat-tauira"
    )
    iris = move_in(
        gateway, browser, IRIS, "te-rohe-health", "responder", representative="iris-example"
    )
    _, asking = sign_in(gateway, browser, pat)
    reference = write(asking)
    _, answering = sign_in(gateway, browser, iris)
    _, carried = pack_to(gateway, IRIS, 2)
    assert {name.rpartition(".")[2] for name in carried} >= {"pdf", "docx"}
    pick_up(answering, reference)
    reply(asking)
    begin(answering)
    come_back(answering)
    finish(answering)
    outcome(asking, gateway)
    for seen in (asking, answering):
        assert not seen.complaints, seen.complaints


def write(seen: Window) -> str:
    """The form, incomplete first, then too broad, then right; sent. Gives the reference."""
    page = seen.page
    page.get_by_role("link", name="Requests", exact=True).click()
    seen.look("request-list-empty")
    page.get_by_role("link", name="Make a request").click()
    seen.look("request-begin")
    page.get_by_label("section 66C", exact=False).first.check()
    page.get_by_role("button", name="Go on to the form").click()
    seen.look("request-form")
    incomplete(seen)
    page.get_by_label("Who is asked", exact=True).select_option("iris-example")
    page.get_by_label("The protocol's purpose of sharing").select_option("SAFETY-PLAN")
    page.get_by_label("Reference at the meeting").select_option("child-7f3a")
    for label, text in TEXTS.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Purpose under the Act").select_option("66C(a)(ii)")
    page.get_by_role("group", name="Whether the child").get_by_label("Yes").check()
    item = page.get_by_role("group", name="Item 1")
    item.get_by_label("Category").fill("Health appointments")
    item.get_by_label("What exactly").fill("All health information")
    item.get_by_label("First day").fill("2026-06-01")
    item.get_by_label("Last day").fill("2026-11-20")
    page.get_by_role("button", name="Suggest a day").click()
    expect(page.get_by_label("By when", exact=True)).not_to_have_value("")
    page.get_by_label("By when", exact=True).fill(due(3))
    page.get_by_role("button", name="Save the draft", exact=True).last.click()
    too_broad(seen)
    page.get_by_role("link", name="Send", exact=True).click()
    expect(page.get_by_text("Iris Example, Social worker")).to_be_visible()
    seen.look("request-send")
    page.get_by_role("button", name="Send it to Iris Example").click()
    expect(page.get_by_text("Sent, not acknowledged yet")).to_be_visible()
    seen.look("request-sent")
    return seen.heading().removeprefix("Request ")


def incomplete(seen: Window) -> None:
    """Each fault leads to its field, is said there too, and nothing typed is lost."""
    page = seen.page
    page.get_by_label("Full name").fill(TEXTS["Full name"])
    page.get_by_role("button", name="Save the draft", exact=True).last.click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    alert.get_by_role("link", name="Nobody is named to ask.").click()
    field = page.get_by_label("Who is asked", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[id='holder-error']")).to_contain_text("Choose the representative")
    assert page.get_by_label("Full name").input_value() == TEXTS["Full name"]
    complaints = [each for each in seen.complaints if "422" not in each]
    assert not complaints, complaints
    seen.complaints.clear()  # of the answer's status, which is meant
    seen.look("request-form-incomplete")


def too_broad(seen: Window) -> None:
    """'All health information' is refused with what to write instead, in the item's field."""
    page = seen.page
    expect(page.get_by_text("It cannot be sent yet.")).to_be_visible()
    hint = page.get_by_role("listitem").filter(has_text="Name the record and the question")
    expect(hint.first).to_be_visible()
    expect(page.get_by_role("link", name="Send", exact=True)).to_have_count(0)
    seen.look("request-too-broad")
    hint.first.get_by_role("link", name="Item 1").click()
    what = page.get_by_label("What exactly")
    expect(what).to_have_value("All health information")
    what.fill("Dates of appointments at the child health clinic, and whether each was kept")
    page.get_by_role("button", name="Save the draft", exact=True).last.click()
    assert "Nothing stands against sending it." in page.inner_text("main")
    seen.look("request-ready")


def pick_up(seen: Window, reference: str) -> None:
    """The urgent one stands first; it is acknowledged, and asked about."""
    page = seen.page
    titles = page.locator("main h2").all_inner_texts()
    assert titles == ["Asked for soon", "Open"]
    assert page.locator("tbody tr").first.inner_text().startswith(reference)
    seen.look("received-list")
    page.get_by_role("link", name=reference).click()
    seen.look("received-request")
    page.get_by_role("button", name="Acknowledge: it is here").click()
    expect(page.get_by_role("status").first).to_contain_text("Acknowledged")
    page.get_by_label("Ask what is meant").fill(QUESTION)
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("A question is waiting for a reply")).to_be_visible()
    seen.look("received-asked")


def reply(seen: Window) -> None:
    """The question waits on the coordinator's home page, and is replied to."""
    page = seen.page
    page.get_by_role("link", name="Home", exact=True).click()
    waiting = page.locator("main li").filter(has_text="asked").last
    expect(page.get_by_role("heading", name="Requests whose holder asks you")).to_be_visible()
    seen.look("coordinator-home-waiting")
    waiting.get_by_role("link").click()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    page.get_by_label("Your reply").fill(REPLY)
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text(REPLY)).to_be_visible()
    seen.look("request-replied")


def begin(seen: Window) -> None:
    """The first two steps, left in the middle of the third."""
    page = seen.page
    page.reload()
    expect(page.get_by_text(REPLY)).to_be_visible()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Disclose what is asked for").check()
    seen.look("answer-kind")
    page.get_by_role("button", name="Save and go on", exact=True).click()
    seen.look("answer-statement")
    page.get_by_label("Why you believe that disclosing it").fill(BELIEF)
    page.get_by_role("group", name="Were they consulted?").get_by_label("Yes").check()
    page.get_by_label("Their views, or why").fill("His grandmother agrees.")
    page.get_by_label("What limits the information").fill(LIMITS)
    page.get_by_role("button", name="Save and go on later").click()
    page.get_by_role("link", name="Back to the requests").click()


def come_back(seen: Window) -> None:
    """Everything still stands where it was written; nothing was sent meanwhile."""
    page = seen.page
    page.get_by_role("row").filter(has_text="soon").get_by_role("link").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    expect(page.get_by_label("Disclose what is asked for")).to_be_checked()
    expect(page.get_by_text("Saved")).to_contain_text("Iris Example")
    page.get_by_role("button", name="Save and go on", exact=True).click()
    expect(page.get_by_label("Why you believe that disclosing it")).to_have_value(BELIEF)
    group = page.get_by_role("group", name="Were they consulted?")
    expect(group.get_by_label("Yes")).to_be_checked()
    expect(page.get_by_label("What limits the information")).to_have_value(LIMITS)
    page.get_by_role("button", name="Save and add documents").click()


def finish(seen: Window) -> None:
    """A document is added and checked; the last page says in words what will happen; sent."""
    page = seen.page
    page.get_by_label("What recipients read for it").fill("Appointments kept")
    page.get_by_label("Files").set_input_files(DOCUMENT)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Appointments kept")).to_be_visible()
    expect(page.get_by_text("It can go out.")).to_be_visible()
    seen.look("answer-documents")
    page.get_by_role("link", name="Go on", exact=True).click()
    expect(page.get_by_text("Your agency discloses what was asked for.")).to_be_visible()
    expect(page.get_by_text(f"mailed to {PAT}")).to_be_visible()
    expect(page.get_by_text(BELIEF)).to_be_visible()
    seen.look("answer-send")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Your agency's answer")).to_be_visible()
    seen.look("received-answered")


def outcome(seen: Window, gateway: Installation) -> None:
    """The coordinator reads the answer; its archive opens with the password, and holds it."""
    page = seen.page
    page.reload()
    expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_visible()
    expect(page.get_by_text(BELIEF)).to_be_visible()
    expect(page.get_by_text(LIMITS)).to_be_visible()
    mailed, files = pack_to(gateway, PAT)
    expect(page.get_by_text(f"Sealed and sent as transfer {mailed.reference}")).to_be_visible()
    assert DOCUMENT.read_bytes() in files.values()
    assert BELIEF not in mailed.text
    seen.look("request-answered")
