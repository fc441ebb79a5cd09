"""Outside parties vouch for the log; what they do not give is an alarm, recorded once."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.witness import StrictWitness
from support.world import ADMINISTRATOR, LOG_KEY, START, World

from gateway.audit.checkpoints import open_signed
from gateway.audit.entries import Action
from gateway.audit.witnessing import with_signatures
from gateway.channels.witness import HttpWitness, WitnessSettings
from gateway.services.auditing import record
from gateway.services.log_storage import Endorsement, SignedCheckpoint
from gateway.services.proofs import consistency
from gateway.services.witnessing import (
    Alarm,
    Away,
    Behind,
    Cosigned,
    Refusing,
    Stamped,
    Stamper,
    Witness,
    endorse,
)

EVERY, PATIENCE = timedelta(hours=6), timedelta(hours=1)
CosignAnswer = Cosigned | Behind | Refusing | Away


@dataclass
class ScriptedWitness:
    """Answers with `answers` in turn, then the last of them again."""

    answers: list[CosignAnswer]
    name: str = "scripted.example/w"
    asked: list[tuple[int, int, bytes]] = field(default_factory=list)
    meanwhile: Any = None

    async def cosign(self, old: int, proof: Sequence[bytes], checkpoint: bytes) -> CosignAnswer:
        """Keep what was asked: the old size, how long the proof is, the checkpoint."""
        self.asked.append((old, len(proof), checkpoint))
        if self.meanwhile:
            await self.meanwhile()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass
class ScriptedStamper:
    """Answers with what is set."""

    answer: Stamped | Refusing | Away
    name: str = "https://stamps.example/tsa"
    stamped: list[bytes] = field(default_factory=list)

    async def stamp(self, data: bytes) -> Stamped | Refusing | Away:
        """Keep what was to be stamped."""
        self.stamped.append(data)
        return self.answer


class BrokenWitness:
    """Fails as no witness should."""

    name = "broken.example/w"

    async def cosign(self, old: int, proof: Sequence[bytes], checkpoint: bytes) -> CosignAnswer:
        """Fail."""
        raise RuntimeError(f"{old} {proof!r} {checkpoint!r}")


@dataclass
class Rig:
    """A gateway whose log can be made to grow, and rounds be held in it."""

    world: World

    async def grow(self, entries: int = 1) -> SignedCheckpoint:
        """Write entries and sign them; the newest checkpoint."""
        for _ in range(entries):
            async with self.world.parts.database.work() as work:
                await record(self.world.parts, work, ADMINISTRATOR, Action.LOG_READ, {})
        return await self.newest()

    async def newest(self) -> SignedCheckpoint:
        """The newest checkpoint, over everything that was written."""
        await self.world.parts.sequencer.run(wait=True)
        async with self.world.parts.database.snapshot() as view:
            newest = await view.tree.newest()
        assert newest
        return newest

    async def round(
        self, *witnesses: Witness, stampers: Sequence[Stamper] = ()
    ) -> tuple[Alarm, ...]:
        """One round, after everything written was signed."""
        await self.newest()
        parts = self.world.parts
        return await endorse(parts, witnesses, stampers, every=EVERY, patience=PATIENCE)

    async def given(self, size: int) -> list[Endorsement]:
        """What parties gave for a checkpoint."""
        async with self.world.parts.database.snapshot() as view:
            return list(await view.outside.endorsements(size))

    async def alarms(self) -> list[dict[str, Any]]:
        """The entries about parties, in order."""
        entries = [json.loads(leaf) for leaf in await self.world.leaves()]
        return [e for e in entries if e["action"].startswith("log.witness-")]


@pytest.fixture
async def rig(world: World) -> Rig:
    """A log of a few entries."""
    rig = Rig(world)
    await rig.grow(3)
    return rig


@pytest.fixture
async def strict(world: World, tmp_path: Path) -> AsyncIterator[StrictWitness]:
    """A witness that follows the specification and knows the log."""
    witness = StrictWitness(
        tmp_path / "witness.json",
        {LOG_KEY.origin: LOG_KEY.verifier_key},
        lambda: int(world.clock.now().timestamp()),
    )
    async with witness.serving():
        yield witness


@pytest.fixture
async def client(world: World, strict: StrictWitness) -> AsyncIterator[HttpWitness]:
    """The way to the witness."""
    client = HttpWitness(WitnessSettings(strict.url, strict.key), world.clock)
    yield client
    await client.close()


async def test_each_newest_checkpoint_is_cosigned(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """First without a proof, then with proofs over stored tiles; a verifier relies on it."""
    for entries in (0, 1, 1, 5, 260, 300):
        newest = await rig.grow(entries)
        assert await rig.round(client) == ()
        (given,) = await rig.given(newest.size)
        assert (given.by, given.given_at) == (strict.name, START)
        note = with_signatures(newest.note, [given.data])
        checkpoint, signed = open_signed(note, [LOG_KEY.verifier_key, strict.key])
        assert checkpoint.size == newest.size == strict.cosigned[LOG_KEY.origin][0]
        assert len(signed) == 2
    assert strict.statuses == [200] * 6
    assert await rig.alarms() == []


async def test_a_quiet_log_is_left_alone(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """What is endorsed is not asked for again, and rounds make no entries of their own."""
    before = await rig.newest()
    stamper = ScriptedStamper(Stamped(b"stamp"))
    for _ in range(4):
        assert await rig.round(client, stampers=[stamper]) == ()
        rig.world.clock.move(days=1)
    assert await rig.newest() == before
    assert strict.statuses == [200]
    assert stamper.stamped == [before.note]


async def test_an_unsigned_log_has_nothing_to_vouch_for(world: World) -> None:
    """Nobody is asked before the first checkpoint."""
    witness, stamper = ScriptedWitness([Refusing("no")]), ScriptedStamper(Refusing("no"))
    given = await endorse(world.parts, [witness], [stamper], every=EVERY, patience=PATIENCE)
    assert given == ()
    assert (witness.asked, stamper.stamped) == ([], [])


async def test_a_refusal_is_recorded_once_and_so_is_its_end(rig: Rig) -> None:
    """The alarm lasts through the rounds; each entry makes a checkpoint, so only changes do."""
    witness = ScriptedWitness([Refusing("It \x1bsays no (HTTP 422).")])
    size = (await rig.newest()).size
    for _ in range(3):
        (alarm,) = await rig.round(witness)
        assert alarm == Alarm(
            witness.name, "It \N{REPLACEMENT CHARACTER}says no (HTTP 422).", START
        )
        rig.world.clock.move(minutes=1)
    assert (await rig.newest()).size == size + 1
    witness.answers = [Away("It could not be reached.")]
    assert await rig.round(witness) == (Alarm(witness.name, "It could not be reached.", START),)
    witness.answers = [Cosigned(b"a line")]
    for _ in range(3):
        assert await rig.round(witness) == ()
    assert (await rig.newest()).size == size + 2
    refused, resumed = await rig.alarms()
    assert (refused["action"], refused["outcome"]) == ("log.witness-refused", "failure")
    assert refused["detail"] == {
        "by": witness.name,
        "size": size,
        "reason": "It \N{REPLACEMENT CHARACTER}says no (HTTP 422).",
    }
    assert (resumed["action"], resumed["outcome"]) == ("log.witness-resumed", "success")
    assert resumed["detail"] == {"by": witness.name, "size": size + 1}
    assert refused["actor"]["kind"] == resumed["actor"]["kind"] == "service"


async def test_a_party_that_is_away_for_long_is_an_alarm(rig: Rig) -> None:
    """A short absence is none, and leaves no trace; patience runs from what it did not endorse."""
    witness = ScriptedWitness([Away("It could not be reached.")])
    stamper = ScriptedStamper(Away("It could not be reached."))
    size = (await rig.newest()).size
    for _ in range(3):
        assert await rig.round(witness, stampers=[stamper]) == ()
        rig.world.clock.move(minutes=19)
    assert (await rig.newest()).size == size
    rig.world.clock.move(minutes=10)
    now = rig.world.clock.now()
    for _ in range(2):
        alarms = await rig.round(witness, stampers=[stamper])
        assert alarms == tuple(
            Alarm(by, "It could not be reached.", now) for by in (witness.name, stamper.name)
        )
    witness.answers, stamper.answer = [Cosigned(b"a line")], Stamped(b"stamp")
    assert await rig.round(witness, stampers=[stamper]) == ()
    assert sorted((e["action"], e["detail"]["by"]) for e in await rig.alarms()) == [
        ("log.witness-refused", stamper.name),
        ("log.witness-refused", witness.name),
        ("log.witness-resumed", stamper.name),
        ("log.witness-resumed", witness.name),
    ]


async def test_patience_begins_anew_with_each_cosignature(rig: Rig) -> None:
    """A log that was quiet for a year does not make the first absence an alarm."""
    witness = ScriptedWitness([Cosigned(b"a line")])
    await rig.round(witness)
    rig.world.clock.move(days=365)
    await rig.grow()
    witness.answers = [Away("It could not be reached.")]
    assert await rig.round(witness) == ()
    rig.world.clock.move(hours=1)
    assert len(await rig.round(witness)) == 1


async def test_a_lost_answer_is_caught_up(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """The witness went on to a size that was never stored here: it says so, and gets the proof."""
    first = await rig.newest()
    await client.cosign(0, (), first.note)
    assert await rig.round(client) == ()
    second = await rig.grow(2)
    async with rig.world.parts.database.snapshot() as view:
        proof = await consistency(view, first.size, second.size)
    await client.cosign(first.size, proof, second.note)
    third = await rig.grow(4)
    assert await rig.round(client) == ()
    assert strict.statuses == [200, 409, 200, 200, 409, 200]
    assert [len(await rig.given(c.size)) for c in (first, second, third)] == [1, 0, 1]
    assert await rig.alarms() == []


async def test_a_witness_that_knows_more_than_the_database_is_an_alarm(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """A backup was restored, or someone else signs: the witness says so, and we pass it on."""
    newest = await rig.newest()
    strict.state.write_text(json.dumps({LOG_KEY.origin: [newest.size + 5, "00" * 32]}))
    (alarm,) = await rig.round(client)
    assert "the database was set back, or someone else signs as this log" in alarm.reason
    assert f"{newest.size + 5} entries" in alarm.reason
    assert strict.statuses == [409]
    (entry,) = await rig.alarms()
    assert entry["detail"]["reason"] == alarm.reason


@pytest.mark.parametrize("back", [0, 1])
async def test_a_forked_log_is_an_alarm(
    rig: Rig, strict: StrictWitness, client: HttpWitness, back: int
) -> None:
    """Other entries under the same name, as many as here or fewer: nothing is cosigned."""
    newest = await rig.newest()
    strict.state.write_text(json.dumps({LOG_KEY.origin: [newest.size - back, "00" * 32]}))
    for _ in range(2):
        (alarm,) = await rig.round(client)
        assert alarm.by == strict.name
    assert await rig.given(newest.size) == []
    assert strict.cosigned[LOG_KEY.origin] == (newest.size - back, bytes(32))
    assert len(await rig.alarms()) == 1


async def test_a_witness_that_knows_what_was_signed_meanwhile_is_no_alarm(rig: Rig) -> None:
    """Another process may have had a newer checkpoint cosigned between question and answer."""
    newest = await rig.newest()

    async def another_process() -> None:
        await rig.grow(2)

    witness = ScriptedWitness([Behind(newest.size + 2)], meanwhile=another_process)
    assert await rig.round(witness) == ()
    assert await rig.alarms() == []
    assert [asked[0] for asked in witness.asked] == [0]


async def test_a_witness_that_never_settles_becomes_an_alarm(rig: Rig) -> None:
    """It is asked twice in a round and no more, whatever sizes it names."""
    await rig.round(ScriptedWitness([Cosigned(b"a line")]))
    newest = await rig.grow(4)
    witness = ScriptedWitness([Behind(1), Behind(2), Behind(1), Behind(2)])
    assert await rig.round(witness) == ()
    assert [asked[0] for asked in witness.asked] == [newest.size - 4, 1]
    rig.world.clock.move(hours=1)
    (alarm,) = await rig.round(witness)
    assert alarm.reason == "It cosigned another checkpoint meanwhile."
    assert len(witness.asked) == 4


async def test_parties_do_not_hold_up_each_other(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """What the others give is kept even if one fails in a way that ends the round."""
    newest = await rig.newest()
    slow = ScriptedWitness([Cosigned(b"a line")], meanwhile=lambda: asyncio.sleep(0.1))
    stamper = ScriptedStamper(Stamped(b"stamp"))
    with pytest.raises(RuntimeError):
        await rig.round(BrokenWitness(), slow, client, stampers=[stamper])
    given = await rig.given(newest.size)
    assert {e.by for e in given} == {slow.name, strict.name, stamper.name}


async def test_rounds_at_the_same_time_agree(
    rig: Rig, strict: StrictWitness, client: HttpWitness
) -> None:
    """Two processes may do the same: the witness cosigns one size twice, and one line is kept."""
    newest = await rig.newest()
    for alarms in await asyncio.gather(*(rig.round(client) for _ in range(3))):
        assert alarms == ()
    assert len(await rig.given(newest.size)) == 1
    assert set(strict.statuses) <= {200, 409}
    assert await rig.alarms() == []


async def test_stamps_are_had_in_intervals(rig: Rig) -> None:
    """Of the newest checkpoint's exact bytes, if it is new and the last stamp long enough ago."""
    stamper = ScriptedStamper(Stamped(b"stamp"))
    first = await rig.newest()
    await rig.round(stampers=[stamper])
    second = await rig.grow()
    rig.world.clock.move(hours=5.9)
    await rig.round(stampers=[stamper])
    assert stamper.stamped == [first.note]
    rig.world.clock.move(hours=0.1)
    await rig.round(stampers=[stamper])
    await rig.round(stampers=[stamper])
    assert stamper.stamped == [first.note, second.note]
    assert [e.data for e in await rig.given(second.size)] == [b"stamp"]


async def test_patience_with_a_stamper_begins_when_a_stamp_is_due(rig: Rig) -> None:
    """Not with the checkpoint, which may wait for its turn for hours."""
    stamper = ScriptedStamper(Stamped(b"stamp"))
    await rig.round(stampers=[stamper])
    await rig.grow()
    stamper.answer = Away("It could not be reached.")
    rig.world.clock.move(hours=6.9)
    assert await rig.round(stampers=[stamper]) == ()
    rig.world.clock.move(hours=0.1)
    assert len(await rig.round(stampers=[stamper])) == 1
