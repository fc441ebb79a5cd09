"""Every entry of the log is told to a receiver outside at least once, whatever befalls it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.world import World

from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Tampered, Unavailable
from gateway.services import forwarding
from gateway.services.auditing import record
from gateway.services.forwarding import BATCH, OVERLAP, Record, forward
from gateway.services.log_storage import SignedCheckpoint

MUCH = 2 * BATCH + 100


@dataclass
class Receiver:
    """Keeps what it is told; may be away, break off in a delivery, or be killed."""

    addr: str = "logs.agency.example:6514"
    away: bool = False
    breaks_after: int | None = None
    kept: list[Record] = field(default_factory=list)
    deliveries: int = 0
    unbroken: bool = False

    async def connect(self) -> bool:
        """Whether nothing happened to it since the last delivery."""
        if self.away:
            self.unbroken = False
            raise Unavailable("The receiver takes no connections.", "See that it runs.")
        return self.unbroken

    async def deliver(self, records: Sequence[Record]) -> None:
        """Keep the records, or the first of them."""
        self.deliveries += 1
        self.kept += records[: self.breaks_after]
        if self.breaks_after is not None:
            self.unbroken = False
            raise Unavailable("The receiver broke the connection.", "See that it runs.")
        self.unbroken = True

    async def close(self) -> None:
        """Nothing to give up."""

    def kill(self, losing: int) -> None:
        """Stop it and start it again; what it read last was not stored yet."""
        self.unbroken = False
        del self.kept[len(self.kept) - losing :]

    @property
    def positions(self) -> list[int]:
        """Where the entries stand that it keeps."""
        return [each.position for each in self.kept]


async def grow(world: World, entries: int = 0) -> list[bytes]:
    """Write entries, and give all that wait their places; the whole log as placed."""
    async with world.parts.database.work() as work:
        for number in range(entries):
            await record(world.parts, work, WORKER, Action.LOG_READ, {}, {"number": number})
    async with world.parts.database.work() as work:
        newest = await work.tree.newest()
        first = newest.size if newest else 0
        size = first + len(await work.tree.sequence(first, 10_000))
        if size > first:
            await work.tree.add_checkpoint(SignedCheckpoint(size, b"", world.clock.now()))
        return list(await work.tree.entries(0, size))


async def forward_all(world: World, receiver: Receiver) -> int:
    """Forward until there is nothing more; how many entries were new."""
    told = 0
    while new := await forward(world.parts, receiver):
        told += new
    return told


async def told(world: World, receiver: Receiver) -> int:
    """The receiver's cursor."""
    async with world.parts.database.snapshot() as view:
        return await view.outside.told(receiver.addr)


def about_forwarding(log: list[bytes]) -> list[dict[str, Any]]:
    """The entries about forwarding itself."""
    entries = [json.loads(leaf) for leaf in log]
    return [entry for entry in entries if entry["action"].startswith("log.forwarding")]


async def test_entries_are_told_in_order_with_their_places(world: World) -> None:
    """In rounds, each exactly as it stands in the log; then there is nothing to tell."""
    log, receiver = await grow(world, MUCH), Receiver()
    assert await forward_all(world, receiver) == len(log)
    assert receiver.kept == [Record(position, leaf) for position, leaf in enumerate(log)]
    assert await told(world, receiver) == len(log)
    deliveries = receiver.deliveries
    assert deliveries == len(log) // BATCH + 1
    assert await forward(world.parts, receiver) == 0
    assert receiver.deliveries == deliveries


async def test_what_no_checkpoint_covers_is_not_told(world: World) -> None:
    """A receiver never holds an entry of which the log could still say it never was."""
    log, receiver = await grow(world), Receiver()
    async with world.parts.database.work() as work:
        await record(world.parts, work, WORKER, Action.LOG_READ, {})
    await forward_all(world, receiver)
    assert len(receiver.kept) == len(log)
    assert len(await grow(world)) == len(log) + 1
    assert await forward(world.parts, receiver) == 1


async def test_a_new_log_has_nothing_to_tell(world: World) -> None:
    """Before the first checkpoint, nothing goes out."""
    receiver = Receiver()
    assert await forward(world.parts, receiver) == 0
    assert receiver.deliveries == 0


@pytest.mark.parametrize("arrived", [0, 1, BATCH - 1])
async def test_a_failed_delivery_counts_for_nothing(world: World, arrived: int) -> None:
    """However much of it arrived, all of it is sent again."""
    log, receiver = await grow(world, BATCH), Receiver(breaks_after=arrived)
    with pytest.raises(Unavailable, match="broke the connection"):
        await forward(world.parts, receiver)
    assert await told(world, receiver) == 0
    receiver.breaks_after = None
    assert await forward_all(world, receiver) == len(log)
    assert receiver.positions[arrived:] == list(range(len(log)))


