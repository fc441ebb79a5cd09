"""Verification of an export's file by several processes: the verdict is that of one."""

import multiprocessing
import os
import threading
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.lines import LONGEST_LINE
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.verify import verify_export
from gateway.cli import verifying
from gateway.cli.verifying import verify_file
from gateway.domain.errors import Tampered, Unavailable

ORIGIN = "log.example/audit"
SEED = b"s" * 32
KEYS = [VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED)]


def line(number: int) -> bytes:
    """An entry as it is exported; every tenth is long, so that ranges end anywhere in lines."""
    entry = Entry(
        uid=f"u{number}",
        at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        action=Action.PACK_SENT,
        outcome=Outcome.SUCCESS,
        agency="police",
        actor={"kind": "person", "role": "sender"},
        subject={"pack": f"p{number}"},
        origin=Origin("gw.example", "0.1.0"),
        detail={"note": "x" * (5000 if number % 10 == 0 else number % 97)},
    )
    return entry.leaf() + b"\n"


LINES = [line(number) for number in range(1000)]  # some 800 KB: seven ranges


def publish(lines: list[bytes]) -> bytes:
    """The checkpoint that the log signs over `lines`."""
    text = str(Checkpoint(ORIGIN, len(lines), root_of(leaf_hash(each[:-1]) for each in lines)))
    return bytes(Note(text, (sign(text, ORIGIN, SEED),)))


NEWEST, OLDER = publish(LINES), publish(LINES[:333])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of an export."""
    path = tmp_path / "entries.jsonl"
    path.write_bytes(b"".join(LINES))
    return path


@pytest.mark.parametrize("workers", [None, 1, 2, 3, 20])
def test_an_untouched_file_verifies(path: Path, workers: int | None) -> None:
    """By any number of workers, also by more than there is work for; none is left."""
    summary = verify_file(path, NEWEST, KEYS, since=OLDER, workers=workers)
    assert summary == verify_export(LINES, NEWEST, KEYS, since=OLDER)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    "change",
    [
        {500: b"{}\n", 900: b"\n"},
        {0: b" " + LINES[0]},
        {999: LINES[999][:-1]},
        {700: b"x" * 500_000 + b"\n"},
        {700: b"x" * 500_000},
        {999: b"x" * 500_000},
        {500: line(1001)},
        {100: line(1001)},
        {500: b""},
        {500: LINES[500] * 2},
        {999: LINES[999] + line(1000)},
        {998: b"", 999: b""},
    ],
)
def test_the_verdict_is_that_of_one_process(path: Path, change: dict[int, bytes]) -> None:
    """The same words, the same entry: the first wrong one, though others see theirs earlier."""
    content = b"".join(change.get(at, each) for at, each in enumerate(LINES))
    path.write_bytes(content)
    with pytest.raises(Tampered) as one:
        verify_export(BytesIO(content).readlines(), NEWEST, KEYS, since=OLDER)
    for workers in (1, 2, 3):
        with pytest.raises(Tampered) as several:
            verify_file(path, NEWEST, KEYS, since=OLDER, workers=workers)
        assert several.value.message == one.value.message
        assert several.value.field == one.value.field
    assert not multiprocessing.active_children()


def test_an_empty_file_is_an_empty_log(path: Path) -> None:
    """There is nothing to divide."""
    path.write_bytes(b"")
    assert verify_file(path, publish([]), KEYS, workers=2).checkpoint.size == 0


@given(st.text("ab\n", max_size=60), st.integers(1, 20))
def test_every_line_lies_in_one_range(text: str, size: int) -> None:
    """In the one in which it begins; wherever the ranges are cut, all together give the file."""
    content = text.encode()
    found = [
        each
        for start in range(0, len(content), size)
        for each in verifying._lines(BytesIO(content), start, min(start + size, len(content)))
    ]
    assert found == BytesIO(content).readlines()


def test_of_a_file_without_line_breaks_little_is_read() -> None:
    """A range and what a line can have, however much follows."""
    file = BytesIO(b"x" * 10 * LONGEST_LINE)
    (only,) = verifying._lines(file, 0, LONGEST_LINE)
    assert len(only) == file.tell() == 2 * LONGEST_LINE + 1


def test_what_is_no_regular_file_is_read_by_one(tmp_path: Path) -> None:
    """A named pipe cannot be divided."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"".join(LINES),), daemon=True)
    writer.start()
    summary = verify_file(pipe, NEWEST, KEYS, workers=2)
    writer.join()
    assert summary.checkpoint.size == 1000


def test_an_unreadable_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Absent, or a folder; also when only the workers meet it."""
    with pytest.raises(FileNotFoundError):
        verify_file(tmp_path / "absent", NEWEST, KEYS)
    with pytest.raises(IsADirectoryError):
        verify_file(tmp_path, NEWEST, KEYS)
    with pytest.raises(FileNotFoundError):
        list(verifying._shared(tmp_path / "absent", 10, 2))
    assert not multiprocessing.active_children()


def test_a_worker_that_is_ended_is_said(path: Path) -> None:
    """Neither a verdict nor endless waiting. There is more to send than a pipe takes unread."""
    path.write_bytes(b"".join(LINES) * 20)
    parts = verifying._shared(path, path.stat().st_size, 2)
    next(parts)
    for worker in multiprocessing.active_children():
        worker.kill()
        worker.join()
    with pytest.raises(Unavailable, match="part of the verification was ended"):
        list(parts)
    assert not multiprocessing.active_children()


def test_progress_is_told_now_and_then(path: Path) -> None:
    """Every ten thousand entries, in order."""
    lines = [line(1)] * 20_001
    path.write_bytes(b"".join(lines))
    told: list[int] = []
    verify_file(path, publish(lines), KEYS, progress=told.append, workers=2)
    assert told == [10_000, 20_000]
