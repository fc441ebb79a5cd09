"""The right edge of a tree cut into tiles: what a log needs at hand to grow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.audit.merkle import EMPTY_ROOT, node_hash, root_of
from gateway.audit.tiles import WIDTH, Tile


@dataclass(slots=True)
class Edge:
    """A tree of `size` entries by the hashes of its unfinished tiles, lowest level first.

    Full tiles never change and are not held, so the room it takes does not grow with the log.
    """

    size: int = 0
    unfinished: list[list[bytes]] = field(default_factory=list)

    def append(self, leaves: Iterable[bytes]) -> Iterator[tuple[Tile, bytes, bytes]]:
        """Add entries by their leaf hashes; gives each tile that becomes full.

        A tile comes with its hashes and the root over them, lower levels first.
        """
        for leaf in leaves:
            yield from self._add(0, self.size, leaf)
            self.size += 1

    def _add(self, level: int, number: int, node: bytes) -> Iterator[tuple[Tile, bytes, bytes]]:
        if level == len(self.unfinished):
            self.unfinished.append([])
        hashes = self.unfinished[level]
        hashes.append(node)
        if len(hashes) == WIDTH:
            root, data = root_of(hashes), b"".join(hashes)
            hashes.clear()
            yield Tile(level, number // WIDTH), data, root
            yield from self._add(level + 1, number // WIDTH, root)

    def root(self) -> bytes:
        """The root hash over all entries so far."""
        peaks = [peak for hashes in reversed(self.unfinished) for peak in _peaks(hashes)]
        if not peaks:
            return EMPTY_ROOT
        *others, root = peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def _peaks(hashes: list[bytes]) -> Iterator[bytes]:
    """The roots of the complete subtrees that `hashes` are divided into, largest first."""
    start = 0
    for bit in range(len(hashes).bit_length() - 1, -1, -1):
        if len(hashes) >> bit & 1:
            yield root_of(hashes[start : start + (1 << bit)])
            start += 1 << bit
