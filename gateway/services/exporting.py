"""Taking the audit log out, in a form that verifies without this gateway."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.audit.entries import Action
from gateway.audit.tiles import WIDTH, bundle, tiles_of
from gateway.domain.actors import Actor
from gateway.domain.errors import Unavailable
from gateway.services import proofs
from gateway.services.auditing import record, require_reader
from gateway.services.parts import Parts
from gateway.services.publishing import published
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Export:
    """What makes an exported log verifiable.

    Attributes:
        entries: how many there are.
        checkpoint: signed by the log, and by the witnesses that cosigned it.
        verifier_keys: the log's, the present one first.
    """

    entries: int
    checkpoint: bytes
    verifier_keys: tuple[str, ...]


async def export(
    parts: Parts,
    actor: Actor,
    write: Callable[[bytes], None],
    write_file: Callable[[str, bytes], None] | None = None,
) -> Export:
    """Give `write` every entry's exact bytes in order, as of one moment, with its checkpoint.

    `write_file` is given each file of the tiled log by its path (C2SP tlog-tiles), if it is there.
    That the log was exported is recorded, and is its last entry or one of the last.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        Tampered: the stored log is not what was signed before.
    """
    require_reader(actor)
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_EXPORTED, {})
    await parts.sequencer.run(wait=True)
    async with parts.database.snapshot() as view:
        newest = await view.tree.newest()
        if newest is None:
            raise Unavailable("The log was not signed yet.", "Try again in a moment.")
        entries = 0
        async for leaf in view.journal.leaves():
            write(leaf)
            entries += 1
        checkpoint = await published(view, newest)
        if write_file is not None:
            await _write_tiles(view, newest.size, write_file)
        return Export(entries, checkpoint, tuple(await view.tree.verifier_keys()))


async def _write_tiles(view: Work, size: int, write_file: Callable[[str, bytes], None]) -> None:
    for tile in tiles_of(size):
        write_file(tile.path, await proofs.tile_hashes(view, tile))
        if tile.level == 0:
            first = tile.index * WIDTH
            entries = await view.tree.entries(first, first + tile.width)
            write_file(tile.entries_path, bundle(entries))
