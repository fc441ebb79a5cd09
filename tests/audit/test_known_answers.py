"""Answers known from elsewhere, written out: hashes, proofs and a signature that must come out.

Sources: the tests of Certificate Transparency's reference log (RFC 6962), whose eight entries
these are, and the example of Go's signed notes.
"""

from base64 import b64decode

import pytest

from gateway.audit.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.domain.errors import Tampered

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (  # of the first 0 to 8 of the entries
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
FIRST = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"  # leaf 0
SECOND = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"  # leaf 1
FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"  # leaf 4
SEVENTH = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"  # leaf 6
ZERO_ONE = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
TWO_THREE = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
FOUR_FIVE = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
SIX_SEVEN = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
LOWER_FOUR = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
UPPER_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def stored(level: int, index: int) -> bytes:
    """The hash of a complete subtree."""
    return root_of(LEAVES[index << level : (index + 1) << level])


def of(hashes: tuple[str, ...]) -> tuple[bytes, ...]:
    """Hashes from how they are written here."""
    return tuple(bytes.fromhex(value) for value in hashes)


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_known_ones(size: int) -> None:
    """Of no entries, of one, and of each number up to eight."""
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "known"),
    [
        (0, 1, ()),
        (0, 8, (SECOND, TWO_THREE, UPPER_FOUR)),
        (5, 8, (FIFTH, SIX_SEVEN, LOWER_FOUR)),
        (2, 3, (ZERO_ONE,)),
        (1, 5, (FIRST, TWO_THREE, FIFTH)),
    ],
)
def test_the_proofs_of_inclusion_are_the_known_ones(
    index: int, size: int, known: tuple[str, ...]
) -> None:
    """Each is made as it is known, holds for its entry, and not for another."""
    proof, root = of(known), bytes.fromhex(ROOTS[size])
    assert inclusion_proof(index, size, stored) == proof
    verify_inclusion(LEAVES[index], index, size, proof, root)
    with pytest.raises(Tampered, match="another root"):
        verify_inclusion(LEAVES[index + 1], index, size, proof, root)


@pytest.mark.parametrize(
    ("old", "new", "known"),
    [
        (1, 1, ()),
        (1, 8, (SECOND, TWO_THREE, UPPER_FOUR)),
        (6, 8, (FOUR_FIVE, SIX_SEVEN, LOWER_FOUR)),
        (2, 5, (TWO_THREE, FIFTH)),
        (6, 7, (FOUR_FIVE, SEVENTH, LOWER_FOUR)),
    ],
)
def test_the_proofs_of_consistency_are_the_known_ones(
    old: int, new: int, known: tuple[str, ...]
) -> None:
    """Each is made as it is known, holds for its older root, and not for another."""
    proof = of(known)
    old_root, new_root, other = (bytes.fromhex(root) for root in (ROOTS[old], ROOTS[new], ROOTS[3]))
    assert consistency_proof(old, new, stored) == proof
    verify_consistency(old, new, proof, old_root, new_root)
    with pytest.raises(Tampered, match=r"another root|one root alone"):
        verify_consistency(old, new, proof, other, new_root)


def test_the_signed_note_is_the_known_one() -> None:
    """The published key signs the published text to the published note, byte for byte."""
    seed = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    known = (
        f"{text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
        "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    note = Note(text, (sign(text, "PeterNeumann", seed),))
    assert bytes(note).decode() == known
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key == VerifierKey.of_seed("PeterNeumann", Kind.ED25519, seed)
    (signed,) = Note.parse(known.encode()).verify([key])
    assert signed.key == key
