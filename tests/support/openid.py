"""A certified OpenID provider (the Node.js package `oidc-provider`), started for tests."""

import asyncio
import json
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar

from gateway.channels import OpenIdSettings
from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.domain.secret import Secret

_HERE = Path(__file__).parent
_PACKAGE = _HERE.parents[1] / ".venv/openid/node_modules/oidc-provider/lib/index.js"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
BACK = "http://127.0.0.1:1/sign-in/back"  # nothing listens there: tests follow no further
CLIENT_SECRET = Secret("fictional+secret/of the client")
GROUPS = {"group-17": [Role.COORDINATOR], "group-18": [Role.AUDITOR, Role.PRIVACY_OFFICER]}


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@asynccontextmanager
async def provider(accounts: Mapping[str, Mapping[str, Any]]) -> AsyncIterator[str]:
    """The issuer of a running provider that knows these accounts, by their claims."""
    if shutil.which("node") is None or not _PACKAGE.exists():
        pytest.skip("needs Node.js and: npm install --prefix .venv/openid oidc-provider@9.13.3")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node",
        str(_HERE / "openid.mjs"),
        str(_PACKAGE),
        str(port),
        BACK,
        json.dumps(accounts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        while b"listening" not in (line := await process.stdout.readline()):
            assert line, "the provider ended"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


def settings_of(issuer: str, **changes: Any) -> OpenIdSettings:
    """How the gateway reaches it, for the sample's lead agency."""
    known: dict[str, Any] = {
        "key": "care",
        "name": "Tamariki Care",
        "issuer": issuer,
        "client_id": "gateway",
        "agency": AgencyId("tamariki-care"),
        "roles": GROUPS,
        "client_secret": CLIENT_SECRET,
    }
    return OpenIdSettings(**known | changes)


async def sign_in_there(address: str, account: str) -> dict[str, str]:
    """What the provider sends the browser back with, once someone signed in at its own pages."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        method, data = "GET", None
        for _ in range(12):
            async with browser.request(
                method, address, data=data, allow_redirects=False
            ) as response:
                page = await response.text()
                onward = response.headers.get("Location")
            if onward is not None:
                address, method, data = urljoin(address, onward), "GET", None
                if address.startswith(BACK):
                    return dict(parse_qsl(urlsplit(address).query))
                continue
            form = _FORM.search(page)
            assert form, page[:500]
            address, method = urljoin(address, form[1]), "POST"
            prompt = re.search(r'name="prompt" value="(\w+)"', page)
            assert prompt, page[:500]
            data = {"prompt": prompt[1], "login": account, "password": "any"}
    raise AssertionError("the provider never sent the browser back")
