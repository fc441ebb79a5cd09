"""Verification of an export's file on every core: workers check and hash, one process compares.

The verdict is `gateway.audit.verify`'s own; here is only how a file is divided. Each worker takes
every so many-th range of it, and a line belongs to the range in which it begins.
"""

import os
import signal
import stat
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from io import BytesIO
from itertools import cycle
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import BinaryIO

from gateway.audit.lines import LONGEST_LINE, Checked, LineCheck, checked
from gateway.audit.notes import VerifierKey
from gateway.audit.verify import Summary, verify_checked
from gateway.domain.errors import Unavailable

_RANGE = 2**17  # bytes; it stays in a processor's cache, and its hashes fit into a pipe
_WORTH_WORKERS = 2**24  # bytes; less is verified before they have started
_MOST_WORKERS = 8  # more would wait for the one that builds the tree


def verify_file(
    path: Path,
    checkpoint: bytes,
    keys: Sequence[VerifierKey],
    *,
    since: bytes | None = None,
    progress: Callable[[int], None] | None = None,
    workers: int | None = None,
) -> Summary:
    """What `verify_export` finds for the lines of a file; `workers` processes, or one a core.

    It is for a program of one thread, as the command line is: workers are forked from it. Where
    that cannot be done, this process does all.

    Raises:
        Tampered, InvalidInput: as `verify_export` does.
        OSError: the file cannot be read. Unavailable: a worker was ended from outside.
    """
    about = path.stat()
    count = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    if workers is None and about.st_size < _WORTH_WORKERS:
        count = 1
    divides = stat.S_ISREG(about.st_mode) and "fork" in get_all_start_methods()
    parts = _shared(path, about.st_size, count) if divides and count > 1 else _alone(path)
    with closing(parts):
        return verify_checked(parts, checkpoint, keys, since=since, progress=progress)


def _alone(path: Path) -> Generator[Checked]:
    with path.open("rb") as file:
        yield from checked(iter(partial(file.readline, LONGEST_LINE + 1), b""), LineCheck())


def _shared(path: Path, size: int, count: int) -> Generator[Checked]:
    """The ranges' results in their order; the workers end with this, however it ends."""
    context = get_context("fork")
    workers: list[BaseProcess] = []
    pipes: list[Connection] = []
    try:
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            pipes.append(ours)
            arguments = (theirs, tuple(pipes), path, size, number, count)
            worker = context.Process(target=_work, args=arguments, daemon=True)
            worker.start()
            workers.append(worker)
            theirs.close()  # so that its end is heard when the worker ends
        for _, pipe in zip(range(0, size, _RANGE), cycle(pipes), strict=False):
            yield _received(pipe)
    finally:
        for pipe in pipes:
            pipe.close()
        for process in workers:
            process.kill()
            process.join()


def _received(pipe: Connection) -> Checked:
    try:
        found = pipe.recv()
    except (EOFError, OSError):  # between two messages, or within one
        raise Unavailable("A part of the verification was ended.", "Verify once more.") from None
    if isinstance(found, OSError):
        raise found
    part: Checked = found
    return part


def _work(
    pipe: Connection, others: Sequence[Connection], path: Path, size: int, first: int, step: int
) -> None:
    """Send what is found in each `step`-th range of a file, from range `first` on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked will end this one
    for other in others:  # inherited; kept open, they would hide that nobody listens any more
        other.close()
    check = LineCheck()
    try:
        with path.open("rb") as file:
            for start in range(first * _RANGE, size, step * _RANGE):
                pipe.send(_in_range(file, start, min(start + _RANGE, size), check))
    except BrokenPipeError:  # nobody listens
        return
    except OSError as error:
        pipe.send(error)


def _in_range(file: BinaryIO, start: int, end: int, check: LineCheck) -> Checked:
    hashes: list[bytes] = []
    for part in checked(_lines(file, start, end), check):
        hashes += part.hashes
        if part.fault:
            return Checked(hashes, part.fault)
    return Checked(hashes)


def _lines(file: BinaryIO, start: int, end: int) -> list[bytes]:
    """The lines that begin from `start` up to `end`; of one too long to be an entry, its begin."""
    at = max(start - 1, 0)  # where the line before may end, or still be on its way
    file.seek(at)
    data = file.read(end - at)
    if not data.endswith(b"\n"):
        data += file.readline(LONGEST_LINE + 1)
    lines = BytesIO(data).readlines()
    return lines[1:] if start else lines
