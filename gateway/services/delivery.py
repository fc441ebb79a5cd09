"""The steps of one transfer, each safe to repeat: a killed process loses nothing.

Before anything leaves, the intent is committed; after it left, the outcome. When a process dies in
between, the step runs again with the same Message-ID, archive and password. So in the rare case of
a lost reply a pack or a password may arrive twice, always the same one, never a second one.
"""

from dataclasses import replace
from datetime import timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.errors import Conflict, GatewayError, Tampered, Unavailable
from gateway.domain.register import PasswordChannel
from gateway.domain.transfers import (
    AttemptFailed,
    Ended,
    Expire,
    GivenUp,
    Mail,
    Mailed,
    PasswordAccepted,
    Release,
    ReleaseBegan,
    Seal,
    State,
    TimeRanOut,
    TransferId,
    Wait,
    next_step,
)
from gateway.services import bounce_addresses, letters, secrets
from gateway.services.attempts import Attempt, conclude, due, once_signed
from gateway.services.auditing import address_digest, brief
from gateway.services.bounce_addresses import What
from gateway.services.gate import Authorisation
from gateway.services.mailing import mail
from gateway.services.moves import Move, locked, move
from gateway.services.parts import Parts
from gateway.services.ports import Deferred
from gateway.services.ports import Outcome as Sending
from gateway.services.recheck import recheck
from gateway.services.seal import seal_archive
from gateway.services.storage import Work

_ANOTHER_HAS_THE_TURN = timedelta(seconds=5)  # when to look again


async def run(parts: Parts, transfer: TransferId) -> None:
    """Do everything that is due for a transfer, and have the rest done when its time comes."""
    async with parts.database.turn(transfer) as mine:
        if not mine:
            async with parts.database.work() as work:
                again = parts.clock.now() + _ANOTHER_HAS_THE_TURN
                await work.jobs.advance_transfer(transfer, again)
            return
        while await _one_step(parts, transfer):
            pass


async def _one_step(parts: Parts, identifier: TransferId) -> bool:
    """Do the step that is due; whether another may be due at once."""
    async with parts.database.work() as work:
        transfer = await work.transfers.get(identifier, None)
        if transfer is None:
            return False
        step = next_step(transfer, parts.clock.now(), parts.rules.timing)
        match step:
            case Ended():
                return False
            case Wait(until):
                await work.jobs.advance_transfer(identifier, until)
                return False
            case Expire():
                await _expire(parts, work, identifier)
                return False
            case Seal() | Mail() | Release():
                pass
    match step:
        case Seal():
            await seal_archive(parts, transfer)
        case Mail():
            await mail(parts, identifier)
        case Release():
            await _release(parts, identifier)
    return True


async def _expire(parts: Parts, work: Work, identifier: TransferId) -> None:
    transfer = await locked(work, identifier)
    if transfer is not None and isinstance(
        next_step(transfer, parts.clock.now(), parts.rules.timing), Expire
    ):
        await move(parts, work, WORKER, transfer, Move(TimeRanOut(), Action.TRANSFER_EXPIRED))


async def _release(parts: Parts, identifier: TransferId) -> None:
    """Re-check, commit the intent, send the password on its own channel, commit the outcome."""
    async with parts.database.work() as work:
        transfer = await due(parts, work, identifier, Release)
        if transfer is None or not isinstance(transfer.progress, Mailed):
            return
        situation = await recheck(parts, work, transfer)
        if situation is None:
            return
        if transfer.channel is None or transfer.channel_address is None:
            raise Tampered("The transfer has no password channel.", "Send the pack as a new one.")
        channel, to = transfer.channel, transfer.channel_address
        sha256, uid = transfer.progress.archive.sha256, parts.identifiers.new()
        detail: dict[str, JSON] = {
            "attempt": transfer.attempts + 1,
            "password_channel": channel.value,
            "password_address": address_digest(parts, to),
        }
        intent: dict[str, JSON] = {**detail, "sha256": sha256}
        begun = Move(ReleaseBegan(), Action.PASSWORD_RELEASING, intent, Outcome.UNKNOWN, uid)
        transfer = await move(parts, work, WORKER, transfer, begun)
        held = await secrets.load(parts, work, identifier)
        back = bounce_addresses.address(parts, identifier, What.PASSWORD)
        letter = replace(letters.password_letter(situation, transfer, held), return_path=back)

    async def send(receipt: bytes) -> Sending:
        if channel is not PasswordChannel.TEXT:
            return await parts.mailer.send_password(replace(letter, receipt=receipt))
        if parts.texter is None:
            return Deferred("no text message gateway is configured")
        return await parts.texter.send_password(
            to, letter.reference, letter.sender_agency, letter.password, letter.pick_up_code
        )

    authorised = Authorisation(uid, identifier, begun.action, sha256)
    accepted = Move(PasswordAccepted(), Action.PASSWORD_SENT, detail)
    attempt = Attempt(transfer.route, accepted, Action.PASSWORD_DEFERRED)
    outcome = await once_signed(parts, authorised, attempt, send)
    await conclude(parts, identifier, attempt, outcome)


async def fail_for_good(parts: Parts, identifier: TransferId, error: GatewayError) -> None:
    """End a transfer that met an error no retry can mend.

    Raises:
        Unavailable, Conflict: given back to be tried again; the one mends itself, the other means
            that somebody else moved the transfer meanwhile.
    """
    if isinstance(error, Unavailable | Conflict):
        raise error
    async with parts.database.work() as work:
        transfer = await locked(work, identifier)
        if transfer is not None and not transfer.state.is_terminal:
            reason = brief(error.message)
            gone = Move(GivenUp(reason), Action.TRANSFER_FAILED, {"reason": reason})
            await move(parts, work, WORKER, transfer, gone)


async def step_failed(parts: Parts, identifier: TransferId, error: str) -> None:
    """Note an unforeseen fault as a failed attempt, to be repeated until the time for it is over.

    What may have left before the fault is not known, so the attempt counts as uncertain.
    """
    async with parts.database.work() as work:
        transfer = await locked(work, identifier)
        if transfer is None or transfer.state.is_terminal or transfer.state is State.PASSWORD_SENT:
            return
        reason = f"internal error {error}"
        failed = AttemptFailed(reason, uncertain=True, jitter=parts.jitter())
        action = Action.TRANSFER_DEFERRED
        how = Move(failed, action, {"reason": reason}, Outcome.UNKNOWN)
        moved = await move(parts, work, WORKER, transfer, how)
        if moved.retry_at is not None:
            await work.jobs.advance_transfer(identifier, moved.retry_at)
