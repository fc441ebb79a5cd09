"""Delivering: every step, every refusal, and every place where the process may be killed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from support.world import COORDINATOR, LEAD, SAMPLE, Killed, World, unzipped

from gateway.audit.entries import Action
from gateway.domain.errors import Conflict
from gateway.domain.register import ChildReference, ConflictOfInterest, Register
from gateway.domain.transfers import Failed, Narrowed, Refused, State, Transfer, TransferId
from gateway.services import delivery, mailing, notices
from gateway.services.moves import Move, locked, move
from gateway.services.ports import Attachment, Deferred, Outcome, PackLetter, Rejected
from gateway.services.seal import seal_archive
from gateway.services.telephone import read_password
from gateway.services.transfers import (
    acknowledge_by_code,
    acknowledge_by_link,
    look_at_link,
    recall_transfer,
)


async def run(world: World, transfer: Transfer) -> Transfer:
    await delivery.run(world.parts, transfer.id)
    return await world.transfer(transfer)


async def mailed(world: World, recipient: str = "aroha-tauira") -> Transfer:
    transfers = await world.send()
    transfer = await run(world, transfers[recipient])
    assert transfer.state is State.MAILED
    return transfer


def changed(register: Register, person: str, **changes: object) -> Register:
    people = tuple(
        replace(p, **changes) if p.id == person else p  # type: ignore[arg-type]
        for p in register.representatives
    )
    return replace(register, representatives=people)


def keys_left(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        (count,) = connection.execute("SELECT count(*) FROM wrapped_keys").fetchone() or (0,)
    return int(count)


async def test_the_whole_way_of_one_transfer(world: World) -> None:
    """Sealed, mailed, held for the recall window, released by text, opened, acknowledged."""
    transfer = await mailed(world)
    assert world.channels.passwords == []
    world.clock.move(minutes=9)
    assert (await run(world, transfer)).state is State.MAILED
    assert world.channels.passwords == []
    world.clock.move(minutes=2)
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    ((letter, content),) = world.channels.mails
    ((number, reference, password),) = world.channels.passwords
    assert letter.to == "aroha.tauira@tamariki-care.example"
    assert letter.marking == "IN-CONFIDENCE \u2013 external"
    assert number == "+447700900101"
    assert reference == letter.reference == transfer.reference
    inside = unzipped(content, password)
    assert list(inside) == ["00-contents.html", "01.pdf", "02.pdf", "03.docx", "04.docx"]
    page = inside["00-contents.html"].decode()
    code = page.partition("<code")[2].partition(">")[2].partition("<")[0]
    done = await acknowledge_by_code(world.parts, COORDINATOR, transfer.reference, code)
    assert done.state is State.ACKNOWLEDGED
    again = await acknowledge_by_code(world.parts, COORDINATOR, transfer.reference, code)
    assert again == done


async def test_what_was_taken_in_is_what_comes_out(world: World) -> None:
    """The documents inside the archive are byte for byte the files that were added."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    await run(world, transfer)
    inside = unzipped(world.channels.mails[0][1], world.channels.passwords[0][2])
    for name, document in zip(list(inside)[1:], world.pack_file.documents, strict=True):
        assert inside[name] == (SAMPLE / document.file).read_bytes()


async def test_each_transfer_has_its_own_password(world: World) -> None:
    """Nobody's password opens another's pack."""
    for transfer in (await world.send()).values():
        await run(world, transfer)
    world.clock.move(minutes=11)
    for letter, _ in list(world.channels.mails):
        await delivery.run(world.parts, TransferId(letter.message_id.split("@")[0].upper()))
    passwords = {reference: password for _, reference, password in world.channels.passwords}
    assert len(passwords) == len(set(passwords.values())) == 5  # the sixth is read out
    for letter, content in world.channels.mails:
        for reference, password in passwords.items():
            if reference == letter.reference:
                unzipped(content, password)
            else:
                with pytest.raises(RuntimeError):
                    unzipped(content, password)


