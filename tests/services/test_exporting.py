"""Taking the log out: every entry is held against the checkpoint on the way."""

import json
from dataclasses import dataclass, field

import pytest
from support.logs import add, behind_the_guards
from support.world import ADMINISTRATOR, LOG_KEY, World

from gateway.audit.reading import read
from gateway.audit.tiles import WIDTH
from gateway.audit.verify import verify_export
from gateway.services import exporting, review
from gateway.services.disclosures import account_of_child
from gateway.services.exporting import Export, export, stream
from gateway.services.paging import Page
from gateway.storage.database import PostgresDatabase


@dataclass
class Taken:
    """What an export wrote."""

    leaves: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def write_file(self, path: str, data: bytes) -> None:
        """Keep a tile."""
        self.files[path] = data


@pytest.fixture
async def log(world: World, database: PostgresDatabase) -> World:
    """A log of two full tiles and a bit."""
    await add(database, 2 * WIDTH + 10)
    await world.parts.sequencer.run()
    return world


async def take(world: World) -> tuple[Taken, Export]:
    taken = Taken()
    made = await export(world.parts, ADMINISTRATOR, taken.leaves.append, taken.write_file)
    return taken, made


async def streamed(world: World) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    async for piece in stream(world.parts, ADMINISTRATOR):
        files[piece.file] = files.get(piece.file, b"") + piece.data
    return files


async def test_a_sound_log_is_taken_out_without_fault(log: World) -> None:
    """It verifies, whole or in pieces."""
    taken, made = await take(log)
    assert made.fault is None
    lines = [leaf + b"\n" for leaf in taken.leaves]
    assert len(lines) == made.entries
    verify_export(lines, made.checkpoint, [LOG_KEY.verifier_key])
    assert exporting.FAILED not in await streamed(log)


DAMAGE = {
    "an entry in a full tile": (
        "UPDATE audit_entries SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "  # noqa: ISC004
        "'pack.sent', 'pack.sunk'), 'UTF8') WHERE position = 88",
        "content or order differs",
    ),
    "an entry that is none": (
        "UPDATE audit_entries SET leaf = 'hello' WHERE position = 88",
        "Entry 88 (line 89) is not canonical JSON",
    ),
    "an entry lost": ("DELETE FROM audit_entries WHERE position = 88", "There are "),
    "an entry of the unfinished tile": (
        "UPDATE audit_entries SET leaf = 'hello' WHERE position = 515",
        "does not lead to the root signed",
    ),
    "the newest checkpoint": (
        "UPDATE log_checkpoints SET note = 'x' WHERE size = (SELECT max(size) FROM "  # noqa: ISC004
        "log_checkpoints)",
        "not a signed note",
    ),
}


@pytest.mark.parametrize(("statement", "why"), DAMAGE.values(), ids=DAMAGE)
async def test_a_damaged_log_is_taken_out_as_evidence(
    log: World, database_url: str, statement: str, why: str
) -> None:
    """All that there is, and what is wrong with it."""
    with behind_the_guards(database_url) as connection:
        connection.execute(statement.encode())
    taken, made = await take(log)
    assert made.fault is not None
    assert why in made.fault.message
    assert made.fault.remedy
    assert len(taken.leaves) >= 2 * WIDTH + 9
    assert taken.files
    files = await streamed(log)
    assert why in files[exporting.FAILED].decode()
    assert files[exporting.ENTRIES].count(b"\n") >= 2 * WIDTH + 9


async def test_readers_survive_what_is_no_entry(log: World, database_url: str) -> None:
    """A search shows that it is not understood; the rest is shown as ever."""
    await log.send()
    await log.leaves()
    with behind_the_guards(database_url) as connection:
        connection.execute(
            "UPDATE audit_entries SET leaf = 'hello' WHERE action = 'transfer.queued';"
            "UPDATE audit_entries SET leaf = '{\"v\":9}' WHERE action = 'document.withheld'"
        )
    page = Page(limit=1000)
    seen = await review.search(log.parts, ADMINISTRATOR, review.Wanted(), page)
    actions = {read(found.leaf)["action"] for found in seen.entries}
    assert {"not understood", "pack.sent"} <= actions

    found = await account_of_child(log.parts, ADMINISTRATOR, "child-7f3a", review.Wanted(), page)
    assert json.dumps([each.state for each in found.disclosures])
