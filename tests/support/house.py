"""Users of a running gateway: entered by an administrator, set up and signed in at the pages."""

import re
from dataclasses import dataclass

import pyotp
from playwright.sync_api import Browser, BrowserContext

from support.browsing import Window, window
from support.running import Installation

PASSWORD = "lantern-orchard-violin-harbour"
_KEY = re.compile(r"[A-Z2-7 ]{32,}")


@dataclass(frozen=True)
class Person:
    """Someone who can sign in: the seed of their app, and recovery codes not used yet."""

    login: str
    seed: str
    codes: list[str]


def move_in(
    there: Installation,
    browser: Browser,
    login: str,
    agency: str,
    *roles: str,
    representative: str | None = None,
) -> Person:
    """Enter someone, and set their sign-in up as they would: password, app, recovery codes."""
    options = ["--login", login, "--name", f"Sample {login.partition('@')[0]}", "--agency", agency]
    for role in roles:
        options += ["--role", role]
    if representative is not None:
        options += ["--representative", representative]
    printed = there.run("user", "create", *options).strip()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{there.base}/set-up/{printed.rpartition('/')[2]}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Go on to the app").click()
    seed = page.locator("main code").inner_text().replace(" ", "")
    assert _KEY.fullmatch(seed)
    page.locator("#code").fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Finish").click()
    codes = page.locator("main ol code").all_inner_texts()
    assert len(codes) == 10
    context.close()
    return Person(login, seed, codes)


def sign_in(there: Installation, browser: Browser, person: Person) -> tuple[BrowserContext, Window]:
    """A browser of theirs, signed in with password and a recovery code."""
    context = browser.new_context()
    seen = window(context, there.base)
    seen.open("/sign-in")
    seen.page.get_by_label("Login").fill(person.login)
    seen.page.get_by_label("Password").fill(PASSWORD)
    seen.page.get_by_role("button", name="Go on").click()
    seen.page.get_by_role("link", name="Use a recovery code").click()
    seen.page.get_by_label("Recovery code").fill(person.codes.pop())
    seen.page.get_by_role("button", name="Sign in").click()
    assert "/sign-in" not in seen.page.url, seen.page.inner_text("main")
    return context, seen