async def test_a_process_killed_after_mailing_mails_the_same_again(world: World) -> None:
    """Message-ID, archive and password stay the same when the outcome was not committed."""
    transfers = await world.send()
    transfer = transfers["ben-sample"]
    world.channels.kill_after_accepting = True
    with pytest.raises(Killed):
        await delivery.run(world.parts, transfer.id)
    assert (await world.transfer(transfer)).state is State.SEALED
    await run(world, transfer)
    world.clock.move(minutes=11)
    world.channels.kill_after_accepting = True
    with pytest.raises(Killed):
        await delivery.run(world.parts, transfer.id)
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    (first, first_bytes), (second, second_bytes) = world.channels.mails
    assert first == second
    assert first_bytes == second_bytes
    assert len(world.channels.passwords) == 2
    assert len(set(world.channels.passwords)) == 1
    unzipped(first_bytes, world.channels.passwords[0][2])


async def test_a_recall_in_time_destroys_the_password(world: World) -> None:
    """Nothing is released afterwards, and a later try to recall again changes nothing."""
    transfer = await mailed(world)
    recalled = await recall_transfer(world.parts, COORDINATOR, transfer.id)
    assert recalled.state is State.RECALLED
    world.clock.move(days=1)
    await run(world, transfer)
    assert world.channels.passwords == []
    assert (await recall_transfer(world.parts, COORDINATOR, transfer.id)).state is State.RECALLED
    async with world.parts.database.work() as work:
        assert await work.keys.get(f"transfer:{transfer.id}") is None


async def test_a_late_recall_is_refused_and_recorded(world: World) -> None:
    """After the release the coordinator is told that it is too late, and the log says so."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    await run(world, transfer)
    with pytest.raises(Conflict, match="too late"):
        await recall_transfer(world.parts, COORDINATOR, transfer.id)
    actions = [json.loads(leaf)["action"] for leaf in await world.leaves()]
    assert actions[-1] == "transfer.recall-too-late"
    assert (await world.transfer(transfer)).state is State.PASSWORD_SENT


async def test_a_recall_while_mailing_keeps_the_password_back(world: World) -> None:
    """A recall that comes while the relay is being given the pack still stops the password."""
    transfers = await world.send()
    transfer = transfers["aroha-tauira"]
    mail = world.channels.send_pack

    async def recalled_meanwhile(letter: PackLetter, attachment: Attachment) -> Outcome:
        outcome = await mail(letter, attachment)
        await recall_transfer(world.parts, COORDINATOR, transfer.id)
        return outcome

    world.channels.send_pack = recalled_meanwhile  # type: ignore[method-assign]
    assert (await run(world, transfer)).state is State.RECALLED
    world.clock.move(days=1)
    await run(world, transfer)
    assert world.channels.passwords == []
    last = json.loads((await world.leaves())[-1])
    assert (last["action"], last["detail"]["too_late"]) == ("transfer.mailed", True)


async def test_a_temporary_failure_is_tried_again(world: World) -> None:
    """A busy relay delays the mail, and the same mail goes later."""
    transfers = await world.send()
    world.channels.outcomes = [Deferred("451 busy"), Deferred("timeout", uncertain=True)]
    transfer = await run(world, transfers["aroha-tauira"])
    assert transfer.state is State.SEALED
    assert transfer.attempts == 1
    world.clock.move(hours=1)
    assert (await run(world, transfer)).attempts == 2
    world.clock.move(hours=1)
    assert (await run(world, transfer)).state is State.MAILED
    assert len({content for _, content in world.channels.mails}) == 1


async def test_a_recall_is_too_late_once_a_text_may_have_arrived(world: World) -> None:
    """A text whose answer was lost, then a gateway that is busy: recall does not claim too much."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("timeout", uncertain=True)]
    await run(world, transfer)
    world.clock.move(hours=1)
    world.channels.outcomes = [Deferred("503 busy")]
    assert (await run(world, transfer)).state is State.MAILED
    with pytest.raises(Conflict, match="too late"):
        await recall_transfer(world.parts, COORDINATOR, transfer.id)


async def test_a_pack_that_may_have_arrived_is_stopped_not_narrowed(world: World) -> None:
    """When it might be with the recipient, no other archive follows, and no password."""
    transfers = await world.send()
    world.channels.outcomes = [Deferred("cut off", uncertain=True)]
    transfer = await run(world, transfers["ben-sample"])
    world.clock.move(hours=1)
    world.channels.outcomes = [Deferred("451 later")]
    await run(world, transfer)
    conflict = ConflictOfInterest(
        transfer.recipient, ChildReference("child-9c2e"), date(2026, 11, 30)
    )
    conflicts = (*world.register.conflicts, conflict)
    await world.import_register(replace(world.register, conflicts=conflicts))
    world.clock.move(hours=1)
    assert (await run(world, transfer)).state is State.REFUSED
    assert len({content for _, content in world.channels.mails}) == 1
    assert world.channels.passwords == []


