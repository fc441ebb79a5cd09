"""The gate: no pack and no password leaves while the log cannot prove that it may."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

import psycopg
import pytest
from support.logs import (
    OTHER_ORIGIN,
    OTHER_SEED,
    Forgetful,
    add,
    behind_the_guards,
    checkpoints,
    sequencer,
    set_back,
)
from support.placing import write
from support.world import COORDINATOR, LOG_KEY, World

from gateway.audit.proofs import Proof
from gateway.audit.tiles import WIDTH
from gateway.domain.errors import InvalidInput, Unavailable
from gateway.domain.transfers import State, Transfer
from gateway.services import delivery
from gateway.services.gate import require_signed
from gateway.services.log_check import check_next
from gateway.services.ports import Deferred, Outcome, PasswordLetter
from gateway.services.sequencing import LogKey, Sequencer
from gateway.services.telephone import read_password
from gateway.services.transfers import recall_transfer
from gateway.storage.database import PostgresDatabase
from gateway.storage.locks import lock_key

TEXT, MAILBOX, TELEPHONE = "aroha-tauira", "hana-sample", "tom-sample"
PATIENCE = timedelta(seconds=0.3)


@dataclass
class Log:
    """The world's log, whose key, memory and lock a test can take away."""

    database: PostgresDatabase
    url: str
    key: LogKey | None = LOG_KEY
    memory: Forgetful = field(default_factory=Forgetful)
    holder: psycopg.Connection | None = None
    was_set_back: bool = False

    def signing(self) -> LogKey:
        """The key, while it is there."""
        if self.key is None:
            raise InvalidInput("The key cannot be read.", "Bring it back.")
        return self.key

    def hold(self) -> None:
        """Hold the sequencer's lock, as a process that hangs does."""
        self.holder = psycopg.connect(self.url)
        self.holder.execute("SELECT pg_advisory_lock(%s)", (lock_key("sequencer"),))

    def let_go(self) -> None:
        """Give the lock up."""
        assert self.holder is not None
        self.holder.close()

    def mend(self) -> None:
        """Undo whatever was done to it; a log set back goes on, as the operator decided."""
        if self.holder is not None:
            self.holder.close()
        if self.was_set_back:
            self.memory.note = None
        self.key, self.memory.writable = LOG_KEY, True


@pytest.fixture
async def log(world: World, database: PostgresDatabase, database_url: str) -> Log:
    """The world's log; what waits for it waits a moment only."""
    log = Log(database, database_url)
    runner = Sequencer.over(database, log.signing, world.clock, log.memory)
    rules = replace(world.parts.rules, log_patience=PATIENCE)
    world.parts = replace(world.parts, sequencer=runner, rules=rules)
    await runner.run()
    return log


async def run(world: World, *transfers: Transfer) -> list[Transfer]:
    for transfer in transfers:
        await delivery.run(world.parts, transfer.id)
    return [await world.transfer(transfer) for transfer in transfers]


def key_gone(log: Log) -> None:
    log.key = None


def another_seed(log: Log) -> None:
    log.key = OTHER_SEED


def another_origin(log: Log) -> None:
    log.key = OTHER_ORIGIN


def unwritable_memory(log: Log) -> None:
    log.memory.writable = False


def set_back_to_nothing(log: Log) -> None:
    set_back(log.url, 0)
    log.was_set_back = True


CLOSINGS: dict[str, Callable[[Log], None]] = {
    "key gone": key_gone,
    "another key": another_seed,
    "another name": another_origin,
    "lock held": Log.hold,
    "memory not writable": unwritable_memory,
    "set back": set_back_to_nothing,
}


