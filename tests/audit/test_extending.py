"""Adding many entries to the tree at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.merkle import Tree, leaf_hash, leaf_hashes


@given(st.lists(st.integers(0, 40), max_size=6))
def test_extending_is_appending_many_times(counts: list[int]) -> None:
    """Whatever the tree's size was before, and however many are added."""
    leaves = [leaf_hash(b"%d" % number) for number in range(sum(counts))]
    extended, appended = Tree(), Tree()
    for count in counts:
        extended.extend(leaves[extended.size : extended.size + count])
        while appended.size < extended.size:
            appended.append(leaves[appended.size])
        assert bytes(extended) == bytes(appended)
        assert extended.root() == appended.root()


def test_what_is_no_hash_extends_nothing() -> None:
    """Not even by the hashes before it."""
    tree = Tree()
    with pytest.raises(ValueError, match="32 bytes"):
        tree.extend([leaf_hash(b""), b"short"])
    assert tree.size == 0


def test_lines_are_hashed_without_their_end() -> None:
    """An entry's bytes are those before the line break."""
    assert leaf_hashes([b"a\n", b"\n"]) == [leaf_hash(b"a"), leaf_hash(b"")]