async def test_a_late_worker_harms_nothing(world: World) -> None:
    """A worker that was taken for dead and ends its attempt after another did changes nothing."""
    transfers = await world.send()
    transfer = transfers["ben-sample"]
    mail = world.channels.send_pack

    async def overtaken(letter: PackLetter, attachment: Attachment) -> Outcome:
        world.channels.send_pack = mail  # type: ignore[method-assign]
        await mailing.mail(world.parts, transfer.id)
        world.clock.move(minutes=11)
        await delivery._release(world.parts, transfer.id)
        return await mail(letter, attachment)

    world.channels.send_pack = overtaken  # type: ignore[method-assign]
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    assert len({(letter, content) for letter, content in world.channels.mails}) == 1
    assert len(world.channels.passwords) == 1


async def test_a_late_seal_never_brings_a_document_back(world: World) -> None:
    """An archive made of more documents than are allowed by now is thrown away."""
    transfer = (await world.send())["ben-sample"]
    async with world.parts.database.work() as work:
        found = await locked(work, transfer.id)
        assert found is not None
        narrowed = Narrowed(transfer.documents[:3])
        move_ = Move(narrowed, Action.TRANSFER_NARROWED)
        await move(world.parts, work, COORDINATOR, found, move_)
    await seal_archive(world.parts, transfer)
    assert (await world.transfer(transfer)).state is State.QUEUED
    assert (await run(world, transfer)).state is State.MAILED
    assert len((await world.transfer(transfer)).documents) == 3


async def test_a_permanent_failure_ends_the_transfer_and_tells_the_coordinator(
    world: World,
) -> None:
    """The relay's refusal is final: no password, and a notice to the pack's contact."""
    transfers = await world.send()
    world.channels.outcomes = [Rejected("550 no such mailbox")]
    transfer = await run(world, transfers["aroha-tauira"])
    assert isinstance(transfer.progress, Failed)
    await notices.send_notice(world.parts, transfer.id, "failed")
    (notice,) = world.channels.notices
    assert notice.to == "pat.tauira@tamariki-care.example"
    assert "550 no such mailbox" in " ".join(notice.lines)
    assert "Tauira" not in " ".join((notice.subject, *notice.lines))


async def test_failing_for_too_long_ends_the_transfer(world: World) -> None:
    """After the time allowed for retries the transfer fails."""
    transfers = await world.send()
    transfer = transfers["aroha-tauira"]
    for _ in range(200):
        world.channels.outcomes = [Deferred("451 busy")]
        transfer = await run(world, transfer)
        if transfer.state is State.FAILED:
            break
        assert transfer.retry_at is not None
        world.clock.at = transfer.retry_at
    assert isinstance(transfer.progress, Failed)
    assert world.channels.passwords == []


