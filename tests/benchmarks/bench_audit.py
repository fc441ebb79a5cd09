"""How fast an exported log verifies, beside the hashing alone that it cannot do without.

Run it by hand: `python tests/benchmarks/bench_audit.py [entries]`. It prints, and judges nothing.
The export is written to a temporary file first. What all is compared with is this loop over it:
`for line in file: sha256(line).digest()`.
"""

import os
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from gateway.audit.canonical import JSON
from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.verify import verify_export
from gateway.cli.verifying import verify_file

_ROUNDS = 5
_FOR_MEMORY = 20_000  # entries; tracing makes it slow
_BARE = "SHA-256 of each"
_ORIGIN = "log.example/audit"
_SEED = bytes(32)
_BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
_PERSON = {"kind": "person", "role": "coordinator", "agency": "police", "token": None}
_WORKER: dict[str, JSON] = {
    "kind": "service",
    "role": None,
    "agency": None,
    "person": None,
    "source": "worker",
    "token": None,
}


def _digest(*of: int) -> str:
    return sha256(repr(of).encode()).hexdigest()


def _id(*of: int) -> str:
    return _digest(*of)[:26].upper()


def _decisions(pack: int, count: int) -> list[JSON]:
    warned: list[JSON] = [[], ["label-old"]]
    return [
        {
            "document": _id(pack, number),
            "allowed": True,
            "denied_by": [],
            "warned_by": warned[(pack + number) % 2],
        }
        for number in range(count)
    ]


def _authorised(pack: int, number: int, count: int) -> dict[str, JSON]:
    """The detail of a transfer's first entry; it varies most."""
    texted = bool(number % 3)
    return {
        "policy": _digest(0),
        "protocol": "aria@2" if pack % 4 else None,
        "authority": "ota-66c",
        "purpose": "safety-planning",
        "ground": "66C(a)(i)" if number % 2 else None,
        "marking": "in confidence",
        "recipient_agency": f"agency-{number}",
        "address": _digest(number)[:32],
        "password_channel": "text" if texted else None,
        "password_address": _digest(number, 1)[:32] if texted else None,
        "documents": [
            {
                "document": _id(pack, document),
                "sha256": _digest(pack, document),
                "size_bytes": 1000 * pack + document,
                "classification": "restricted",
                "category": "report",
                "children": [_digest(pack, child)[:32] for child in range(document % 3)],
            }
            for document in range(count)
        ],
        "consulted": {_digest(pack)[:32]: True} if pack % 5 else {},
        "decisions": _decisions(pack, count),
    }


def _steps(pack: int, number: int, count: int) -> Iterator[tuple[Action, Outcome, dict[str, JSON]]]:
    """What one transfer writes, from queue to password."""
    done, unknown = Outcome.SUCCESS, Outcome.UNKNOWN
    sealed: dict[str, JSON] = {"state": "sealed"}
    rechecked: dict[str, JSON] = {"policy": _digest(0), "decisions": _decisions(pack, count)}
    reply: dict[str, JSON] = {"reply": "250 2.0.0 The relay took it."}
    message_id = f"{_id(pack, number).lower()}@gateway.example"
    release: dict[str, JSON] = {
        "attempt": 1,
        "password_channel": "text",
        "password_address": _digest(number, 1)[:32],
    }
    archive = {"sha256": _digest(pack, number, 9)}
    yield Action.TRANSFER_QUEUED, done, _authorised(pack, number, count)
    yield Action.TRANSFER_SEALED, done, {**sealed, **archive, "size_bytes": 99 * pack}
    if not number % 4:
        yield Action.TRANSFER_DEFERRED, unknown, {**sealed, "reason": "450 4.2.1 Mailbox busy"}
    yield Action.TRANSFER_RECHECKED, done, {**sealed, **rechecked}
    yield Action.TRANSFER_MAILING, unknown, {**sealed, "attempt": 1, "message_id": message_id}
    yield Action.TRANSFER_MAILED, done, {"state": "mailed", **archive, **reply}
    yield Action.TRANSFER_RECHECKED, done, {"state": "mailed", **rechecked}
    yield Action.PASSWORD_RELEASING, unknown, {"state": "mailed", **release}
    yield Action.PASSWORD_SENT, done, {"state": "password sent", **release, **reply}
    yield Action.PASSWORD_DESTROYED, done, {"state": "password sent"}


