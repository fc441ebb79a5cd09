"""Records count as delivered only when the receiver's program has read them all."""

import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from gateway.channels.syslog import SyslogCollector, SyslogSettings
from gateway.channels.syslog_format import frame
from gateway.domain.errors import Unavailable
from gateway.services.forwarding import Record

LOG = "gateway.lead.example/log"
RECORDS = [Record(number, b'{"n":%d}' % number) for number in range(50)]
LARGE = [Record(number, b'{"n":%d,"x":"%b"}' % (number, b"x" * 60_000)) for number in range(300)]

Handler = Callable[[socket.socket], None]


def framed(records: list[Record]) -> bytes:
    """What a receiver gets for records."""
    return b"".join(frame(each, LOG) for each in records)


class Listener:
    """A receiver with one thread for each connection, which does what `handle` says."""

    def __init__(self, handle: Handler, tls: ssl.SSLContext | None) -> None:
        self.handle = handle
        self.received: list[bytes] = []
        self.over = threading.Event()
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def read_all(self, connection: socket.socket) -> None:
        """Read to the end and keep it, unless stopped before; close without a word."""
        connection.settimeout(0.02)
        pieces: list[bytes] = []
        while not self.over.is_set():
            with suppress(TimeoutError):
                if not (piece := connection.recv(65536)):
                    self.received.append(b"".join(pieces))
                    return
                pieces.append(piece)

    def stop(self) -> None:
        """Take no more, and wait for what is under way."""
        self.over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self.handle(connection)