CHANGES: dict[str, Callable[[Register], Register]] = {
    "left": lambda r: changed(r, "aroha-tauira", active_until=date(2026, 11, 1)),
    "address": lambda r: changed(r, "aroha-tauira", email="other@tamariki-care.example"),
    "number": lambda r: changed(r, "aroha-tauira", mobile="+447700900999"),
    "uninvited": lambda r: replace(
        r, meetings=tuple(replace(m, attendees=m.attendees[1:]) for m in r.meetings)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_before_mailing_stops_the_pack(
    world: World, change: Callable[[Register], Register]
) -> None:
    """The check just before the mail goes by the register as it is then."""
    transfers = await world.send()
    await world.import_register(change(world.register))
    transfer = await run(world, transfers["aroha-tauira"])
    assert isinstance(transfer.progress, Refused)
    assert world.channels.mails == []


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_after_mailing_stops_the_password(
    world: World, change: Callable[[Register], Register]
) -> None:
    """So does the check just before the password goes."""
    transfer = await mailed(world)
    await world.import_register(change(world.register))
    world.clock.move(minutes=11)
    assert isinstance((await run(world, transfer)).progress, Refused)
    assert world.channels.passwords == []


async def test_a_document_no_longer_allowed_is_taken_out_before_mailing(world: World) -> None:
    """A new conflict of interest removes the documents concerned; the rest goes."""
    transfers = await world.send()
    conflict = ConflictOfInterest(
        transfers["ben-sample"].recipient, ChildReference("child-9c2e"), date(2026, 11, 30)
    )
    conflicts = (*world.register.conflicts, conflict)
    await world.import_register(replace(world.register, conflicts=conflicts))
    transfer = await run(world, transfers["ben-sample"])
    assert transfer.state is State.MAILED
    assert len(transfer.documents) == 3
    world.clock.move(minutes=11)
    await run(world, transfer)
    inside = unzipped(world.channels.mails[0][1], world.channels.passwords[0][2])
    assert len(inside) == 1 + 3


async def test_a_password_by_telephone_is_shown_once(world: World) -> None:
    """After the recall window the coordinator sees it one time; it is recorded, not stored."""
    transfer = await mailed(world, "tom-sample")
    with pytest.raises(Conflict, match="recall window"):
        await read_password(world.parts, COORDINATOR, transfer.id)
    world.clock.move(minutes=11)
    assert (await run(world, transfer)).state is State.MAILED
    spoken = await read_password(world.parts, COORDINATOR, transfer.id)
    shown, password = spoken.transfer, spoken.password
    assert shown.state is State.PASSWORD_SENT
    unzipped(world.channels.mails[0][1], password.reveal())
    with pytest.raises(Conflict):
        await read_password(world.parts, COORDINATOR, transfer.id)
    log = b"".join(await world.leaves())
    assert b"password.shown" in log
    assert password.reveal().encode() not in log


async def test_a_password_by_text_is_not_shown(world: World) -> None:
    """Only a transfer whose channel is the telephone shows its password to a person."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    with pytest.raises(Conflict):
        await read_password(world.parts, COORDINATOR, transfer.id)


async def test_nothing_needed_no_more_is_kept(world: World, database_url: str) -> None:
    """Once all is delivered, no key of a document, archive or password is left."""
    transfers = await world.send()
    before = keys_left(database_url)
    for transfer in transfers.values():
        await run(world, transfer)
    world.clock.move(minutes=11)
    for transfer in transfers.values():
        await run(world, transfer)
    await read_password(world.parts, COORDINATOR, transfers["tom-sample"].id)
    assert before >= 4 + 6
    assert keys_left(database_url) <= 1  # the gateway's own
    actions = [json.loads(leaf)["action"] for leaf in await world.leaves()]
    assert actions.count("pack.disposed") == 1
    assert actions.count("password.destroyed") == 6


async def test_wrong_codes_are_counted_and_end(world: World) -> None:
    """After ten wrong codes even the right one is refused, and each is in the log."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    await run(world, transfer)
    for _ in range(10):
        with pytest.raises(Exception, match="do not belong together"):
            await acknowledge_by_code(world.parts, COORDINATOR, transfer.reference, "0000-0000")
    with pytest.raises(Conflict, match="Too many"):
        await acknowledge_by_code(world.parts, COORDINATOR, transfer.reference, "whatever")
    with pytest.raises(Exception, match="do not belong together"):
        await acknowledge_by_code(world.parts, COORDINATOR, "T-ZZZZ-ZZZZ", "0000")


async def test_a_link_is_looked_at_without_effect(world: World) -> None:
    """Opening the link any number of times acknowledges nothing; the button does."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    await run(world, transfer)
    link = world.channels.mails[0][0].acknowledge_at
    assert link is not None
    token = link.rpartition("/")[2]
    for _ in range(3):
        assert (await look_at_link(world.parts, token)).state is State.PASSWORD_SENT
    done = await acknowledge_by_link(world.parts, COORDINATOR, token)
    assert done.state is State.ACKNOWLEDGED
    assert (await acknowledge_by_link(world.parts, COORDINATOR, token)).entered_at == (
        done.entered_at
    )


async def test_an_unacknowledged_transfer_expires_and_is_told(world: World) -> None:
    """After two weeks without an acknowledgement the coordinator hears of it."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    await run(world, transfer)
    world.clock.move(days=14)
    assert (await run(world, transfer)).state is State.EXPIRED


async def test_an_internal_fault_is_retried_and_ends(world: World) -> None:
    """A step that keeps failing for reasons of our own ends the transfer as failed."""
    transfers = await world.send()
    transfer = transfers["aroha-tauira"]
    while not transfer.state.is_terminal:
        await delivery.step_failed(world.parts, transfer.id, "KeyError")
        transfer = await world.transfer(transfer)
        world.clock.at = transfer.retry_at or world.clock.at
    assert isinstance(transfer.progress, Failed)
    assert transfer.agency == LEAD
