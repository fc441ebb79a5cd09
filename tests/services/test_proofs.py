"""Proofs made from what is stored: of entries and of growth, for every size there ever was."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.logs import add, behind_the_guards, checkpoints, sequencer
from support.placing import leaves
from support.world import LOG_KEY

from gateway.audit.merkle import (
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.audit.proofs import Proof
from gateway.audit.tiles import WIDTH, Tile, hashes_in, tiles_of
from gateway.domain.errors import NotFound, Tampered
from gateway.services.proofs import consistency, covering, inclusion, proof_of, tile_hashes
from gateway.storage.database import PostgresDatabase

SIZE = 3 * WIDTH + 17
STEPS = (1, 2, WIDTH - 4, 1, 1, WIDTH, SIZE - 2 * WIDTH - 1)  # entries under each checkpoint
SIZES = st.one_of(
    st.integers(1, SIZE),
    st.sampled_from([1, WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH, 3 * WIDTH - 1, 3 * WIDTH, SIZE]),
)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Log:
    """A stored log, and its entries with their hashes as they should be."""

    database: PostgresDatabase
    leaves: list[bytes]
    hashes: list[bytes]

    def root(self, size: int) -> bytes:
        """The root over the first entries."""
        return root_of(self.hashes[:size])


@pytest.fixture
async def log(database: PostgresDatabase) -> Log:
    """A log of a few tiles, signed at several sizes."""
    runner = sequencer(database)
    for step in STEPS:
        await add(database, step)
        await runner.run()
    exact = await leaves(database)
    assert len(exact) == SIZE
    return Log(database, exact, [leaf_hash(leaf) for leaf in exact])


@OFTEN
@given(size=SIZES, data=st.data())
async def test_an_entry_is_proved_in_every_tree_that_has_it(
    log: Log, size: int, data: st.DataObject
) -> None:
    """Also in those of sizes that were never signed, and that have grown since."""
    position = data.draw(st.integers(0, size - 1))
    async with log.database.snapshot() as view:
        proof = await inclusion(view, position, size)
    verify_inclusion(log.hashes[position], position, size, proof, log.root(size))


@OFTEN
@given(sizes=st.tuples(SIZES, SIZES).map(sorted))
async def test_growth_is_proved_between_any_two_sizes(log: Log, sizes: list[int]) -> None:
    """From the older root to the newer one."""
    old, new = sizes
    async with log.database.snapshot() as view:
        proof = await consistency(view, old, new)
    verify_consistency(old, new, proof, log.root(old), log.root(new))


async def test_growth_from_nothing_needs_no_proof(log: Log) -> None:
    """An empty log begins every other."""
    async with log.database.snapshot() as view:
        assert await consistency(view, 0, SIZE) == ()


@pytest.mark.parametrize("size", [1, WIDTH, WIDTH + 1, 3 * WIDTH, SIZE])
async def test_tiles_are_given_at_every_width(log: Log, size: int) -> None:
    """Full or not, what became full since answers for them, byte for byte."""
    async with log.database.snapshot() as view:
        tiles = {tile: await tile_hashes(view, tile) for tile in tiles_of(size)}
    for tile, found in tiles.items():
        span = WIDTH**tile.level
        first, last = tile.index * WIDTH * span, (tile.index * WIDTH + tile.width) * span
        roots = (root_of(log.hashes[at : at + span]) for at in range(first, last, span))
        assert found == b"".join(roots)
    proof = inclusion_proof(0, size, hashes_in(tiles.__getitem__, size))
    verify_inclusion(log.hashes[0], 0, size, proof, log.root(size))


async def test_a_tile_the_log_does_not_reach_is_short(log: Log) -> None:
    """Whoever takes it for whole finds out by its length."""
    async with log.database.snapshot() as view:
        assert len(await tile_hashes(view, Tile(0, 3))) == 17 * 32
        assert await tile_hashes(view, Tile(0, 4, 1)) == b""
        assert len(await tile_hashes(view, Tile(1, 0))) == 3 * 32
        assert await tile_hashes(view, Tile(2, 0, 1)) == b""
        with pytest.raises(Tampered):
            await inclusion(view, SIZE, SIZE + 1)


async def test_the_first_checkpoint_that_covers_is_given(log: Log) -> None:
    """For every size up to the log's, and none beyond."""
    signed = [each.size for each in await checkpoints(log.database)]
    assert signed == [sum(STEPS[:number]) for number in range(1, len(STEPS) + 1)]
    async with log.database.snapshot() as view:
        for size in (0, 1, 2, 3, 4, WIDTH, WIDTH + 1, WIDTH + 2, SIZE):
            found = await covering(view, size)
            assert found.size == min(each for each in signed if each >= size)
        with pytest.raises(NotFound):
            await covering(view, SIZE + 1)


@OFTEN
@given(position=st.integers(0, SIZE - 1))
async def test_a_receipt_verifies_and_stays_the_same(log: Log, position: int) -> None:
    """It names the first checkpoint that covered the entry, whatever came after."""
    async with log.database.snapshot() as view:
        made = await proof_of(view, position, log.leaves[position])
        expected = await covering(view, position + 1)
    read = Proof.parse(bytes(made))
    assert read == made
    assert read.checkpoint == expected.note
    under = read.verify(read.extra, [LOG_KEY.verifier_key])
    assert (under.size, under.root) == (expected.size, log.root(expected.size))
    other = log.leaves[position - 1]
    with pytest.raises(Tampered):
        read.verify(other, [LOG_KEY.verifier_key])


async def test_what_no_checkpoint_covers_has_no_receipt(log: Log) -> None:
    """Rather than one that would not verify."""
    async with log.database.snapshot() as view:
        with pytest.raises(NotFound):
            await proof_of(view, SIZE, b"{}")


async def test_a_log_with_a_hole_proves_nothing_there(log: Log, database_url: str) -> None:
    """Where an entry of an unfinished tile is gone, the proof fails instead of being wrong."""
    with behind_the_guards(database_url) as connection:
        connection.execute("DELETE FROM audit_entries WHERE position = %s", (SIZE - 1,))
    async with log.database.snapshot() as view:
        with pytest.raises(Tampered):
            await inclusion(view, SIZE - 2, SIZE)
        proof = await inclusion(view, 0, WIDTH)
    verify_inclusion(log.hashes[0], 0, WIDTH, proof, log.root(WIDTH))
