"""Speed of looking into text PDFs, beside `pdftotext` on the same files in the same run.

Run it with `python tests/benchmarks/bench_inspection.py [PAGES [ROUNDS]]`. Rates differ from
machine to machine and from run to run; read the ratios. `pdftotext` (poppler) only reads the
words; the gateway starts a process with walls around it, reads them, looks for what is active or
hidden, and holds every page against its patterns.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import typst
from rich.console import Console
from rich.table import Table

from gateway.domain.inspection import FileType
from gateway.inspection import engine
from gateway.inspection.gathering import Gathering
from gateway.inspection.process import ProcessInspector
from gateway.inspection.text_pdf import read_pages

CHUNK = 256 * 1024
COPIES = 3


def document(pages: int) -> bytes:
    """A PDF of so many pages of ordinary text."""
    source = f"""
#set page(header: [IN-CONFIDENCE])
#for number in range({pages}) [
  = Notes of page #number
  #lorem(430)
  #pagebreak(weak: true)
]
"""
    made = typst.compile(source.encode())
    if not isinstance(made, bytes):
        raise TypeError("typst gave pages, not a document")
    return made


async def chunks(path: Path) -> AsyncIterator[bytes]:
    """The document in pieces, as a store would give it."""
    data = await asyncio.to_thread(path.read_bytes)
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]


def inspected(paths: list[Path]) -> int:
    """Look into each document in a process of its own, as an upload does, two at once."""

    async def all_of_them() -> int:
        inspector = ProcessInspector()
        looked = await asyncio.gather(*(inspector.look(p.name, chunks(p)) for p in paths))
        if not all(one.inspection.file_type is FileType.PDF for one in looked):
            raise RuntimeError("a document was refused")
        return sum(one.inspection.pages for one in looked)

    return asyncio.run(all_of_them())


def in_process(paths: list[Path]) -> int:
    """The same without a process: type, activity, words, hidden content, patterns."""
    return sum(engine.inspect(p.name, p.read_bytes()).inspection.pages for p in paths)


def words_only(paths: list[Path]) -> int:
    """Nothing but the words of the pages."""
    pages = 0
    for path in paths:
        into = Gathering(engine.look_into)
        read_pages(path.read_bytes(), into)
        pages += into.pages
    return pages


def pdftotext(paths: list[Path]) -> int:
    """The words of the pages by poppler."""
    pages = 0
    for path in paths:
        done = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True)
        pages += done.stdout.count(b"\f")
    return pages


def best(work: Callable[[list[Path]], int], paths: list[Path], rounds: int) -> float:
    """Pages per second, of the best round."""
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        pages = work(paths)
        rates.append(pages / (time.perf_counter() - start))
    return max(rates)


def main() -> None:
    """Print pages per second of each way, and its ratio to pdftotext."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if shutil.which("pdftotext") is None:
        raise SystemExit("pdftotext (poppler-utils) is needed to compare with.")
    with tempfile.TemporaryDirectory() as folder:
        data = document(pages)
        paths = [Path(folder) / f"{number}.pdf" for number in range(COPIES)]
        for path in paths:
            path.write_bytes(data)
        ways = {
            "pdftotext": pdftotext,
            "ProcessInspector, whole": inspected,
            "the same in this process": in_process,
            "words of the pages alone": words_only,
        }
        rates = {name: best(work, paths, rounds) for name, work in ways.items()}
    table = Table(title=f"{COPIES} PDFs of {pages:,} pages ({len(data) / 1e6:.1f} MB each)")
    for heading in ("way", "pages per second", "of pdftotext"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}", f"{rate / rates['pdftotext']:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
