"""Tiles: the tree and the entries cut into files that never change (C2SP tlog-tiles)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.audit.errors import LimitExceeded, Tampered
from gateway.audit.merkle import HASH_BYTES, Hashes, hashes_of, root_of

WIDTH = 256  # hashes in a full tile, entries in a full bundle
_HEIGHT = 8  # levels of the tree that a tile spans
LONGEST_ENTRY = 2**16 - 1  # bytes; a bundle gives the length in two
_REMEDY = "Get it again from another copy of the log."


@dataclass(frozen=True, slots=True)
class Tile:
    """Tile `index` of a level; it holds `width` hashes of subtrees of 256**level entries."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where the tile's hashes lie, below the log's prefix."""
        return f"tile/{self.level}/{self._place}"

    @property
    def entries_path(self) -> str:
        """Where the bundle of entries lies whose hashes this tile of level 0 holds."""
        if self.level:
            raise ValueError("only tiles of level 0 have entries")
        return f"tile/entries/{self._place}"

    @property
    def _place(self) -> str:
        groups = f"{self.index:,}".split(",")
        *leading, last = (f"{int(group):03d}" for group in groups)
        place = "/".join([*(f"x{group}" for group in leading), last])
        return place if self.width == WIDTH else f"{place}.p/{self.width}"


def tile_at(level: int, place: str) -> Tile | None:
    """The tile whose path ends in `place`, such as `x001/234.p/5`; None if there is none such."""
    number, partial, width = place.partition(".p/")
    try:
        tile = Tile(level, int(number.replace("/", "").replace("x", "")), int(width or WIDTH))
    except ValueError:
        return None
    sound = 0 < tile.width <= WIDTH and bool(partial) == bool(width)
    return tile if sound and tile.path == f"tile/{level}/{place}" else None


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The tiles of a tree of `size` entries, without those that it had at `since` entries."""
    level, old, new = 0, since, size
    while new:
        if new != old:
            for index in range(old // WIDTH, -(-new // WIDTH)):
                yield Tile(level, index, min(WIDTH, new - index * WIDTH))
        level, old, new = level + 1, old // WIDTH, new // WIDTH


def holding(level: int, index: int, size: int) -> tuple[Tile, int, int]:
    """The tile of a tree of `size` that gives a complete subtree's hash, and which of its hashes.

    The subtree's hash is the root over the tile's hashes from the first number to before the
    second.
    """
    tile_level, above = divmod(level, _HEIGHT)
    tile, first = divmod(index << above, WIDTH)
    width = min(WIDTH, (size >> _HEIGHT * tile_level) - tile * WIDTH)
    last = first + (1 << above)
    if not first < last <= width:
        raise ValueError("the tree has no such complete subtree")
    return Tile(tile_level, tile, width), first, last


def hashes_in(read: Callable[[Tile], bytes], size: int) -> Hashes:
    """Looks complete subtrees up in the tiles of a tree of `size`, whose bytes `read` gives.

    The look-up raises Tampered for a tile that does not have the length it should.
    """

    def look_up(level: int, index: int) -> bytes:
        tile, first, last = holding(level, index, size)
        data = read(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise Tampered(f"{tile.path} has the wrong length.", _REMEDY)
        return root_of(hashes_of(data[first * HASH_BYTES : last * HASH_BYTES]))

    return look_up


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length.

    Raises:
        LimitExceeded: an entry is longer than 65,535 bytes, or there are more than 256.
    """
    if len(entries) > WIDTH or any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise LimitExceeded("This does not fit an entry bundle.", "Record less in one entry.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(data: bytes, count: int) -> list[bytes]:
    """The entries of a bundle that should have `count`.

    Raises:
        Tampered: it does not have exactly those.
    """
    entries, at = [], 0
    for _ in range(count):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or count > WIDTH:  # bytes missing anywhere move the end
        raise Tampered("The entry bundle is damaged.", _REMEDY)
    return entries