Listen = Callable[..., Listener]
Collect = Callable[..., SyslogCollector]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Start receivers; they end with the test."""
    listeners: list[Listener] = []

    def start(make: Callable[[Listener], Handler], tls: ssl.SSLContext | None = None) -> Listener:
        listener = Listener(lambda _: None, tls)
        listener.handle = make(listener)
        listeners.append(listener)
        return listener

    yield start
    for listener in listeners:
        listener.stop()


@pytest.fixture
async def collect() -> AsyncIterator[Collect]:
    """Make collectors for receivers on this machine."""
    collectors: list[SyslogCollector] = []

    def make(port: int, **settings: Any) -> SyslogCollector:
        values = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 10.0}
        collectors.append(SyslogCollector(SyslogSettings(**{**values, **settings}), LOG))
        return collectors[-1]

    yield make
    for collector in collectors:
        await collector.close()


def reading(listener: Listener) -> Handler:
    """A receiver that reads everything."""
    return listener.read_all


def deaf(listener: Listener) -> Handler:
    """A receiver that takes connections and never reads."""

    def handle(_: socket.socket) -> None:
        listener.over.wait()

    return handle


async def test_records_arrive_exactly_over_tls(
    listen: Listen, authority: Any, collect: Collect
) -> None:
    """Also at a receiver that closes without saying so within TLS."""
    tls = authority("right")
    listener = listen(reading, tls.server)
    collector = collect(listener.port, security="tls", ca_file=tls.ca_file)
    await collector.deliver(RECORDS)
    assert listener.received == [framed(RECORDS)]
    await collector.deliver(LARGE)
    assert listener.received == [framed(RECORDS), framed(LARGE)]


async def test_records_arrive_exactly_on_this_machine_without_tls(
    listen: Listen, collect: Collect
) -> None:
    """For a receiver that runs beside the gateway and encrypts itself."""
    listener = listen(reading)
    collector = collect(listener.port)
    await collector.deliver(LARGE)
    await collector.deliver(RECORDS)
    assert listener.received == [framed(LARGE), framed(RECORDS)]


@pytest.mark.parametrize("records", [RECORDS, LARGE], ids=["few", "many"])
@pytest.mark.parametrize("secured", [False, True])
async def test_a_receiver_that_never_reads_has_nothing(
    secured: bool, records: list[Record], listen: Listen, authority: Any, collect: Collect
) -> None:
    """What its host acknowledged is not enough, and waiting for it ends."""
    tls = authority("right")
    listener = listen(deaf, tls.server if secured else None)
    settings = {"security": "tls", "ca_file": tls.ca_file} if secured else {}
    collector = collect(listener.port, timeout_seconds=0.5, **settings)
    with pytest.raises(Unavailable, match="in time"):
        await collector.deliver(records)
    assert not await collector.connect()


async def test_a_receiver_that_never_answers_the_greeting_is_given_up(
    listen: Listen, authority: Any, collect: Collect
) -> None:
    """A port that is open is not a receiver."""
    listener = listen(deaf)
    ca_file = authority("right").ca_file
    collector = collect(listener.port, security="tls", ca_file=ca_file, timeout_seconds=0.5)
    with pytest.raises(Unavailable, match="in time"):
        await collector.connect()


@pytest.mark.parametrize("records", [RECORDS, LARGE], ids=["few", "many"])
@pytest.mark.parametrize("secured", [False, True])
async def test_a_receiver_that_stops_with_bytes_unread_has_nothing(
    secured: bool, records: list[Record], listen: Listen, authority: Any, collect: Collect
) -> None:
    """Its host had taken them; they die with the program."""

    def stopping(_: Listener) -> Handler:
        def handle(connection: socket.socket) -> None:
            connection.recv(10)

        return handle

    tls = authority("right")
    listener = listen(stopping, tls.server if secured else None)
    settings = {"security": "tls", "ca_file": tls.ca_file} if secured else {}
    with pytest.raises(Unavailable):
        await collect(listener.port, **settings).deliver(records)


async def test_a_receiver_that_had_taken_leave_before_has_nothing(
    listen: Listen, collect: Collect
) -> None:
    """An end that came before ours is no answer to it, even if everything is read."""
    gone = threading.Event()

    def leaving(listener: Listener) -> Handler:
        def handle(connection: socket.socket) -> None:
            connection.recv(1)
            connection.shutdown(socket.SHUT_WR)
            gone.set()
            listener.read_all(connection)

        return handle

    listener = listen(leaving)
    collector = collect(listener.port)
    await collector.connect()
    waiting = collector._waiting
    assert waiting is not None
    await waiting.send(b"1")
    assert gone.wait(10)
    with pytest.raises(ConnectionResetError):
        await waiting.finish()


async def test_a_restart_of_the_receiver_is_noticed(listen: Listen, collect: Collect) -> None:
    """The connection that waits breaks, so what was not stored can be sent again."""
    listener = listen(reading)
    collector = collect(listener.port)
    assert not await collector.connect()  # nothing is known of what was before
    await collector.deliver(RECORDS)
    assert await collector.connect()
    await collector.deliver(RECORDS)
    assert await collector.connect()
    listener.stop()
    replacement = listen(reading)
    collector._settings = SyslogSettings("127.0.0.1", replacement.port, "none")
    assert not await collector.connect()
    assert not await collector.connect()  # until something was delivered again
    await collector.deliver(RECORDS)
    assert await collector.connect()


async def test_a_failed_delivery_leaves_no_connection_that_counts(
    listen: Listen, collect: Collect
) -> None:
    """After it the receiver may have been killed, so the next connection is a new beginning."""
    listener = listen(reading)
    collector = collect(listener.port)
    await collector.deliver(RECORDS)
    listener.stop()
    with pytest.raises(Unavailable, match="takes no connections"):
        await collector.deliver(RECORDS)
    with pytest.raises(Unavailable, match="takes no connections"):
        await collector.connect()


async def test_a_certificate_that_is_not_trusted_stops_everything(
    listen: Listen, authority: Any, collect: Collect
) -> None:
    """Neither a strange authority nor another name gets a single entry."""
    tls = authority("right")
    listener = listen(reading, tls.server)
    strange = collect(listener.port, security="tls", ca_file=authority("other").ca_file)
    with pytest.raises(Unavailable, match="certificate that is not trusted"):
        await strange.deliver(RECORDS)
    listener.stop()
    assert listener.received == []


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path, collect: Collect) -> None:
    """A right authority is not enough; the name must be the receiver's."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("other.example").configure_cert(context)
    listener = Listener(lambda _: None, context)
    collector = collect(listener.port, security="tls", ca_file=tmp_path / "ca.pem")
    with pytest.raises(Unavailable, match="certificate that is not trusted"):
        await collector.connect()
    listener.stop()


async def test_a_receiver_that_asks_for_a_certificate_gets_the_gateways(
    listen: Listen, authority: Any, tmp_path: Path, collect: Collect
) -> None:
    """Without one it takes nothing, which TLS 1.3 tells only after the greeting."""
    tls, ca = authority("right"), trustme.CA(organization_name="clients")
    ca.configure_trust(tls.server)
    tls.server.verify_mode = ssl.CERT_REQUIRED
    own = tmp_path / "gateway.pem"
    ca.issue_cert("gateway.lead.example").private_key_and_cert_chain_pem.write_to_path(str(own))
    listener = listen(reading, tls.server)
    settings = {"security": "tls", "ca_file": tls.ca_file}
    with pytest.raises(Unavailable):
        await collect(listener.port, **settings).deliver(RECORDS)
    assert listener.received == []
    await collect(listener.port, certificate_file=own, **settings).deliver(RECORDS)
    assert listener.received == [framed(RECORDS)]


async def test_a_name_that_leads_nowhere_is_said_to_do_so(collect: Collect) -> None:
    """Also one that no name server can be asked for."""
    long = ".".join(("a" * 64, "example"))
    collector = collect(6514, host=long, security="tls")
    with pytest.raises(Unavailable, match="leads nowhere"):
        await collector.connect()
