"""Finding the first wrong entry of a log that is not what was signed.

Each stored checkpoint carries the log's own signature, so the largest one that the entries still
lead to tells up to where they are right. Between two checkpoints the tiles, which keep each
entry's hash as it was when it was placed, name the entry itself.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.merkle import Tree, hashes_of, leaf_hash
from gateway.audit.notes import VerifierKey
from gateway.audit.tiles import WIDTH, Tile
from gateway.domain.errors import GatewayError
from gateway.services.parts import Parts

_BATCH = 512  # entries; whole tiles


@dataclass(frozen=True, slots=True)
class Place:
    """That the first wrong entry is one of these, counted from 0; often they are the same."""

    first: int
    last: int


async def missing(parts: Parts, size: int) -> Place | None:
    """The first position up to `size` that has no entry."""
    for begin in range(0, size, _BATCH):
        end = min(begin + _BATCH, size)
        if await _count(parts, begin, end) != end - begin:
            return await _gap(parts, begin, end)
    return None


async def _gap(parts: Parts, begin: int, end: int) -> Place:
    """The first position from `begin` to before `end` that has no entry; there is one."""
    while end - begin > 1:
        middle = (begin + end) // 2
        if await _count(parts, begin, middle) == middle - begin:
            begin = middle
        else:
            end = middle
    return Place(begin, begin)


async def differing(parts: Parts, size: int, keys: Sequence[VerifierKey]) -> Place | None:
    """Where the first entry is that is not the one that was signed; none may be missing before.

    None where every signed checkpoint is led to.
    """
    good, tree = Tree(), Tree()
    while tree.size < size:
        signed = await _checkpoint(parts, min(tree.size + _BATCH, size), keys)
        if signed is None:  # not the log's own: nothing to hold the entries against
            return Place(good.size, size - 1)
        await _grow(parts, tree, signed.size)
        if tree.root() != signed.root:
            return await _between(parts, good, signed.size, keys)
        good = _copy(tree)
    return None


async def _between(parts: Parts, good: Tree, bad: int, keys: Sequence[VerifierKey]) -> Place:
    """The same among the entries after a checkpoint that holds, up to one that does not."""
    tree = _copy(good)
    while tree.size < bad:
        first = tree.size
        signed = await _checkpoint(parts, first + 1, keys)
        if signed is None:
            return Place(first, bad - 1)
        await _grow(parts, tree, signed.size)
        if tree.root() != signed.root:
            return await _by_tiles(parts, Place(first, signed.size - 1))
    return Place(good.size, bad - 1)


async def _by_tiles(parts: Parts, among: Place) -> Place:
    """The first of some entries whose hash is not the one its tile keeps; else all of them."""
    for index in range(among.first // WIDTH, among.last // WIDTH + 1):
        begin = index * WIDTH
        async with parts.database.work() as work:
            (kept,) = await work.tree.hashes([Tile(0, index)])
            leaves = await work.tree.entries(begin, begin + WIDTH)
        for place, (leaf, known) in enumerate(zip(leaves, hashes_of(kept), strict=False), begin):
            if among.first <= place <= among.last and leaf_hash(leaf) != known:
                return Place(place, place)
    return among


async def _grow(parts: Parts, tree: Tree, size: int) -> None:
    while tree.size < size:
        async with parts.database.work() as work:
            leaves = await work.tree.entries(tree.size, min(tree.size + _BATCH, size))
        if not leaves:
            return
        tree.extend(await asyncio.to_thread(lambda some: [leaf_hash(x) for x in some], leaves))


async def _checkpoint(parts: Parts, size: int, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """The smallest checkpoint of at least `size`, if it is one that the log signed."""
    async with parts.database.work() as work:
        stored = await work.tree.checkpoint(size)
    if stored is None:
        return None
    try:
        checkpoint, _ = open_signed(stored.note, keys)
    except GatewayError:
        return None
    return checkpoint if checkpoint.size == stored.size else None


async def _count(parts: Parts, first: int, last: int) -> int:
    async with parts.database.work() as work:
        return len(await work.tree.entries(first, last))


def _copy(tree: Tree) -> Tree:
    return Tree.from_bytes(bytes(tree))
