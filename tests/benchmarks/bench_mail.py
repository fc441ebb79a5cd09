"""Speed and memory of mailing one pack, beside the standard library with aiosmtplib, and curl.

Run it with `python tests/benchmarks/bench_mail.py [MEGABYTES [ROUNDS]]`; it needs Postfix's
smtp-sink and curl. Rates differ from machine to machine and from run to run; read the ratios,
which come from the same run. curl sends a message that was built beforehand.
"""

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
from rich.console import Console
from rich.table import Table

from gateway.channels import MailSettings, SmtpMailer
from gateway.channels.messages import Letterhead, compose_pack
from gateway.domain.classification import Classification
from gateway.services.ports import Accepted, Attachment, PackLetter

CHUNK = 256 * 1024
LETTER = PackLetter(
    message_id="benchmark@gateway.lead.example",
    to="aroha.test@provider.example",
    reference="T-7KQ2-M9XD",
    classification=Classification.IN_CONFIDENCE,
    marking="IN-CONFIDENCE – external",
    sender_agency="Lead Agency Example",
    contact=("Sam Sample",),
    reply_to="coordinator@lead.example",
    privacy_statement="Random bytes.",
    password_channel="by text message",
    acknowledge_at=None,
    date=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
)
LETTERHEAD = Letterhead("packs@lead.example", "Lead Agency", "X-Protective-Marking")

Work = Callable[[], Awaitable[object]]


def attachment(archive: Path) -> Attachment:
    """The archive in pieces, as a store would give it."""

    async def pieces() -> AsyncIterator[bytes]:
        with archive.open("rb") as source:
            while chunk := source.read(CHUNK):
                yield chunk

    return Attachment("pack.zip", archive.stat().st_size, pieces)


async def gateway_build(archive: Path) -> None:
    """Build the stream and throw it away."""
    async for _ in compose_pack(LETTER, attachment(archive), LETTERHEAD).stream():
        pass


async def gateway_send(archive: Path, port: int) -> None:
    """Build and send as the gateway does."""
    settings = MailSettings("127.0.0.1", port, "none", "packs@lead.example", "Lead Agency")
    outcome = await SmtpMailer(settings).send_pack(LETTER, attachment(archive))
    if not isinstance(outcome, Accepted):
        raise SystemExit(f"not accepted: {outcome}")


def plain_message(archive: Path) -> EmailMessage:
    """A like message as the standard library makes it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "packs@lead.example", LETTER.to, "Pack"
    message.set_content("text")
    message.add_alternative("<p>text</p>", subtype="html")
    message.add_attachment(archive.read_bytes(), "application", "zip", filename="pack.zip")
    return message


async def plain_build(archive: Path) -> None:
    """Build the bytes and throw them away."""
    plain_message(archive).as_bytes()


async def plain_send(archive: Path, port: int) -> None:
    """Build and send with the standard library and aiosmtplib."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        await client.send_message(plain_message(archive))


async def curl_send(message: Path, port: int) -> None:
    """Send a message that is ready."""
    envelope = ("--mail-from", "packs@lead.example", "--mail-rcpt", LETTER.to)
    process = await asyncio.create_subprocess_exec(
        "curl", "-s", f"smtp://127.0.0.1:{port}", *envelope, "--upload-file", str(message)
    )
    if await process.wait():
        raise SystemExit("curl failed")


async def best(work: Work, rounds: int) -> float:
    """The shortest time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        await work()
        times.append(time.perf_counter() - started)
    return min(times)


def peak_mebibytes() -> float:
    """The most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(folder: Path, port: int, megabytes: int, rounds: int) -> Table:
    """Run everything and say how it compares."""
    archive, message = folder / "pack.zip", folder / "message.eml"
    with archive.open("wb") as out:
        for _ in range(megabytes):
            out.write(os.urandom(1_000_000))
    before = peak_mebibytes()
    table = Table("what", "seconds", "of the gateway's", title=f"{megabytes} MB, best of {rounds}")
    ours = await best(lambda: gateway_send(archive, port), rounds)
    memory = peak_mebibytes() - before
    message.write_bytes(plain_message(archive).as_bytes())
    rows: list[tuple[str, float]] = [
        ("gateway: build and send", ours),
        ("gateway: build", await best(lambda: gateway_build(archive), rounds)),
        (
            "email + aiosmtplib: build and send",
            await best(lambda: plain_send(archive, port), rounds),
        ),
        ("email: build", await best(lambda: plain_build(archive), rounds)),
        ("curl: send ready message", await best(lambda: curl_send(message, port), rounds)),
    ]
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.3f}", f"{seconds / ours:.2f}")
    table.caption = (
        f"peak memory above start: gateway {memory:.0f} MiB, "
        f"with the others {peak_mebibytes() - before:.0f} MiB"
    )
    return table


def main() -> None:
    """Start a sink, measure, print."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    if not (shutil.which("smtp-sink") and shutil.which("curl")):
        raise SystemExit("this needs smtp-sink (of Postfix) and curl")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen(["smtp-sink", *account, f"127.0.0.1:{port}", "100"]) as sink:
        try:
            time.sleep(0.5)
            with tempfile.TemporaryDirectory() as folder:
                table = asyncio.run(measure(Path(folder), port, megabytes, rounds))
        finally:
            sink.terminate()
    Console().print(table)


if __name__ == "__main__":
    main()
