"""Taking the audit log out, in a form that verifies without this gateway."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from gateway.audit.entries import Action
from gateway.audit.lines import LineCheck, checked
from gateway.audit.notes import VerifierKey
from gateway.audit.tiles import WIDTH, bundle, tiles_of
from gateway.audit.verify import Verification
from gateway.domain.actors import Actor
from gateway.domain.errors import Tampered, Unavailable
from gateway.services import proofs
from gateway.services.auditing import record, require_reader
from gateway.services.log_check import EVIDENCE
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.parts import Parts
from gateway.services.publishing import is_cosignature, published
from gateway.services.storage import Work

ENTRIES: Final = "entries.jsonl"
CHECKPOINT: Final = "checkpoint"
KEYS: Final = "key.pub"
FAILED: Final = "FAILED.txt"  # of an export that will not verify: what is wrong
_AT_ONCE = 500  # entries of an export held at a time


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp (RFC 3161, DER) of a checkpoint's exact bytes."""

    checkpoint: bytes
    response: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """What makes an exported log verifiable.

    Attributes:
        entries: how many there are.
        checkpoint: signed by the log, and by the witnesses that cosigned it.
        verifier_keys: the log's, the present one first.
        stamps: the newest of each time-stamping service, each of a checkpoint of its own.
        fault: why it will not verify; what was written is evidence then.
    """

    entries: int
    checkpoint: bytes
    verifier_keys: tuple[str, ...]
    stamps: tuple[Stamp, ...]
    fault: Tampered | None = None


async def export(
    parts: Parts,
    actor: Actor,
    write: Callable[[bytes], None],
    write_file: Callable[[str, bytes], None] | None = None,
    cosign: Callable[[], Awaitable[Sequence[str]]] | None = None,
) -> Export:
    """Give `write` every entry's exact bytes in order, as of one moment, with its checkpoint.

    `write_file` is given each file of the tiled log by its path (C2SP tlog-tiles), if it is there.
    `cosign` asks the witnesses, and gives their names: as the export is itself an entry, none can
    have cosigned its checkpoint before. What a witness does not give is missing from it.
    That the log was exported is recorded, and is its last entry or one of the last.

    Each entry is held against the checkpoint on the way. A log that is not what was signed is
    written all the same, with what is wrong in the result.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Unavailable: the log was not signed yet, or the database does not answer.
    """
    uid, fault = await _begin(parts, actor)
    witnesses = await cosign() if cosign is not None and fault is None else ()
    async with parts.database.snapshot() as view:
        last = await _chosen(view, uid, witnesses, fault)
        keys = tuple(await view.tree.verifier_keys())
        held, entries = _Held(last, keys, fault), 0
        async for leaves in _leaves(view, last.size):
            await asyncio.to_thread(held.add, leaves)
            for leaf in leaves:
                write(leaf)
            entries += len(leaves)
        fault = held.end()
        if write_file is not None:
            await _write_tiles(view, last.size, write_file)
        stamps = await _stamps(view, last.size)
        return Export(entries, await _published(view, last), keys, stamps, fault)


class _Held:
    """The entries of an export, held against the checkpoint that it comes with."""

    def __init__(self, last: SignedCheckpoint, keys: Sequence[str], fault: Tampered | None) -> None:
        self._fault, self._check = fault, LineCheck()
        self._verification: Verification | None = None
        with self._noting():
            known = [VerifierKey.parse(key) for key in keys]
            self._verification = Verification(last.note, known)

    def add(self, leaves: Sequence[bytes]) -> None:
        """Take in the next entries."""
        if self._verification is not None and self._fault is None:
            with self._noting():
                for part in checked((leaf + b"\n" for leaf in leaves), self._check):
                    self._verification.add(part)

    def end(self) -> Tampered | None:
        """What is wrong with them, once all are added."""
        if self._verification is not None and self._fault is None:
            with self._noting():
                self._verification.end()
        return self._fault

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except Tampered as error:
            self._fault = self._fault or Tampered(error.message, EVIDENCE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file of an export."""

    file: str
    data: bytes


async def stream(parts: Parts, actor: Actor) -> AsyncGenerator[Piece, None]:
    """The same piece by piece: each file of an export, one after the other.

    What is wrong with a log that is not what was signed stands in a last file of its own.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Unavailable: the log was not signed yet, or the database does not answer.
    """
    uid, fault = await _begin(parts, actor)
    async with parts.database.snapshot() as view:
        last = await _chosen(view, uid, (), fault)
        keys = await view.tree.verifier_keys()
        held = _Held(last, keys, fault)
        async for leaves in _leaves(view, last.size):
            await asyncio.to_thread(held.add, leaves)
            yield Piece(ENTRIES, b"".join(leaf + b"\n" for leaf in leaves))
        yield Piece(CHECKPOINT, await _published(view, last))
        yield Piece(KEYS, "".join(f"{key}\n" for key in keys).encode())
        if (fault := held.end()) is not None:
            yield Piece(FAILED, f"{fault.message}\n{fault.remedy}\n".encode())
        for number, stamp in enumerate(await _stamps(view, last.size), 1):
            yield Piece(f"stamped-{number}", stamp.checkpoint)
            yield Piece(f"stamped-{number}.tsr", stamp.response)


async def _leaves(view: Work, size: int) -> AsyncIterator[Sequence[bytes]]:
    for first in range(0, size, _AT_ONCE):
        yield await view.tree.entries(first, min(first + _AT_ONCE, size))


async def _published(view: Work, last: SignedCheckpoint) -> bytes:
    """The checkpoint with the witnesses' signatures; of a damaged one, what there is."""
    try:
        return await published(view, last)
    except Tampered:
        return last.note


async def _begin(parts: Parts, actor: Actor) -> tuple[str, Tampered | None]:
    """Record that the log is taken out, and have that placed; the entry's identifier.

    A log that cannot go on as it is not what was signed can be taken out all the same, as evidence;
    why it cannot is given.
    """
    require_reader(actor)
    uid = parts.identifiers.new()
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_EXPORTED, {}, uid=uid)
    try:
        await parts.sequencer.run(wait=True)
    except Tampered as error:
        return uid, error
    return uid, None


async def _chosen(
    view: Work, uid: str, witnesses: Sequence[str], fault: Tampered | None
) -> SignedCheckpoint:
    """The newest checkpoint that a witness cosigned if it covers an entry, else the newest."""
    newest, place = await view.tree.newest(), await view.tree.place(uid)
    if newest is not None and fault is not None:
        return newest
    if newest is None or place is None:
        raise fault or Unavailable("The log was not signed yet.", "Try again in a moment.")
    given = await view.outside.newest_endorsements()
    sizes = [each.size for each in given if each.by in witnesses and each.size > place]
    return (await view.tree.checkpoint(max(sizes)) if sizes else None) or newest


async def _stamps(view: Work, size: int) -> tuple[Stamp, ...]:
    stamps = []
    for given in await view.outside.newest_endorsements():
        stamped = await view.tree.checkpoint(given.size)
        if stamped is not None and stamped.size <= size and not is_cosignature(given):
            stamps.append(Stamp(stamped.note, given.data))
    return tuple(stamps)


async def _write_tiles(view: Work, size: int, write_file: Callable[[str, bytes], None]) -> None:
    for tile in tiles_of(size):
        write_file(tile.path, await proofs.tile_hashes(view, tile))
        if tile.level == 0:
            first = tile.index * WIDTH
            entries = await view.tree.entries(first, first + tile.width)
            write_file(tile.entries_path, bundle(entries))
