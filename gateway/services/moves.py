"""The one way a transfer changes in storage: new state, audit entry and disposal together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.transfers import (
    Archive,
    Event,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Refused,
    Sealed,
    State,
    Transfer,
    TransferId,
    advance,
)
from gateway.services import secrets
from gateway.services.auditing import about, meeting_pseudonym, record
from gateway.services.disposal import destroy
from gateway.services.parts import Parts
from gateway.services.request_moves import after_transfer
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Move:
    """An event with how it is recorded; `uid` where the entry is to be found again."""

    event: Event
    action: Action
    detail: Mapping[str, JSON] = field(default_factory=dict)
    outcome: Outcome = Outcome.SUCCESS
    uid: str | None = None


async def locked(work: Work, transfer: TransferId) -> Transfer | None:
    """The transfer as it is now, kept from changing until the transaction ends."""
    return await work.transfers.get(transfer, None, lock=True)


async def move(parts: Parts, work: Work, actor: Actor, transfer: Transfer, how: Move) -> Transfer:
    """Advance a locked transfer, record it, and destroy what is no longer needed.

    Raises:
        Conflict: the transfer's state does not allow the event.
    """
    moved = advance(transfer, how.event, parts.clock.now(), parts.rules.timing)
    await work.transfers.update(moved)
    detail = {"state": moved.state.value, **how.detail}
    if moved.state is State.FAILED and transfer.state is not State.FAILED:
        action, outcome = Action.TRANSFER_FAILED, Outcome.FAILURE
        detail["during"] = transfer.state.value
    else:
        action, outcome = how.action, how.outcome
    await record(
        parts,
        work,
        actor,
        action,
        about(parts, moved),
        detail,
        outcome=outcome,
        agency=moved.agency,
        uid=how.uid,
    )
    await _dispose(parts, work, actor, transfer, moved)
    if moved.state.is_terminal and not transfer.state.is_terminal:
        pack = await work.packs.get(moved.pack, None)
        await after_transfer(parts, work, actor, pack, transfer, moved)
    if isinstance(moved.progress, Refused | Failed | Expired):
        await work.jobs.send_notice(moved.id, moved.state.value)
    return moved


async def _dispose(
    parts: Parts, work: Work, actor: Actor, before: Transfer, after: Transfer
) -> None:
    """Destroy the archive and the password once done with or void, and the documents after them.

    The archive is kept until its password left, as the mail may come back; where it is picked up,
    until the transfer ends.
    """
    held = _archive(before.progress)
    if held is not None and _archive(after.progress) != held:
        await destroy(work, held.blob)
    done_with_password = after.state is State.PASSWORD_SENT or after.state.is_terminal
    if done_with_password and await work.keys.destroy(secrets.name(after.id)):
        await record(
            parts,
            work,
            actor,
            Action.PASSWORD_DESTROYED,
            about(parts, after),
            {"state": after.state.value},
            agency=after.agency,
        )
    if after.state not in {State.QUEUED, State.SEALED} and before.state in {
        State.QUEUED,
        State.SEALED,
    }:
        await _dispose_of_pack(parts, work, actor, after)


def _archive(progress: Progress) -> Archive | None:
    """The archive that a state still needs."""
    match progress:
        case Sealed(archive=archive) | Mailed(archive=archive) | PasswordSent(archive=archive):
            return archive
        case _:
            return None


async def _dispose_of_pack(parts: Parts, work: Work, actor: Actor, transfer: Transfer) -> None:
    """Destroy the documents' keys once no transfer needs them: a transfer is not storage."""
    pack = await work.packs.get(transfer.pack, None, lock=True)  # one transfer at a time asks
    if pack is None or await work.transfers.awaiting_documents(transfer.pack):
        return
    destroyed = 0
    for document in await work.packs.documents(transfer.pack):
        destroyed += await destroy(work, document.blob)
    if destroyed:
        await record(
            parts,
            work,
            actor,
            Action.PACK_DISPOSED,
            {"pack": pack.id, "meeting": meeting_pseudonym(parts, pack.meeting)},
            {"documents": destroyed},
            agency=pack.agency,
        )
