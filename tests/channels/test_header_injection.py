"""No value in a letter can add a header, a recipient or a line to a mail (CVE-2024-6923 family)."""

import re
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels import MailSettings
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import Accepted, NoticeLetter, PackLetter, PasswordLetter

ATTACKS = [
    "x\r\nBcc: victim@evil.example",
    "x\nBcc: victim@evil.example",
    "x\rBcc: victim@evil.example",
    "x\0Bcc: victim@evil.example",
    "x\u2028Bcc: victim@evil.example",
    "x\x85Bcc: victim@evil.example",
    "=?utf-8?q?x=0d=0aBcc=3a_victim=40evil.example?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZXZpbC5leGFtcGxl?=",
]
HEADERS = [
    *("Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Sensitivity"),
    *("X-Protective-Marking", "Reply-To", "Content-Type"),
]
SINGLE_LINES = ["message_id", "to", "reference", "marking", "sender_agency", "reply_to"]


def changed(letter: Any, field: str, value: object) -> Any:
    """The letter with another value in one field."""
    return replace(letter, **{field: value})


def header_names(mail: bytes) -> list[str]:
    """The names of the headers on the wire, read without any mail library."""
    fields, _, _ = mail.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in fields.split(b"\r\n") if line[:1] not in b" \t"]
    return [name.decode("ascii") for name in names]


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
@pytest.mark.parametrize("field", SINGLE_LINES)
async def test_a_hostile_value_in_a_header_is_refused_before_anything_is_said(
    field: str, attack: str, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Refused, and the relay is not even called."""
    sink = await run_sink()
    letter = changed(pack_letter, field, attack)
    with pytest.raises(InvalidInput):
        await mailer(sink.port).send_pack(letter, attach(b"x"))
    assert (sink.commands, sink.mails) == ([], [])


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
@pytest.mark.parametrize(
    "field", ["contact", "privacy_statement", "password_channel", "acknowledge_at", "name"]
)
async def test_a_hostile_value_in_a_body_changes_no_header_and_no_recipient(
    field: str, attack: str, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Refused, or carried as text: the headers are the allowed ones, the recipient is the one."""
    sink = await run_sink()
    value: object = (attack,) if field == "contact" else attack
    letter = pack_letter if field == "name" else changed(pack_letter, field, value)
    archive = attach(b"x", name=attack if field == "name" else "a.zip")
    try:
        outcome = await mailer(sink.port).send_pack(letter, archive)
    except InvalidInput:
        assert (sink.commands, sink.mails) == ([], [])
        return
    assert isinstance(outcome, Accepted)
    (mail,) = sink.mails
    assert header_names(mail) == HEADERS
    assert [line for line in sink.commands if line.startswith("RCPT")] == [
        f"RCPT TO:<{pack_letter.to}>"
    ]
    assert b"victim" not in mail


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
async def test_hostile_values_in_passwords_and_notices_are_refused_or_text(
    attack: str,
    password_letter: PasswordLetter,
    notice_letter: NoticeLetter,
    run_sink: Any,
    mailer: Any,
) -> None:
    """The small mails keep to the same rules."""
    sink = await run_sink()
    for field in ("message_id", "to", "reference", "sender_agency"):
        with pytest.raises(InvalidInput):
            await mailer(sink.port).send_password(changed(password_letter, field, attack))
    for field in ("message_id", "to", "reference", "subject"):
        with pytest.raises(InvalidInput):
            await mailer(sink.port).send_notice(changed(notice_letter, field, attack))
    if not attack.startswith("=?"):
        with pytest.raises(InvalidInput):
            await mailer(sink.port).send_password(replace(password_letter, password=Secret(attack)))
    assert (sink.commands, sink.mails) == ([], [])


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
@pytest.mark.parametrize(
    "field", ["sender_name", "sender_address", "header_name", "local_hostname", "host"]
)
def test_a_hostile_setting_is_refused(field: str, attack: str) -> None:
    """Settings go into headers and commands as well."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 25,
        "security": "none",
        "sender_address": "packs@lead.example",
        "sender_name": "Lead",
    }
    with pytest.raises(InvalidInput) as caught:
        MailSettings(**{**values, field: attack})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "name", ["Bcc", "To", "Subject", "Content-Type", "X-A: b", "", "X-" + "a" * 61]
)
def test_the_marking_header_cannot_take_the_place_of_another(name: str) -> None:
    """A configurable header name is not a way to set a header that means something."""
    with pytest.raises(InvalidInput):
        MailSettings("127.0.0.1", 25, "none", "a@lead.example", "Lead", header_name=name)


async def test_the_header_on_the_wire_is_exactly_the_allowed_one(
    pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """To in the header equals the envelope; nobody else is named."""
    sink = await run_sink()
    await mailer(sink.port).send_pack(pack_letter, attach(b"x"))
    (mail,) = sink.mails
    assert header_names(mail) == HEADERS
    size = len(mail)
    assert sink.commands[1:] == [
        f"MAIL FROM:<packs@lead.example> SIZE={size} RET=HDRS ENVID={pack_letter.message_id}",
        f"RCPT TO:<{pack_letter.to}>",
        "DATA",
        "QUIT",
    ]
    head = mail.partition(b"\r\n\r\n")[0]
    assert set(re.findall(rb"[\w.]+@[\w.]+", head)) == {
        b"packs@lead.example",
        pack_letter.to.encode(),
        pack_letter.reply_to.encode(),
        pack_letter.message_id.rpartition("-")[2].encode(),
    }
