"""Every page of the table in a real browser: accessible, narrow enough, light, without complaint.

A page that is added to the table is looked at without a change here, unless its address has a part
that `Places` does not know yet: then the test says so.
"""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser
from support.browsing import CHROMIUM, LARGEST_PAGE_BYTES, Window, chromium, window
from support.commented import commented
from support.house import Person, move_in, sign_in
from support.running import Installation, installation, until
from support.world import SAMPLE

from gateway.domain.actors import Role
from gateway.web.pages.table import PAGES
from gateway.web.routing import PUBLIC, Route

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]
LEAD = "tamariki-care"
WHO = {
    Role.COORDINATOR: ("pat.tauira@tamariki-care.example", LEAD, "pat-tauira"),
    Role.RESPONDER: ("iris.example@health-region.example", "te-rohe-health", "iris-example"),
    Role.AUDITOR: ("auditor@tamariki-care.example", LEAD, None),
    Role.PRIVACY_OFFICER: ("privacy@tamariki-care.example", LEAD, None),
    Role.ADMINISTRATOR: ("admin@tamariki-care.example", LEAD, None),
}
HELD = "kowhai-2026-11-24"  # a meeting that is over
# What is fetched by pages or saved as a file, and looked at elsewhere.
NO_PAGES = {
    "serveFile",
    "streamProgress",
    "followVerifying",
    "leaveForProvider",
    "comeBackFromProvider",
}
# What a page may answer beside 200: the terms of a signed version cannot be edited; no answer was
# begun, whose page of what was found is the coordinator's one.
ALSO = {"editProtocol": {409}, "showProtocolForm": {409}, "showFoundInAnswer": {422}}


@dataclass
class Places:
    """What stands for the parts of addresses."""

    there: Installation
    people: dict[Role, Person]
    parts: dict[str, str]
    unsent: str
    draft: str

    def of(self, route: Route) -> str:
        """The route's address on the sample data."""
        parts = dict(self.parts)
        if (
            route.path.endswith(("{pack}", "/discard", "/send", "/found"))
            and "{pack}" in route.path
        ):
            parts["pack"] = self.unsent
        if route.path.endswith(("/edit", "/send")) and route.path.startswith("/requests/"):
            parts["request"] = self.draft
        if route.path.startswith(("/meetings/{meeting}/record", "/meetings/{meeting}/checklist")):
            parts["meeting"] = HELD
        address = re.sub(r"\{(\w+)\}", lambda part: parts.get(part[1], part[0]), route.path)
        assert "{" not in address, f"say here what stands for {address} in an address"
        return address


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def unsent_pack(there: Installation) -> tuple[str, str]:
    """A pack of the lead agency that is not sent, and its one document, with a comment in it."""
    token = there.run(
        "token", "create", "--role", "coordinator", "--agency", LEAD,
        "--representative", "pat-tauira",
    ).strip()  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = {
        "meeting": "kowhai-2026-12-08",
        "contact": "pat-tauira",
        "authority": "OTA-66C",
        "purpose": "SAFETY-PLAN",
        "marking": "IN-CONFIDENCE",
        "statements": [],
        "consultations": [],
    }
    asked = Request(f"{there.base}/api/v1/packs", json.dumps(body).encode(), headers)  # noqa: S310
    with urlopen(asked) as answer:  # noqa: S310 - our own service
        made: str = json.loads(answer.read())["id"]
    label = {
        "classification": "IN-CONFIDENCE",
        "category": "Care and protection",
        "source_agency": LEAD,
        "children": ["child-7f3a"],
    }
    headers["Content-Type"] = "multipart/form-data; boundary=a-border"
    parts = (
        b'--a-border\r\nContent-Disposition: form-data; name="label"\r\n'
        b"Content-Type: application/json\r\n\r\n" + json.dumps(label).encode() + b"\r\n"
        b'--a-border\r\nContent-Disposition: form-data; name="file"; filename="plan.docx"\r\n\r\n'
        + commented()
        + b"\r\n--a-border--\r\n"
    )
    address = f"{there.base}/api/v1/packs/{made}/documents"
    with urlopen(Request(address, parts, headers)) as answer:  # noqa: S310 - our own service
        return made, json.loads(answer.read())["id"]


def begun_draft(there: Installation, browser: Browser, person: Person) -> str:
    """The identifier of a draft of the sample protocol's next version."""
    context, seen = sign_in(there, browser, person)
    seen.open("/drafts")
    seen.page.get_by_label("Identifier of the protocol").fill("kowhai")
    seen.page.get_by_role("button", name="Begin").click()
    seen.page.wait_for_url("**/meeting")
    draft = seen.page.url.split("/")[-2]
    context.close()
    return draft


