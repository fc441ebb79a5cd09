"""The tree: hashes, roots, and proofs of inclusion and consistency."""

from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.domain.errors import Tampered

REFERENCE = {  # entries of RFC 6962's reference tests, and the root once each was added
    "": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "00": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "10": "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "2021": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "3031": "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "40414243": "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "5051525354555657": "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "606162636465666768696a6b6c6d6e6f": (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    ),
}
LARGEST = 70
LEAVES = [leaf_hash(b"%d" % number) for number in range(LARGEST)]


def mth(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 section 2.1 defines it, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


ROOTS = [mth(LEAVES[:size]) for size in range(LARGEST + 1)]


def stored(level: int, index: int) -> bytes:
    """A complete subtree's hash; that it lies beyond the entries would be an error."""
    start, end = index << level, (index + 1) << level
    assert end <= LARGEST
    return mth(LEAVES[start:end])


def flipped(value: bytes, bit: int) -> bytes:
    """`value` with one bit the other way."""
    return (int.from_bytes(value, "big") ^ 1 << bit % (8 * len(value))).to_bytes(len(value), "big")


def test_the_reference_roots_come_out() -> None:
    """The known answers of RFC 6962's reference tests, the empty tree among them."""
    tree = Tree()
    assert tree.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for entry, root in REFERENCE.items():
        tree.append(leaf_hash(bytes.fromhex(entry)))
        assert tree.root().hex() == root


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_a_tree_grown_leaf_by_leaf_has_the_defined_root(size: int) -> None:
    """The right edge alone gives the root that the recursive definition gives."""
    assert root_of(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_a_tree_goes_on_from_its_stored_state(size: int) -> None:
    """A tree read back from its bytes grows like the one it was."""
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    again = Tree.from_bytes(bytes(tree))
    assert (again.size, bytes(again)) == (size, bytes(tree))
    for leaf in LEAVES[size:]:
        again.append(leaf)
    assert again.root() == ROOTS[LARGEST]


@pytest.mark.parametrize(
    "state",
    [b"", bytes(7), bytes(7) + b"\x01", bytes(40), bytes(7) + b"\x03" + bytes(63), b"\xff" * 2056],
    ids=["none", "short size", "no hash", "a hash too many", "a byte missing", "too large"],
)
def test_a_damaged_state_is_refused(state: bytes) -> None:
    """A state whose length does not fit its size is no tree."""
    with pytest.raises(Tampered, match="stored tree is damaged"):
        Tree.from_bytes(state)


def test_only_hashes_are_appended() -> None:
    """An entry given in place of its hash is a mistake that is met at once."""
    with pytest.raises(ValueError, match="32 bytes"):
        Tree().append(b"an entry")


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_entry_of_every_tree_is_proved(size: int) -> None:
    """And its proof proves it at no other place, in no other tree, for no other entry."""
    for index in range(size):
        proof = inclusion_proof(index, size, stored)
        verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
        wrong = [
            (LEAVES[index], index + 1, size, proof, ROOTS[size]),
            (LEAVES[index], index - 1, size, proof, ROOTS[size]),
            (LEAVES[index - 1] if size > 1 else LEAVES[1], index, size, proof, ROOTS[size]),
            (LEAVES[index], index, size, proof, ROOTS[size - 1]),
            (LEAVES[index], index, size, (*proof, ROOTS[size]), ROOTS[size]),
            (LEAVES[index], index, size, (ROOTS[size], *proof), ROOTS[size]),
            (LEAVES[index], index, 0, proof, ROOTS[size]),
        ]
        if proof:
            wrong += [
                (LEAVES[index], index, size, proof[:-1], ROOTS[size]),
                (LEAVES[index], index, size, proof[1:], ROOTS[size]),
                (LEAVES[index], index, size, (), ROOTS[size]),
                (LEAVES[index], index, size, (*proof[:-1], proof[-1][:31]), ROOTS[size]),
            ]
        for arguments in wrong:
            with pytest.raises(Tampered):
                verify_inclusion(*arguments)


@pytest.mark.parametrize("new", range(1, LARGEST + 1))
def test_every_older_tree_is_proved_to_begin_every_newer(new: int) -> None:
    """And the proof holds for no other roots, with no hash more, less or shorter."""
    for old in range(1, new + 1):
        proof = consistency_proof(old, new, stored)
        verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
        wrong = [
            (old, new, proof, ROOTS[old - 1], ROOTS[new]),
            (old, new, proof, ROOTS[old], ROOTS[new - 1]),
            (old, new, (*proof, ROOTS[new]), ROOTS[old], ROOTS[new]),
            (old, new, (ROOTS[old], *proof), ROOTS[old], ROOTS[new]),
            (0, new, proof, EMPTY_ROOT, ROOTS[new]),
            (0, new, (), EMPTY_ROOT, ROOTS[new]),
            (new + 1, new, proof, ROOTS[old], ROOTS[new]),
        ]
        if proof:
            wrong += [
                (old, new, proof[:-1], ROOTS[old], ROOTS[new]),
                (old, new, proof[1:], ROOTS[old], ROOTS[new]),
                (old, new, (), ROOTS[old], ROOTS[new]),
                (old, new, (*proof[:-1], proof[-1] + b"\x00"), ROOTS[old], ROOTS[new]),
                (new, new, proof, ROOTS[new], ROOTS[new]),
            ]
        for arguments in wrong:
            with pytest.raises(Tampered):
                verify_consistency(*arguments)


@given(st.data())
def test_any_changed_bit_breaks_a_proof_of_inclusion(data: st.DataObject) -> None:
    """Of the leaf, of the root, or of any hash between them."""
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    values = [LEAVES[index], ROOTS[size], *inclusion_proof(index, size, stored)]
    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = flipped(values[place], data.draw(st.integers(0, 255)))
    leaf, root, *proof = values
    with pytest.raises(Tampered, match="leads to another root"):
        verify_inclusion(leaf, index, size, proof, root)


@given(st.data())
def test_any_changed_bit_breaks_a_proof_of_consistency(data: st.DataObject) -> None:
    """Of either root, or of any hash between them."""
    new = data.draw(st.integers(1, LARGEST))
    old = data.draw(st.integers(1, new))
    values = [ROOTS[old], ROOTS[new], *consistency_proof(old, new, stored)]
    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = flipped(values[place], data.draw(st.integers(0, 255)))
    old_root, new_root, *proof = values
    with pytest.raises(Tampered, match="root"):
        verify_consistency(old, new, proof, old_root, new_root)


@given(st.data())
def test_a_proof_of_inclusion_holds_for_no_other_index(data: st.DataObject) -> None:
    """Nothing but the index is changed."""
    size = data.draw(st.integers(2, LARGEST))
    index, other = data.draw(
        st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)
    )
    proof = inclusion_proof(index, size, stored)
    with pytest.raises(Tampered):
        verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])


