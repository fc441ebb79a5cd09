"""Passing the audit log on to a receiver outside, as it grows, with nothing lost.

An entry counts as told once the receiver's program has read it (`Collector.deliver`). What the
program has read but not yet stored is lost with it if it is killed, and no syslog transport tells
of that. So the collector also tells whether its connection was broken since the last delivery; if
so, the `OVERLAP` entries before the cursor are sent again.

Every entry is therefore told at least once, in order, and some are told twice. Each carries its
position in the log, by which a receiver drops doubles and would see a gap.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol, TypeVar

from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.errors import Tampered, Unavailable
from gateway.services.auditing import brief, record
from gateway.services.parts import Parts

BATCH = 500  # entries per round; about half a megabyte
OVERLAP = 1000  # entries, two full rounds: far more than a receiver has read and not yet stored

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Record:
    """An entry's place in the log, counted from 0, and its exact bytes."""

    position: int
    leaf: bytes


class Collector(Protocol):
    """A receiver of the log, outside the gateway."""

    @property
    def addr(self) -> str:
        """Its name in messages and for the cursor, e.g. `logs.agency.example:6514`."""
        ...

    async def connect(self) -> bool:
        """Have a connection open; whether there was one all the time since the last delivery.

        False means that the receiver may have been killed, with what it had not stored.

        Raises:
            Unavailable: the receiver cannot be reached.
        """
        ...

    async def deliver(self, records: Sequence[Record]) -> None:
        """Hand records over; returns only once the receiver's program has read them all.

        Raises:
            Unavailable: that is not certain; any number of them may have arrived.
        """
        ...

    async def close(self) -> None:
        """Give the connection up."""
        ...


async def forward(parts: Parts, collector: Collector) -> int:
    """Pass the next entries on; how many were told that had not been told before.

    After `BATCH` there may be more to tell at once. Only one process at a time forwards to a
    receiver; the others tell nothing. That a receiver began or ceased to fail is itself recorded.

    Raises:
        Unavailable: the receiver did not take the entries, and nothing counts as told; or the
            database does not answer.
        Tampered: the log lacks entries that a checkpoint covers.
    """
    async with parts.database.turn(f"forward:{collector.addr}") as ours:
        if not ours:
            return 0
        unbroken = await _ask(parts, collector, collector.connect())
        told, records = await _due(parts, collector, 0 if unbroken else OVERLAP)
        if not records:
            return 0
        await _ask(parts, collector, collector.deliver(records))
        return await _note_told(parts, collector, told, records[-1].position + 1)


async def _due(parts: Parts, collector: Collector, again: int) -> tuple[int, list[Record]]:
    """How many entries were told, and the ones to send: the next, and `again` of those before."""
    async with parts.database.snapshot() as view:
        told = await view.outside.told(collector.addr)
        newest = await view.tree.newest()
        first = max(0, told - again)
        last = min(told + BATCH, newest.size if newest else 0)
        leaves = await view.tree.entries(first, last) if first < last else ()
    if len(leaves) != max(0, last - first):
        raise Tampered(
            f"The log lacks entries between {first} and {last}, which a checkpoint covers.",
            "Verify the log against its checkpoints and against what receivers hold.",
        )
    return told, [Record(first + number, leaf) for number, leaf in enumerate(leaves)]


async def _ask(parts: Parts, collector: Collector, answer: Awaitable[_T]) -> _T:
    try:
        return await answer
    except Unavailable as error:
        await _note_failure(parts, collector, error)
        raise


async def _note_told(parts: Parts, collector: Collector, before: int, now: int) -> int:
    receiver = collector.addr
    async with parts.database.work() as work:
        await work.outside.set_told(receiver, max(before, now))
        since = await work.outside.refusing_since(receiver)
        if since is not None:
            await work.outside.set_refusing(receiver, None)
            await record(
                parts,
                work,
                WORKER,
                Action.LOG_FORWARDING_RESUMED,
                {"receiver": receiver},
                {
                    "stopped_at": since.astimezone(UTC).isoformat(timespec="seconds"),
                    "told": max(before, now),
                },
            )
    return max(0, now - before)


async def _note_failure(parts: Parts, collector: Collector, error: Unavailable) -> None:
    """Record that forwarding stopped, once for each time it stops."""
    receiver = collector.addr
    async with parts.database.work() as work:
        if await work.outside.refusing_since(receiver) is not None:
            return
        await work.outside.set_refusing(receiver, parts.clock.now())
        told = await work.outside.told(receiver)
        await record(
            parts,
            work,
            WORKER,
            Action.LOG_FORWARDING_STOPPED,
            {"receiver": receiver},
            {"reason": brief(error.message), "told": told},
            outcome=Outcome.FAILURE,
        )
