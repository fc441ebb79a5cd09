"""Reading a password out by telephone: shown once, to the coordinator who makes the call."""

from dataclasses import dataclass

from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict
from gateway.domain.register import PasswordChannel
from gateway.domain.secret import Secret
from gateway.domain.transfers import (
    Mailed,
    PasswordAccepted,
    ReleaseBegan,
    Transfer,
    TransferId,
    advance,
)
from gateway.services import letters, secrets
from gateway.services.auditing import about, record
from gateway.services.gate import Authorisation, pass_gate
from gateway.services.moves import Move, move
from gateway.services.packs import require_coordinator
from gateway.services.parts import Parts
from gateway.services.recheck import recheck
from gateway.services.storage import Work
from gateway.services.transfers import owned


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What is to be read out: the password, and the code where the pack is picked up."""

    transfer: Transfer
    password: Secret
    pick_up_code: Secret | None


async def read_password(parts: Parts, actor: Actor, transfer: TransferId) -> ReadOut:
    """Show the password of a transfer by telephone, once, to the coordinator who reads it out.

    The intent is recorded and signed first, as for every password; then all is checked again.

    Raises:
        NotFound: no such transfer, or another agency's.
        Conflict: the password goes another way, or may not be released now.
        Unavailable: the audit log cannot be signed; nothing was shown.
    """
    require_coordinator(actor)
    authorised = await _authorise(parts, actor, transfer)
    if authorised is not None:
        await pass_gate(parts, authorised)
        async with parts.database.work() as work:
            found, _ = await _readable(parts, work, actor, transfer)
            if await recheck(parts, work, found) is not None:
                held = await secrets.load(parts, work, transfer)
                now, timing = parts.clock.now(), parts.rules.timing
                begun = advance(found, ReleaseBegan(), now, timing)
                shown = Move(PasswordAccepted(), Action.PASSWORD_SHOWN)
                found = await move(parts, work, actor, begun, shown)
                await work.jobs.advance_transfer(transfer)
                return ReadOut(found, held.password, letters.pick_up_code(found, held))
    raise Conflict(
        "The recipient may no longer receive this pack; the password was destroyed.",
        "Look at the transfer for the rules that refuse it.",
    )


async def _authorise(parts: Parts, actor: Actor, transfer: TransferId) -> Authorisation | None:
    """Record the intent; None if the check ended the transfer instead."""
    async with parts.database.work() as work:
        found, progress = await _readable(parts, work, actor, transfer)
        if await recheck(parts, work, found) is None:
            return None
        uid, sha256 = parts.identifiers.new(), progress.archive.sha256
        await record(
            parts,
            work,
            actor,
            Action.PASSWORD_RELEASING,
            about(parts, found),
            {"password_channel": PasswordChannel.TELEPHONE.value, "sha256": sha256},
            outcome=Outcome.UNKNOWN,
            uid=uid,
        )
    return Authorisation(uid, transfer, Action.PASSWORD_RELEASING, sha256)


async def _readable(
    parts: Parts, work: Work, actor: Actor, transfer: TransferId
) -> tuple[Transfer, Mailed]:
    """The locked transfer, if its password may be read out now."""
    found = await owned(work, actor, transfer, lock=True)
    if found.channel is not PasswordChannel.TELEPHONE:
        raise Conflict(
            "The password of this transfer is not given by telephone.",
            "The gateway sends it by the channel the protocol prefers.",
        )
    if not isinstance(found.progress, Mailed):
        raise Conflict(
            f"The transfer is {found.state.value}; there is no password to read out.",
            "A password is shown once, after the pack was mailed.",
        )
    if parts.clock.now() < found.progress.release_at:
        raise Conflict(
            "The recall window is still open.",
            f"Try again after {found.progress.release_at:%H:%M:%S} UTC.",
        )
    return found, found.progress
