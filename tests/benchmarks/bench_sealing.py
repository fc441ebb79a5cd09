"""Speed and memory of sealing one large document, beside stock pyzipper and 7-Zip.

Run it with `python tests/benchmarks/bench_sealing.py [MEGABYTES [ROUNDS]]`. Rates differ from
machine to machine and from run to run; read the ratios, which come from the same run. 7-Zip reads
the document from a file, as the others do.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyzipper
from rich.console import Console
from rich.table import Table

from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing import EffPassphrases, ZipSealer
from gateway.services.ports import ArchiveMember, ContentsPage

CHUNK = 256 * 1024
MADE_AT = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)


def page() -> ContentsPage:
    """A contents page without rows."""
    return ContentsPage(
        reference="T-7KQ2-M9XD",
        marking="IN-CONFIDENCE – external",
        meeting="Benchmark",
        sender_agency="Ministry of Examples",
        contact="Alex Sample",
        authority="None: nothing is shared.",
        privacy_statement="Random bytes.",
        rows=(),
        statement=None,
        consultations=(),
        acknowledgement_code=Secret("H7KM-PQ4X-9TWE"),
        acknowledge_at=None,
    )


def chunks(document: Path) -> Iterator[bytes]:
    """The document in pieces, as a store would give it."""
    with document.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def gateway(document: Path, target: Path, password: Secret) -> None:
    """Seal the document as the gateway does."""
    size = document.stat().st_size
    member = ArchiveMember("01.bin", Encoding.IDENTITY, size, size, lambda: chunks(document))
    with target.open("w+b") as out:
        ZipSealer().seal(page(), [member], password, MADE_AT, out)


def stock(document: Path, target: Path, password: Secret) -> None:
    """Seal the document with pyzipper as it comes."""
    with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.reveal().encode())
        with archive.open("01.bin", "w") as entry:
            for chunk in chunks(document):
                entry.write(chunk)


def seven_zip(document: Path, target: Path, password: Secret) -> None:
    """Seal the document with 7-Zip, stored, in one thread."""
    options = ["-tzip", "-mem=AES256", "-mx0", "-mmt1", f"-p{password.reveal()}"]
    subprocess.run(["7zz", "a", *options, target, document], check=True, capture_output=True)


def seconds(
    seal: Callable[[Path, Path, Secret], None], document: Path, target: Path, password: Secret
) -> float:
    """How long one run takes; the archive is tested by 7-Zip, where there is one, and removed."""
    began = time.perf_counter()
    seal(document, target, password)
    took = time.perf_counter() - began
    if shutil.which("7zz"):
        command = ["7zz", "t", f"-p{password.reveal()}", str(target)]
        subprocess.run(command, check=True, capture_output=True)
    target.unlink()
    return took


def peak_bytes() -> int:
    """The highest resident size of this process so far (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(megabytes: int, rounds: int, folder: Path) -> tuple[dict[str, float], int]:
    """Best seconds of each way, and by how much the gateway's first run raised the peak memory."""
    document = folder / "document"
    with document.open("wb") as out:
        for _ in range(megabytes):
            out.write(os.urandom(1_000_000))
    password = EffPassphrases().new()
    before = peak_bytes()
    best = {"gateway": seconds(gateway, document, folder / "pack.zip", password)}
    grown = peak_bytes() - before
    ways = {"gateway": gateway, "stock pyzipper": stock, "7-Zip, one thread": seven_zip}
    if not shutil.which("7zz"):
        del ways["7-Zip, one thread"]
    for _ in range(rounds):
        for name, seal in ways.items():
            took = seconds(seal, document, folder / "pack.zip", password)
            best[name] = min(took, best.get(name, took))
    return best, grown


def main() -> None:
    """Measure and print."""
    given = [int(argument) for argument in sys.argv[1:3]]
    megabytes, rounds = (*given, *(200, 3)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        best, grown = measure(megabytes, rounds, Path(folder))
    table = Table(title=f"Sealing {megabytes} MB of random bytes, best of {rounds} rounds")
    for column in ("way", "MB/s", "gateway's speed as a multiple of it"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, took in best.items():
        table.add_row(name, f"{megabytes / took:.0f}", f"{took / best['gateway']:.2f}")
    console = Console()
    console.print(table)
    console.print(f"Peak memory rose by {grown / 1e6:.1f} MB while the gateway sealed.")


if __name__ == "__main__":
    main()
