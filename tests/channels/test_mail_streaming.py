"""A pack of any size is sent in little memory, and a broken one leaves nothing behind."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gateway.domain.errors import Unavailable
from gateway.services.ports import Accepted, Attachment, Deferred, PackLetter

MIB = 1024 * 1024
MEMORY = 16 * MIB  # far below the size of the packs here, far above what a piece takes
SECURITY = ["none", "starttls", "tls"]


class Source:
    """An archive of a given size that counts what was asked of it, and may fail."""

    def __init__(self, size_bytes: int, fail_at: int | None = None, error: Any = None) -> None:
        self.given = 0
        self.closed = False
        self._piece = bytes(range(256)) * 4096
        self._size = size_bytes
        self._fail_at = fail_at
        self._error = error

    async def pieces(self) -> AsyncIterator[bytes]:
        """The archive."""
        try:
            while self.given < self._size:
                if self._fail_at is not None and self.given >= self._fail_at:
                    raise self._error
                piece = self._piece[: self._size - self.given]
                self.given += len(piece)
                yield piece
        finally:
            self.closed = True

    def attachment(self) -> Attachment:
        """The archive as an attachment."""
        return Attachment("pack.zip", self._size, self.pieces)


Start = Callable[..., Any]


@pytest.fixture
def start(run_sink: Any, mailer: Any, authority: Any) -> Start:
    """Start a sink with a given security and a mailer for it."""

    async def make(security: str, seconds: float = 5.0, **script: Any) -> tuple[Any, Any]:
        tls = authority("right")
        if security == "none":
            sink = await run_sink(**script)
            return sink, mailer(sink.port, timeout_seconds=seconds)
        context = {"tls" if security == "tls" else "starttls": tls.server}
        sink = await run_sink(**context, **script)
        settings = {"security": security, "ca_file": tls.ca_file, "timeout_seconds": seconds}
        return sink, mailer(sink.port, **settings)

    return make


@pytest.mark.parametrize(("security", "size"), [("none", 100 * MIB), ("tls", 40 * MIB)])
async def test_a_large_pack_is_sent_in_little_memory(
    start: Start, pack_letter: PackLetter, security: str, size: int
) -> None:
    """Memory stays a small part of the pack's size, with and without encryption."""
    sink, sender = await start(security, discard=True)
    source = Source(size)
    gc.collect()
    tracemalloc.start()
    try:
        outcome = await sender.send_pack(pack_letter, source.attachment())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, Accepted)
    assert sink.received_bytes > size * 4 // 3
    assert peak < MEMORY


@pytest.mark.parametrize("security", SECURITY)
async def test_a_relay_that_stops_reading_stops_the_source(
    start: Start, pack_letter: PackLetter, security: str
) -> None:
    """What the relay does not take is not read from the archive; after a while it is given up."""
    _, sender = await start(security, seconds=0.5, deaf=True)
    source = Source(400 * MIB)
    outcome = await sender.send_pack(pack_letter, source.attachment())
    assert outcome == Deferred("The relay stopped taking the mail.")
    assert source.given < 32 * MIB
    assert source.closed


@pytest.mark.parametrize("security", SECURITY)
@pytest.mark.parametrize(
    "error", [Unavailable("away", "wait"), OSError(5, "I/O"), TimeoutError(), ConnectionError()]
)
async def test_an_archive_that_cannot_be_read_leaves_no_half_mail(
    start: Start, pack_letter: PackLetter, security: str, error: Exception
) -> None:
    """The connection is cut without the closing dot, and the error is the caller's to see."""
    sink, sender = await start(security)
    source = Source(8 * MIB, fail_at=3 * MIB, error=error)
    with pytest.raises(type(error)) as caught:
        await sender.send_pack(pack_letter, source.attachment())
    assert caught.value is error
    await sink.ended.wait()
    assert sink.mails == []


async def test_an_archive_that_fails_on_opening_leaves_no_half_mail(
    start: Start, pack_letter: PackLetter
) -> None:
    """Opening is reading, too."""
    sink, sender = await start("none")

    def fail() -> AsyncIterator[bytes]:
        raise Unavailable("away", "wait")

    with pytest.raises(Unavailable):
        await sender.send_pack(pack_letter, Attachment("pack.zip", 10, fail))
    await sink.ended.wait()
    assert sink.mails == []


async def test_an_archive_of_another_size_leaves_no_half_mail(
    start: Start, pack_letter: PackLetter
) -> None:
    """A file cut short on disk is not sent as if it were whole."""
    sink, sender = await start("none")
    source = Source(3 * MIB)
    with pytest.raises(Exception, match="not of the size"):
        await sender.send_pack(pack_letter, Attachment("pack.zip", 3 * MIB + 1, source.pieces))
    await sink.ended.wait()
    assert sink.mails == []


async def test_a_worker_stopped_in_mid_mail_leaves_no_half_mail(
    start: Start, pack_letter: PackLetter
) -> None:
    """Cancelling cuts the connection and closes the archive."""
    sink, sender = await start("none")
    reading = asyncio.Event()
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield bytes(MIB)
            reading.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    attachment = Attachment("pack.zip", 9 * MIB, endless)
    sending = asyncio.ensure_future(sender.send_pack(pack_letter, attachment))
    await reading.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await closed.wait()
    await sink.ended.wait()
    assert sink.mails == []
