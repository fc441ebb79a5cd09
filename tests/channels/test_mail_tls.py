"""A mail leaves encrypted, to a relay whose certificate was checked, or not at all."""

import asyncio
import ssl
from typing import Any

import pytest
from aiosmtpd import smtp as aiosmtpd

from gateway.services.ports import Accepted, Deferred, PackLetter, Rejected


class Keeper:
    """Keeps mails and the TLS version they came over."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.versions: list[str | None] = []

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the mail."""
        self.mails.append(envelope.original_content)
        self.versions.append(session.ssl and session.ssl["ssl_object"].version())
        return "250 OK"


@pytest.fixture
async def relay(authority: Any) -> Any:
    """A relay that takes mail after STARTTLS only, and the authority it is certified by."""
    tls, keeper = authority("right"), Keeper()

    def session() -> aiosmtpd.SMTP:
        return aiosmtpd.SMTP(keeper, tls_context=tls.server, require_starttls=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], tls, keeper
    server.close()
    await server.wait_closed()


async def test_a_mail_goes_out_over_starttls_with_a_trusted_certificate(
    relay: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """TLS 1.2 or later, to a server that does nothing without it."""
    port, tls, keeper = relay
    sender = mailer(port, security="starttls", ca_file=tls.ca_file)
    assert isinstance(await sender.send_pack(pack_letter, attach(bytes(200_000))), Accepted)
    assert len(keeper.mails) == 1
    assert keeper.versions[0] in {"TLSv1.2", "TLSv1.3"}


async def test_a_certificate_of_a_strange_authority_stops_the_mail(
    relay: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """The reason says so, it may be tried again, and nothing was sent."""
    port, _, keeper = relay
    sender = mailer(port, security="starttls", ca_file=authority("other").ca_file)
    outcome = await sender.send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert not outcome.uncertain
    assert "certificate is not trusted; nothing was sent" in outcome.reason
    assert keeper.mails == []


async def test_a_certificate_for_another_name_stops_the_mail(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """A right authority is not enough; the name must be the relay's."""
    tls = authority("right")
    for context in ({"starttls": tls.server}, {"tls": tls.server}):
        sink = await run_sink(host="127.0.0.2", **context)
        (security,) = context
        sender = mailer(sink.port, host="127.0.0.2", security=security, ca_file=tls.ca_file)
        outcome = await sender.send_pack(pack_letter, attach(b"x"))
        assert isinstance(outcome, Deferred)
        assert "certificate is not trusted; nothing was sent" in outcome.reason
        assert sink.mails == []


async def test_a_relay_without_starttls_gets_no_mail(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """Stripping the offer from the greeting gains nothing: not even the sender is named."""
    sink = await run_sink()
    sender = mailer(sink.port, security="starttls", ca_file=authority("right").ca_file)
    outcome = await sender.send_pack(pack_letter, attach(b"x"))
    assert outcome == Deferred("The relay does not offer STARTTLS; nothing was sent.")
    assert [line.split()[0] for line in sink.commands] == ["EHLO"]


async def test_a_refused_starttls_puts_the_mail_off(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """A refusal of encryption is not a refusal of the mail."""
    sink = await run_sink(extensions=("STARTTLS",), replies={"STARTTLS": "554 not today"})
    sender = mailer(sink.port, security="starttls", ca_file=authority("right").ca_file)
    outcome = await sender.send_pack(pack_letter, attach(b"x"))
    assert outcome == Deferred("554 The relay refused it.")


async def test_words_slipped_in_before_the_encryption_are_not_believed(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """What an attacker adds in clear text after 220 does not become an answer (CVE-2011-0411)."""
    tls = authority("right")
    sink = await run_sink(
        starttls=tls.server,
        replies={"STARTTLS": "220 go\r\n250-evil.example\r\n250 SIZE 1"},
    )
    sender = mailer(sink.port, security="starttls", ca_file=tls.ca_file)
    outcome = await sender.send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Accepted)
    assert len(sink.mails) == 1


async def test_a_mail_goes_out_over_implicit_tls(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """The other form of encryption works the same (RFC 8314)."""
    tls = authority("right")
    sink = await run_sink(tls=tls.server)
    sender = mailer(sink.port, security="tls", ca_file=tls.ca_file)
    assert isinstance(await sender.send_pack(pack_letter, attach(b"x")), Accepted)
    stranger = mailer(sink.port, security="tls", ca_file=authority("other").ca_file)
    outcome = await stranger.send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert "certificate is not trusted; nothing was sent" in outcome.reason
    assert len(sink.mails) == 1


async def test_old_tls_is_not_spoken(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """A relay that offers nothing from 2008 on gets no mail."""
    tls = authority("right")
    tls.server.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        tls.server.maximum_version = ssl.TLSVersion.TLSv1_1
    sink = await run_sink(tls=tls.server)
    sender = mailer(sink.port, security="tls", ca_file=tls.ca_file)
    outcome = await sender.send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert sink.mails == []


async def test_the_relays_limit_is_the_one_it_names_under_encryption(
    run_sink: Any, authority: Any, pack_letter: PackLetter, attach: Any, mailer: Any
) -> None:
    """What was offered before STARTTLS is forgotten and asked again (RFC 3207 section 4.2)."""
    tls = authority("right")
    sink = await run_sink(starttls=tls.server, extensions=("SIZE 10000",))
    sender = mailer(sink.port, security="starttls", ca_file=tls.ca_file)
    assert isinstance(await sender.send_pack(pack_letter, attach(bytes(10_000))), Rejected)
    assert [line.split()[0] for line in sink.commands] == ["EHLO", "STARTTLS", "EHLO"]