@pytest.mark.parametrize("lost", [0, 1, OVERLAP])
async def test_what_a_killed_receiver_had_not_stored_is_told_again(world: World, lost: int) -> None:
    """Even when the log has not grown since; doubles carry the same place."""
    log, receiver = await grow(world, MUCH), Receiver()
    await forward_all(world, receiver)
    receiver.kill(losing=lost)
    assert await forward(world.parts, receiver) == 0
    assert {each.position: each.leaf for each in receiver.kept} == dict(enumerate(log))
    assert receiver.positions[len(log) - lost :] == list(range(len(log) - OVERLAP, len(log)))
    log = await grow(world, 3)
    assert await forward(world.parts, receiver) == 3
    assert receiver.positions[-3:] == list(range(len(log) - 3, len(log)))


async def test_a_killed_receiver_catches_up_in_one_round(world: World) -> None:
    """The repeated entries do not keep the next ones from being told."""
    log, receiver = await grow(world, MUCH), Receiver()
    assert await forward(world.parts, receiver) == BATCH
    receiver.kill(losing=BATCH)
    assert await forward(world.parts, receiver) == BATCH
    assert receiver.positions == list(range(2 * BATCH))
    await forward_all(world, receiver)
    assert receiver.positions == list(range(len(log)))


async def test_the_begin_and_the_end_of_a_failure_are_recorded_once(world: World) -> None:
    """And the receiver is told of its own absence."""
    before, receiver = await grow(world, 5), Receiver(away=True)
    for _ in range(3):
        with pytest.raises(Unavailable, match="takes no connections"):
            await forward(world.parts, receiver)
        world.clock.move(minutes=1)
    receiver.away, receiver.breaks_after = False, 2
    with pytest.raises(Unavailable, match="broke the connection"):
        await forward(world.parts, receiver)
    receiver.breaks_after = None
    await grow(world)
    await forward_all(world, receiver)
    log = await grow(world)
    await forward_all(world, receiver)
    assert len(log) == len(before) + 2
    stopped, resumed = about_forwarding([each.leaf for each in receiver.kept[-2:]])
    assert stopped["action"] == Action.LOG_FORWARDING_STOPPED.value
    assert stopped["outcome"] == "failure"
    assert stopped["subject"] == {"receiver": receiver.addr}
    assert stopped["detail"] == {"reason": "The receiver takes no connections.", "told": 0}
    assert resumed["action"] == Action.LOG_FORWARDING_RESUMED.value
    assert resumed["outcome"] == "success"
    assert resumed["detail"] == {
        "stopped_at": "2026-12-01T00:00:00+00:00",
        "told": len(before) + 1,
    }
    assert stopped["at"] == "2026-12-01T00:00:00.000Z"


async def test_only_one_process_forwards_to_a_receiver(world: World) -> None:
    """The other tells nothing, and does not even connect."""
    await grow(world, 5)
    receiver = Receiver(away=True)
    async with world.parts.database.turn(f"forward:{receiver.addr}") as ours:
        assert ours
        assert await forward(world.parts, receiver) == 0
    receiver.away = False
    assert await forward(world.parts, receiver) > 0


async def test_each_receiver_has_a_cursor_of_its_own(world: World) -> None:
    """One that is away does not hold the other up, nor lose anything."""
    log = await grow(world, 5)
    near, far = Receiver(), Receiver("far.agency.example:6514", away=True)
    assert await forward(world.parts, near) == len(log)
    with pytest.raises(Unavailable):
        await forward(world.parts, far)
    far.away = False
    assert await forward(world.parts, far) == len(log)
    assert far.kept == near.kept


async def test_a_log_with_a_hole_is_not_passed_on_as_if_whole(world: World) -> None:
    """Places would no longer be true."""
    log, receiver = await grow(world, 5), Receiver()
    async with world.parts.database.work() as work:
        await work.tree.add_checkpoint(SignedCheckpoint(len(log) + 1, b"", world.clock.now()))
    with pytest.raises(Tampered, match="lacks entries"):
        await forward(world.parts, receiver)
    assert receiver.kept == []


def test_what_is_repeated_covers_whole_rounds() -> None:
    """A receiver that took a round or two and stored nothing of them loses nothing."""
    assert forwarding.OVERLAP >= 2 * forwarding.BATCH
