"""Time stamps of a real service (OpenSSL's), and every way in which one must not be taken."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampRequest, TimeStampResponse, decode_timestamp_response
from rfc3161_client._rust import parse_timestamp_request
from support.stamping import REPLY, ROOT, Service, issue, openssl_ts
from support.witness import Canned, http

from gateway.channels.timestamps import HttpStamper, StamperSettings
from gateway.domain.errors import InvalidInput
from gateway.services.witnessing import Away, Refusing, Stamped
from gateway.system import SystemClock

DATA = "gateway.example/log\n7\nnot quite a checkpoint\n\n\N{EM DASH} but signed\n".encode()

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

MakeStamper = Callable[..., HttpStamper]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A running service."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    async with Service(folder).serving() as service:
        yield service


@pytest.fixture
async def stamper(service: Service) -> AsyncIterator[MakeStamper]:
    """Make clients of the service; they are closed after the test."""
    async with AsyncExitStack() as stack:

        def make(clock: Any = None, **more: Any) -> HttpStamper:
            values = {"url": service.url, "roots_file": service.roots_file, **more}
            client = HttpStamper(StamperSettings(**values), clock or SystemClock())
            stack.push_async_callback(client.close)
            return client

        yield make


class Ahead:
    """A clock that is off by some hours."""

    def __init__(self, hours: float) -> None:
        self._off = timedelta(hours=hours)

    def now(self) -> datetime:
        """The present moment as this clock has it."""
        return SystemClock().now() + self._off


def _read(response: bytes) -> TimeStampResponse:
    return decode_timestamp_response(response)


def _parsed(query: bytes) -> TimeStampRequest:
    return parse_timestamp_request(query)


async def test_a_stamp_is_had_and_holds_for_openssl_too(
    service: Service, stamper: MakeStamper, tmp_path: Path
) -> None:
    """The bytes kept are what anybody can check with the data and the authority alone."""
    client = stamper()
    assert client.name == service.url
    answer = await client.stamp(DATA)
    assert isinstance(answer, Stamped)
    imprint = _read(answer.response).tst_info.message_imprint
    assert imprint.message == hashlib.sha256(DATA).digest()
    (tmp_path / "stamp").write_bytes(answer.response)
    (tmp_path / "data").write_bytes(DATA)
    checked = await asyncio.to_thread(
        openssl_ts,
        tmp_path,
        *("-verify", "-in", "stamp", "-data", "data", "-CAfile", service.roots_file),
    )
    assert checked.strip() == b"Verification: OK"


async def test_every_request_has_a_nonce_of_its_own(service: Service, stamper: MakeStamper) -> None:
    """An old answer to the same question does not pass for a new one."""
    client = stamper()
    first = await client.stamp(DATA)
    second = await client.stamp(DATA)
    assert isinstance(first, Stamped)
    assert isinstance(second, Stamped)
    assert _read(first.response).tst_info.nonce != _read(second.response).tst_info.nonce
    service.replay = service.queries[0]
    answer = await client.stamp(DATA)
    assert answer == Refusing("Its time stamp does not hold: Nonce mismatch.")


async def test_a_stamp_of_something_else_is_refused(service: Service, stamper: MakeStamper) -> None:
    """Even with the right nonce: another content was confirmed."""

    def other_content(answer: bytes) -> bytes:
        assert answer
        wanted, other = hashlib.sha256(DATA).digest(), hashlib.sha256(b"other").digest()
        return service.response_to(service.queries[-1].replace(wanted, other))

    service.change = other_content
    answer = await stamper().stamp(DATA)
    assert answer == Refusing("Its time stamp does not hold: Mismatch between messages.")


async def test_a_changed_stamp_is_refused(service: Service, stamper: MakeStamper) -> None:
    """Whichever byte of it: what is taken in spite of a change says the same as before."""
    client = stamper()
    whole = await client.stamp(DATA)
    assert isinstance(whole, Stamped)
    original = _read(whole.response)
    request = service.queries[-1]
    taken = 0
    for place in range(len(whole.response)):
        changed = bytearray(whole.response)
        changed[place] ^= 1 << place % 8
        answer = client._verified(_parsed(request), bytes(changed), DATA)
        if isinstance(answer, Stamped):
            taken += 1
            info = _read(answer.response).tst_info
            assert info.gen_time == original.tst_info.gen_time
            assert info.nonce == original.tst_info.nonce
            assert info.message_imprint.message == original.tst_info.message_imprint.message
        else:
            assert isinstance(answer, Refusing)
    assert taken < len(whole.response) // 20


async def test_a_cut_or_longer_stamp_is_refused(service: Service, stamper: MakeStamper) -> None:
    """Nothing of it may be missing, and nothing may stand behind it."""
    client = stamper()
    whole = await client.stamp(DATA)
    assert isinstance(whole, Stamped)
    request = _parsed(service.queries[-1])
    assert isinstance(client._verified(request, whole.response, DATA), Stamped)
    for body in (
        b"",
        whole.response[:-1],
        whole.response[:40],
        whole.response + b"\0",
        b"\x30\x00",
    ):
        assert isinstance(client._verified(request, body, DATA), Refusing)


async def test_a_service_that_leads_to_another_authority_is_refused(
    service: Service, stamper: MakeStamper, tmp_path: Path
) -> None:
    """Even if the other has the same name."""
    strange = tmp_path / "strange.pem"
    strange.write_bytes(issue(ROOT).pem)
    assert isinstance(await stamper(roots_file=strange).stamp(DATA), Refusing)
    both = tmp_path / "both.pem"
    both.write_bytes(strange.read_bytes() + service.roots_file.read_bytes() * 2)
    assert isinstance(await stamper(roots_file=both).stamp(DATA), Stamped)


async def test_a_certificate_that_was_not_valid_then_is_refused(
    service: Service, stamper: MakeStamper
) -> None:
    """One that ended last year vouches for nothing now."""
    old = SystemClock().now() - timedelta(days=365)
    usage = ExtendedKeyUsageOID.TIME_STAMPING
    service.set_signer(issue("Clock", service.authority, usage, now=old))
    answer = await stamper().stamp(DATA)
    assert isinstance(answer, Refusing)


@pytest.mark.parametrize("hours", [-1.1, 1.1, 1000])
async def test_a_clock_far_from_ours_is_refused(hours: float, stamper: MakeStamper) -> None:
    """The stamp was asked for now, so one of the two clocks is wrong."""
    answer = await stamper(Ahead(hours)).stamp(DATA)
    assert answer == Refusing("Its clock and ours are more than an hour apart.")


async def test_a_service_that_says_no_is_refusing(service: Service, stamper: MakeStamper) -> None:
    """RFC 3161 lets it say so with a status of 200."""
    service.digests = "sha512"
    answer = await stamper().stamp(DATA)
    assert answer == Refusing("It gives no time stamp (status 2).")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(200, b"0\x00", Content_Type=REPLY), Refusing),
        (http(200, b"<html>", Content_Type="text/html"), Refusing),
        (http(302, b"", Location="http://127.0.0.1:1/"), Refusing),
        (http(403), Refusing),
        (http(200, bytes(100_000), Content_Type=REPLY), Refusing),
        (http(429), Away),
        (http(503), Away),
        (None, Away),
    ],
)
async def test_any_other_answer_is_no_or_not_now(
    answer: bytes | None, kind: type[Refusing | Away], stamper: MakeStamper
) -> None:
    """As with a witness."""
    async with Canned(answer).serving() as server:
        assert isinstance(await stamper(url=server.url).stamp(DATA), kind)


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "http://stamps.example/tsa"), ("url", "stamps.example"), ("timeout_seconds", -1.0)],
)
def test_unsafe_settings_are_refused(field: str, value: Any, tmp_path: Path) -> None:
    """As with a witness."""
    right: dict[str, Any] = {"url": "https://stamps.example/tsa", "roots_file": tmp_path}
    StamperSettings(**right)
    with pytest.raises(InvalidInput) as refused:
        StamperSettings(**{**right, field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
async def test_without_roots_there_is_no_client(content: bytes | None, tmp_path: Path) -> None:
    """A file that is missing, empty or broken is found when the gateway starts."""
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        HttpStamper(StamperSettings("https://stamps.example/tsa", file), SystemClock())
    assert refused.value.field == "roots_file"
