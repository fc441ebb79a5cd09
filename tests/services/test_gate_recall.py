"""A recall while a transfer waits at the gate."""

from dataclasses import dataclass, replace
from typing import cast

from support.world import COORDINATOR, World

from gateway.domain.transfers import State, TransferId
from gateway.services import delivery
from gateway.services.sequencing import Sequencer
from gateway.services.transfers import recall_transfer


@dataclass
class RecalledMeanwhile:
    """A sequencer that takes so long that the coordinator has recalled the transfer by then."""

    world: World
    transfer: TransferId
    done: bool = False

    async def run(self, *, wait: bool = False) -> int:
        """Recall the transfer, then place what waits."""
        if not self.done:
            self.done = True
            await recall_transfer(self.world.parts, COORDINATOR, self.transfer)
        return await self.world.parts.sequencer.run(wait=wait)


async def test_a_pack_recalled_at_the_gate_does_not_leave(world: World) -> None:
    """The log is signed, but the transfer is no longer to be mailed; that too is recorded."""
    transfer = (await world.send())["aroha-tauira"]
    slow = RecalledMeanwhile(world, transfer.id)
    parts = replace(world.parts, sequencer=cast("Sequencer", slow))
    await delivery.run(parts, transfer.id)
    assert slow.done
    assert world.channels.mails == []
    assert (await world.transfer(transfer)).state is State.RECALLED
    leaves = await world.leaves()
    assert sum(b'"action":"transfer.mailed"' in leaf for leaf in leaves) == 1
    assert any(b'"too_late":true' in leaf and b'"outcome":"failure"' in leaf for leaf in leaves)
