"""Every answer a relay can give, and every moment it can fail, becomes one of three outcomes."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd import smtp as aiosmtpd

from gateway.channels import MailSettings
from gateway.channels.replies import in_own_words
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import (
    Accepted,
    Deferred,
    NoticeLetter,
    Outcome,
    PackLetter,
    PasswordLetter,
    Rejected,
)


async def test_a_relay_that_takes_the_mail_makes_it_accepted(
    pack_letter: PackLetter,
    password_letter: PasswordLetter,
    notice_letter: NoticeLetter,
    attach: Any,
    run_sink: Any,
    mailer: Any,
) -> None:
    """Of the answer the codes are kept, not the words."""
    sink = await run_sink(replies={"dot": f"250 2.0.0 <{pack_letter.to}> \x1b[1m queued as 4X\xfe"})
    shown = "250 2.0.0 The relay took it."
    assert await mailer(sink.port).send_pack(pack_letter, attach(b"x")) == Accepted(shown)
    assert isinstance(await mailer(sink.port).send_password(password_letter), Accepted)
    assert isinstance(await mailer(sink.port).send_notice(notice_letter), Accepted)
    assert [line for line in sink.commands if line.startswith("RCPT")] == [
        f"RCPT TO:<{letter.to}>" for letter in (pack_letter, password_letter, notice_letter)
    ]


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("code", [421, 450, 452, 530, 535, 550, 552, 554])
async def test_a_refusal_of_the_mail_is_final_only_with_a_five(
    moment: str, code: int, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """4xx: later; 5xx: no; what concerns our sign-in: later; never uncertain."""
    sink = await run_sink(replies={moment: f"{code} {code // 100}.3.0 because"})
    outcome = await mailer(sink.port).send_pack(pack_letter, attach(b"x"))
    reason = in_own_words(code, f"{code // 100}.3.0")
    final = code in {550, 552, 554}
    assert outcome == (Rejected(reason) if final else Deferred(reason))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("250 2.0.0", Accepted("250 2.0.0 The relay took it.")),
        (
            "451 4.7.1",
            Deferred("451 4.7.1 The relay did not take it now for reasons of security or policy."),
        ),
        (
            "554 5.7.1",
            Rejected(
                "554 5.7.1 The relay refused it for reasons of security or policy.",
                of_content=True,
            ),
        ),
    ],
)
async def test_a_relay_that_quotes_the_mail_is_not_quoted(
    codes: str, expected: Outcome, password_letter: PasswordLetter, run_sink: Any, mailer: Any
) -> None:
    """A content filter may repeat a password or a name; nothing of it is kept."""
    sink = await run_sink(echo=codes)
    assert await mailer(sink.port).send_password(password_letter) == expected
    assert len(sink.replies["dot"]) > sink.received_bytes


@pytest.mark.parametrize("code", [220, 421, 535, 550, 99, 999])
@pytest.mark.parametrize("moment", ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "dot"])
async def test_no_word_of_a_relay_is_kept_at_any_moment(
    moment: str, code: int, password_letter: PasswordLetter, run_sink: Any, mailer: Any
) -> None:
    """Nor in the errors that the library makes of it."""
    sink = await run_sink(
        replies={moment: f"{code} 5.7.1 rimu-totara"}, extensions=("AUTH PLAIN", "SIZE rimu")
    )
    login = {"username": "gateway", "password": Secret("right")}
    sender = mailer(sink.port, timeout_seconds=0.5, handover_seconds=0.5, **login)
    assert "rimu" not in repr(await sender.send_password(password_letter))


async def test_an_answer_that_is_none_is_not_kept(
    password_letter: PasswordLetter, run_sink: Any, mailer: Any
) -> None:
    """The library's error quotes it; the reason does not."""
    sink = await run_sink(replies={"dot": "rimu-totara"})
    outcome = await mailer(sink.port).send_password(password_letter)
    assert outcome == Deferred("The relay's answer was not understood.", uncertain=True)


