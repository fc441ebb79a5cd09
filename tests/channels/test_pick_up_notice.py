"""The notice of a pick-up, the code beside the password, and where mail comes back."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPSenderRefused
from aiosmtplib.errors import SMTPResponseException

from gateway.channels.gsm import SINGLE_TEXT, password_text, septets
from gateway.channels.outcomes import Phase, outcome_of
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.ports import Accepted, PackLetter, PasswordLetter, PickUpLetter, Rejected

BACK = "bounces+tag@gateway.lead.example"


@pytest.fixture
def pick_up_letter(pack_letter: PackLetter) -> PickUpLetter:
    """A notice of a pack that mail may not carry."""
    return PickUpLetter(
        message_id="01J9Z3.n@gateway.lead.example",
        to=pack_letter.to,
        reference=pack_letter.reference,
        marking="SENSITIVE \N{EN DASH} external",
        sender_agency=pack_letter.sender_agency,
        password_channel="by text message to your mobile phone",
        address="https://gateway.lead.example/pick-up/abcDEF-123_456",
        date=pack_letter.date,
        receipt=b"c2sp.org/tlog-proof@v1\n",
        return_path=BACK,
    )


def read(mail: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(mail, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def test_the_notice_is_marked_as_mail_may_be(
    pick_up_letter: PickUpLetter, run_sink: Any, mailer: Any
) -> None:
    """What blocks a higher marking lets it through; its words say the pack's marking."""
    sink = await run_sink()
    assert isinstance(await mailer(sink.port).send_pick_up(pick_up_letter), Accepted)
    mail = read(sink.mails[0])
    assert mail["Subject"].startswith("[IN-CONFIDENCE \N{EN DASH} external] Pack T-7KQ2-M9XD")
    assert "SENSITIVE" not in "".join(f"{n}: {v}" for n, v in mail.items() if n != "Sensitivity")
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Marking of the pack: SENSITIVE" in text
    assert pick_up_letter.address in text
    (receipt,) = mail.iter_attachments()
    assert receipt.get_filename() == "T-7KQ2-M9XD.tlog-proof.txt"
    assert f"MAIL FROM:<{BACK}>" in " ".join(sink.commands)
    assert "bounces" not in mail["From"]


async def test_an_address_that_is_none_is_not_sent(
    pick_up_letter: PickUpLetter, mailer: Any
) -> None:
    """Neither as the page's address nor as the one that mail comes back to."""
    for wrong in (
        replace(pick_up_letter, address="javascript:alert(1)"),
        replace(pick_up_letter, return_path="a@b.example>\r\nRCPT TO:<x@y.example"),
        replace(pick_up_letter, sender_agency="Lead\r\nBcc: x@y.example"),
    ):
        with pytest.raises(InvalidInput):
            await mailer(1).send_pick_up(wrong)


async def test_packs_and_passwords_say_where_they_come_back(
    pack_letter: PackLetter,
    password_letter: PasswordLetter,
    attach: Any,
    run_sink: Any,
    mailer: Any,
) -> None:
    """In the envelope alone."""
    sink = await run_sink()
    pack = replace(pack_letter, return_path=BACK)
    password = replace(
        password_letter, return_path=BACK, pick_up_code=Secret("ABCD-EFGH-JKMN"), receipt=b""
    )
    await mailer(sink.port).send_pack(pack, attach(b"archive"))
    await mailer(sink.port).send_password(password)
    assert sum(f"FROM:<{BACK}>" in command for command in sink.commands) == 2
    assert not any(BACK.encode() in mail for mail in sink.mails)
    text = read(sink.mails[1]).get_content()
    assert "ABCD-EFGH-JKMN" in text
    assert password.password.reveal() in text


def test_password_and_code_fit_one_text() -> None:
    """With the longest password there is, and an agency of usual length."""
    password, code = Secret("-".join(["saxophone"] * 6)), Secret("ABCD-EFGH-JKMN")
    text = password_text("T-7KQ2-M9XD", "Oranga Tamariki Example", password, code)
    size = septets(text)
    assert size is not None
    assert size <= SINGLE_TEXT
    assert text.endswith(f"{password.reveal()} - code to pick it up: {code.reveal()}")


@pytest.mark.parametrize(
    ("error", "of_content"),
    [
        (SMTPDataError(552, "5.3.4 too big"), True),
        (SMTPDataError(552, "too big"), True),
        (SMTPDataError(552, "5.2.2 over quota"), False),
        (SMTPDataError(550, "5.6.1 media not supported"), True),
        (SMTPDataError(550, "5.7.1 no encrypted files"), True),
        (SMTPDataError(554, "no thanks"), True),
        (SMTPDataError(550, "5.1.1 nobody"), False),
        (SMTPSenderRefused(552, "5.3.4 too big", "a@b.example"), True),
        (SMTPSenderRefused(552, "too big", "a@b.example"), True),
        (SMTPSenderRefused(550, "5.7.1 not you", "a@b.example"), False),
        (SMTPRecipientRefused(550, "5.7.1 not to them", "a@b.example"), False),
        (SMTPRecipientRefused(550, "nobody", "a@b.example"), False),
        (SMTPRecipientRefused(552, "5.2.3 too big for them", "a@b.example"), True),
    ],
)
def test_a_refusal_is_of_what_the_mail_holds_or_not(
    error: SMTPResponseException, *, of_content: bool
) -> None:
    """By code, and by whether the parties had been taken before."""
    outcome = outcome_of(error, Phase.HANDED_OVER)
    assert isinstance(outcome, Rejected)
    assert outcome.of_content is of_content
