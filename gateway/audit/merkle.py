"""The tree over the log's entries: hashes, roots, and proofs made and checked.

Source: RFC 6962 section 2.1. Sizes count entries; indexes begin at 0.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import Self

from gateway.audit.errors import Tampered

HASH_BYTES = 32
LARGEST_SIZE = 2**63 - 1  # entries; what other programs for these formats count up to
EMPTY_ROOT = sha256(b"").digest()
_TOGETHER = 1024  # leaves that are added at once, to bound the room that takes

Hashes = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree: of the 2**level entries that begin at index * 2**level."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry; its prefix keeps it apart from a node's."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(lines: Iterable[bytes]) -> list[bytes]:
    """The hash of each entry; each is given with the line break that ends it in an export."""
    return [sha256(b"\x00" + line[:-1]).digest() for line in lines]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees' hashes."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The right edge of a growing tree: enough to add entries and give the root, in log(n) room."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # roots of complete subtrees, largest first

    def append(self, leaf: bytes) -> None:
        """Add an entry by its leaf hash."""
        if len(leaf) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        size, node, peaks = self.size, leaf, self._peaks
        while size & 1:
            node = node_hash(peaks.pop(), node)
            size >>= 1
        peaks.append(node)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add entries by their leaf hashes: the same as to append each, and faster."""
        if not {HASH_BYTES}.issuperset(map(len, leaves)):
            raise ValueError("a leaf hash has 32 bytes")
        size, nodes, peaks = self.size, list(leaves), self._peaks
        last: list[bytes] = []  # of each level, the node left without a sibling
        while nodes:
            if size & 1:
                nodes.insert(0, peaks.pop())
            if len(nodes) & 1:
                last.append(nodes.pop())
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            size >>= 1
        peaks.extend(reversed(last))
        self.size += len(leaves)

    def root(self) -> bytes:
        """The root hash over all entries so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def __bytes__(self) -> bytes:
        """The state: the size in 8 bytes, big-endian, and the subtrees' roots, largest first."""
        return self.size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, state: bytes) -> Self:
        """The tree that `bytes(tree)` is the state of; Tampered if it cannot be one."""
        tree = cls()
        tree.size = int.from_bytes(state[:8], "big")
        tree._peaks = hashes_of(state[8:])
        whole = 8 + HASH_BYTES * tree.size.bit_count()
        if len(state) != whole or tree.size > LARGEST_SIZE:
            raise Tampered("The stored tree is damaged.", "Rebuild it from the entries.")
        return tree


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root hash over `leaves`, which are leaf hashes, or hashes of equally large subtrees."""
    tree = Tree()
    rest = iter(leaves)
    while some := list(islice(rest, _TOGETHER)):
        tree.extend(some)
    return tree.root()


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes that stand in `data` one after another."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def inclusion_proof(index: int, size: int, hashes: Hashes) -> tuple[bytes, ...]:
    """What leads from entry `index` to the root of the first `size` entries, leaf's sibling first.

    Source: RFC 6962 section 2.1.1 (PATH).
    """
    if not 0 <= index < size:
        raise ValueError("the entry is not in the tree")

    def path(start: int, end: int) -> tuple[bytes, ...]:
        if end - start == 1:
            return ()
        middle = _middle(start, end)
        if index < middle:
            return (*path(start, middle), _subtree(middle, end, hashes))
        return (*path(middle, end), _subtree(start, middle, hashes))

    return path(0, size)


def consistency_proof(old: int, new: int, hashes: Hashes) -> tuple[bytes, ...]:
    """What shows that the first `old` entries are still the first of `new`.

    Source: RFC 6962 section 2.1.2 (PROOF, SUBPROOF).
    """
    if not 0 < old <= new:
        raise ValueError("the older tree is empty, or larger than the newer one")

    def path(start: int, end: int) -> tuple[bytes, ...]:
        if end == old:
            return (_subtree(start, end, hashes),) if start else ()
        middle = _middle(start, end)
        if old <= middle:
            return (*path(start, middle), _subtree(middle, end, hashes))
        return (*path(middle, end), _subtree(start, middle, hashes))

    return path(0, new)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Hold that leaf hash `leaf` is number `index` of the `size` under `root`; else Tampered.

    Source: RFC 9162 section 2.1.3.2.
    """
    _require(0 <= index < size <= LARGEST_SIZE, "names an entry outside the tree")
    _require_hashes(leaf, root, *proof)
    found = leaf
    for sibling, on_left in _climb(index, size - 1, proof):
        found = node_hash(sibling, found) if on_left else node_hash(found, sibling)
    _require(found == root, "leads to another root")


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Hold that the `old` entries under `old_root` begin the `new` under `new_root`; else Tampered.

    An empty tree begins every other: there is no proof of it, and none is taken. For equal sizes
    the proof is empty. Source: RFC 9162 section 2.1.4.2.
    """
    _require(0 < old <= new <= LARGEST_SIZE, "is for sizes that cannot be compared")
    _require_hashes(old_root, new_root, *proof)
    if old == new:
        _require(not proof and old_root == new_root, "is of one size but not of one root alone")
        return
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    _require(bool(proof), "has too few hashes")
    first, *rest = proof if at else (old_root, *proof)  # a complete tree begins its own proof
    old_found = new_found = first
    for sibling, on_left in _climb(at, last, rest):
        if on_left:
            old_found, new_found = node_hash(sibling, old_found), node_hash(sibling, new_found)
        else:
            new_found = node_hash(new_found, sibling)
    _require((old_found, new_found) == (old_root, new_root), "leads to another root")


def _climb(at: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each hash of a proof and whether it stands on the left, from node `at` up to the root.

    `last` is the number of the last node on the same level. Holds that the proof ends at the root.
    """
    for sibling in proof:
        _require(last > 0, "has too many hashes")
        on_left = bool(at & 1) or at == last
        while on_left and at and not at & 1:  # the last node has no sibling here
            at, last = at >> 1, last >> 1
        yield sibling, on_left
        at, last = at >> 1, last >> 1
    _require(last == 0, "has too few hashes")


def _middle(start: int, end: int) -> int:
    """Where RFC 6962 divides a tree: after the largest power of two below its size."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _subtree(start: int, end: int, hashes: Hashes) -> bytes:
    """The hash over entries `start` to `end`; divided by `_middle`, complete ones are aligned."""
    level = (end - start).bit_length() - 1
    if end - start == 1 << level:
        return hashes(level, start >> level)
    middle = _middle(start, end)
    return node_hash(_subtree(start, middle, hashes), _subtree(middle, end, hashes))


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Tampered(f"The proof {otherwise}.", "Ask for the proof again, from another copy.")


def _require_hashes(*values: bytes) -> None:
    _require(all(len(value) == HASH_BYTES for value in values), "holds what is not a hash")
