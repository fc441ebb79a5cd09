"""A running gateway and a browser for each module of journeys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support.browsing import CHROMIUM, chromium
from support.outside import free_port
from support.running import Installation, installation


@pytest.fixture(scope="module")
def gateway(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A served gateway whose links lead to it; a module's SETTINGS are its settings."""
    port = str(free_port())
    chosen = getattr(request.module, "SETTINGS", {})
    with installation(listen_port=port, link_base=f"http://127.0.0.1:{port}", **chosen) as one:
        one.serve()
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's package chromium")
    with chromium() as opened:
        yield opened
