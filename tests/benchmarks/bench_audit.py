"""How fast an exported log verifies, beside the hashing alone that it cannot do without.

Run it by hand: `python tests/benchmarks/bench_audit.py [entries]`. It prints, and judges nothing.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.verify import verify_export

_ROUNDS = 3
_ORIGIN = "log.example/audit"
_SEED = bytes(32)


def _line(number: int) -> bytes:
    """An entry like most of a real log's."""
    digest = sha256(b"%d" % number).hexdigest()
    entry = Entry(
        uid=digest[:32],
        at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=number),
        action=Action.TRANSFER_MAILED,
        outcome=Outcome.SUCCESS,
        agency="police",
        actor={"kind": "service", "role": None, "agency": None, "person": None, "source": None},
        subject={"transfer": digest[32:], "pack": digest[:30], "recipient": digest[16:48]},
        origin=Origin("gateway.example", "0.1.0"),
        detail={"attempt": 1, "relay": "relay.example", "size_bytes": number},
    )
    return entry.leaf() + b"\n"


def _seconds(action: Callable[[], object]) -> float:
    def once() -> float:
        begun = time.perf_counter()
        action()
        return time.perf_counter() - begun

    return min(once() for _ in range(_ROUNDS))


def _peak_kilobytes(action: Callable[[], object]) -> float:
    tracemalloc.start()
    action()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    lines = [_line(number) for number in range(count)]
    size = sum(len(line) for line in lines)
    text = str(Checkpoint(_ORIGIN, count, root_of(leaf_hash(line[:-1]) for line in lines)))
    checkpoint = bytes(Note(text, (sign(text, _ORIGIN, _SEED),)))
    keys = [VerifierKey.of_seed(_ORIGIN, Kind.ED25519, _SEED)]

    def hash_lines() -> None:
        for line in lines:
            sha256(line).digest()

    def made_on_the_way() -> Iterator[bytes]:
        return (_line(number) for number in range(count))

    bare = _seconds(hash_lines)
    tree = _seconds(lambda: root_of(leaf_hash(line[:-1]) for line in lines))
    whole = _seconds(lambda: verify_export(lines, checkpoint, keys))
    peak = _peak_kilobytes(lambda: verify_export(made_on_the_way(), checkpoint, keys))
    sys.stdout.write(f"{count:,} entries of {size / count:.0f} bytes\n")
    for name, seconds in (("SHA-256 of each", bare), ("tree", tree), ("verification", whole)):
        rate = f"{seconds / count * 1e6:>8.2f} us an entry"
        ratios = f"{seconds / bare:>7.1f} x SHA-256 {seconds / tree:>6.1f} x tree"
        sys.stdout.write(f"{name:<18}{rate}{ratios}\n")
    sys.stdout.write(f"peak memory of a verification: {peak:.0f} KB\n")


if __name__ == "__main__":
    main()
