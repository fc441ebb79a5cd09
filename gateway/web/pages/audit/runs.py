"""Verifications under way, and what the last of each session found.

They live in this process's memory alone: what counts stands in the log itself, as the entries that
a verification was begun and what it found. A run that is lost with the process is begun again by
whoever wants it, so storing its progress would only add writes to the log that is being verified.
The room is bounded: a few runs at a time, since each reads the whole log, and a few results, each
forgotten after a while.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from gateway.domain.errors import GatewayError, Unavailable
from gateway.services.verifying import Progress, Verdict
from gateway.web.observing import log_unexpected

_MOST_KEPT = 8
_MOST_AT_ONCE = 2
_KEPT_SECONDS = 30 * 60

Work = Callable[[Progress], Awaitable[Verdict]]


@dataclass(slots=True)
class Run:
    """One verification: how far it is, and what it found once it is done."""

    began: float
    done: int = 0
    size: int = 0
    verdict: Verdict | None = None
    error: GatewayError | None = None
    task: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, however it did."""
        return self.task is not None and self.task.done()

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.done // self.size if self.size else 0

    def progress(self, done: int, size: int) -> None:
        """Note how far it is."""
        self.done, self.size = done, size

    async def perform(self, work: Work) -> None:
        """Do the work; what it finds, or why it could not, is kept."""
        try:
            self.verdict = await work(self.progress)
        except GatewayError as error:
            self.error = error
        except Exception:
            self.error = GatewayError(
                "The gateway met an error of its own.", "Tell the operator, and verify once more."
            )
            raise
        finally:
            self.changed.set()


class Runs:
    """The runs of all sessions, by the session's identifier."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._runs: dict[str, Run] = {}

    def of(self, session: str) -> Run | None:
        """The session's run, or its last one, unless that was too long ago."""
        self._forget()
        return self._runs.get(session)

    def begin(self, session: str, work: Work) -> Run:
        """Begin a run; the one that is under way, if there is one.

        Raises:
            Unavailable: others verify at this moment.
        """
        self._forget()
        present = self._runs.get(session)
        if present is not None and not present.is_over:
            return present
        if sum(not run.is_over for run in self._runs.values()) >= _MOST_AT_ONCE:
            raise Unavailable("Others are verifying the log now.", "Try again in a few minutes.")
        self._runs.pop(session, None)
        while len(self._runs) >= _MOST_KEPT:
            over = [key for key, run in self._runs.items() if run.is_over]
            del self._runs[over[0]]  # the oldest; fewer than all of them are under way
        run = Run(self._clock())
        run.task = asyncio.create_task(run.perform(work))
        run.task.add_done_callback(_retrieve)
        self._runs[session] = run
        return run

    async def end(self, _: web.Application) -> None:
        """End what is under way; the service stops."""
        tasks = [run.task for run in self._runs.values() if run.task and not run.is_over]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self) -> None:
        oldest = self._clock() - _KEPT_SECONDS
        for key, run in list(self._runs.items()):
            if run.is_over and run.began < oldest:
                del self._runs[key]


def _retrieve(task: asyncio.Task[None]) -> None:
    """Log what nobody foresaw, as the web part does elsewhere."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log_unexpected(error, None)


RUNS = web.AppKey("runs", Runs)
