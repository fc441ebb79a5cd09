"""A real browser for tests: complaints are failures, pages are held against WCAG 2.2 AA, looked at
at several widths, weighed, and kept as pictures.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
_ROOT = Path(__file__).parents[2]
PICTURES = Path(os.environ.get("SCREENSHOTS", _ROOT / ".screenshots"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_STANDARD = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
LARGEST_PAGE_BYTES = 150_000
NARROW, WIDE = 320, 1280
# Forms with a field to type in whose first button, which Enter presses, takes something away.
_RASH = """[...document.forms]
  .filter(f => f.querySelector("input:not([type=hidden], [type=checkbox], [type=radio])"))
  .map(f => f.querySelector("button:not([type=button])"))
  .filter(b => b && b.classList.contains("danger")).map(b => b.innerText)"""
# By their role or text: what cannot be helped, or is meant.
_UNMENDED: tuple[str, ...] = ()


@dataclass
class Window:
    """A page of a browser, with what it complained of and what it fetched."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    weight: int = 0

    def open(self, path: str) -> Response | None:
        """Go to a page of the service; the weight counts from here."""
        self.weight = 0
        return self.page.goto(self.base + path, wait_until="load")

    def heading(self) -> str:
        """What the page is headed."""
        return self.page.locator("h1").inner_text()

    def look(self, name: str) -> None:
        """Hold the page as it stands against everything a page must hold to; keep pictures."""
        assert not self.complaints, self.complaints
        assert not self.foreign, self.foreign
        found = violations(self.page)
        assert not found, f"{name}: {found}"
        rash: list[str] = self.page.evaluate(_RASH)
        assert not rash, f"{name}: pressing Enter in a field presses {rash}"
        self.picture(name, WIDE)
        self.narrow(name)

    def narrow(self, name: str, width: int = NARROW) -> None:
        """320 px wide, which is 400 % of 1280: nothing makes the whole page scroll sideways."""
        self.page.set_viewport_size({"width": width, "height": 640})
        over: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        widest: list[str] = self.page.evaluate(
            """[...document.querySelectorAll("body *")]
               .filter(e => e.getBoundingClientRect().right > innerWidth + 1
                            && !e.closest(".wide") && !e.closest(".skip"))
               .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
        )
        self.picture(f"{name}-narrow", None)
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        assert over <= 0, f"{name} is {over} px too wide: {widest}"

    def picture(self, name: str, width: int | None) -> None:
        """Keep a picture of the page."""
        if width is not None:
            self.page.set_viewport_size({"width": width, "height": 900})
        PICTURES.mkdir(parents=True, exist_ok=True)
        # Hiding the caret would leave style attributes behind, whose copying at a swap the content
        # security policy complains of.
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, caret="initial")

    def focused(self) -> str:
        """What has the keyboard's focus: its text, or a field's name."""
        said: str = self.page.evaluate(
            """(() => { const e = document.activeElement;
               const field = ["INPUT", "SELECT", "TEXTAREA"].includes(e.tagName);
               return ((!field && e.innerText) || e.name || e.id || e.tagName).trim(); })()"""
        )
        return said

    def tab_to(self, wanted: str, limit: int = 80) -> None:
        """Press Tab until something of this text or name has the focus."""
        seen = []
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            seen.append(self.focused())
            if seen[-1] == wanted:
                return
        raise AssertionError(f"Tab never came to {wanted!r}; it came to {seen}")


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong: rule, what is meant, and where."""
    response = Axe().run(page, options=_STANDARD).response
    return [
        {"rule": v["id"], "help": v["help"], "at": [n["html"][:160] for n in v["nodes"][:4]]}
        for v in response["violations"]
        if v["id"] not in _UNMENDED
    ]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own, without a screen."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        try:
            yield browser
        finally:
            browser.close()


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)


def window(context: BrowserContext, base: str) -> Window:
    """A fresh page of a context that minds what the browser complains of and what is fetched."""
    opened = context.new_page()
    watched = Window(opened, base)

    def finished(response: Response) -> None:
        if not response.url.startswith((base, "data:")):
            watched.foreign.append(response.url)
        with contextlib.suppress(Exception):  # a page left meanwhile has no sizes any more
            sizes = response.request.sizes()
            watched.weight += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    opened.on(
        "console",
        lambda message: (
            watched.complaints.append(message.text)
            if message.type in {"error", "warning"}
            else None
        ),
    )
    opened.on("pageerror", lambda error: watched.complaints.append(str(error)))
    opened.on("response", finished)
    opened.set_viewport_size({"width": WIDE, "height": 900})
    return watched
