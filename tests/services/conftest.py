"""A gateway with the sample register, for each test of the use cases."""

from pathlib import Path

import pytest
from support.world import ROOT, World, make_world

from gateway.policy import CedarJudge, load_bundle
from gateway.storage.database import PostgresDatabase
from gateway.storage.vault import FileVault


@pytest.fixture(scope="session")
def judge() -> CedarJudge:
    """The project's own policies."""
    return CedarJudge(load_bundle(ROOT / "policies"))


@pytest.fixture
async def world(
    database: PostgresDatabase, vault: FileVault, judge: CedarJudge, tmp_path: Path
) -> World:
    """A gateway with the sample register imported, on a clock that stands still."""
    return await make_world(database, vault, judge, tmp_path)