@pytest.mark.parametrize("close", CLOSINGS.values(), ids=CLOSINGS)
async def test_nothing_leaves_while_the_log_cannot_be_signed(
    world: World, log: Log, close: Callable[[Log], None]
) -> None:
    """No pack, no password by text, mail or telephone; all go on once it is mended."""
    sent = await world.send()
    transfers = [sent[recipient] for recipient in (TEXT, MAILBOX, TELEPHONE)]
    await world.parts.sequencer.run()
    close(log)
    for transfer in await run(world, *transfers):
        assert (transfer.state, transfer.attempts) == (State.SEALED, 1)
    assert world.channels.mails == []
    world.clock.move(seconds=1)
    with pytest.raises(Unavailable, match="audit log"):
        await require_signed(world.parts)
    log.mend()
    world.clock.move(hours=1)
    assert {transfer.state for transfer in await run(world, *transfers)} == {State.MAILED}
    close(log)
    world.clock.move(minutes=11)
    *automatic, by_telephone = transfers
    for transfer in await run(world, *automatic):
        assert (transfer.state, transfer.attempts) == (State.MAILED, 1)
    with pytest.raises(Unavailable, match="audit log"):
        await read_password(world.parts, COORDINATOR, by_telephone.id)
    assert (await world.transfer(by_telephone)).state is State.MAILED
    assert len(world.channels.mails) == 3
    assert world.channels.passwords == []
    log.mend()
    await require_signed(world.parts)
    world.clock.move(hours=1)
    assert {each.state for each in await run(world, *automatic)} == {State.PASSWORD_SENT}
    assert len(world.channels.passwords) == 2
    shown = (await read_password(world.parts, COORDINATOR, by_telephone.id)).transfer
    assert shown.state is State.PASSWORD_SENT
    reasons = [
        (entry["action"], entry["detail"]["reason"])
        for entry in map(json.loads, await world.leaves())
        if "deferred" in entry["action"]
    ]
    assert {action for action, _ in reasons} >= {"password.deferred"}
    assert all("audit log does not cover" in reason for _, reason in reasons)


async def test_what_waited_at_the_gate_did_not_leave(world: World, log: Log) -> None:
    """So a recall is in time, and the password is destroyed."""
    transfer = (await world.send())[TEXT]
    await run(world, transfer)
    log.key = None
    world.clock.move(minutes=11)
    await run(world, transfer)
    recalled = await recall_transfer(world.parts, COORDINATOR, transfer.id)
    assert recalled.state is State.RECALLED
    log.key = LOG_KEY
    world.clock.move(days=1)
    await run(world, transfer)
    assert world.channels.passwords == []


async def test_the_gate_opens_when_another_process_has_signed(world: World, log: Log) -> None:
    """It waits for one that is at it, if that does not take too long."""
    rules = replace(world.parts.rules, log_patience=timedelta(seconds=20))
    world.parts = replace(world.parts, rules=rules)
    transfer = (await world.send())[TEXT]
    async with log.database.work() as other:
        assert await other.tree.lock()
        delivering = asyncio.create_task(run(world, transfer))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(delivering), 0.5)
        assert world.channels.mails == []
        await write(log.database)
    (delivered,) = await delivering
    assert delivered.state is State.MAILED


async def test_a_proof_that_does_not_hold_opens_nothing(world: World, log: Log) -> None:
    """A stored tile is damaged where the sequencer does not look: the receipt would be wrong."""
    await add(log.database, WIDTH)
    await world.parts.sequencer.run()
    transfer = (await world.send())[TEXT]
    with behind_the_guards(log.url) as connection:
        connection.execute(
            "CREATE TABLE whole AS SELECT * FROM log_tiles;"
            "UPDATE log_tiles SET root = overlay(root PLACING 'x'::bytea FROM 1)"
        )
    (transfer,) = await run(world, transfer)
    assert (transfer.state, world.channels.mails) == (State.SEALED, [])
    with behind_the_guards(log.url) as connection:
        connection.execute("UPDATE log_tiles SET root = whole.root FROM whole")
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert transfer.state is State.MAILED


ALTERATIONS = {
    "an unfinished tile's entry": (
        "UPDATE audit_entries SET leaf = set_byte(leaf, 30, 120) WHERE position = 260",
        "does not lead to the root signed",
    ),
    "the covering checkpoint": (
        "UPDATE log_checkpoints SET note = overlay(note PLACING 'AAAA' FROM 260) "  # noqa: ISC004
        "WHERE size > 260",
        "The note is not",
    ),
}


