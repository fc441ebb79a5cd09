"""A real mail server sends a pack back, and its password is never sent."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.picking_up import run, with_page
from support.postfix import answering, control, prepared
from support.world import World

from gateway.channels import MailSettings, SmtpMailer
from gateway.channels.bounces import MaildirReports
from gateway.domain.transfers import Failed, Route, State
from gateway.services.bounces import Collected, collect

# What comes back is delivered into a Maildir, as deploy/README.md says.
MORE = """
myhostname = gateway.example
virtual_mailbox_domains = gateway.example
virtual_mailbox_maps = inline:{{ {{ bounces@gateway.example = bounces/ }} }}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
recipient_delimiter = +
"""

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        shutil.which("postfix") is None or os.geteuid() != 0,
        reason="a private Postfix needs Postfix installed and the right to start it",
    ),
]


async def far_side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The recipients' mail server: knows nobody named Aroha, and takes no encrypted files."""
    writer.write(b"220 agency.example\r\n")
    while line := await reader.readline():
        match line.split()[:1]:
            case [b"DATA"]:
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"550 5.7.1 encrypted files are not taken\r\n")
            case [b"RCPT"] if b"aroha" in line.lower():
                writer.write(b"550 5.1.1 no such user here\r\n")
            case [b"QUIT"]:
                break
            case _:
                writer.write(b"250 ok\r\n")
    writer.close()


@pytest.fixture
async def postfix() -> AsyncIterator[tuple[int, Path]]:
    """A Postfix of our own: its port, and the Maildir of what comes back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = await asyncio.start_server(far_side, "127.0.0.1", 0, limit=4_000_000)
    folder = prepared(None, MORE, port=port, sink=server.sockets[0].getsockname()[1])
    maildir = folder / "mail/bounces"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
        shutil.chown(maildir / name, 65534, 65534)
    shutil.chown(maildir, 65534, 65534)
    try:
        await asyncio.to_thread(control, folder, "start")
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(answering, port):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        yield port, maildir
    finally:
        await asyncio.to_thread(control, folder, "stop")
        shutil.rmtree(folder)
        server.close()


async def test_a_pack_that_comes_back_never_releases_its_password(
    world: World, postfix: tuple[int, Path]
) -> None:
    """To nobody: it has failed. Refused for what it holds: a notice goes instead of the archive."""
    port, maildir = postfix
    with_page(world, bounces_address="bounces@gateway.example")
    settings = MailSettings("127.0.0.1", port, "none", "gateway@gateway.example", "Gateway")
    world.parts = replace(world.parts, mailer=SmtpMailer(settings))
    transfers = await world.send()
    nobody, refused = transfers["aroha-tauira"], transfers["ben-sample"]
    for transfer in (nobody, refused):
        assert (await run(world, transfer)).state is State.MAILED, transfer.held_up
    async with asyncio.timeout(30):
        while len(list((maildir / "new").iterdir())) < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    assert await collect(world.parts, MaildirReports(maildir)) == Collected(2, 0)
    assert (await world.transfer(nobody)).progress == Failed(
        world.clock.now(), "the mail came back (5.1.1)"
    )
    turned = await world.transfer(refused)
    assert (turned.state, turned.route) == (State.SEALED, Route.PICK_UP)
    world.clock.move(days=1)
    await run(world, nobody)
    assert world.channels.passwords == []
    assert all(path.name.endswith(":2,S") for path in (maildir / "cur").iterdir())
