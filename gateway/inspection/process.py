"""Looks into each document in a child process of its own, which can harm only its own work."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from gateway.domain.errors import Unavailable
from gateway.domain.inspection import Discovery, Inspection, Kind, Known, counted
from gateway.inspection.outlines import blocks_in
from gateway.inspection.report import READY, Answer, Job, NoAnswer
from gateway.inspection.sandbox import Limits
from gateway.services.ports import Looked, Outlined

_COMMAND = (sys.executable, "-I", "-m", "gateway.inspection.child")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
_KILLED_BY_LIMIT = {-signal.SIGKILL, -signal.SIGXCPU}


@dataclass(frozen=True, slots=True)
class InspectionLimits:
    """What the inspection of one document may cost.

    Attributes:
        wall_seconds: until the child is ready, until it takes a piece, until it answers: each.
        answer_bytes: of its report; `document_bytes`: of the document, and of a cleaned one.
    """

    wall_seconds: float = 60.0
    address_bytes: int = 2 * 1024**3
    cpu_seconds: int = 60
    answer_bytes: int = 1024**2
    document_bytes: int = 256 * 1024**2


class _Refused(Exception):
    """The document is not to be taken in, because of what its inspection came to."""

    def __init__(self, kind: Kind, context: str) -> None:
        super().__init__(context)
        self.discovery = Discovery(kind, "", context)


class ProcessInspector:
    """Starts a child per document, a few at once, and believes little of what they answer.

    The chunks of a document should come from where they are kept, not from a slow sender: a child
    waits for them, and holds one of the few places meanwhile.
    """

    def __init__(
        self,
        limits: InspectionLimits | None = None,
        *,
        at_once: int = 2,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._limits = limits or InspectionLimits()
        self._places = asyncio.Semaphore(at_once)
        self._command = tuple(command)

    async def look(
        self,
        file_name: str,
        chunks: AsyncIterator[bytes],
        *,
        known: Sequence[Known] = (),
        remove: frozenset[Kind] = frozenset(),
        stamp: str = "",
    ) -> Looked:
        """What is found in a document given in chunks; what can be of `remove` is taken out.

        `stamp` is put at the top and bottom of each page of a PDF file that takes it.

        Raises:
            Unavailable: no child can be started, or none gets as far as being ready.
        """
        return await self._done(Job(file_name, tuple(known), remove, self._child(), stamp), chunks)

    async def outline(self, file_name: str, chunks: AsyncIterator[bytes]) -> Outlined:
        """What a Word document given in chunks says, block by block, if nothing in it is unsafe.

        Raises:
            Unavailable: no child can be started, or none gets as far as being ready.
        """
        job = Job(file_name, (), frozenset(), self._child(), outline=True)
        looked = await self._done(job, chunks)
        if looked.cleaned is None or not looked.inspection.is_safe:
            return Outlined(looked.inspection, None)
        try:
            return Outlined(looked.inspection, blocks_in(looked.cleaned))
        except NoAnswer:
            found = (Discovery(Kind.MALFORMED, "", "its inspection gave no answer"),)
            return Outlined(Inspection(None, found, counted(found)), None)

    def _child(self) -> Limits:
        return Limits(self._limits.address_bytes, self._limits.cpu_seconds)

    async def _done(self, job: Job, chunks: AsyncIterator[bytes]) -> Looked:
        async with self._places:
            process = await self._started()
            try:
                return await self._told(process, job, chunks)
            except _Refused as refusal:
                found = (refusal.discovery,)
                return Looked(Inspection(None, found, counted(found)))
            finally:
                await _ended(process)

    async def _started(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
                limit=self._limits.answer_bytes,
            )
        except OSError as error:
            raise _unavailable() from error

    async def _told(self, process: Process, job: Job, chunks: AsyncIterator[bytes]) -> Looked:
        await self._ready(process, job)
        await self._feed(process, chunks)
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                return await self._answered(process, job)
        except TimeoutError as error:
            raise _Refused(Kind.TOO_MUCH, "looking into it takes too long") from error

    async def _ready(self, process: Process, job: Job) -> None:
        stdin, stdout = _pipes(process)
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                stdin.write(job.to_line())
                await stdin.drain()
                ready = await stdout.readexactly(len(READY))
        except (TimeoutError, OSError, EOFError) as error:
            raise _unavailable() from error
        if ready != READY:
            raise _unavailable()

    async def _feed(self, process: Process, chunks: AsyncIterator[bytes]) -> None:
        stdin, _ = _pipes(process)
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self._limits.document_bytes:
                raise _Refused(Kind.TOO_MUCH, "it is larger than what is looked through")
            try:
                async with asyncio.timeout(self._limits.wall_seconds):
                    stdin.write(chunk)
                    await stdin.drain()
            except TimeoutError as error:
                raise _Refused(Kind.TOO_MUCH, "looking into it takes too long") from error
            except OSError as error:  # it has ended already
                raise await self._death(process) from error
        stdin.close()

    async def _answered(self, process: Process, job: Job) -> Looked:
        _, stdout = _pipes(process)
        try:
            line = await stdout.readuntil(b"\n")
            answer = Answer.from_line(line, job.known)
        except asyncio.IncompleteReadError as error:
            raise await self._death(process) from error
        except (asyncio.LimitOverrunError, NoAnswer) as error:
            raise _Refused(Kind.MALFORMED, "its inspection gave no answer") from error
        cleaned = await self._cleaned(process, answer.cleaned_bytes, job)
        if await stdout.read(1) or await process.wait() != 0:
            raise _Refused(Kind.MALFORMED, "its inspection gave no answer")
        return Looked(answer.inspection, cleaned)

    async def _cleaned(self, process: Process, size: int | None, job: Job) -> bytes | None:
        if size is None:
            return None
        if size > self._limits.document_bytes or not (job.remove or job.stamp or job.outline):
            raise _Refused(Kind.MALFORMED, "its inspection gave no answer")
        _, stdout = _pipes(process)
        try:
            return await stdout.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise await self._death(process) from error

    async def _death(self, process: Process) -> _Refused:
        """Why a child ended without an answer, as far as its end tells."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.wall_seconds):
                await process.wait()
        if process.returncode in _KILLED_BY_LIMIT or process.returncode is None:
            return _Refused(Kind.TOO_MUCH, "looking into it takes too much")
        return _Refused(Kind.MALFORMED, "its inspection came to an end without an answer")


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    if process.stdin is None or process.stdout is None:
        raise _unavailable()
    return process.stdin, process.stdout


async def _ended(process: Process) -> None:
    """Kill what is left of a child and what it may have started, and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    await asyncio.shield(process.wait())


def _unavailable() -> Unavailable:
    return Unavailable(
        "Documents cannot be looked into at present.",
        "Try again in a few minutes; if it stays so, tell the administrator.",
    )
