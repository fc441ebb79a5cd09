"""How quickly pages can be used, and what they weigh: `bench_pages.py [RUNS]`.

Each page of the sample data is opened in a fresh Chromium; the time from asking until it can
be used (its load event is over, scripts have run) is set against that of a page that asks the
database nothing, in the same run. Goals: usable within 1 s, at most 150 kB.
"""

import socket
import statistics
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser
from support.browsing import chromium
from support.house import move_in, sign_in
from support.running import installation
from support.world import SAMPLE

_REFERENCE = "/help/open-a-pack"
_PEOPLE = {
    "coordinator": (
        "pat.tauira@tamariki-care.example",
        "pat-tauira",
        ["/coordinator", "/meetings/kowhai-2026-12-08", "/packs", "/transfers", "/requests"],
    ),
    "auditor": (
        "auditor@tamariki-care.example",
        None,
        ["/audit", "/audit/refusals", "/audit/response-times", "/audit/children/child-7f3a"],
    ),
    "administrator": ("admin@tamariki-care.example", None, ["/register", "/users", "/tokens"]),
}
_USABLE = """(() => { const e = performance.getEntriesByType("navigation")[0];
  const files = performance.getEntriesByType("resource");
  return [e.loadEventEnd - e.startTime,
          e.transferSize + files.reduce((sum, f) => sum + f.transferSize, 0)]; })()"""


def measured(browser: Browser, cookies: list[Any], address: str, runs: int) -> tuple[float, int]:
    """Median milliseconds until a page can be used, and its bytes, in a fresh browser."""
    times, weights = list[float](), list[int]()
    for _ in range(runs):
        context = browser.new_context()
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(address, wait_until="load")
        page.wait_for_function(
            'performance.getEntriesByType("navigation")[0].loadEventEnd > 0', timeout=10_000
        )
        took, weight = page.evaluate(_USABLE)
        times.append(took)
        weights.append(int(weight))
        context.close()
    return statistics.median(times), max(weights)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(runs: int) -> None:
    """The table."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    with (
        installation(
            listen_port=port, link_base=f"http://127.0.0.1:{port}", log_level="error"
        ) as there,
        chromium() as browser,
    ):
        there.serve()
        there.run("pack", "send", "--yes", "--wait", "60", str(SAMPLE / "pack.toml"))
        reference, weight = measured(browser, [], there.base + _REFERENCE, runs)
        _say(f"{'page':40}{'ms':>8}{'ratio':>8}{'kB':>8}")
        _say(f"{_REFERENCE + ' (reference)':40}{reference:8.0f}{1.0:8.2f}{weight / 1000:8.1f}")
        for role, (login, person, pages) in _PEOPLE.items():
            who = move_in(there, browser, login, "tamariki-care", role, representative=person)
            context, _ = sign_in(there, browser, who)
            cookies: list[Any] = list(context.cookies())
            for address in pages:
                took, weight = measured(browser, cookies, there.base + address, runs)
                ratio = took / reference
                _say(f"{address:40}{took:8.0f}{ratio:8.2f}{weight / 1000:8.1f}")
            context.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
