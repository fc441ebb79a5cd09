"""Documents are scanned by Debian's clamd, with signatures made here."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.world import chunks

from gateway.channels import ClamdScanner
from gateway.domain.errors import Unavailable

_CLAMD = shutil.which("clamd", path="/usr/sbin:/sbin:/usr/bin")
_MARK = b"kea-in-the-pantry-4711"  # what our own signature looks for, anywhere in a file
_WHOLE = b"a whole file that is known by its digest"
_CONFIGURATION = """
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength 1M
Foreground yes
OfficialDatabaseOnly no
"""

needs_clamd = pytest.mark.skipif(_CLAMD is None, reason="clamd is not installed (clamav-daemon)")


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clamd that knows two signatures; gives the path of its socket."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures/test.ndb").write_text(f"Gateway.Test.Mark:0:*:{_MARK.hex()}\n")
    digest = hashlib.md5(_WHOLE, usedforsecurity=False).hexdigest()
    (folder / "signatures/test.hdb").write_text(f"{digest}:{len(_WHOLE)}:Gateway.Test.Whole\n")
    port = 20_000 + os.getpid() % 20_000
    (folder / "clamd.conf").write_text(_CONFIGURATION.format(folder=folder, port=port))
    (folder / "port").write_text(str(port))
    assert _CLAMD is not None
    command = [_CLAMD, "--config-file", str(folder / "clamd.conf")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        _wait_for(folder / "clamd.sock", process, folder / "log")
        yield folder / "clamd.sock"
        process.terminate()


def _wait_for(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if socket.exists():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail("clamd did not start")


@needs_clamd
@pytest.mark.server
async def test_what_is_known_is_found_and_the_rest_is_clean(clamd: Path) -> None:
    """By its socket: nothing in an ordinary document, a signature's name in the others."""
    scanner = ClamdScanner(str(clamd))
    await scanner.require_ready()
    assert (
        await scanner.scan(chunks(b"minutes of a made-up meeting. " * 20_000))
    ).signature is None
    marked = b"words " * 20_000 + _MARK + b" words" * 20_000
    found = (await scanner.scan(chunks(marked, 100_000))).signature
    assert found is not None
    assert found.startswith("Gateway.Test.Mark")
    whole = (await scanner.scan(chunks(_WHOLE))).signature
    assert whole is not None
    assert whole.startswith("Gateway.Test.Whole")


@needs_clamd
@pytest.mark.server
async def test_it_is_reached_by_address_too(clamd: Path) -> None:
    """Host and port do as well as a path."""
    port = (clamd.parent / "port").read_text()
    scanner = ClamdScanner(f"127.0.0.1:{port}")
    await scanner.require_ready()
    assert (await scanner.scan(chunks(b"nothing at all"))).signature is None


@needs_clamd
@pytest.mark.server
async def test_what_is_too_large_for_it_was_not_scanned(clamd: Path) -> None:
    """Over StreamMaxLength the answer is that it was not scanned, never that it is clean."""
    with pytest.raises(Unavailable, match=r"larger than the malware scanner takes|does not answer"):
        await ClamdScanner(str(clamd)).scan(chunks(b"x" * 5_000_000, 500_000))


async def test_a_scanner_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """No socket, nobody behind it."""
    scanner = ClamdScanner(str(tmp_path / "nothing"))
    with pytest.raises(Unavailable):
        await scanner.require_ready()
    with pytest.raises(Unavailable):
        await scanner.scan(chunks(b"words"))


@asynccontextmanager
async def answering(folder: Path, reply: bytes, *, silent: bool = False) -> AsyncIterator[str]:
    """A listener that reads what it is sent, and says `reply` or nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if data.endswith(b"\0\0\0\0") or data == b"zPING\0":
                break
        if silent:
            await reader.read()
        writer.write(reply)
        writer.close()

    path = str(folder / "listener")
    async with await asyncio.start_unix_server(serve, path):
        yield path


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n\0",
        b"OK\0",
        b"stream: ERROR\0",
        b"stream: Can't open file. ERROR\0",
        b"x" * 10_000,
        b"stream: ok\0",
    ],
)
async def test_only_a_clean_answer_means_clean(tmp_path: Path, reply: bytes) -> None:
    """Whatever else is said, cut off or too long: it was not scanned."""
    clean = reply == b"stream: OK\n\0"  # a line end more is all that is let pass
    async with answering(tmp_path, reply) as address:
        scan = ClamdScanner(address).scan(chunks(b"words"))
        if clean:
            assert (await scan).signature is None
            return
        with pytest.raises(Unavailable):
            await scan


async def test_a_scanner_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """After the time that was set."""
    async with answering(tmp_path, b"", silent=True) as address:
        scanner = ClamdScanner(address, seconds=0.2)
        with pytest.raises(Unavailable):
            await scanner.scan(chunks(b"words"))
        with pytest.raises(Unavailable):
            await scanner.require_ready()


async def test_a_signature_is_shown_without_what_cannot_be_printed(tmp_path: Path) -> None:
    """Its name comes from a file of signatures that anybody may have written."""
    async with answering(tmp_path, b"stream: Odd\x1b[2JName FOUND\0") as address:
        assert (await ClamdScanner(address).scan(chunks(b"words"))).signature == "Odd [2JName"
