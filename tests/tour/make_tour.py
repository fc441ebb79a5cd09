"""Makes the three pictures of the tour in README.md again: `make tour`.

It runs the gateway on the sample data with a mail server and an SMS gateway of its own, signs in as
the three people who use it, and keeps what they see beside this file.
"""

import re
import socket
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from playwright.sync_api import Browser, Page  # noqa: E402 - found by the line above
from support.browsing import chromium  # noqa: E402
from support.house import move_in, sign_in  # noqa: E402
from support.running import Installation, installation  # noqa: E402
from support.world import SAMPLE  # noqa: E402

_WIDTH, _HEIGHT = 1120, 760


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def keep(page: Page, name: str, marker: str) -> None:
    """Keep what is seen of a page from `marker` on."""
    page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
    page.locator(marker).first.evaluate("e => e.scrollIntoView()")
    page.screenshot(path=HERE / f"{name}.png")


def coordinator(there: Installation, browser: Browser) -> None:
    """The check of a pack: who would receive what, and why not."""
    person = move_in(
        there, browser, "pat.tauira@tamariki-care.example", "tamariki-care", "coordinator",
        representative="pat-tauira",
    )  # fmt: skip
    context, seen = sign_in(there, browser, person)
    page = seen.page
    page.get_by_role("link", name=re.compile("Kōwhai meeting")).click()
    page.get_by_role("link", name="Make a pack").click()
    page.locator("input[name=basis]").first.check()
    page.get_by_role("button", name="Continue").click()
    page.locator("#ground").select_option(index=1)
    page.locator("#belief").fill("It helps each of them to prepare the plan.")
    for box in page.locator("input[type=radio][value=yes]").all():
        box.check()
    for area in page.locator("fieldset textarea").all():
        area.fill("Told by the social worker; agrees.")
    page.get_by_role("button", name="Make the pack").click()
    documents = sorted((SAMPLE / "documents").iterdir())
    page.locator("input[type=file]").set_input_files(documents)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("table.labels tbody tr").nth(len(documents) - 1).wait_for()
    for row in page.locator("table.labels tbody tr").all():
        row.locator("input[type=checkbox]").first.check()
    page.get_by_role("button", name="Save the labels").click()
    page.wait_for_load_state()
    page.locator("#check details").first.locator("summary").click()
    keep(page, "coordinator", "#check tbody tr:nth-child(5)")
    context.close()


def responder(there: Installation, browser: Browser) -> None:
    """A request for information, on one page."""
    person = move_in(
        there, browser, "iris.example@health-region.example", "te-rohe-health", "responder",
        representative="iris-example",
    )  # fmt: skip
    drafted = there.json("request", "draft", "--json", str(SAMPLE / "request-health.toml"))
    there.run("request", "send", drafted["request"], "--as", "pat-tauira", "--yes")
    context, seen = sign_in(there, browser, person)
    seen.page.locator("main a[href^='/received/']").first.click()
    keep(seen.page, "responder", "h1")
    context.close()


def auditor(there: Installation, browser: Browser) -> None:
    """What was disclosed about a child, to whom, when, under which authority."""
    there.run("pack", "send", "--yes", "--wait", "60", str(SAMPLE / "pack.toml"))
    person = move_in(
        there, browser, "alex.sample@tamariki-care.example", "tamariki-care", "auditor"
    )
    context, seen = sign_in(there, browser, person)
    seen.open("/audit/children/child-7f3a")
    keep(seen.page, "auditor", "h1")
    context.close()


def main() -> None:
    """All three pictures."""
    port = free_port()
    with (
        installation(listen_port=str(port), link_base=f"http://127.0.0.1:{port}") as there,
        chromium() as browser,
    ):
        there.serve()
        for visit in (coordinator, responder, auditor):
            visit(there, browser)


if __name__ == "__main__":
    main()