def _entries() -> Iterator[Entry]:
    """The packs of a gateway that never rests: up to three documents each, to five people."""
    number, pack = 0, 0
    while True:
        pack += 1
        for recipient in range(5):
            subject: dict[str, JSON] = {
                "transfer": _id(pack, recipient),
                "reference": _id(pack, recipient)[:9],
                "pack": _id(pack),
                "meeting": _id(pack // 3),
                "recipient": _digest(recipient)[:32],
            }
            person = {**_PERSON, "person": _digest(pack % 50)[:32], "source": "192.0.2.7"}
            for action, outcome, detail in _steps(pack, recipient, 1 + pack % 3):
                number += 1
                yield Entry(
                    uid=_id(number, 0, 0),
                    at=_BEGAN + timedelta(milliseconds=917 * number),
                    action=action,
                    outcome=outcome,
                    agency="police",
                    actor=person if action is Action.TRANSFER_QUEUED else _WORKER,
                    subject=subject,
                    origin=Origin("gateway.example", "0.1.0"),
                    detail=detail,
                )


def _best(actions: Mapping[str, Callable[[], object]]) -> Mapping[str, tuple[float, float]]:
    """The least time that each takes, and the least processor time of it and its children.

    They take turns, so that whatever else the machine does meets all of them.
    """

    def once(action: Callable[[], object]) -> tuple[float, float]:
        begun, used = time.perf_counter(), sum(os.times()[:4])
        action()
        return time.perf_counter() - begun, sum(os.times()[:4]) - used

    rounds = [[once(action) for action in actions.values()] for _ in range(_ROUNDS)]
    least = [tuple(map(min, zip(*each, strict=True))) for each in zip(*rounds, strict=True)]
    return {name: (elapsed, used) for name, (elapsed, used) in zip(actions, least, strict=True)}


def _peak_kilobytes(action: Callable[[], object]) -> float:
    tracemalloc.start()
    action()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024


def _hash_lines(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            sha256(line).digest()


def _root(path: Path) -> bytes:
    with path.open("rb") as file:
        return root_of(leaf_hash(line[:-1]) for line in file)


def _written(path: Path, count: int) -> bytes:
    """A signed checkpoint over the `count` entries that are written to a file."""
    with path.open("wb") as file:
        for _, entry in zip(range(count), _entries(), strict=False):
            file.write(entry.leaf() + b"\n")
    text = str(Checkpoint(_ORIGIN, count, _root(path)))
    return bytes(Note(text, (sign(text, _ORIGIN, _SEED),)))


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    keys = [VerifierKey.of_seed(_ORIGIN, Kind.ED25519, _SEED)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.jsonl"

        def verify_lines() -> None:
            with path.open("rb") as file:
                verify_export(file, checkpoint, keys)

        checkpoint = _written(path, min(count, _FOR_MEMORY))
        peak = _peak_kilobytes(verify_lines)
        checkpoint = _written(path, count)
        size = path.stat().st_size
        figures = _best(
            {
                _BARE: lambda: _hash_lines(path),
                "tree": lambda: _root(path),
                "verify_export": verify_lines,
                f"verify_file, {os.cpu_count()} cores": lambda: verify_file(path, checkpoint, keys),
            }
        )
    _print(count, size, figures)
    mine, largest = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sys.stdout.write(
        f"memory: {peak:.0f} KB allocated by verify_export; with Python and all, this process had "
        f"{mine:.0f} MB, the largest worker {largest:.0f} MB\n"
    )


def _print(count: int, size: int, figures: Mapping[str, tuple[float, float]]) -> None:
    sys.stdout.write(f"{count:,} entries of {size / count:.0f} bytes; best of {_ROUNDS} rounds\n")
    bare, bare_cpu = figures[_BARE]
    for name, (seconds, cpu) in figures.items():
        each = f"{seconds / count * 1e6:.2f} us an entry"
        ratio = f"{seconds / bare:.1f} x SHA-256"
        of_cpu = f"processors {cpu:.2f} s = {cpu / bare_cpu:.1f} x"
        sys.stdout.write(f"{name:<21}{seconds:>7.2f} s{each:>20}{ratio:>15}   {of_cpu}\n")


if __name__ == "__main__":
    main()