@pytest.mark.parametrize(("statement", "why"), ALTERATIONS.values(), ids=ALTERATIONS)
async def test_damage_done_while_it_runs_is_told_everywhere(
    world: World, log: Log, statement: str, why: str
) -> None:
    """By the transfer that waits and by readiness; nothing more is signed until it is mended."""
    await add(log.database, WIDTH + 20)
    await world.parts.sequencer.run()
    transfer = (await world.send())[TEXT]
    await world.parts.sequencer.run()
    before = await checkpoints(log.database)
    with behind_the_guards(log.url) as connection:
        connection.execute("CREATE TABLE kept_entries AS SELECT * FROM audit_entries")
        connection.execute("CREATE TABLE kept_checkpoints AS SELECT * FROM log_checkpoints")
        connection.execute(statement.encode())
    (transfer,) = await run(world, transfer)
    assert (transfer.state, world.channels.mails) == (State.SEALED, [])
    assert transfer.held_up is not None
    assert "The audit log does not cover yet what would be sent." in transfer.held_up
    assert why in transfer.held_up
    with pytest.raises(Unavailable, match=why):
        await require_signed(world.parts)
    assert len(await checkpoints(log.database)) == len(before)
    with behind_the_guards(log.url) as connection:
        connection.execute(
            "UPDATE audit_entries e SET leaf = k.leaf FROM kept_entries k "
            "WHERE k.position = e.position;"
            "UPDATE log_checkpoints c SET note = k.note FROM kept_checkpoints k "
            "WHERE k.size = c.size"
        )
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert (transfer.state, transfer.held_up) == (State.MAILED, None)
    await require_signed(world.parts)


async def test_a_receipt_that_would_not_hold_is_an_alarm(world: World, log: Log) -> None:
    """Where only the gate looks: readiness fails until the log is found to be right again."""
    transfer = (await world.send())[TEXT]
    world.channels.outcomes = [Deferred("451 busy")]
    await run(world, transfer)
    await add(log.database, 2 * WIDTH)
    await world.parts.sequencer.run()
    with behind_the_guards(log.url) as connection:
        connection.execute(
            "CREATE TABLE whole AS SELECT * FROM log_tiles;"
            "UPDATE log_tiles SET hashes = decode(repeat('00', 8192), 'hex')"
        )
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert (transfer.state, len(world.channels.mails)) == (State.SEALED, 1)
    assert "is not proved by what was signed" in (transfer.held_up or "")
    with pytest.raises(Unavailable, match="is not proved by what was signed") as refusal:
        await require_signed(world.parts)
    assert "evidence" in refusal.value.remedy
    with behind_the_guards(log.url) as connection:
        connection.execute(
            "UPDATE log_tiles t SET hashes = w.hashes FROM whole w WHERE w.index = t.index"
        )
    await check_next(world.parts, 0)
    await require_signed(world.parts)
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert transfer.state is State.MAILED


async def test_entries_that_wait_too_long_are_told(world: World, log: Log) -> None:
    """A lock that is held does no harm at first; readiness fails when it goes on."""
    await require_signed(world.parts)
    log.hold()
    await world.send()
    await require_signed(world.parts)
    world.clock.move(seconds=1)
    with pytest.raises(Unavailable, match="wait to be signed"):
        await require_signed(world.parts)
    log.let_go()
    await require_signed(world.parts)


# Receipts ----------------------------------------------------------------------------------------


def held(receipt: bytes) -> tuple[Proof, dict[str, object]]:
    """A receipt that verifies offline, and the entry it proves."""
    proof = Proof.parse(receipt)
    proof.verify(proof.extra, [LOG_KEY.verifier_key])
    return proof, json.loads(proof.extra)