@given(st.integers(0, LARGEST), st.integers(1, LARGEST), st.data())
def test_random_hashes_prove_nothing(old: int, new: int, data: st.DataObject) -> None:
    """Forged proofs of any length fail, for sizes that differ and for those that do not."""
    proof = data.draw(st.lists(st.sampled_from([*LEAVES[:8], bytes(32), *ROOTS[:8]]), max_size=9))
    entry = leaf_hash(b"forged")
    with pytest.raises(Tampered):
        verify_inclusion(entry, old, new, proof, ROOTS[new])
    with pytest.raises(Tampered):
        verify_consistency(old, new, proof, entry, ROOTS[new])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3)])
def test_no_proof_is_made_for_an_entry_that_is_not_there(index: int, size: int) -> None:
    """The caller asked for what cannot be."""
    with pytest.raises(ValueError, match="not in the tree"):
        inclusion_proof(index, size, stored)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (2, 1), (-1, 1)])
def test_no_proof_is_made_between_sizes_without_one(old: int, new: int) -> None:
    """An empty tree, or an older one that is larger."""
    with pytest.raises(ValueError, match="older tree"):
        consistency_proof(old, new, stored)


# Published vectors ------------------------------------------------------------------------------

OUTSIDE = "names an entry outside"
SIZES = "sizes that cannot be compared"
NO_HASH = "not a hash"
MANY = "too many"
FEW = "too few"
OTHER = "another root|of one size"
FAILURES = {  # how an invalid vector's name begins, and why it fails here
    "consistency-check-on-empty-tree": SIZES,
    "empty-leaf": f"{OUTSIDE}|{NO_HASH}",
    "empty-proof": FEW,
    "empty-root": f"{OUTSIDE}|{NO_HASH}|{OTHER}",
    "inserted-component": MANY,
    "leafIdx-": f"{OUTSIDE}|{FEW}|{OTHER}",
    "modified-proof": OTHER,
    "preceding-garbage": NO_HASH,
    "preceding-": MANY,
    "random-leaf": f"{OUTSIDE}|{NO_HASH}",
    "random-root": OTHER,
    "removed-component": FEW,
    "roots-do-not-match-and-sizes-are-zero": SIZES,
    "roots-do-not-not-match-and-sizes-are-one": NO_HASH,
    "size1-is-": SIZES,
    "size1-": f"{SIZES}|{MANY}|{FEW}|{OTHER}",
    "size2-": f"{SIZES}|{MANY}|{FEW}|{OTHER}",
    "sizes-are-equal-zero": SIZES,
    "sizes-are-equal-one": NO_HASH,
    "sizes-do-not-watch": NO_HASH,
    "sizes-match-but-proof-is-not-empty-and-sizes-are-one": OTHER,
    "sizes-match-but-proof-is-not-empty-and-sizes-are-zero": SIZES,
    "swapped-roots": OTHER,
    "trailing-garbage": NO_HASH,
    "trailing-": MANY,
    "treeSize-": f"{OUTSIDE}|{MANY}|{FEW}",
    "truncated-proof": FEW,
    "wrong-": NO_HASH,
}
STRICTER = {  # taken by the vectors' own code, which does not look at the length of a root
    "sizes-are-equal-one-and-proof-is-empty",
}


