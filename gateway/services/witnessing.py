"""Having outside parties vouch for the log: witnesses cosign checkpoints, services stamp them.

A witness has seen that the log only grew; a time stamp shows that a checkpoint existed by then.
Neither holds up sending: what they do not give is an alarm, not a stop. Sources: C2SP tlog-witness;
RFC 3161.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.services.auditing import brief, record
from gateway.services.log_storage import Endorsement, SignedCheckpoint
from gateway.services.parts import Parts
from gateway.services.proofs import consistency
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness cosigned: its signature line, verified."""

    lines: bytes


@dataclass(frozen=True, slots=True)
class Behind:
    """A witness wants the proof from the size it cosigned last."""

    size: int


@dataclass(frozen=True, slots=True)
class Stamped:
    """A service gave a time stamp: its response (DER), verified."""

    response: bytes


@dataclass(frozen=True, slots=True)
class Refusing:
    """A party said no, or gave what does not hold."""

    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """A party could not be asked, or not now."""

    reason: str


class Witness(Protocol):
    """A witness of the log."""

    @property
    def name(self) -> str:
        """The name of its key."""
        ...

    async def cosign(
        self, old: int, proof: Sequence[bytes], checkpoint: bytes
    ) -> Cosigned | Behind | Refusing | Away:
        """Have a checkpoint (a signed note) cosigned; `proof` leads there from size `old`."""
        ...


class Stamper(Protocol):
    """A time-stamping service."""

    @property
    def name(self) -> str:
        """Its address."""
        ...

    async def stamp(self, data: bytes) -> Stamped | Refusing | Away:
        """Have it confirmed that `data` exists now."""
        ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """A party that does not vouch for the log as it should, why, and since when that is known."""

    by: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _Due:
    """What a party is to vouch for now, and since when it could have."""

    by: str
    checkpoint: SignedCheckpoint
    since: datetime


async def endorse(
    parts: Parts,
    witnesses: Sequence[Witness],
    stampers: Sequence[Stamper],
    *,
    every: timedelta,
    patience: timedelta,
) -> tuple[Alarm, ...]:
    """Have the newest checkpoint cosigned and stamped where that is due; gives what is amiss.

    That an alarm begins or ends is recorded, but not that it lasts: each entry makes a checkpoint.
    `every` is the least time between two stamps of one service, `patience` how long the oldest
    checkpoint may wait for a party that cannot be reached.

    Raises:
        Unavailable: the database does not answer.
        Tampered: the stored log is damaged.
    """
    rounds = [
        *(_witness(parts, witness, patience) for witness in witnesses),
        *(_stamp(parts, stamper, every, patience) for stamper in stampers),
    ]
    results = await asyncio.gather(*rounds, return_exceptions=True)  # none holds up another
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in results if isinstance(result, Alarm))


async def _witness(parts: Parts, witness: Witness, patience: timedelta) -> Alarm | None:
    """Have a witness cosign the newest checkpoint, unless it has."""
    async with parts.database.snapshot() as view:
        last = await view.outside.last_endorsed(witness.name)
        old = last.size if last else 0
        due = await _due(view, witness.name, old)
        proof = await consistency(view, old, due.checkpoint.size) if due else ()
    if due is None:
        return None
    answer = await witness.cosign(old, proof, due.checkpoint.note)
    if isinstance(answer, Behind):
        answer = await _catch_up(parts, witness, due.checkpoint, answer.size)
    given = answer.lines if isinstance(answer, Cosigned) else answer
    return await _settle(parts, due, given, patience)


async def _stamp(
    parts: Parts, stamper: Stamper, every: timedelta, patience: timedelta
) -> Alarm | None:
    """Have a service stamp the newest checkpoint, unless it has, or did another just now."""
    async with parts.database.snapshot() as view:
        last = await view.outside.last_endorsed(stamper.name)
        due = await _due(view, stamper.name, last.size if last else 0)
    if due is None or (last and parts.clock.now() - last.given_at < every):
        return None
    if last:
        due = _Due(due.by, due.checkpoint, max(due.since, last.given_at + every))
    answer = await stamper.stamp(due.checkpoint.note)
    given = answer.response if isinstance(answer, Stamped) else answer
    return await _settle(parts, due, given, patience)


async def _due(view: Work, by: str, endorsed: int) -> _Due | None:
    """The newest checkpoint if it is beyond what a party endorsed."""
    newest = await view.tree.newest()
    first = await view.tree.checkpoint(endorsed + 1)
    return _Due(by, newest, first.signed_at) if newest and first else None


async def _catch_up(
    parts: Parts, witness: Witness, checkpoint: SignedCheckpoint, size: int
) -> Cosigned | Refusing | Away:
    """A witness's answer to the proof from the size that it says it cosigned last."""
    async with parts.database.snapshot() as view:
        newest = await view.tree.newest()  # perhaps another process had a newer one cosigned
        known = newest.size if newest else 0
        proof = await consistency(view, size, checkpoint.size) if size <= checkpoint.size else ()
    if size > known:
        return Refusing(
            f"It cosigned {size} entries of this log, but the database has only {known}: "
            "the database was set back, or someone else signs as this log."
        )
    if size > checkpoint.size:
        return Away("It cosigned a newer checkpoint meanwhile.")
    answer = await witness.cosign(size, proof, checkpoint.note)
    if not isinstance(answer, Behind):
        return answer
    if answer.size == size:
        return Refusing(f"It knows another log of this name, of {size} entries.")
    return Away("It cosigned another checkpoint meanwhile.")


async def _settle(
    parts: Parts, due: _Due, given: bytes | Refusing | Away, patience: timedelta
) -> Alarm | None:
    """Keep what a party gave, or that it gave nothing; records where an alarm begins or ends."""
    now, by = parts.clock.now(), due.by
    detail: dict[str, JSON] = {"by": by, "size": due.checkpoint.size}
    async with parts.database.work() as work:
        since = await work.outside.refusing_since(by)
        if isinstance(given, bytes):
            await work.outside.endorse(Endorsement(due.checkpoint.size, by, given, now))
            if since is not None:
                await work.outside.set_refusing(by, None)
                await record(parts, work, WORKER, Action.WITNESS_RESUMED, {}, detail)
            return None
        reason = brief(given.reason)
        if since is None:
            if isinstance(given, Away) and now - due.since < patience:
                return None
            since = now
            await work.outside.set_refusing(by, since)
            detail["reason"] = reason
            await record(
                parts,
                work,
                WORKER,
                Action.WITNESS_REFUSED,
                {},
                detail,
                outcome=Outcome.FAILURE,
            )
        return Alarm(by, reason, since)
