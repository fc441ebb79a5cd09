"""What the sealing tests share: a page, a password, ways to make members and archives."""

import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.documents import ContentsForm
from gateway.domain.packs import Encoding
from gateway.domain.secret import Secret
from gateway.sealing import NativeSealer, ZipSealer
from gateway.services.ports import ArchiveMember, ContentsPage, ContentsRow

MADE_AT = datetime(2026, 11, 5, 9, 30, 42, tzinfo=ZoneInfo("Pacific/Auckland"))
CHUNK = 70_001  # bytes; on purpose no multiple of anything

Maker = Callable[..., ArchiveMember]
Sealed = Callable[..., Path]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def page() -> ContentsPage:
    return ContentsPage(
        reference="T-7KQ2-M9XD",
        marking="IN-CONFIDENCE – external",
        meeting="Hui ā-whānau, Exampleton, 12 November 2026",
        sender_agency="Ministry of Examples",
        contact="Alex Sample\nCoordinator\n+64 21 555 0100",
        authority="Oranga Tamariki Act 1989 s 66C",
        privacy_statement="Use this only for the purpose it was sent for.",
        rows=(
            ContentsRow(
                "01.txt", "Mickey Mock – school report.txt", "IN-CONFIDENCE", "Education", "A"
            ),
            ContentsRow("02.pdf", "Plan.pdf", "IN-CONFIDENCE", "Health", "B"),
        ),
        statement="I believe on reasonable grounds that this helps to keep Mickey Mock safe.",
        consultations=("Mickey Mock was consulted and agrees.",),
        acknowledgement_code=Secret("H7KM-PQ4X-9TWE"),
        acknowledge_at="https://gateway.agency.example/acknowledge",
    )


@pytest.fixture
def password() -> Secret:
    return Secret("acorn-relish-duplex-gravy-unfold-mule")


@pytest.fixture
def member() -> Maker:
    """Makes a member from its plain bytes; `deflate` says how it is held."""

    def make(name: str, plain: bytes, *, deflate: bool = False) -> ArchiveMember:
        held = zlib.compress(plain, 1, wbits=-15) if deflate else plain

        def chunks() -> Iterator[bytes]:
            for start in range(0, len(held), CHUNK):
                yield held[start : start + CHUNK]

        encoding = Encoding.DEFLATE if deflate else Encoding.IDENTITY
        return ArchiveMember(name, encoding, len(plain), len(held), chunks)

    return make


@pytest.fixture
def sealed(tmp_path: Path, page: ContentsPage, password: Secret) -> Sealed:
    """Seals members into a file and gives its path."""

    def seal(*members: ArchiveMember) -> Path:
        path = tmp_path / "pack.zip"
        with path.open("w+b") as out:
            ZipSealer().seal(page, members, password, MADE_AT, out)
        return path

    return seal


@pytest.fixture(scope="session")
def form() -> ContentsForm:
    """Sets contents pages; fonts are loaded once."""
    return ContentsForm(system_fonts=False)


@pytest.fixture
def native(tmp_path: Path, page: ContentsPage, password: Secret, form: ContentsForm) -> Sealed:
    """Seals members into a file and gives its path."""

    def seal(*members: ArchiveMember, by: Secret = password, limit_bytes: int = 10_000_000) -> Path:
        path = tmp_path / "pack.zip"
        with path.open("w+b") as out:
            sealer = NativeSealer(form, str(tmp_path), limit_bytes)
            sealer.seal(page, members, by, MADE_AT, out)
        return path

    return seal


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs an archive program that may be absent, in which case the test is skipped."""

    def call(program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        return subprocess.run(
            [program, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            timeout=60,
        )

    return call
