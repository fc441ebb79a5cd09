"""Every answer of an SMS gateway, and every way to lose it, becomes one of three outcomes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web

from gateway.channels import KannelTexter, SmsSettings, WebhookSettings, WebhookTexter
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import Accepted, Deferred, Rejected, Texter

TO = "+64210000000"
REFERENCE = "T-7KQ2-M9XD"
PASSWORD = Secret("violin-harbour-mustard-canopy-otter-ladder")
TEXT = f"Lead: password for {REFERENCE}: {PASSWORD.reveal()}"
KINDS = ["post", "get", "webhook"]


@dataclass
class Received:
    """What a fake gateway got, and what it answers; None drops the connection."""

    status: int | None = 202
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
async def gateway() -> AsyncIterator[Received]:
    """A fake gateway that keeps every request."""
    received = Received()

    async def take(request: web.Request) -> web.Response:
        received.requests.append(
            {
                "method": request.method,
                "target": request.raw_path,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "body": (await request.read()).decode(),
            }
        )
        if received.hang:
            await asyncio.Event().wait()
        if received.status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=received.status, headers=received.headers, text=TEXT)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    received.url = f"http://127.0.0.1:{port}/cgi-bin/sendsms"
    yield received
    await runner.cleanup()


MakeTexter = Callable[..., Texter]


@pytest.fixture
async def texter() -> AsyncIterator[MakeTexter]:
    """Make texters of every kind; they are closed after the test."""
    made: list[KannelTexter | WebhookTexter] = []

    def make(kind: str, url: str, **more: Any) -> Texter:
        one: KannelTexter | WebhookTexter
        if kind == "webhook":
            one = WebhookTexter(WebhookSettings(url, Secret("token-123"), **more))
        else:
            secret = Secret("kannel-secret")
            one = KannelTexter(SmsSettings(url, "gateway", secret, kind, **more))  # type: ignore[arg-type]
        made.append(one)
        return one

    yield make
    for one in made:
        await one.close()


async def test_kannel_gets_everything_in_headers_and_body(
    gateway: Received, texter: MakeTexter
) -> None:
    """Nothing is in the request line, which proxies and servers log."""
    one = texter("post", gateway.url, sender="2244")
    assert await one.send_password(TO, REFERENCE, "Lead", PASSWORD) == Accepted("HTTP 202")
    (request,) = gateway.requests
    assert (request["method"], request["target"]) == ("POST", "/cgi-bin/sendsms")
    assert request["body"] == TEXT
    sent = {name: text for name, text in request["headers"].items() if name.startswith("X-K")}
    assert sent == {
        "X-Kannel-Username": "gateway",
        "X-Kannel-Password": "kannel-secret",
        "X-Kannel-To": TO,
        "X-Kannel-From": "2244",
        "X-Kannel-Coding": "0",
    }
    assert request["headers"]["Content-Type"] == "text/plain; charset=UTF-8"


async def test_an_old_gateway_gets_everything_in_the_query(
    gateway: Received, texter: MakeTexter
) -> None:
    """Where only GET is known, it is used; the setting is explicit."""
    one = texter("get", gateway.url)
    assert await one.send_password(TO, REFERENCE, "Lead", PASSWORD) == Accepted("HTTP 202")
    (request,) = gateway.requests
    assert (request["method"], request["body"]) == ("GET", "")
    assert request["query"] == {
        "username": "gateway",
        "password": "kannel-secret",
        "to": TO,
        "coding": "0",
        "charset": "UTF-8",
        "text": TEXT,
    }


async def test_a_webhook_gets_json_a_token_and_a_key_that_repeats(
    gateway: Received, texter: MakeTexter
) -> None:
    """The same password to the same number is the same message; another number is another."""
    one = texter("webhook", gateway.url)
    for to in (TO, TO, "+64210000001"):
        assert isinstance(await one.send_password(to, REFERENCE, "Lead", PASSWORD), Accepted)
    first, second, third = gateway.requests
    assert json.loads(first["body"]) == {"to": TO, "text": TEXT, "reference": REFERENCE}
    assert first["headers"]["Authorization"] == "Bearer token-123"
    assert first["headers"]["Content-Type"] == "application/json"
    key = first["headers"]["Idempotency-Key"]
    assert second["headers"]["Idempotency-Key"] == key != third["headers"]["Idempotency-Key"]
    assert PASSWORD.reveal() not in key


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, Accepted) for status in (200, 201, 202, 204)),
        *((status, Rejected) for status in (400, 404, 410, 422)),
        *((status, False) for status in (301, 307, 401, 407, 408, 425, 429, 500, 503)),
        *((status, True) for status in (502, 504)),
    ],
)
async def test_a_status_means_one_thing(
    kind: str, status: int, expected: object, gateway: Received, texter: MakeTexter
) -> None:
    """Taken; refused for good; later, and whether it may have been taken all the same."""
    gateway.status = status
    if status in {301, 307}:
        gateway.headers = {"Location": gateway.url + "/elsewhere"}
    outcome = await texter(kind, gateway.url).send_password(TO, REFERENCE, "Lead", PASSWORD)
    shape = outcome.uncertain if isinstance(outcome, Deferred) else type(outcome)
    assert shape is expected
    assert len(gateway.requests) == 1
    assert PASSWORD.reveal() not in str(outcome)


@pytest.mark.parametrize(("kind", "expected"), [("post", Deferred), ("webhook", Rejected)])
async def test_forbidden_is_kannels_word_for_a_wrong_sign_in(
    kind: str, expected: type, gateway: Received, texter: MakeTexter
) -> None:
    """A setting an administrator can mend must not end a transfer."""
    gateway.status = 403
    outcome = await texter(kind, gateway.url).send_password(TO, REFERENCE, "Lead", PASSWORD)
    assert type(outcome) is expected


@pytest.mark.parametrize("kind", KINDS)
async def test_a_lost_answer_is_uncertain_and_not_asked_for_again(
    kind: str, gateway: Received, texter: MakeTexter
) -> None:
    """The gateway may have sent the text; only the caller may decide to send it again."""
    gateway.status = None
    lost = await texter(kind, gateway.url).send_password(TO, REFERENCE, "Lead", PASSWORD)
    gateway.hang = True
    slow = texter(kind, gateway.url, timeout_seconds=0.2)
    late = await slow.send_password(TO, REFERENCE, "Lead", PASSWORD)
    for outcome in (lost, late):
        assert isinstance(outcome, Deferred)
        assert outcome.uncertain
    assert len(gateway.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_listening_is_certain(
    kind: str, texter: MakeTexter, free_port: Callable[[], int]
) -> None:
    """What was never reached has sent nothing."""
    one = texter(kind, f"http://127.0.0.1:{free_port()}/")
    outcome = await one.send_password(TO, REFERENCE, "Lead", PASSWORD)
    assert isinstance(outcome, Deferred)
    assert not outcome.uncertain


@pytest.mark.parametrize("kind", KINDS)
async def test_a_certificate_of_a_strange_authority_stops_the_text(
    kind: str, texter: MakeTexter, authority: Any
) -> None:
    """No byte of a password goes to a server that cannot prove its name."""
    got: list[bytes] = []

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(100))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    right, other = authority("right"), authority("other")
    server = await asyncio.start_server(session, "127.0.0.1", 0, ssl=right.server)
    async with server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/sms"
        strange = texter(kind, url, ca_file=other.ca_file)
        outcome = await strange.send_password(TO, REFERENCE, "Lead", PASSWORD)
        assert isinstance(outcome, Deferred)
        assert not outcome.uncertain
        assert got == []
        known = texter(kind, url, ca_file=right.ca_file)
        outcome = await known.send_password(TO, REFERENCE, "Lead", PASSWORD)
        assert isinstance(outcome, Accepted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "to", ["0210000000", "+64 21 000 000", "+6421\r\n0000", "+0", ""], ids=ascii
)
async def test_a_number_that_is_not_international_is_refused(
    kind: str, to: str, gateway: Received, texter: MakeTexter
) -> None:
    """A number is never guessed at."""
    with pytest.raises(InvalidInput):
        await texter(kind, gateway.url).send_password(to, REFERENCE, "Lead", PASSWORD)
    assert gateway.requests == []


@pytest.mark.parametrize("kind", KINDS)
async def test_neither_address_nor_text_reaches_a_log(
    kind: str, gateway: Received, texter: MakeTexter, caplog: pytest.LogCaptureFixture
) -> None:
    """At no level, in success and failure, with the loop in debug mode."""
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG, logger="aiohttp.client")
    caplog.set_level(logging.DEBUG, logger="asyncio")
    caplog.set_level(logging.DEBUG, logger="gateway")
    for status in (202, 500, 400, None):
        gateway.status = status
        await texter(kind, gateway.url).send_password(TO, REFERENCE, "Lead", PASSWORD)
    asyncio.get_running_loop().set_debug(False)
    ours = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    for hidden in (PASSWORD.reveal(), "kannel-secret", "token-123", TO):
        assert hidden not in " ".join(ours)


async def test_a_session_that_was_lent_is_not_closed(gateway: Received) -> None:
    """Who opened it closes it."""
    async with ClientSession() as session:
        one = KannelTexter(SmsSettings(gateway.url, "gateway", Secret("s")), session)
        assert isinstance(await one.send_password(TO, REFERENCE, "Lead", PASSWORD), Accepted)
        await one.close()
        assert not session.closed


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://sms.example/send"},
        {"url": "https://user:pw@sms.example/send"},
        {"url": "https://sms.example/send?a=b"},
        {"url": "ftp://127.0.0.1/"},
        {"username": "a\r\nb"},
        {"username": ""},
        {"password": Secret("a\nb")},
        {"password": Secret("pāss")},
        {"method": "put"},
        {"sender": "a b"},
        {"sender": "1\r\n"},
        {"timeout_seconds": 0},
    ],
    ids=ascii,
)
def test_kannel_settings_that_are_not_safe_are_refused(change: dict[str, Any]) -> None:
    """Clear text leaves this machine under no setting; nothing can add a header."""
    values = {"url": "https://sms.example/send", "username": "a", "password": Secret("s")}
    SmsSettings(**values)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        SmsSettings(**{**values, **change})
    assert caught.value.field in change


@pytest.mark.parametrize(
    "change", [{"url": "http://sms.example/"}, {"token": Secret("a\r\nb")}, {"token": Secret("")}]
)
def test_webhook_settings_that_are_not_safe_are_refused(change: dict[str, Any]) -> None:
    """The same holds for the other kind."""
    values = {"url": "https://sms.example/send", "token": Secret("s")}
    WebhookSettings(**values)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        WebhookSettings(**{**values, **change})
    assert caught.value.field in change


def test_settings_do_not_show_their_secrets() -> None:
    """A settings object in a log shows neither password nor token."""
    shown = repr(SmsSettings("https://sms.example/", "a", Secret("kannel-secret")))
    shown += repr(WebhookSettings("https://sms.example/", Secret("token-123")))
    assert "kannel-secret" not in shown
    assert "token-123" not in shown
