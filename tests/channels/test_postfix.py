"""A mail goes through a real Postfix, over TLS, and comes out as it went in."""

import asyncio
import email
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from gateway.services.ports import Accepted, PackLetter, PasswordLetter, Rejected

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{unknown@provider.example=REJECT}}
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/certificate.pem
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
message_size_limit = 3000000
alias_maps =
alias_database =
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        shutil.which("postfix") is None or os.geteuid() != 0,
        reason="a private Postfix needs Postfix installed and the right to start it",
    ),
]


def answering(port: int) -> bool:
    """Whether a mail server greets there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0 and probe.recv(3) == b"220"


def prepared(certificate: Path, **ports: int) -> Path:
    """A folder with the configuration and the queue of a Postfix of our own."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-postfix-"))
    folder.chmod(0o755)  # its parts run under another account
    for name in ("queue", "data", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.copy(certificate, folder / "certificate.pem")
    (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, **ports))
    (folder / "etc/master.cf").write_text(MASTER.format(**ports))
    return folder


def control(folder: Path, command: str) -> None:
    """Start or stop it."""
    subprocess.run(["postfix", "-c", folder / "etc", command], check=False, capture_output=True)


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
