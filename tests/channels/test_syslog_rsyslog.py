"""The log reaches a real rsyslog over TLS, whole, whatever happens to rsyslog."""

import asyncio
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support.world import ROOT, make_world

from gateway.audit.entries import Action
from gateway.channels.syslog import SyslogCollector, SyslogSettings
from gateway.channels.syslog_format import BYTE_ORDER_MARK, message
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.policy import CedarJudge, load_bundle
from gateway.services.auditing import record
from gateway.services.forwarding import Record, forward
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.parts import Parts
from gateway.storage.database import PostgresDatabase
from gateway.storage.vault import FileVault

LOG = "gateway.lead.example/log"
DRIVERS = [
    name for name in ("ossl", "gtls") if any(Path("/usr/lib").glob(f"*/rsyslog/lmnsd_{name}.so"))
]
CONFIGURATION = """
global(
  workDirectory="{folder}" maxMessageSize="128k" defaultNetstreamDriver="{driver}"
  defaultNetstreamDriverCAFile="{ca}" defaultNetstreamDriverCertFile="{certificate}"
  defaultNetstreamDriverKeyFile="{certificate}")
module(load="imtcp" streamDriver.name="{driver}" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="raw" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{folder}/received" template="raw")
"""
MESSAGE = (
    re.compile(  # at the end of a line, since a killed rsyslog may leave half a line before it
        rb'<\d+>1 [^<]* \[log@32473 position="(\d+)" origin="[^"]*"\] '
        + BYTE_ORDER_MARK
        + rb"(\{.*\})$"
    )
)

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        not (shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin") and DRIVERS),
        reason="rsyslog is not installed with TLS (rsyslog-openssl or rsyslog-gnutls)",
    ),
]


