"""Proofs over the stored tree: that an entry is in the log, and that the log only grew."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gateway.audit.merkle import Hashes, consistency_proof, inclusion_proof
from gateway.audit.notes import VerifierKey
from gateway.audit.proofs import Proof
from gateway.audit.tiles import Tile, hashes_in, holding
from gateway.domain.errors import NotFound
from gateway.services.log_storage import SignedCheckpoint
from gateway.services.storage import Work

T = TypeVar("T")


async def tile_hashes(work: Work, tile: Tile) -> bytes:
    """The hashes of a tile, full or not; fewer than it should have where the log ends before."""
    (hashes,) = await work.tree.hashes([tile])
    return hashes


async def inclusion(work: Work, position: int, size: int) -> tuple[bytes, ...]:
    """What leads from an entry to the root of the first `size` entries."""
    return await _made(work, size, lambda hashes: inclusion_proof(position, size, hashes))


async def consistency(work: Work, old: int, new: int) -> tuple[bytes, ...]:
    """What shows that the first `old` entries are still the first of `new`; nothing for none."""
    if old == 0:
        return ()
    return await _made(work, new, lambda hashes: consistency_proof(old, new, hashes))


async def proof_of(work: Work, position: int, leaf: bytes) -> Proof:
    """The receipt of an entry under the first checkpoint that covered it, so always the same.

    Raises:
        NotFound: no checkpoint covers it yet.
    """
    checkpoint = await covering(work, position + 1)
    path = await inclusion(work, position, checkpoint.size)
    return Proof(position, path, checkpoint.note, extra=leaf)


async def checked(work: Work, position: int, leaf: bytes) -> bytes:
    """The same, held to verify as it would for whoever is given it.

    Raises:
        NotFound: no checkpoint covers it yet.
        Tampered: it does not verify: what is stored is not what was signed.
    """
    proof = await proof_of(work, position, leaf)
    proof.verify(leaf, [VerifierKey.parse(key) for key in await work.tree.verifier_keys()])
    return bytes(proof)


async def covering(work: Work, size: int) -> SignedCheckpoint:
    """The first checkpoint of at least `size` entries.

    Raises:
        NotFound: the log has none.
    """
    checkpoint = await work.tree.checkpoint(size)
    if checkpoint is None:
        raise NotFound(
            f"No signed checkpoint covers {size:,} entries.",
            "Ask for a size up to that of the newest checkpoint.",
            field="size",
        )
    return checkpoint


async def _made(
    work: Work, size: int, make: Callable[[Hashes], Sequence[bytes]]
) -> tuple[bytes, ...]:
    """What `make` gives with the stored tree's hashes.

    It is asked twice: first to learn which subtrees it needs, then with the tiles that hold them.
    """
    needed: set[Tile] = set()

    def note(level: int, index: int) -> bytes:
        needed.add(holding(level, index, size)[0])
        return bytes(32)

    make(note)
    asked = sorted(needed, key=lambda tile: (tile.level, tile.index))
    tiles = dict(zip(asked, await work.tree.hashes(asked), strict=True))
    return tuple(make(hashes_in(tiles.__getitem__, size)))
