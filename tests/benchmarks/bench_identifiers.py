"""Speed of reading words, beside one simple pattern over the same text in the same run.

Run it with `python tests/benchmarks/bench_identifiers.py [MEGABYTES [ROUNDS]]`. It also prints how
much is found in ordinary text by mistake, by kind, and how much of what is planted in a made
sample is found. The ordinary text is what Python's own documentation says of its language, the
messages of licences, and this project's papers; it holds some numbers and marks that are real, so
that "by mistake" is an upper bound. Rates differ from machine to machine; read the ratios.
"""

import pydoc_data.topics
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gateway.domain.inspection import Kind, Known
from gateway.inspection.passages import Passage
from gateway.inspection.words import Words, read

ROOT = Path(__file__).resolve().parents[2]
SIMPLE = re.compile(r"\b[A-Z]{3}\d{4}\b")
PAGE = 3_000  # characters
PEOPLE = 3_000
WORDS_COUNTED = 100_000
STREETS = ("Street", "Road", "Ave", "Crescent", "Place", "Terrace", "Way", "Grove")
MONTHS = (
    *("January", "Feb", "March", "Paenga-whāwhā", "May", "June", "July", "Aug", "Sep"),
    *("Oct", "November", "Dec"),
)


def health_number(number: int) -> str:
    """An NHI number for tests, different for each number."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    for step in range(11):
        six = f"ZZ{letters[number % 24]}{(number * 7 + step) % 1000:03}"
        values = [int(c) if c.isdigit() else letters.index(c) + 1 for c in six]
        rest = sum(w * v for w, v in zip((7, 6, 5, 4, 3, 2), values, strict=True)) % 11
        if rest:
            return f"{six}{(11 - rest) % 10}"
    raise AssertionError


def tax_number(number: int) -> str:
    """An IRD number, in groups, different for each number."""
    for base in range(4_000_000 + number * 20, 4_000_000 + number * 20 + 20):
        weighed = zip((3, 2, 7, 6, 5, 4, 3, 2), f"{base:08}", strict=True)
        check = -sum(w * int(d) for w, d in weighed) % 11
        if check < 10:
            digits = f"{base}{check}"
            return f"{digits[:-6]}-{digits[-6:-3]}-{digits[-3:]}"
    raise AssertionError


MAKERS: dict[Kind, Callable[[int], str]] = {
    Kind.NHI: health_number,
    Kind.IRD: tax_number,
    Kind.TELEPHONE: lambda n: (f"09 55{n % 10} {n:04}", f"+64 21 55{n % 10} {n:04}")[n % 2],
    Kind.ADDRESS: lambda n: f"{n + 1} Example{'abcdefghij'[n % 10]} {STREETS[n % len(STREETS)]}",
    Kind.BIRTH_DATE: lambda n: f"born {n % 28 + 1} {MONTHS[n % 12]} {1990 + n % 30}",
    Kind.MAIL_ADDRESS: lambda n: f"person{n}@agency{n % 7}.example",
    Kind.OTHER_CHILD: lambda n: (f"Child{n} Name{n}", f"NAME{n}, Child{n}")[n % 2],
}


def ordinary() -> str:
    """Text that nobody wrote about persons."""
    papers = [path.read_text() for path in sorted(ROOT.glob("*.md"))]
    return "\n".join([*pydoc_data.topics.topics.values(), *papers])


def pages(text: str) -> list[Passage]:
    """A text as the pages of a document."""
    starts = range(0, len(text), PAGE)
    return [Passage(text[at : at + PAGE], f"page {n}") for n, at in enumerate(starts, start=1)]


def known() -> list[Known]:
    """As many people as an agency may know."""
    return [Known(f"c:{n}", Kind.OTHER_CHILD, (f"Child{n} Name{n}",)) for n in range(PEOPLE)]


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the best round."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def speed(text: str, rounds: int) -> Table:
    """Megabytes per second of each way."""
    passages, people, megabytes = pages(text), known(), len(text.encode()) / 1e6
    ways: dict[str, Callable[[], object]] = {
        "one simple pattern": lambda: [SIMPLE.findall(one.text) for one in passages],
        "read, nobody known": lambda: read(passages, ()),
        f"read, {PEOPLE:,} people known": lambda: read(passages, people),
    }
    seconds = {name: best(work, rounds) for name, work in ways.items()}
    reference = seconds["one simple pattern"]
    table = Table(title=f"{megabytes:.1f} MB of ordinary text in pages of {PAGE:,} characters")
    for heading in ("way", "MB per second", "times as long"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, taken in seconds.items():
        table.add_row(name, f"{megabytes / taken:,.1f}", f"{taken / reference:.1f}")
    return table


def mistakes(text: str) -> Table:
    """What is found in ordinary text, by kind, in as many words."""
    words = len(text.split())
    found = Counter(one.kind for one in read(pages(text), known()).discoveries)
    table = Table(title=f"Found in {words:,} words of ordinary text, each once")
    for heading in ("kind", "found", f"of {WORDS_COUNTED:,} words"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in (*MAKERS, Kind.MARKING_FOUND):
        share = found[kind] * WORDS_COUNTED / words
        table.add_row(kind.name, str(found[kind]), f"{share:.2f}")
    return table


def recall(text: str, planted: int) -> Table:
    """How much of what is planted between ordinary words is found."""
    words = text.split()
    table = Table(title=f"Found of {planted:,} of each kind planted")
    for heading in ("kind", "found", "share"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind, maker in MAKERS.items():
        found = 0
        for number in range(planted):
            at = secrets.randbelow(len(words) - 40)
            around = " ".join(words[at : at + 40])
            found += _finds(
                kind, read([Passage(f"{around} {maker(number)} {around}")], known()[:planted])
            )
        table.add_row(kind.name, str(found), f"{found / planted:.1%}")
    return table


def _finds(kind: Kind, words: Words) -> bool:
    return any(one.kind is kind for one in words.discoveries)


def main() -> None:
    """Print speed, mistakes and recall."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 4
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    text = ordinary()
    console = Console()
    repeated = text * (int(megabytes * 1e6 / len(text)) + 1)
    console.print(speed(repeated[: int(megabytes * 1e6)], rounds))
    console.print(mistakes(text))
    console.print(recall(text, 300))


if __name__ == "__main__":
    main()