async def test_a_limit_that_is_no_number_is_none(
    password_letter: PasswordLetter, run_sink: Any, mailer: Any
) -> None:
    """Of more than twenty digits (RFC 1870 section 3) it is not read."""
    sink = await run_sink(extensions=(f"SIZE {'9' * 5000}",))
    assert isinstance(await mailer(sink.port).send_password(password_letter), Accepted)


@pytest.mark.parametrize("moment", ["greeting", "EHLO"])
@pytest.mark.parametrize("reply", ["421 busy", "450 later", "554 no", "nonsense", "silence", None])
async def test_a_relay_that_will_not_talk_puts_the_mail_off(
    moment: str, reply: str | None, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Before the mail is begun, no answer is about the mail."""
    sink = await run_sink(replies={moment: reply})
    outcome = await mailer(sink.port, timeout_seconds=0.3).send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert not outcome.uncertain
    assert sink.mails == []


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["nonsense", "silence", None])
async def test_a_relay_lost_before_the_mail_is_complete_puts_it_off(
    moment: str, reply: str | None, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """A mail without its end was not taken, whatever happened."""
    sink = await run_sink(replies={moment: reply})
    outcome = await mailer(sink.port, timeout_seconds=0.3).send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert not outcome.uncertain
    assert sink.mails == []


@pytest.mark.parametrize("reply", ["nonsense", "354 more", "silence", None])
async def test_a_relay_lost_after_the_mail_is_complete_leaves_it_uncertain(
    reply: str | None, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """It has the mail; whether it took it, nobody knows (RFC 1047)."""
    sink = await run_sink(replies={"dot": reply})
    outcome = await mailer(sink.port, handover_seconds=0.3).send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Deferred)
    assert outcome.uncertain
    assert len(sink.mails) == 1


@pytest.mark.parametrize("reply", ["500 what", "silence", None])
async def test_a_relay_that_fails_after_taking_the_mail_has_taken_it(
    reply: str | None, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Leave-taking changes nothing."""
    sink = await run_sink(replies={"QUIT": reply})
    outcome = await mailer(sink.port, timeout_seconds=0.3).send_pack(pack_letter, attach(b"x"))
    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("552 5.3.4 too big", Rejected(in_own_words(552, "5.3.4"), of_content=True)),
        ("451 4.3.0 disk", Deferred(in_own_words(451, "4.3.0"))),
        ("421 4.3.2 shutting down", Deferred(in_own_words(421, "4.3.2"))),
    ],
)
async def test_a_refusal_in_the_middle_of_the_mail_is_heard_at_once(
    reply: str, expected: object, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """The rest is not sent, and the answer counts."""
    sink = await run_sink(early=(100_000, reply), discard=True)
    archive = attach(bytes(20_000_000))
    assert await mailer(sink.port).send_pack(pack_letter, archive) == expected
    assert sink.received_bytes < 10_000_000


async def test_thanks_in_the_middle_of_the_mail_are_not_believed(
    pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """A relay that saw an end where we made none has something, but not this mail."""
    sink = await run_sink(early=(100_000, "250 ok"), discard=True)
    outcome = await mailer(sink.port).send_pack(pack_letter, attach(bytes(20_000_000)))
    assert isinstance(outcome, Deferred)
    assert outcome.uncertain


async def test_a_connection_lost_in_the_middle_of_the_mail_puts_it_off(
    pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Nothing was complete, so nothing is uncertain."""
    sink = await run_sink(early=(100_000, None), discard=True)
    outcome = await mailer(sink.port).send_pack(pack_letter, attach(bytes(20_000_000)))
    assert isinstance(outcome, Deferred)
    assert not outcome.uncertain


async def test_a_mail_larger_than_the_relay_takes_is_rejected_before_it_is_sent(
    pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """The size is known beforehand, so no byte of the mail goes out (RFC 1870)."""
    sink = await run_sink(extensions=("SIZE 10000",))
    outcome = await mailer(sink.port).send_pack(pack_letter, attach(bytes(10_000)))
    assert isinstance(outcome, Rejected)
    assert [line.split()[0] for line in sink.commands] == ["EHLO"]


async def test_nobody_listening_and_no_such_host_put_the_mail_off(
    pack_letter: PackLetter, attach: Any, free_port: Any, mailer: Any
) -> None:
    """An unreachable relay is worth another try."""
    refused = await mailer(free_port()).send_pack(pack_letter, attach(b"x"))
    unknown = mailer(25, host="relay.invalid", security="starttls")
    for outcome in (refused, await unknown.send_pack(pack_letter, attach(b"x"))):
        assert isinstance(outcome, Deferred)
        assert not outcome.uncertain


async def test_nothing_of_a_mail_or_its_password_reaches_a_log(
    password_letter: PasswordLetter, run_sink: Any, mailer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither on success nor on failure, at any level, even with the loop in debug mode."""
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    for replies in ({}, {"dot": "550 no"}, {"dot": None}, {"RCPT": "451 later"}):
        sink = await run_sink(replies=replies)
        await mailer(sink.port).send_password(password_letter)
    asyncio.get_running_loop().set_debug(False)
    assert password_letter.password.reveal() not in caplog.text
    assert password_letter.to not in caplog.text


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("good", [True, False])
async def test_the_mailer_signs_in_where_a_user_name_is_set(
    good: bool, notice_letter: NoticeLetter, mailer: Any
) -> None:
    """A wrong password puts the mail off: an administrator can mend it."""
    received: list[bytes] = []

    class Handler:
        """Keeps what it gets."""

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            """Take the mail."""
            received.append(envelope.original_content)
            return "250 OK"

    def authenticator(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        right = (data.login, data.password) == (b"gateway", b"right")
        return aiosmtpd.AuthResult(success=right, handled=False)

    def session() -> aiosmtpd.SMTP:
        return aiosmtpd.SMTP(
            Handler(), authenticator=authenticator, auth_required=True, auth_require_tls=False
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        password = Secret("right" if good else "wrong")
        outcome = await mailer(port, username="gateway", password=password).send_notice(
            notice_letter
        )
    assert len(received) == good
    if good:
        assert isinstance(outcome, Accepted)
    else:
        assert isinstance(outcome, Deferred)
        assert outcome.reason.startswith("535")


@pytest.mark.parametrize(
    "change",
    [
        {"security": "none", "host": "relay.example"},
        {"security": "none", "host": "192.0.2.1"},
        {"security": "opportunistic"},
        {"port": 0},
        {"port": 65536},
        {"username": "x"},
        {"password": Secret("x")},
        {"timeout_seconds": 0},
        {"handover_seconds": -1},
        {"sender_address": "Packs <packs@lead.example>"},
        {"host": ""},
    ],
    ids=str,
)
def test_settings_that_are_not_safe_are_refused(change: dict[str, Any]) -> None:
    """Clear text leaves this machine under no setting."""
    values: dict[str, Any] = {
        "host": "localhost",
        "port": 25,
        "security": "none",
        "sender_address": "packs@lead.example",
        "sender_name": "Lead",
    }
    MailSettings(**values)
    with pytest.raises(InvalidInput):
        MailSettings(**{**values, **change})


async def test_a_file_of_authorities_that_cannot_be_read_is_refused(
    mailer: Any, tmp_path: Any
) -> None:
    """A wrong setting is found at start, not at the first pack."""
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (tmp_path / "missing.pem", empty):
        with pytest.raises(InvalidInput):
            mailer(25, security="starttls", ca_file=path)


async def test_an_address_changed_on_the_way_is_refused(
    pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Only canonical addresses leave; look-alikes and additions do not."""
    sink = await run_sink()
    for to in ("Aroha <aroha@provider.example>", "a@PROVIDER.example", "a@b.example,c@d.example"):
        with pytest.raises(InvalidInput):
            await mailer(sink.port).send_pack(replace(pack_letter, to=to), attach(b"x"))
    assert sink.commands == []
