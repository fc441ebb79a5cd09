"""A mail goes through a real Postfix, over TLS, and comes out as it went in."""

import asyncio
import email
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from support.postfix import answering, control, prepared

from gateway.services.ports import Accepted, PackLetter, PasswordLetter, Rejected

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        shutil.which("postfix") is None or os.geteuid() != 0,
        reason="a private Postfix needs Postfix installed and the right to start it",
    ),
]


@pytest.fixture
async def postfix(
    run_sink: Any, authority: Any, free_port: Callable[[], int]
) -> AsyncIterator[tuple[int, Any, Any]]:
    """A Postfix of our own that hands every mail to a sink: its port, certificate and the sink."""
    sink, tls, port = await run_sink(), authority("right"), free_port()
    folder = prepared(tls.certificate, port=port, sink=sink.port)
    try:
        await asyncio.to_thread(control, folder, "start")
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(answering, port):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        yield port, tls, sink
    finally:
        await asyncio.to_thread(control, folder, "stop")
        shutil.rmtree(folder)


async def arrived(sink: Any, count: int) -> list[EmailMessage]:
    """The mails at the sink, read as a receiver reads them, once there are so many."""
    async with asyncio.timeout(30):
        while len(sink.mails) < count:  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)
    mails = [email.message_from_bytes(mail, policy=SMTP) for mail in sink.mails]
    assert all(isinstance(mail, EmailMessage) for mail in mails)
    return mails


async def test_mails_come_out_of_postfix_as_they_went_in(
    postfix: tuple[int, Any, Any],
    pack_letter: PackLetter,
    password_letter: PasswordLetter,
    attach: Any,
    mailer: Any,
) -> None:
    """Structure, text and archive are intact; each mail went to its one recipient."""
    port, tls, sink = postfix
    sender = mailer(port, security="starttls", ca_file=tls.ca_file, timeout_seconds=20.0)
    archive = os.urandom(1_000_003)
    outcome = await sender.send_pack(pack_letter, attach(archive))
    assert isinstance(outcome, Accepted)
    assert outcome.reply == "250 2.0.0 The relay took it."
    assert isinstance(await sender.send_password(password_letter), Accepted)
    by_recipient = {mail["To"]: mail for mail in await arrived(sink, 2)}
    pack, password = by_recipient[pack_letter.to], by_recipient[password_letter.to]
    (attached,) = pack.iter_attachments()
    assert attached.get_content() == archive
    assert pack["Message-ID"] == f"<{pack_letter.message_id}>"
    assert pack["Subject"].startswith(f"[{pack_letter.marking}]")
    assert not any(part.defects for part in pack.walk())
    assert password_letter.password.reveal() in password.get_content()
    rcpt = {line for line in sink.commands if line.startswith("RCPT")}
    assert {line.split()[1] for line in rcpt} == {
        f"TO:<{pack_letter.to}>",
        f"TO:<{password_letter.to}>",
    }


async def test_postfix_refuses_what_is_too_large_or_for_nobody(
    postfix: tuple[int, Any, Any],
    pack_letter: PackLetter,
    password_letter: PasswordLetter,
    attach: Any,
    mailer: Any,
) -> None:
    """Both are final; the reason has the relay's codes and our words."""
    port, tls, sink = postfix
    sender = mailer(port, security="starttls", ca_file=tls.ca_file, timeout_seconds=20.0)
    large = await sender.send_pack(pack_letter, attach(bytes(3_000_000)))
    assert isinstance(large, Rejected)
    assert "the relay takes 3000000" in large.reason
    unknown = replace(password_letter, to="unknown@provider.example")
    nobody = await sender.send_password(unknown)
    assert isinstance(nobody, Rejected)
    assert nobody.reason.startswith("554 5.7.1 The relay refused it")
    assert sink.mails == []
