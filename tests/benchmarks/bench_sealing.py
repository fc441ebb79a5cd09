"""Speed and memory of sealing one large document, beside stock pyzipper and 7-Zip; native files.

Run it with `python tests/benchmarks/bench_sealing.py [MEGABYTES [ROUNDS]]`. Rates differ from
machine to machine and from run to run; read the ratios, which come from the same run. 7-Zip reads
the document from a file, as the others do.
"""

import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pyzipper
from rich.console import Console
from rich.table import Table

from gateway.documents import ContentsForm
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing import EffPassphrases, NativeSealer, ZipSealer
from gateway.services.ports import ArchiveMember, ContentsPage, Sealer

SAMPLE = Path(__file__).parents[2] / "gateway" / "demo" / "sample" / "documents"
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


def pdf(megabytes: int) -> bytes:
    """A PDF file of one page, with random bytes in its streams of a megabyte each."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        shown = document.add_blank_page()
        streams = [document.make_stream(os.urandom(1_000_000)) for _ in range(megabytes)]
        shown.obj.PieceInfo = document.make_indirect(pikepdf.Array(streams))
        document.save(out, compress_streams=False)
    return out.getvalue()


def docx(megabytes: int) -> bytes:
    """A Word file with random bytes in it."""
    package = io.BytesIO((SAMPLE / "support-plan.docx").read_bytes())
    with zipfile.ZipFile(package, "a", zipfile.ZIP_STORED) as out:
        out.writestr("word/media/random.bin", os.urandom(megabytes * 1_000_000))
    return package.getvalue()


def held(name: str, whole: bytes) -> ArchiveMember:
    """A document that is in memory."""
    return ArchiveMember(name, Encoding.IDENTITY, len(whole), len(whole), lambda: iter((whole,)))


def measure_native(megabytes: int, rounds: int, folder: Path) -> Iterator[tuple[str, str, float]]:
    """Best seconds of sealing one document of each kind as native files and as encrypted zip."""
    password = EffPassphrases().new()
    sealers: dict[str, Sealer] = {
        "native files": NativeSealer(ContentsForm(), str(folder)),
        "encrypted zip": ZipSealer(),
    }
    for name, whole in (("01.pdf", pdf(megabytes)), ("01.docx", docx(megabytes))):
        member = held(name, whole)
        for form, sealer in sealers.items():
            took = []
            for _ in range(rounds + 1):  # the first loads libraries and fonts
                with tempfile.TemporaryFile(dir=folder) as out:
                    began = time.perf_counter()
                    sealer.seal(page(), [member], password, MADE_AT, out)
                    took.append(time.perf_counter() - began)
            yield name, form, min(took[1:])


def print_native(rounds: int, folder: Path) -> None:
    """Measure and print a small and a large document of each kind, and the memory they took."""
    console = Console()
    for megabytes in (0, 50):
        before = peak_bytes()
        table = Table(title=f"One document of {megabytes or 'less than 1'} MB, best of {rounds}")
        for column in ("document", "sealed as", "milliseconds"):
            table.add_column(column, justify="right" if column == "milliseconds" else "left")
        for name, form, took in measure_native(megabytes, rounds, folder):
            table.add_row(name, form, f"{took * 1000:.0f}")
        console.print(table)
        console.print(f"Peak memory rose by {(peak_bytes() - before) / 1e6:.0f} MB in all.")


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
    with tempfile.TemporaryDirectory() as folder:
        print_native(rounds, Path(folder))


if __name__ == "__main__":
    main()
