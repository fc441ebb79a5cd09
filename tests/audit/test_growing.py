"""The right edge of a growing tree: the same roots as the whole tree, and the same tiles."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.growing import Edge
from gateway.audit.merkle import EMPTY_ROOT, Tree, leaf_hash, root_of
from gateway.audit.tiles import WIDTH, Tile, tiles_of

LEAVES = [leaf_hash(b"%d" % number) for number in range(3 * WIDTH**2 // 2)]
SIZES = st.one_of(
    st.integers(0, 3 * WIDTH),
    st.integers(WIDTH**2 - 3, WIDTH**2 + 3),
    st.sampled_from([WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH, WIDTH**2 + WIDTH]),
)


def grown(steps: Sequence[int]) -> tuple[Edge, list[tuple[Tile, bytes, bytes]]]:
    """An edge to which so many entries were added at each step, and all tiles it gave."""
    edge, made = Edge(), []
    for step in steps:
        made += list(edge.append(LEAVES[edge.size : edge.size + step]))
    return edge, made


def loaded(size: int) -> Edge:
    """An edge put together from what tiles hold, as one that goes on with a stored log is."""
    edge, level, hashes = Edge(size), 0, LEAVES[:size]
    while hashes:
        first = len(hashes) - len(hashes) % WIDTH
        edge.unfinished.append(list(hashes[first:]))
        hashes = [root_of(hashes[at : at + WIDTH]) for at in range(0, first, WIDTH)]
        level += 1
    return edge


def test_an_empty_edge_has_the_empty_root() -> None:
    """RFC 6962 section 2.1: the hash of nothing."""
    assert Edge().root() == EMPTY_ROOT
    assert list(Edge().append([])) == []


@given(steps=st.lists(st.integers(0, 2 * WIDTH), max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_root_is_the_trees(steps: list[int]) -> None:
    """However the entries come, in one piece or many."""
    edge, _ = grown(steps)
    tree = Tree()
    tree.extend(LEAVES[: sum(steps)])
    assert (edge.size, edge.root()) == (tree.size, tree.root())


def test_the_root_is_the_trees_at_every_size() -> None:
    """One entry at a time, over the first tiles."""
    edge, tree = Edge(), Tree()
    for leaf in LEAVES[: 2 * WIDTH + 2]:
        list(edge.append([leaf]))
        tree.append(leaf)
        assert edge.root() == tree.root()


@given(size=SIZES, more=st.integers(0, 2 * WIDTH))
@settings(max_examples=12, deadline=None)
def test_the_tiles_it_gives_are_those_that_became_full(size: int, more: int) -> None:
    """Each full tile of the tree once, lower levels first, with its hashes and their root."""
    edge, before = grown([size])
    after = list(edge.append(LEAVES[size : size + more]))
    full = [tile for tile in tiles_of(size + more) if tile.width == WIDTH]
    made = [tile for tile, _, _ in (*before, *after)]
    assert sorted(made, key=lambda tile: (tile.level, tile.index)) == full
    assert {tile for tile, _, _ in after} == set(full) - set(tiles_of(size))
    for tile, hashes, root in (*before, *after):
        span = WIDTH**tile.level
        starts = range(tile.index * WIDTH * span, (tile.index + 1) * WIDTH * span, span)
        assert hashes == b"".join(root_of(LEAVES[at : at + span]) for at in starts)
        assert root == root_of(LEAVES[starts[0] : starts[0] + WIDTH * span])


@given(size=SIZES, more=st.integers(0, 2 * WIDTH))
@settings(max_examples=12, deadline=None)
def test_it_goes_on_from_what_tiles_hold(size: int, more: int) -> None:
    """An edge loaded mid-way gives the same tiles and roots as one that was there all along."""
    whole, _ = grown([size])
    later = loaded(size)
    assert later.root() == whole.root()
    news = LEAVES[size : size + more]
    assert list(later.append(news)) == list(whole.append(news))
    assert later.root() == whole.root() == root_of(LEAVES[: size + more])


@given(size=SIZES)
@settings(max_examples=12, deadline=None)
def test_it_holds_less_than_a_tile_of_each_level(size: int) -> None:
    """The room it takes does not grow with the log."""
    edge, _ = grown([size])
    assert [len(hashes) for hashes in edge.unfinished] == [
        (size >> 8 * level) % WIDTH for level in range(len(edge.unfinished))
    ]
