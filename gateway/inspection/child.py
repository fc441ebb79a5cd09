"""The process that looks into one document and ends: `python -I -m gateway.inspection.child`.

On standard input it is given a job (one line of JSON) and then the document; on standard output
it says `ready` once its walls stand, then its answer (one line of JSON), then the bytes of the
cleaned document, or of the outline, where there is one.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from gateway.domain.inspection import Discovery, Inspection, Kind, counted
from gateway.inspection import engine, outline, sandbox
from gateway.inspection.report import READY, Answer, Job


def main() -> None:
    """Do the job on standard input."""
    answer = _kept_apart()
    job = Job.from_line(sys.stdin.buffer.readline())
    sandbox.lock(job.limits)
    answer.write(READY)
    answer.flush()
    result = _inspected(job)
    told = result.inspection
    line = Answer(told, None if result.cleaned is None else len(result.cleaned)).to_line()
    answer.write(line)
    if result.cleaned is not None:
        answer.write(result.cleaned)
    answer.flush()
    os._exit(0)  # nothing that a document left behind gets to run


def _kept_apart() -> BinaryIO:
    """Standard output for the answer alone: what libraries print goes nowhere."""
    kept = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    return os.fdopen(kept, "wb")


def _inspected(job: Job) -> engine.Result:
    try:
        data = sys.stdin.buffer.read()
        if job.outline:
            return outline.outlined(job.file_name, data)
        return engine.inspect(
            job.file_name, data, known=job.known, remove=job.remove, stamp=job.stamp
        )
    except MemoryError:
        found = (Discovery(Kind.TOO_MUCH, "", "reading it takes too much memory"),)
        return engine.Result(Inspection(None, found, counted(found)))


if __name__ == "__main__":
    main()
