"""Verifying the whole log where it is stored: every entry is read and hashed again.

No stored hash is relied on: the root is computed from the entries' exact bytes and held against
the signed checkpoint by the very verifier that checks exports offline. It is done in small
batches, each in a short transaction and with its hashing in a thread, so that the gateway goes on
answering. Entries are only ever added, so they need not be read as of one moment.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.audit.canonical import JSON
from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Outcome
from gateway.audit.lines import Checked, LineCheck, checked
from gateway.audit.notes import Note, Signature, VerifierKey
from gateway.audit.verify import PLACE_UNKNOWN, Summary, Verification
from gateway.domain.actors import Actor
from gateway.domain.errors import GatewayError, Tampered, Unavailable
from gateway.services.auditing import record, require_reader
from gateway.services.locating import Place, differing, missing
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.parts import Parts
from gateway.services.publishing import is_cosignature, published
from gateway.services.storage import Work

_BATCH = 500  # entries: some hundred kilobytes, and some milliseconds of hashing
_REMEDY = "Stop, keep the database as it is as evidence, and tell the security manager."

Progress = Callable[[int, int], None]
"""Told how many entries are verified, of how many."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a checkpoint: name and key id of the key, and for a witness the time it gave."""

    name: str
    key_id: str
    is_log: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """A checkpoint that a witness cosigned, and how large the log was then."""

    by: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification found.

    Attributes:
        checkpoint: the one that was verified against, and `note` its exact bytes, both None where
            it could not be read.
        since: size of the older, cosigned checkpoint that was found to be the log's beginning.
        fault, remedy: what is wrong; None for a log that is whole and unaltered.
        wrong: where the first wrong entry is, if that can be known.
    """

    began_at: datetime
    ended_at: datetime
    signed_at: datetime
    checkpoint: Checkpoint | None
    note: bytes
    signers: tuple[Signer, ...]
    vouched: tuple[Vouched, ...]
    since: int | None = None
    fault: str | None = None
    remedy: str | None = None
    wrong: Place | None = None

    @property
    def holds(self) -> bool:
        """Whether the log is whole and unaltered."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class _Against:
    """What the entries are held against."""

    newest: SignedCheckpoint
    note: bytes
    older: SignedCheckpoint | None
    vouched: tuple[Vouched, ...]
    keys: tuple[VerifierKey, ...]


async def verify_log(parts: Parts, actor: Actor, progress: Progress) -> Verdict:
    """Recompute the whole log from the stored entries; that it was begun and ended is recorded.

    What waits is placed first, so that the newest checkpoint covers what was done until now.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Unavailable: the log was not signed yet, or the database does not answer.
    """
    require_reader(actor)
    began = parts.clock.now()
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_READ, {}, {"what": "verification"})
    with suppress(GatewayError):  # a log that cannot go on is verified as it is
        await parts.sequencer.run(wait=True)
    async with parts.database.snapshot() as view:
        against = await _against(view)
    since, wrong, fault = None, None, None
    try:
        summary = await _recompute(parts, against, progress)
        since = summary.older.size if summary.older else None
    except Tampered as error:
        fault, wrong = error, await _where(parts, against, error)
    verdict = Verdict(
        began_at=began,
        ended_at=parts.clock.now(),
        signed_at=against.newest.signed_at,
        checkpoint=_checkpoint(against.newest.note),
        note=against.note,
        signers=_signers(against.note),
        vouched=against.vouched,
        since=since,
        fault=_words(fault, wrong) if fault else None,
        remedy=_REMEDY if fault else None,
        wrong=wrong,
    )
    await _record(parts, actor, against.newest.size, verdict)
    return verdict


async def _against(view: Work) -> _Against:
    newest = await view.tree.newest()
    if newest is None:
        raise Unavailable("The log was not signed yet.", "Try again in a moment.")
    given = [e for e in await view.outside.newest_endorsements() if is_cosignature(e)]
    vouched = tuple(Vouched(each.by, each.size, each.given_at) for each in given)
    largest = max((each.size for each in vouched), default=0)
    older = await view.tree.checkpoint(largest) if largest else None
    keys = tuple(VerifierKey.parse(key) for key in await view.tree.verifier_keys())
    return _Against(newest, await published(view, newest), older, vouched, keys)


async def _recompute(parts: Parts, against: _Against, progress: Progress) -> Summary:
    """Hold the stored entries against the checkpoint, batch by batch.

    Raises:
        Tampered: they are not what was signed.
    """
    size, check = against.newest.size, LineCheck()
    since = against.older.note if against.older else None
    verification = Verification(against.note, against.keys, since=since)
    if verification.checkpoint.size != size:
        raise Tampered("The newest checkpoint is not stored under its own size.", _REMEDY)
    progress(0, size)
    for first in range(0, size, _BATCH):
        last = min(first + _BATCH, size)
        async with parts.database.work() as work:
            leaves = await work.tree.entries(first, last)
        if len(leaves) != last - first:
            raise Tampered("An entry is missing.", _REMEDY)
        for part in await asyncio.to_thread(_checked, leaves, check):
            verification.add(part)
        progress(last, size)
    async with parts.database.snapshot() as view:  # one moment: others may be adding entries
        newest = await view.tree.newest()
        if newest is None or await view.tree.entries(newest.size, newest.size + 1):
            raise Tampered("There are entries after the last that was signed.", _REMEDY)
    return verification.end()


def _checked(leaves: Sequence[bytes], check: LineCheck) -> list[Checked]:
    return list(checked((leaf + b"\n" for leaf in leaves), check))


async def _where(parts: Parts, against: _Against, error: Tampered) -> Place | None:
    """Where the first wrong entry is."""
    size = against.newest.size
    named = (error.field or "").removeprefix("line ")
    gap = await missing(parts, size)
    found = gap or await differing(parts, size, against.keys)
    if named.isdigit() and (found is None or int(named) - 1 <= found.last):
        return Place(int(named) - 1, int(named) - 1)
    return found


def _words(fault: Tampered, wrong: Place | None) -> str:
    """What is wrong; the stored checkpoints may tell where, which one alone does not."""
    return fault.message.removesuffix(f" {PLACE_UNKNOWN}") if wrong else fault.message


async def _record(parts: Parts, actor: Actor, size: int, verdict: Verdict) -> None:
    detail: dict[str, JSON] = {"size": size}
    if verdict.checkpoint is not None:
        detail["root"] = verdict.checkpoint.root.hex()
    if verdict.wrong is not None:
        detail |= {"first": verdict.wrong.first, "last": verdict.wrong.last}
    outcome = Outcome.SUCCESS if verdict.holds else Outcome.FAILURE
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_VERIFIED, {}, detail, outcome=outcome)


def _checkpoint(note: bytes) -> Checkpoint | None:
    try:
        return Checkpoint.parse(Note.parse(note).text)
    except Tampered:
        return None


def _signers(note: bytes) -> tuple[Signer, ...]:
    """Whose signatures stand under a checkpoint, as they say themselves."""
    try:
        parsed = Note.parse(note)
    except Tampered:
        return ()
    origin = parsed.text.partition("\n")[0]
    return tuple(_signer(each, origin) for each in parsed.signatures)


def _signer(signature: Signature, origin: str) -> Signer:
    is_log, at = signature.name == origin, None
    if not is_log and len(signature.blob) == _COSIGNATURE_BYTES:
        at = _moment(int.from_bytes(signature.blob[:8], "big"))
    return Signer(signature.name, signature.key_id.hex(), is_log, at)


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


_COSIGNATURE_BYTES = 72  # the time, then the signature (C2SP tlog-cosignature)
