"""Proofs given to whoever reviews the log: that an entry is in it, and that it only grew."""

from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action
from gateway.audit.merkle import verify_consistency
from gateway.audit.notes import Note
from gateway.domain.actors import Actor
from gateway.domain.errors import InvalidInput, NotFound, Tampered
from gateway.services import log_check, proofs
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.review import agencies_of, visible
from gateway.services.storage import Work

_LARGEST_POSITION = 2**53 - 2  # so that it and the next are numbers an entry can hold


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the older checkpoint's entries are the first of the newer one's."""

    older: bytes
    newer: bytes
    hashes: tuple[bytes, ...]


async def prove_entry(parts: Parts, actor: Actor, position: int) -> bytes:
    """The receipt of an entry the actor may see (C2SP tlog-proof), the entry in it.

    Raises:
        Forbidden: the actor may not read the log.
        NotFound: there is no such entry, or it concerns another agency.
        Tampered: it was damaged: it is not proved, or it cannot be said whom it concerns.
    """
    agency, fault = visible(actor, None), None
    if position <= _LARGEST_POSITION:
        async with parts.database.work() as work:
            await _look(parts, work, actor, {"what": "proof", "position": position})
            leaves = await work.tree.entries(position, position + 1)
            if leaves and (agency is None or agency in agencies_of(leaves[0])):
                try:
                    return await proofs.checked(work, position, leaves[0])
                except Tampered as error:
                    reason = f"is not proved by what was signed: {error.message}"
                    fault = log_check.Fault(position, reason)
    if fault is not None:
        await log_check.raise_alarm(parts, fault)
        raise Tampered(log_check.said(fault), log_check.remedy(fault), field="position")
    raise NotFound("There is no such entry.", "Check the position.", field="position")


async def prove_growth(parts: Parts, actor: Actor, old: int, new: int | None) -> Consistency:
    """That the log of `old` entries only grew to that of `new`, or to the newest.

    Both are the first checkpoints of at least these sizes.

    Raises:
        Forbidden: the actor may not read the log.
        InvalidInput: the older one is empty, or not the older one.
        NotFound: no checkpoint is of that size.
        Tampered: what is stored does not prove it.
    """
    visible(actor, None)
    async with parts.database.work() as work:
        await _look(parts, work, actor, {"what": "consistency proof"})
        older = await proofs.covering(work, old)
        newer = await (work.tree.newest() if new is None else proofs.covering(work, new))
        if newer is None or not 0 < older.size <= newer.size or old < 1:
            raise InvalidInput(
                "The older size is not that of an older checkpoint.",
                "Give the sizes of two checkpoints, the smaller one first.",
                field="old",
            )
        hashes = await proofs.consistency(work, older.size, newer.size)
        old_one, new_one = (Checkpoint.parse(Note.parse(c.note).text) for c in (older, newer))
        verify_consistency(older.size, newer.size, hashes, old_one.root, new_one.root)
        return Consistency(older.note, newer.note, hashes)


async def _look(parts: Parts, work: Work, actor: Actor, detail: dict[str, JSON]) -> None:
    await record(parts, work, actor, Action.LOG_READ, {}, detail)
