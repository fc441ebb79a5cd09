"""What the logs and headers say, and what they never do."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs
from web.driving import SETTINGS, Api, Serve, pack_body, password_sent

from gateway.domain.actors import Role
from gateway.web.routes import TABLE
from gateway.web.sources import source_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


async def test_every_answer_carries_the_security_headers(api: Api) -> None:
    """Successes, problems, pages, and addresses that do not exist."""
    for method, path in (
        ("GET", "/api/v1/packs"),
        ("GET", "/api/v1/nothing"),
        ("PUT", "/api/v1/packs"),
        ("GET", "/acknowledge"),
        ("GET", "/acknowledge/nowhere"),
        ("GET", "/static/style.css"),
        ("GET", "/nowhere"),
        ("GET", "/healthz"),
        ("HEAD", "/api/v1/openapi.json"),
    ):
        headers = (await api.call(method, path)).headers
        assert headers["Content-Security-Policy"] == POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "gateway"
        assert headers["X-Request-Id"]
        assert "Set-Cookie" not in headers
        assert "Strict-Transport-Security" not in headers
        if "static" not in path:
            assert headers["Cache-Control"] == "no-store", path


async def test_only_a_trusted_proxy_is_believed(serve: Serve) -> None:
    """Address and scheme come from the proxy's own words, and without one from nobody's."""
    forged = {
        "X-Forwarded-For": "198.51.100.1, 192.0.2.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=192.0.2.9;proto=https",
        "X-Real-IP": "192.0.2.9",
    }
    for trusted, source in ((False, "127.0.0.1"), (True, "192.0.2.7")):
        api = await serve(replace(SETTINGS, trust_proxy=trusted))
        with capture_logs() as logs:
            reply = await api.call("GET", "/api/v1/packs", role=None, headers=forged)
        assert ("Strict-Transport-Security" in reply.headers) is trusted
        assert [line["source"] for line in logs if line["event"] == "request"] == [source]
        assert (await api.actions())[-1]["actor"]["source"] == source


@pytest.mark.parametrize(
    ("forwarded", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("evil, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("192.0.2.1, ", "unknown"),
        ("unknown", "unknown"),
        ("192.0.2.1\x7f", "unknown"),
        ("127.1", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_last_forwarded_address_is_the_callers(forwarded: str, source: str) -> None:
    """In canonical form; what is no address is not believed, and the peer stands in its place."""
    request = make_mocked_request("GET", "/", {"X-Forwarded-For": forwarded})
    assert isinstance(request, web.Request)
    assert source_of(request, trust_proxy=True) == source


async def test_a_forged_host_changes_no_link(api: Api) -> None:
    """Links in mails come from the settings, whatever Host the request named."""
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    made = await api.call("POST", "/api/v1/packs", json=pack_body(api.world), headers=forged)
    assert made.headers["Location"].startswith("/api/v1/packs/")
    await password_sent(api.world)
    letters = [letter for letter, _ in api.world.channels.mails]
    assert letters
    assert all(str(m.acknowledge_at).startswith("https://gateway.example/") for m in letters)
    page = await api.call("GET", "/acknowledge", role=None, headers=forged)
    assert "evil" not in page.text


async def test_one_line_is_written_of_each_request_and_nothing_in_it_is_secret(api: Api) -> None:
    """Method, template, status, duration, correlation and source: no path, query, token or body."""
    transfers = await password_sent(api.world)
    letter = api.world.channels.mails[0][0]
    path = str(letter.acknowledge_at).removeprefix("https://gateway.example")
    with capture_logs() as logs:
        await api.call("GET", f"{path}?canary=query", role=None)
        await api.call("POST", path, role=None, data={"page": "canary", "opened": "canary"})
        given = {"reference": transfers["aroha-tauira"].reference, "code": "CANARY"}
        await api.call("POST", "/api/v1/acknowledgements", role=None, json=given)
        await api.call("POST", "/api/v1/packs", json={"canary": "canary"})
        await api.call("PROPFIND", "/canary", role=None, headers={"User-Agent": "canary"})
        reading = f"/api/v1/transfers/{transfers['tom-sample'].id}/password-reading"
        password = (await api.call("POST", reading)).json()["password"]
    lines = [line for line in logs if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/acknowledge/{token}", 200),
        ("POST", "/acknowledge/{token}", 403),
        ("POST", "/api/v1/acknowledgements", 422),
        ("POST", "/api/v1/packs", 422),
        ("other", None, 404),
        ("POST", "/api/v1/transfers/{transfer}/password-reading", 200),
    ]
    assert all(line["correlation"] and line["source"] == "127.0.0.1" for line in lines)
    assert all(line["milliseconds"] >= 0 for line in lines)
    logged = json.dumps(logs) + b"".join(await api.world.leaves()).decode()
    secrets = [path.removeprefix("/acknowledge/"), password, *api.tokens.values()]
    assert not any(secret in logged for secret in secrets)
    assert "canary" not in logged.lower()


async def test_a_refused_request_is_recorded_by_kind_only(api: Api) -> None:
    """Operation, kind of problem and field; who asked, if it is known; nothing that was sent."""
    await api.call("GET", "/api/v1/packs/canary")
    await api.call("POST", "/api/v1/packs", json={"Aroha Tauira": 1})
    await api.call("GET", "/api/v1/packs", role=None)
    await api.call("GET", "/api/v1/packs", role=Role.RESPONDER)
    await api.call("GET", "/api/v1/nothing")
    await api.call("GET", "/acknowledge/nowhere", role=None)
    entries = [e for e in await api.actions() if e["action"] == "request.refused"]
    assert [
        (e["detail"]["operation"], e["detail"]["problem"], e["detail"]["field"], e["agency"])
        for e in entries
    ] == [
        ("getPack", "NotFound", "pack", "tamariki-care"),
        ("createPack", "InvalidInput", None, "tamariki-care"),
        ("listPacks", "NotSignedIn", None, None),
        ("listPacks", "Forbidden", None, "tamariki-care"),
    ]
    assert {e["outcome"] for e in entries} == {"failure"}
    assert "Aroha" not in json.dumps(entries)


async def test_what_is_not_http_is_neither_repeated_nor_logged(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Malformed requests with a token inside: 400 in our shape, and the token nowhere."""
    caplog.set_level(logging.DEBUG)
    token = api.tokens[Role.COORDINATOR]
    with capture_logs() as logs:
        for request in (
            f"GET /api/v1/packs HTTP/1.1\r\nAuthorization: Bearer {token}\x00\r\n\r\n",
            f"GET /api/v1/packs HTTP/1.1\r\nBad Header {token}: x\r\n\r\n",
            f"NONSENSE {token}\r\n\r\n",
            f"GET /{token} HTTP/9.9\r\n\r\n",
            f"GET http://[{token}/ HTTP/1.1\r\nHost: a\r\n\r\n",
            f"GET / HTTP/1.1\r\nX: {token * 1000}\r\n\r\n",
            f"GET / HTTP/1.1\r\n{'X: y' + chr(13) + chr(10)}" * 1000 + "\r\n",
            f"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\nX: {token}\r\n\r\n",
            f"POST / HTTP/1.1\r\nTransfer-Encoding: {token}\r\nContent-Length: 4\r\n\r\nabcd",
        ):
            answer = await api.raw(request.encode())
            assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")), request
            assert token.encode() not in answer
            assert b"application/problem+json" in answer
    assert token not in caplog.text
    assert token not in json.dumps(logs, default=repr)


async def test_many_cookies_and_headers_change_nothing(api: Api) -> None:
    """Cookies are not looked at; a head larger than the limit is refused."""
    few: Any = {"Cookie": "; ".join(f"c{n}={n}" for n in range(500))}
    assert (await api.call("GET", "/api/v1/packs", headers=few)).status == 200
    many: Any = {"Cookie": "x" * 1_000_000}
    assert (await api.call("GET", "/api/v1/packs", headers=many)).status == 400


def test_an_operations_name_says_nothing_secret() -> None:
    """Names go to both logs: they are plain words of ours."""
    assert all(route.operation.isalpha() and route.operation.isascii() for route in TABLE)