class Rsyslog:
    """An rsyslog of our own, which can be killed and started again."""

    def __init__(self, folder: Path, driver: str, port: int, tls: Any) -> None:
        self.port = port
        self.ca_file: Path = tls.ca_file
        self._folder = folder
        (folder / "rsyslog.conf").write_text(
            CONFIGURATION.format(
                folder=folder, driver=driver, port=port, ca=tls.ca_file, certificate=tls.certificate
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it."""
        (self._folder / "pid").unlink(missing_ok=True)
        program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
        assert program is not None
        files = ("-f", str(self._folder / "rsyslog.conf"), "-i", str(self._folder / "pid"))
        with (self._folder / "console").open("ab") as console:
            self._process = subprocess.Popen(
                [program, "-n", *files], stdout=console, stderr=subprocess.STDOUT
            )

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; after one that ends it, wait for the end."""
        if self._process:
            self._process.send_signal(number)
            if number is signal.SIGKILL:
                self._process.wait()

    def received(self) -> list[tuple[int, bytes]]:
        """Positions and exact bytes of what it has stored, in order."""
        file = self._folder / "received"
        lines = file.read_bytes().splitlines() if file.exists() else []
        found = [MESSAGE.search(line) for line in lines]
        return [(int(each[1]), each[2]) for each in found if each]

    def lines(self) -> list[bytes]:
        """What it has stored, as it was."""
        return (self._folder / "received").read_bytes().splitlines()


@pytest.fixture(params=DRIVERS)
async def rsyslog(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    free_port: Callable[[], int],
    authority: Callable[[str], Any],
) -> AsyncIterator[Rsyslog]:
    """A running rsyslog with a certificate for this machine, once for each TLS library."""
    server = Rsyslog(tmp_path, request.param, free_port(), authority("right"))
    server.start()
    yield server
    server.signal(signal.SIGKILL)


@pytest.fixture
async def collector(rsyslog: Rsyslog) -> AsyncIterator[SyslogCollector]:
    """The gateway's side, connected."""
    settings = SyslogSettings("127.0.0.1", rsyslog.port, ca_file=rsyslog.ca_file, timeout_seconds=5)
    collector = SyslogCollector(settings, LOG)
    async with asyncio.timeout(30):
        while True:
            with suppress(Unavailable):
                await collector.connect()
                break
            await asyncio.sleep(0.05)
    yield collector
    await collector.close()


async def until(check: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(30):
        while not check():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


async def test_records_are_stored_exactly(rsyslog: Rsyslog, collector: SyslogCollector) -> None:
    """Every byte, also of the longest entry the log can hold, in order and once."""
    leaves = [
        b'{"host":"h","outcome":"success"}',
        '{"reason":"M\u0101ori \U0001f426 \\u0000 \\" ] \\\\"}'.encode(),
        b'{"x":"%b"}' % (b"x" * 65_527),
    ]
    records = [Record(number, leaf) for number, leaf in enumerate(leaves * 100)]
    await collector.deliver(records)
    await collector.deliver([Record(300, b"{}")])
    await until(lambda: len(rsyslog.received()) == 301)
    assert rsyslog.received() == [*((r.position, r.leaf) for r in records), (300, b"{}")]
    assert rsyslog.lines()[0] == message(records[0], LOG)


async def test_an_untrusted_rsyslog_gets_nothing(
    rsyslog: Rsyslog, collector: SyslogCollector, authority: Callable[[str], Any]
) -> None:
    """The same program with a certificate of another authority."""
    settings = SyslogSettings("127.0.0.1", rsyslog.port, ca_file=authority("other").ca_file)
    with pytest.raises(Unavailable, match="certificate that is not trusted"):
        await SyslogCollector(settings, LOG).deliver([Record(0, b"{}")])
    await collector.deliver([Record(1, b"{}")])
    await until(lambda: len(rsyslog.received()) == 1)
    assert rsyslog.received() == [(1, b"{}")]


async def test_an_rsyslog_that_stands_still_has_nothing(
    rsyslog: Rsyslog, collector: SyslogCollector
) -> None:
    """Its host acknowledges some of it all the same; when it goes on, it can be sent again."""
    collector._settings = SyslogSettings(
        "127.0.0.1", rsyslog.port, ca_file=rsyslog.ca_file, timeout_seconds=0.5
    )
    rsyslog.signal(signal.SIGSTOP)
    with pytest.raises(Unavailable, match="in time"):
        await collector.deliver([Record(0, b"{}")])
    rsyslog.signal(signal.SIGCONT)


@pytest.fixture
async def parts(database: PostgresDatabase, vault: FileVault, tmp_path: Path) -> Parts:
    """A gateway with a log of 6,000 entries."""
    judge = CedarJudge(load_bundle(ROOT / "policies"))
    world = await make_world(database, vault, judge, tmp_path)
    async with database.work() as work:
        for number in range(6_000):
            await record(world.parts, work, WORKER, Action.LOG_READ, {}, {"number": number})
    async with database.work() as work:
        placed = await work.tree.sequence(0, 10_000)
        await work.tree.add_checkpoint(SignedCheckpoint(len(placed), b"", world.clock.now()))
    return world.parts


async def test_nothing_is_lost_when_rsyslog_is_killed_again_and_again(
    rsyslog: Rsyslog, collector: SyslogCollector, parts: Parts
) -> None:
    """Killed in the middle of deliveries and between them: every entry is stored, some twice."""
    async with parts.database.snapshot() as view:
        newest = await view.tree.newest()
        assert newest is not None
        leaves = await view.tree.entries(0, newest.size)
    told = 0
    for moment in (0.0, 0.01, 0.03, 0.05, 0.1):
        under_way = asyncio.create_task(forward(parts, collector))
        await asyncio.sleep(moment)
        rsyslog.signal(signal.SIGKILL)
        with suppress(Unavailable):
            told += await under_way
        with suppress(Unavailable):  # while nothing listens there
            told += await forward(parts, collector)
        rsyslog.start()
        await until(lambda: _listening(rsyslog.port))
    while told < len(leaves):
        told += await forward(parts, collector)
    await until(lambda: (len(leaves) - 1) in dict(rsyslog.received()))
    await until(lambda: dict(rsyslog.received()) == dict(enumerate(leaves)))
    positions = [position for position, _ in rsyslog.received()]
    assert all(after <= before + 1 for before, after in pairwise(positions))  # never a gap
    assert told == len(leaves)


def _listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
