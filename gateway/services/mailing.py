"""Mailing a pack, or the notice that it can be picked up: checked, recorded, signed, then sent."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.routes import fits_mail, mail_bytes
from gateway.domain.transfers import (
    Archive,
    GivenUp,
    Mail,
    MailAccepted,
    MailingBegan,
    Route,
    Sealed,
    Transfer,
    TransferId,
)
from gateway.services import bounce_addresses, letters, secrets
from gateway.services.attempts import Attempt, conclude, due, once_signed, turned
from gateway.services.auditing import brief
from gateway.services.bounce_addresses import What
from gateway.services.cases import Situation
from gateway.services.gate import Authorisation
from gateway.services.moves import Move, move
from gateway.services.parts import Parts
from gateway.services.pick_up_storage import PickUp
from gateway.services.ports import Attachment, Rejected
from gateway.services.ports import Outcome as Sending
from gateway.services.recheck import recheck
from gateway.services.seal import archive_chunks
from gateway.services.secrets import TransferSecrets
from gateway.services.storage import Work

_Send = Callable[[bytes], Awaitable[Sending]]


async def mail(parts: Parts, identifier: TransferId) -> None:
    """Re-check, commit the intent, mail the archive or the notice, commit the outcome."""
    async with parts.database.work() as work:
        transfer = await due(parts, work, identifier, Mail)
        if transfer is None or not isinstance(transfer.progress, Sealed):
            return
        situation = await recheck(parts, work, transfer)
        if situation is None:
            return
        held = await secrets.load(parts, work, identifier)
        instead = _instead(parts, situation, transfer, transfer.progress.archive, held)
        if instead is not None:
            await move(parts, work, WORKER, transfer, instead)
            return
        archive, uid = transfer.progress.archive, parts.identifiers.new()
        begun = _begun(transfer, archive, uid)
        transfer = await move(parts, work, WORKER, transfer, begun)
        send = await _sender(parts, work, situation, transfer, archive, held)

    attempt = Attempt(
        transfer.route,
        Move(MailAccepted(transfer.route), Action.TRANSFER_MAILED, {"sha256": archive.sha256}),
        Action.TRANSFER_DEFERRED,
        can_turn=transfer.route is Route.MAIL
        and parts.rules.refused_to_pick_up
        and can_turn(parts, held),
    )
    authorised = Authorisation(uid, identifier, begun.action, archive.sha256)
    outcome = await once_signed(parts, authorised, attempt, send)
    await conclude(parts, identifier, attempt, outcome)


def can_turn(parts: Parts, held: TransferSecrets) -> bool:
    """Whether an archive that mail may not carry can be picked up instead."""
    return parts.rules.limits.pick_up and held.can_be_picked_up


def _begun(transfer: Transfer, archive: Archive, uid: str) -> Move:
    detail: dict[str, JSON] = {
        "attempt": transfer.attempts + 1,
        "message_id": letters.message_id(transfer),
        "sha256": archive.sha256,
        "route": transfer.route.value,
    }
    return Move(MailingBegan(), Action.TRANSFER_MAILING, detail, Outcome.UNKNOWN, uid)


def _instead(
    parts: Parts,
    situation: Situation,
    transfer: Transfer,
    archive: Archive,
    held: TransferSecrets,
) -> Move | None:
    """What is to be done in place of mailing: turn to pick-up, or give up; None to go on."""
    if transfer.route is Route.PICK_UP:
        if held.can_be_picked_up:
            return None
        return _given_up("it was sent by an earlier version, which knows no pick-up; send it anew")
    party = situation.party(transfer.recipient)
    limit = party.agency.mail_limit_bytes if party else None
    if fits_mail(archive.size_bytes, limit, parts.rules.mail_size_limit):
        return None
    size = f"a mail of about {mail_bytes(archive.size_bytes)} bytes is larger than may be sent"
    if can_turn(parts, held):
        return turned(size)
    return _given_up(f"{size}, and there is no page it could be picked up from (link_base)")


def _given_up(reason: str) -> Move:
    return Move(GivenUp(brief(reason)), Action.TRANSFER_FAILED, {"reason": brief(reason)})


async def _sender(
    parts: Parts,
    work: Work,
    situation: Situation,
    transfer: Transfer,
    archive: Archive,
    held: TransferSecrets,
) -> _Send:
    """What sends the mail, once it is given the receipt."""
    key = await work.keys.get(archive.blob)
    if transfer.route is Route.PICK_UP:
        await work.pick_ups.offer(_way(parts, transfer, held))
        back = bounce_addresses.address(parts, transfer.id, What.NOTICE)
        notice = replace(letters.pick_up_letter(parts, situation, transfer, held), return_path=back)

        async def send_notice(receipt: bytes) -> Sending:
            if key is None:
                return Rejected("the sealed archive is gone")
            return await parts.mailer.send_pick_up(replace(notice, receipt=receipt))

        return send_notice
    back = bounce_addresses.address(parts, transfer.id, What.PACK)
    letter = replace(letters.pack_letter(parts, situation, transfer, held), return_path=back)

    async def send_pack(receipt: bytes) -> Sending:
        if key is None:
            return Rejected("the sealed archive is gone")
        chunks = archive_chunks(parts, archive, key)
        attachment = Attachment(f"{transfer.reference}.zip", archive.size_bytes, chunks)
        return await parts.mailer.send_pack(replace(letter, receipt=receipt), attachment)

    return send_pack


def _way(parts: Parts, transfer: Transfer, held: TransferSecrets) -> PickUp:
    return PickUp(
        transfer.id,
        secrets.pick_up_link_digest(parts, held.pick_up.reveal()),
        secrets.pick_up_code_digest(parts, held.pick_up_code.reveal()),
    )