def expected_failure(name: str) -> str:
    """Why a vector of that name fails: the longest beginning that fits."""
    return FAILURES[max((begin for begin in FAILURES if name.startswith(begin)), key=len)]


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(value) for value in vector["proof"] or ()]


def of(vector: dict[str, Any], member: str) -> bytes:
    return b64decode(vector[member] or "")


def test_published_inclusion_proofs(inclusion_vector: dict[str, Any]) -> None:
    """Valid ones are taken, invalid ones fail for the reason their name says."""
    v = inclusion_vector
    arguments = (of(v, "leafHash"), v["leafIdx"], v["treeSize"], proof_of(v), of(v, "root"))
    if v["wantErr"]:
        with pytest.raises(Tampered, match=expected_failure(v["name"])):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


def test_published_consistency_proofs(consistency_vector: dict[str, Any]) -> None:
    """Valid ones are taken, invalid ones fail for the reason their name says."""
    v = consistency_vector
    arguments = (v["size1"], v["size2"], proof_of(v), of(v, "root1"), of(v, "root2"))
    if v["wantErr"] or v["name"] in STRICTER:
        with pytest.raises(Tampered, match=expected_failure(v["name"])):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)


def test_a_real_log_s_entry_is_proved(large_inclusion: dict[str, Any]) -> None:
    """The last of 76,959 entries, whose path leaves out the levels where it has no sibling."""
    v = large_inclusion
    leaf = leaf_hash(v["entry"].encode())
    verify_inclusion(leaf, v["index"], v["size"], proof_of(v), of(v, "root"))
    with pytest.raises(Tampered, match=OTHER):
        verify_inclusion(leaf_hash(b"other"), v["index"], v["size"], proof_of(v), of(v, "root"))


def test_another_program_s_consistency_proofs(sigsum_vector: dict[str, Any]) -> None:
    """Those of a witness's published example, one of them without its hashes."""
    v = sigsum_vector
    arguments = (v["m"], v["n"], proof_of(v), of(v, "r1"), of(v, "r2"))
    if v["valid"]:
        verify_consistency(*arguments)
    else:
        with pytest.raises(Tampered, match=FEW):
            verify_consistency(*arguments)


def test_published_roots(root_vector: tuple[list[str], str]) -> None:
    """Each prefix of the reference entries."""
    entries, root = root_vector
    assert root_of(leaf_hash(bytes.fromhex(entry)) for entry in entries).hex() == root
