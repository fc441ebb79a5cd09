"""Taking the audit log out, in a form that verifies without this gateway."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gateway.audit.entries import Action
from gateway.audit.tiles import WIDTH, bundle, tiles_of
from gateway.domain.actors import Actor
from gateway.domain.errors import Unavailable
from gateway.services import proofs
from gateway.services.auditing import record, require_reader
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.parts import Parts
from gateway.services.publishing import is_cosignature, published
from gateway.services.storage import Work


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
    """

    entries: int
    checkpoint: bytes
    verifier_keys: tuple[str, ...]
    stamps: tuple[Stamp, ...]


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

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Tampered: the stored log is not what was signed before.
    """
    require_reader(actor)
    uid = parts.identifiers.new()
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_EXPORTED, {}, uid=uid)
    await parts.sequencer.run(wait=True)
    witnesses = await cosign() if cosign is not None else ()
    async with parts.database.snapshot() as view:
        last = await _chosen(view, uid, witnesses)
        entries = 0
        async for leaf in view.journal.leaves():
            if entries < last.size:
                write(leaf)
                entries += 1
        checkpoint = await published(view, last)
        if write_file is not None:
            await _write_tiles(view, last.size, write_file)
        keys = tuple(await view.tree.verifier_keys())
        return Export(entries, checkpoint, keys, await _stamps(view, last.size))


async def _chosen(view: Work, uid: str, witnesses: Sequence[str]) -> SignedCheckpoint:
    """The newest checkpoint that a witness cosigned if it covers an entry, else the newest."""
    newest, place = await view.tree.newest(), await view.tree.place(uid)
    if newest is None or place is None:
        raise Unavailable("The log was not signed yet.", "Try again in a moment.")
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
