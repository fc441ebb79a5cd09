"""Tiles: which there are, where they lie, and proofs made from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.audit.tiles import (
    LONGEST_ENTRY,
    WIDTH,
    Tile,
    bundle,
    hashes_in,
    holding,
    tiles_of,
    unbundle,
)
from gateway.domain.errors import LimitExceeded, Tampered

LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]


def tile_bytes(tile: Tile) -> bytes:
    """A tile's hashes, made straight from the leaves as the specification words it."""
    span = WIDTH**tile.level
    starts = range(tile.index * WIDTH * span, (tile.index * WIDTH + tile.width) * span, span)
    return b"".join(root_of(LEAVES[start : start + span]) for start in starts)


@pytest.mark.parametrize(
    ("tile", "path", "entries"),
    [
        (Tile(0, 0), "tile/0/000", "tile/entries/000"),
        (Tile(0, 999), "tile/0/999", "tile/entries/999"),
        (Tile(0, 1000, 255), "tile/0/x001/000.p/255", "tile/entries/x001/000.p/255"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067", "tile/entries/x001/x234/067"),
        (Tile(0, 1_000_000, 1), "tile/0/x001/x000/000.p/1", "tile/entries/x001/x000/000.p/1"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str, entries: str) -> None:
    """Its number in groups of three digits, all but the last marked."""
    assert (tile.path, tile.entries_path) == (path, entries)


def test_only_the_lowest_level_has_entries() -> None:
    """A tile above it has a path of its own, and no bundle."""
    assert Tile(2, 3, 4).path == "tile/2/003.p/4"
    with pytest.raises(ValueError, match="level 0"):
        _ = Tile(2, 3, 4).entries_path


def test_the_tiles_of_seventy_thousand_entries() -> None:
    """The example of C2SP tlog-tiles."""
    tiles = list(tiles_of(70_000))
    assert tiles[:273] == [Tile(0, index) for index in range(273)]
    assert tiles[273:] == [Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]


@pytest.mark.parametrize(
    ("size", "tiles"),
    [
        (0, []),
        (1, [Tile(0, 0, 1)]),
        (255, [Tile(0, 0, 255)]),
        (256, [Tile(0, 0), Tile(1, 0, 1)]),
        (257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]),
        (512, [Tile(0, 0), Tile(0, 1), Tile(1, 0, 2)]),
        (65_536, [*(Tile(0, n) for n in range(256)), Tile(1, 0), Tile(2, 0, 1)]),
    ],
)
def test_the_tiles_of_other_sizes(size: int, tiles: list[Tile]) -> None:
    """No empty tile, and none above a partial one that counts it."""
    assert list(tiles_of(size)) == tiles


@given(st.integers(0, 200_000), st.integers(0, 3_000))
def test_growing_writes_the_tiles_that_were_not_there(since: int, more: int) -> None:
    """Those of the larger tree without those of the smaller."""
    had = set(tiles_of(since))
    expected = [tile for tile in tiles_of(since + more) if tile not in had]
    assert list(tiles_of(since + more, since=since)) == expected


@given(st.integers(0, 20), st.integers(0, 2**20), st.integers(1, 2**40))
def test_a_node_lies_in_a_tile_of_the_tree_or_nowhere(level: int, index: int, size: int) -> None:
    """For every complete subtree, a tile of its right size that spans exactly its entries."""
    complete = (index + 1) << level <= size
    if not complete:
        with pytest.raises(ValueError, match="no such complete subtree"):
            holding(level, index, size)
        return
    tile, first, last = holding(level, index, size)
    span = WIDTH**tile.level
    assert 0 <= first < last <= tile.width <= WIDTH
    assert (tile.index * WIDTH + first) * span == index << level
    assert (tile.index * WIDTH + last) * span == (index + 1) << level
    assert tile.width == min(WIDTH, size // span - tile.index * WIDTH)


@pytest.mark.parametrize(
    ("size", "indexes"),
    [
        (1, [0]),
        (255, [0, 100, 254]),
        (256, [0, 255]),
        (257, [0, 255, 256]),
        (70_000, [0, 65_535, 65_536, 69_887, 69_888, 69_999]),
    ],
)
def test_proofs_come_out_of_tiles(size: int, indexes: list[int]) -> None:
    """Over several levels of tiles, full and partial, and each tile is one that exists."""
    present = {tile: tile_bytes(tile) for tile in tiles_of(size)}
    hashes = hashes_in(present.__getitem__, size)
    root = root_of(LEAVES[:size])
    for index in indexes:
        proof = inclusion_proof(index, size, hashes)
        verify_inclusion(LEAVES[index], index, size, proof, root)
        old = index + 1
        verify_consistency(
            old, size, consistency_proof(old, size, hashes), root_of(LEAVES[:old]), root
        )


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(32 * 6), bytes(32 * 8)])
def test_a_tile_of_the_wrong_length_is_refused(data: bytes) -> None:
    """Cut off or padded, it gives no hash at all."""
    with pytest.raises(Tampered, match=r"tile/0/000\.p/7 has the wrong length"):
        hashes_in(lambda _tile: data, 7)(0, 0)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_s_entries_come_out_as_they_went_in(entries: list[bytes]) -> None:
    """Empty ones too."""
    assert unbundle(bundle(entries), len(entries)) == entries


@given(st.data(), st.lists(st.binary(max_size=40), min_size=1, max_size=6))
def test_a_damaged_bundle_is_refused(data: st.DataObject, entries: list[bytes]) -> None:
    """Cut anywhere, followed by anything, or with another number of entries."""
    whole = bundle(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))
    extra = data.draw(st.binary(min_size=1, max_size=5))
    for wrong, count in [
        (whole[:cut], len(entries)),
        (whole + extra, len(entries)),
        (whole, len(entries) - 1),
        (whole, len(entries) + 1),
    ]:
        with pytest.raises(Tampered, match="bundle is damaged"):
            unbundle(wrong, count)


def test_what_does_not_fit_a_bundle_is_refused() -> None:
    """The longest entry fits; one byte more, or one entry more, does not."""
    longest = bytes(LONGEST_ENTRY)
    assert unbundle(bundle([longest]), 1) == [longest]
    for entries in ([longest + b"x"], [b""] * (WIDTH + 1)):
        with pytest.raises(LimitExceeded, match="does not fit"):
            bundle(entries)
    with pytest.raises(Tampered, match="damaged"):
        unbundle(bytes(2 * (WIDTH + 1)), WIDTH + 1)


# Published vectors ------------------------------------------------------------------------------


def test_a_real_log_s_tiles_hold_its_entries(tiled_log: Path) -> None:
    """Every tile it wrote has the hashes of its entries, at the paths given here."""
    for size in range(1, 16):
        (tile,) = tiles_of(size)
        data = (tiled_log / tile.entries_path).read_bytes()
        entries = unbundle(data, tile.width)
        assert bundle(entries) == data
        hashes = b"".join(leaf_hash(entry) for entry in entries)
        assert (tiled_log / tile.path).read_bytes() == hashes