def held_meeting(there: Installation, browser: Browser, person: Person) -> tuple[str, str]:
    """An action of a meeting that is over, and a checklist for it that came to its end."""
    sample = (SAMPLE / "register.toml").read_text()
    earlier = sample.replace("kowhai-2026-12-08", HELD).replace(
        "2026-12-08T10:00:00+13:00", "2026-11-24T10:00:00+13:00"
    )
    file = there.folder / "earlier.toml"
    file.write_text(earlier)
    there.run("register", "import", str(file))
    context, seen = sign_in(there, browser, person)
    record = f"/meetings/{HELD}/record"
    seen.open(f"{record}/actions/new")
    seen.page.get_by_label("Who sees to it").select_option("ben-sample")
    seen.page.get_by_label("What is to be done").fill("Ring the school.")
    seen.page.get_by_label("Due on").fill("2099-12-01")
    seen.page.get_by_role("button", name="Task the agency").click()
    action = seen.page.locator("main a[href^='/actions/']").first.get_attribute("href") or ""
    until(lambda: any(b".tasked@" in raw for raw in there.mail.mails))
    seen.open(f"{record}/attendance")
    for choice in seen.page.locator("select[name^='presence-']").all():
        choice.select_option("present")
    seen.page.get_by_role("button", name="Save").click()
    seen.page.wait_for_url("**/record?said=saved")
    seen.look("coordinator-open-record")
    seen.page.get_by_role("button", name="Close the record").click()
    seen.page.wait_for_url("**/record?said=record-closed")
    seen.open(f"/meetings/{HELD}/checklist")
    seen.page.get_by_label("Do not share, because").fill("It is not needed.")
    seen.page.get_by_role("button", name="Do not share").click()
    seen.page.wait_for_url("**/checklists/*")
    checklist = seen.page.url.partition("?")[0].rpartition("/")[2]
    context.close()
    return action.rpartition("/")[2], checklist


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def places(browser: Browser) -> Iterator[Places]:
    """A gateway with something on every page, and a user for each role."""
    port = free_port()
    with installation(listen_port=port, link_base=f"http://127.0.0.1:{port}") as there:
        there.serve()
        there.run("pack", "send", "--yes", "--wait", "60", str(SAMPLE / "pack.toml"))
        health = there.json("request", "draft", "--json", str(SAMPLE / "request-health.toml"))
        police = there.json("request", "draft", "--json", str(SAMPLE / "request-police.toml"))
        there.run("request", "send", health["request"], "--as", "pat-tauira", "--yes")
        people = {
            role: move_in(there, browser, login, agency, role.value, representative=person)
            for role, (login, agency, person) in WHO.items()
        }
        transfer = there.transfers()["ben-sample"]
        context, seen = sign_in(there, browser, people[Role.ADMINISTRATOR])
        seen.open("/users")
        user = seen.page.locator("main table a").first.get_attribute("href") or ""
        context.close()
        parts = {
            "meeting": "kowhai-2026-12-08",
            "pack": transfer["pack"],
            "transfer": transfer["transfer"],
            "request": health["request"],
            "position": "5",
            "child": "child-7f3a",
            "agency": LEAD,
            "person": "pat-tauira",
            "protocol": "kowhai",
            "version": "2",
            "user": user.rpartition("/")[2],
            "draft": begun_draft(there, browser, people[Role.COORDINATOR]),
            "section": "information",
        }
        unsent, parts["document"] = unsent_pack(there)
        parts["action"], parts["checklist"] = held_meeting(there, browser, people[Role.COORDINATOR])
        parts["breach"] = there.json(
            "breach", "report", transfer["reference"], health["reference"], "--as", "pat-tauira",
            "--what", "Sample.", "--affected", "Nobody.", "--exercise", "--stop", "--json",
        )["breach"]  # fmt: skip
        yield Places(there, people, parts, unsent, police["request"])


