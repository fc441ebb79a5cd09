"""The check immediately before anything leaves, against the register as it is now."""

from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.decisions import Decision
from gateway.domain.errors import NotFound
from gateway.domain.packs import DocumentId
from gateway.domain.transfers import Denied, GivenUp, Mailed, Narrowed, Sealed, Transfer
from gateway.services import cases
from gateway.services.auditing import about, record, record_withheld
from gateway.services.cases import Situation
from gateway.services.moves import Move, move
from gateway.services.parts import Parts
from gateway.services.storage import Work


async def recheck(parts: Parts, work: Work, transfer: Transfer) -> Situation | None:
    """The present situation if everything in the transfer is still allowed; else None.

    What is no longer allowed ends the transfer, or takes documents out of it, in this transaction.
    """
    found = await _judged(parts, work, transfer)
    if found.everything:
        return found.situation
    decisions, allowed = found.decisions, found.allowed
    rules = tuple(sorted({f.rule for d in decisions for f in d.denials})) or ("register-changed",)
    match transfer.progress:
        case Sealed(attempted=False, may_have_left=False) if allowed:
            narrowed: dict[str, JSON] = {"documents": list(allowed), "rules": list(rules)}
            how = Move(Narrowed(allowed), Action.TRANSFER_NARROWED, narrowed)
        case Mailed(releasing=True) | Mailed(may_have_left=True):
            reason = "no longer allowed; the password may have been sent before"
            how = Move(GivenUp(reason), Action.TRANSFER_FAILED, {"reason": reason})
        case _:
            refused = {"rules": list(rules)}
            how = Move(Denied(rules), Action.TRANSFER_REFUSED, refused, Outcome.FAILURE)
    await move(parts, work, WORKER, transfer, how)
    return None


async def still_allowed(parts: Parts, work: Work, transfer: Transfer) -> bool:
    """Whether everything in the transfer is still allowed; what is found is recorded, no more.

    For what was released before: what may be with the recipient is not called refused.
    """
    return (await _judged(parts, work, transfer)).everything


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the rules say of a transfer now; `allowed` are the documents that may go."""

    situation: Situation | None
    decisions: tuple[Decision, ...]
    allowed: tuple[DocumentId, ...]
    everything: bool


async def _judged(parts: Parts, work: Work, transfer: Transfer) -> _Judged:
    """Judge a transfer by the register as it is now, and record what comes of it."""
    situation = await _situation(parts, work, transfer)
    decisions = () if situation is None else await _judge_again(parts, situation, transfer)
    allowed = tuple(decision.document for decision in decisions if decision.allowed)
    everything = bool(allowed) and allowed == transfer.documents
    detail: dict[str, JSON] = {
        "policy": parts.judge.digest,
        "state": transfer.state.value,
        "allowed": len(allowed),
        "withheld": len(decisions) - len(allowed),
    }
    await record(
        parts,
        work,
        WORKER,
        Action.TRANSFER_RECHECKED,
        about(parts, transfer),
        detail,
        outcome=Outcome.SUCCESS if everything else Outcome.FAILURE,
        agency=transfer.agency,
    )
    await record_withheld(parts, work, WORKER, transfer, decisions)
    return _Judged(situation, decisions, allowed, everything)


async def _situation(parts: Parts, work: Work, transfer: Transfer) -> Situation | None:
    pack = await work.packs.get(transfer.pack, None)
    if pack is None:
        return None
    try:
        return await cases.gather(parts, work, pack, only=transfer.recipient)
    except NotFound:
        return None


async def _judge_again(
    parts: Parts, situation: Situation, transfer: Transfer
) -> tuple[Decision, ...]:
    party = situation.party(transfer.recipient)
    if party is None:
        return ()
    carried = [d for d in situation.documents if d.id in transfer.documents]
    changed = cases.has_changed(transfer, party)
    return await cases.judge(
        parts, situation, party, carried, address_changed=changed, route=transfer.route
    )
