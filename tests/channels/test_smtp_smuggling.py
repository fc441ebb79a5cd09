"""No text can end a mail early or start another (CVE-2023-51764 to 51766, CVE-2024-27305)."""

import re
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels.mime import Mail
from gateway.channels.smtp import Relay, deliver
from gateway.domain.errors import InvalidInput
from gateway.services.ports import Accepted, NoticeLetter, PackLetter

ENDS = [
    "\n.\n",
    "\n.\r",
    "\r.\n",
    "\r.\r",
    "\n.\r\n",
    "\r.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r\n.\r\n",
    "\r\n\x00.\r\n",
    "\r\n.\r\r\n",
    "\r\r\n.\r\r\n",
]
SECOND = "MAIL FROM:<a@evil.example>\r\nRCPT TO:<b@evil.example>\r\nDATA\r\nSubject: two\r\n\r\nx"


def assert_one_clean_mail(sink: Any) -> None:
    """One mail, and no line end on the wire but CRLF."""
    (mail,) = sink.mails
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", mail)
    assert b"\r\n." not in mail
    assert [line.split()[0] for line in sink.commands] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
async def test_an_end_of_mail_in_a_statement_stays_text(
    end: str, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Every known trick arrives as part of one mail, or is refused for its control character."""
    sink = await run_sink()
    letter = replace(pack_letter, privacy_statement=f"one{end}{SECOND}{end}")
    if "\0" in end:
        with pytest.raises(InvalidInput):
            await mailer(sink.port).send_pack(letter, attach(b"x"))
        assert sink.commands == []
        return
    assert isinstance(await mailer(sink.port).send_pack(letter, attach(b"x")), Accepted)
    assert_one_clean_mail(sink)


@pytest.mark.parametrize("end", ENDS, ids=ascii)
async def test_an_end_of_mail_in_an_archive_stays_part_of_the_archive(
    end: str, pack_letter: PackLetter, attach: Any, run_sink: Any, mailer: Any
) -> None:
    """Archives hold any bytes; base64 carries them."""
    sink = await run_sink()
    data = f"one{end}{SECOND}{end}".encode()
    assert isinstance(await mailer(sink.port).send_pack(pack_letter, attach(data)), Accepted)
    assert_one_clean_mail(sink)


@pytest.mark.parametrize("end", [end for end in ENDS if "\0" not in end], ids=ascii)
async def test_an_end_of_mail_in_a_notice_stays_text(
    end: str, notice_letter: NoticeLetter, run_sink: Any, mailer: Any
) -> None:
    """A relay's reply quoted in a notice cannot send a mail of its own."""
    sink = await run_sink()
    letter = replace(notice_letter, lines=(f"one{end}{SECOND}",))
    assert isinstance(await mailer(sink.port).send_notice(letter), Accepted)
    assert_one_clean_mail(sink)


@pytest.mark.parametrize("cut", range(1, 12))
async def test_a_leading_dot_is_doubled_wherever_the_stream_is_cut(
    cut: int, attach: Any, run_sink: Any
) -> None:
    """The sender does not rely on base64 alone: any line of a dot is doubled (RFC 5321 4.5.2)."""
    sink = await run_sink()
    text = b".a\r\n.\r\nb.c\r\n..\r\n"

    class Pieces(Mail):
        """A mail of plain text in pieces."""

        async def stream(self) -> Any:
            """The text, cut."""
            for start in range(0, len(text), cut):
                yield text[start : start + cut]

    mail = Pieces("a@lead.example", "b@provider.example", "x@lead.example", text)
    relay = Relay("127.0.0.1", sink.port, "none", None, None, None, "lead.example", 5, 5)
    assert isinstance(await deliver(mail, relay), Accepted)
    assert sink.mails == [b"..a\r\n..\r\nb.c\r\n...\r\n"]