def shown(role: Role) -> list[Route]:
    """The pages a role can look at, each under one role only."""
    order = list(Role)
    found = []
    for route in PAGES:
        if route.method != "GET" or route.roles is PUBLIC or route.operation in NO_PAGES:
            continue
        if route.media is None and min(route.roles, key=order.index) is role:
            found.append(route)
    return found


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role_holds(places: Places, browser: Browser, role: Role) -> None:
    """Axe at WCAG 2.2 AA, 320 px, no complaint, no foreign request, at most 150 kB at first."""
    context, seen = sign_in(places.there, browser, places.people[role])
    looked: set[str] = set()
    first = _weight_of_files(seen)
    for route in shown(role):
        answer = seen.open(places.of(route))
        assert answer is not None
        assert answer.status in {200} | ALSO.get(route.operation, set()), route.path
        if answer.status != 200:
            seen.complaints.clear()  # the browser complains of every status that is none of 2xx
        if seen.page.url in looked:
            continue
        looked.add(seen.page.url)
        body = len(answer.body())
        assert body + first <= LARGEST_PAGE_BYTES, (route.path, body, first)
        seen.look(f"{role.value.replace(' ', '-')}-{route.operation}")
    assert len(looked) >= 2
    context.close()


def test_a_section_of_a_draft_is_checked_as_one_types(places: Places, browser: Browser) -> None:
    """What is too broad is said beneath, without saving; other kinds of sections hold too."""
    context, seen = sign_in(places.there, browser, places.people[Role.COORDINATOR])
    draft = f"/drafts/{places.parts['draft']}"
    seen.open(f"{draft}/information")
    checked = seen.page.locator("#checked")
    assert "too broad" not in checked.inner_text()
    first = seen.page.locator("#information-1-item")
    before = first.input_value()
    first.fill("")
    first.press_sequentially("health information")
    checked.get_by_text("'health information' is too broad.").wait_for()
    seen.look("draft-too-broad")
    first.fill(before)
    checked.get_by_text("too broad").wait_for(state="detached")
    seen.open(f"{draft}/information")
    assert first.input_value() == before
    for section in ("agencies", "method", "managers", "review"):
        seen.open(f"{draft}/{section}")
        seen.look(f"draft-{section}")
    seen.open(f"{draft}/maori-data")
    seen.page.get_by_role("button", name="Add a condition").click()
    seen.page.locator("#conditions-1-code").wait_for()
    seen.look("draft-maori-data")
    context.close()


def test_the_page_of_a_breach_holds_for_whoever_decides(places: Places, browser: Browser) -> None:
    """With the forms for assessment, notification and notices, and a lesson, on one page."""
    context, seen = sign_in(places.there, browser, places.people[Role.PRIVACY_OFFICER])
    seen.open(f"/breaches/{places.parts['breach']}")
    seen.page.get_by_label("What is to be done differently").fill("Read addresses aloud.")
    seen.page.get_by_label("Who sees to it").fill("The coordinator")
    seen.page.get_by_label("By", exact=True).fill("2030-01-01")
    seen.page.get_by_role("button", name="Add the lesson").click()
    seen.page.get_by_role("button", name="Seen to").wait_for()
    seen.look("breach-decided")
    context.close()


def test_every_page_that_needs_no_sign_in_holds(places: Places, browser: Browser) -> None:
    """As above, for whoever comes without an account."""
    context = browser.new_context()
    seen = window(context, places.there.base)
    for address in (
        "/sign-in",
        "/acknowledge",
        "/help/open-a-pack",
        "/acknowledge/nowhere",
        "/deletion/nowhere",
    ):
        answer = seen.open(address)
        assert answer is not None
        seen.complaints.clear()
        assert seen.weight <= LARGEST_PAGE_BYTES
        seen.look(f"public{address.replace('/', '-')}")
    context.close()


def test_the_dark_scheme_and_large_text_hold_too(places: Places, browser: Browser) -> None:
    """Contrast in the dark, and text of twice the size on a page with a wide table."""
    context = browser.new_context(color_scheme="dark")
    seen = window(context, places.there.base)
    cookies = _signed_in(places, browser)
    context.add_cookies(cookies)  # type: ignore[arg-type]  # as the browser gave them
    for address in ("/coordinator", f"/packs/{places.unsent}", "/transfers", "/account"):
        seen.open(address)
        seen.look(f"dark{address.replace('/', '-')[:24]}")
    seen.open(f"/packs/{places.unsent}")
    seen.page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    seen.narrow("large-text", 640)
    context.close()


def _signed_in(places: Places, browser: Browser) -> list[object]:
    context, _ = sign_in(places.there, browser, places.people[Role.COORDINATOR])
    found: list[object] = list(context.cookies())
    return found


def _weight_of_files(seen: Window) -> int:
    """Bytes of the files that every page fetches, as they are sent."""
    total: int = seen.page.evaluate(
        """async () => { let sum = 0;
           for (const e of document.querySelectorAll("link[rel=stylesheet], script[src]")) {
             const r = await fetch(e.href || e.src, {cache: "reload"});
             sum += Number(r.headers.get("content-length"));
           } return sum; }"""
    )
    return total
