"""Checking the stored log a little at a time, and what is known to be wrong with it.

Full tiles never change, so nothing else looks at them again: the sequencer holds only what is
unfinished against what was signed. This walks them one by one, again and again, and holds each
entry against its tile, the tile against a signed checkpoint, and what the entry is found by against
the entry. What is wrong is an alarm until it is right again.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.audit.indexing import indexed
from gateway.audit.merkle import hashes_of, leaf_hash, root_of
from gateway.audit.tiles import WIDTH, Tile
from gateway.domain.actors import WORKER
from gateway.domain.errors import NotFound, Tampered
from gateway.services import proofs
from gateway.services.auditing import brief, record
from gateway.services.log_storage import Kept, LogAlarm
from gateway.services.parts import Parts
from gateway.services.storage import Work

EVIDENCE = (
    "Keep the database as it is as evidence, verify the log against older checkpoints, and tell "
    "the security manager."
)
NOT_FOUND = "is not found by what it says"
REINDEX = "'gateway audit reindex' puts it right; find out who changed it."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the entry at a position."""

    position: int
    reason: str


async def alarms(parts: Parts) -> Sequence[LogAlarm]:
    """What is known to be wrong with the stored log."""
    async with parts.database.snapshot() as view:
        return await view.outside.alarms()


def said(alarm: LogAlarm | Fault) -> str:
    """An alarm in words."""
    return f"Entry {alarm.position} of the stored log {alarm.reason}."


def remedy(alarm: LogAlarm | Fault) -> str:
    """What to do about an alarm."""
    return REINDEX if alarm.reason.startswith(NOT_FOUND) else EVIDENCE


async def raise_alarm(parts: Parts, fault: Fault) -> None:
    """Keep an alarm, and record it if it is a new one."""
    reason, now = brief(fault.reason), parts.clock.now()
    async with parts.database.work() as work:
        if await work.outside.set_alarm(LogAlarm(fault.position, reason, now)):
            await _record(parts, work, Action.LOG_DAMAGED, fault.position, reason)


async def check_next(parts: Parts, index: int) -> int:
    """Check a full tile, and whatever an alarm stands for; the tile to check after it.

    Raises:
        Unavailable: the database does not answer.
    """
    async with parts.database.snapshot() as view:
        newest = await view.tree.newest()
        full = newest.size // WIDTH if newest else 0
        known = await view.outside.alarms()
    index = index if index < full else 0
    suspect = {alarm.position // WIDTH for alarm in known}
    for each in sorted(suspect | ({index} if full else set())):
        before = [alarm for alarm in known if alarm.position // WIDTH == each]
        await _settle(parts, before, await _faults(parts, each, before, full=each < full))
    return index + 1


async def _settle(parts: Parts, before: Sequence[LogAlarm], faults: Sequence[Fault]) -> None:
    for fault in faults:
        await raise_alarm(parts, fault)
    wrong = {fault.position for fault in faults}
    for alarm in before:
        if alarm.position not in wrong:
            async with parts.database.work() as work:
                await work.outside.clear_alarm(alarm.position)
                await _record(parts, work, Action.LOG_MENDED, alarm.position, alarm.reason)


async def _faults(
    parts: Parts, index: int, before: Sequence[LogAlarm], *, full: bool
) -> Sequence[Fault]:
    """What is wrong with a tile of level 0: the first of each kind of fault."""
    first = index * WIDTH
    doubted = {alarm.position for alarm in before} | ({first} if full else set())
    async with parts.database.snapshot() as view:
        kept = await view.index.kept(first, first + WIDTH)
        (hashes,) = await view.tree.hashes([Tile(0, index)])
        roots = await view.tree.roots(0, index, index + 1)
        unproved = await _unproved(view, [entry for entry in kept if entry.number in doubted])
    found = await asyncio.to_thread(_in_tile, first, kept, hashes_of(hashes), roots) if full else []
    # one for each position is enough, and the first says most
    return list({fault.position: fault for fault in reversed([*found, *unproved])}.values())


def _in_tile(
    first: int, kept: Sequence[Kept], signed: Sequence[bytes], roots: Sequence[bytes]
) -> list[Fault]:
    """The first entry that is not what its tile says, what is wrong with the tile, and the first
    that is not found by what it says.
    """
    found = [*islice(_changed(first, kept, signed), 1)]
    if not roots or roots[0] != root_of(signed):
        found.append(Fault(first, "begins a tile that is not what it was"))
    return [*found, *islice(misplaced(kept), 1)]


def _changed(first: int, kept: Sequence[Kept], signed: Sequence[bytes]) -> Iterator[Fault]:
    entries = {entry.number: entry.leaf for entry in kept}
    for position, known in enumerate(signed, first):
        if position not in entries:
            yield Fault(position, "is missing")
        elif leaf_hash(entries[position]) != known:
            yield Fault(position, "is not the one that was signed")


def misplaced(kept: Sequence[Kept]) -> Iterator[Fault]:
    """The entries that are not found by what they say; one not understood is found by nothing."""
    for entry in kept:
        right = indexed(entry.leaf)
        if right is not None and (differing := right.differing(entry.indexed)):
            yield Fault(entry.number, f"{NOT_FOUND} ({', '.join(differing)})")


async def _unproved(view: Work, doubted: Sequence[Kept]) -> list[Fault]:
    found = []
    for entry in doubted:
        try:
            await proofs.checked(view, entry.number, entry.leaf)
        except (NotFound, Tampered) as error:
            found.append(Fault(entry.number, f"is not proved by what was signed: {error.message}"))
    return found


async def _record(parts: Parts, work: Work, action: Action, position: int, reason: str) -> None:
    outcome = Outcome.FAILURE if action is Action.LOG_DAMAGED else Outcome.SUCCESS
    detail: dict[str, JSON] = {"position": position, "reason": reason}
    await record(parts, work, WORKER, action, {}, detail, outcome=outcome)
