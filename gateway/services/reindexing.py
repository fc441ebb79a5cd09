"""What entries are found by, held against what they say, and put right.

The index is not signed; the entries are. So the index can always be made from them again, which is
no cure for entries that were altered: those are for the verification to find.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.audit.indexing import indexed
from gateway.domain.actors import Actor
from gateway.services.auditing import record, require_reader
from gateway.services.log_check import NOT_FOUND, Fault, misplaced
from gateway.services.log_storage import Kept
from gateway.services.parts import Parts

_AT_ONCE = 2_000  # entries; some megabytes


@dataclass(frozen=True, slots=True)
class Step:
    """How many entries were looked at so far, and which of the last ones were found otherwise."""

    entries: int
    faults: tuple[Fault, ...]


async def reindex(parts: Parts, actor: Actor, *, correct: bool) -> AsyncGenerator[Step, None]:
    """Look through the whole log, in steps; with `correct`, what differs is put right.

    That it was done, and for how many entries, is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Unavailable: the database does not answer, or lets nobody change the index.
    """
    require_reader(actor)
    async with parts.database.snapshot() as view:
        newest = await view.tree.newest()
    size, first, found = newest.size if newest else 0, 0, 0
    while first < size:
        last = min(first + _AT_ONCE, size)
        faults = await _step(parts, first, last, correct=correct)
        found += len(faults)
        first = last
        yield Step(last, faults)
    detail: dict[str, JSON] = {"entries": size, "differing": found, "corrected": correct}
    outcome = Outcome.SUCCESS if correct or not found else Outcome.FAILURE
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_REINDEXED, {}, detail, outcome=outcome)


async def _step(parts: Parts, first: int, last: int, *, correct: bool) -> tuple[Fault, ...]:
    async with parts.database.work() as work:
        kept = await work.index.kept(first, last)
        faults = await asyncio.to_thread(_misplaced, kept)
        if correct:
            places = {fault.position for fault in faults}
            right = {e.number: i for e in kept if e.number in places and (i := indexed(e.leaf))}
            await work.index.correct(right)
            for alarm in await work.outside.alarms():
                if alarm.position in places and alarm.reason.startswith(NOT_FOUND):
                    await work.outside.clear_alarm(alarm.position)
    return faults


def _misplaced(kept: Sequence[Kept]) -> tuple[Fault, ...]:
    return tuple(misplaced(kept))