async def test_a_mailed_pack_carries_the_proof_of_its_entry(world: World, log: Log) -> None:
    """It verifies with the log's key alone, and names the transfer and the archive's digest."""
    transfers = await world.send()
    for recipient in (TEXT, MAILBOX):
        await run(world, transfers[recipient])
    leaves = await world.leaves()
    signed = {each.note for each in await checkpoints(log.database)}
    for (letter, content), recipient in zip(world.channels.mails, (TEXT, MAILBOX), strict=True):
        proof, entry = held(letter.receipt)
        assert entry["action"] == "transfer.mailing"
        detail, subject = entry["detail"], entry["subject"]
        assert isinstance(detail, dict)
        assert isinstance(subject, dict)
        assert detail["sha256"] == sha256(content).hexdigest()
        assert subject["transfer"] == transfers[recipient].id
        assert leaves[proof.index] == proof.extra
        assert proof.checkpoint in signed


async def test_every_attempt_carries_the_same_receipt(world: World, log: Log) -> None:
    """Byte for byte, however the log has grown, and whoever signs by then."""
    transfer = (await world.send())[TEXT]
    world.channels.outcomes = [Deferred("451 busy"), Deferred("timeout", uncertain=True)]
    for number in (3, 2 * WIDTH, 0):
        (transfer,) = await run(world, transfer)
        await add(log.database, number)
        await sequencer(log.database, memory=log.memory).run()
        world.clock.move(hours=1)
    assert transfer.state is State.MAILED
    receipts = [letter.receipt for letter, _ in world.channels.mails]
    assert len(receipts) == 3
    assert len(set(receipts)) == 1
    held(receipts[0])


async def test_a_mailed_password_carries_the_proof_of_its_release(world: World, log: Log) -> None:
    """Of the entry written before it left, which holds nothing of the password."""
    letters: list[PasswordLetter] = []
    really = world.channels.send_password

    async def keep(letter: PasswordLetter) -> Outcome:
        letters.append(letter)
        return await really(letter)

    world.channels.send_password = keep  # type: ignore[method-assign]
    transfer = (await world.send())[MAILBOX]
    await run(world, transfer)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("451 busy")]
    await run(world, transfer)
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert transfer.state is State.PASSWORD_SENT
    first, second = letters
    assert first == second
    proof, entry = held(first.receipt)
    assert entry["action"] == "password.releasing"
    subject, detail = entry["subject"], entry["detail"]
    assert isinstance(subject, dict)
    assert isinstance(detail, dict)
    assert subject["transfer"] == transfer.id
    assert detail["sha256"] == sha256(world.channels.mails[0][1]).hexdigest()
    assert first.password.reveal().encode() not in first.receipt + proof.extra
    assert (await world.leaves())[proof.index] == proof.extra


async def test_a_password_read_out_is_authorised_first(world: World, log: Log) -> None:
    """The intent has its place and signature before the password is shown."""
    transfer = (await world.send())[TELEPHONE]
    await run(world, transfer)
    world.clock.move(minutes=11)
    await read_password(world.parts, COORDINATOR, transfer.id)
    newest = (await checkpoints(log.database))[-1]
    actions = [json.loads(leaf)["action"] for leaf in await world.leaves()]
    assert actions.index("password.releasing") < newest.size <= actions.index("password.shown")


async def test_waiting_given_up_leaves_the_database_usable(world: World, log: Log) -> None:
    """However often the time runs out while it is being asked."""
    log.hold()
    rules = replace(world.parts.rules, log_patience=timedelta(milliseconds=3))
    transfer = (await world.send())[TEXT]
    patient, world.parts = world.parts, replace(world.parts, rules=rules)
    for _ in range(15):
        with contextlib.suppress(Unavailable):
            await delivery.run(world.parts, transfer.id)
        world.clock.move(hours=0.5)
    assert world.channels.mails == []
    log.let_go()
    world.parts = patient
    world.clock.move(hours=1)
    (transfer,) = await run(world, transfer)
    assert transfer.state is State.MAILED
