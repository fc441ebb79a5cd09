"""The log as files over HTTP: checkpoints, tiles, bundles, proofs, and a stranger's mirror."""

from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from support.foreign import foreign_verifier, run
from support.sample_log import SampleLog, write_keys
from support.world import ADMINISTRATOR, LOG_KEY, STRANGER, World
from web.driving import Api, mailed, token_for
from web.schemas import conforms

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.entries import Action
from gateway.audit.merkle import verify_consistency
from gateway.audit.proofs import Proof
from gateway.audit.tiles import bundle, tiles_of, unbundle
from gateway.domain.actors import Role
from gateway.domain.errors import Tampered
from gateway.services.auditing import record

KEY = LOG_KEY.verifier_key
FULL = 600  # entries at least: two full tiles, a partial one, and one of level 1
NO_TILES = (
    "0/3",
    "0/0000",
    "0/000.p/0",
    "0/000.p/256",
    "0/000.p/257",
    "0/000.p/01",
    "0/000.p/",
    "0/000.p/-1",
    "0/000.p/1/",
    "0/000/",
    "0/x000/000",
    "0/x000/001",
    "0/000/000",
    "0/001/000",
    "0/%D9%A0%D9%A0%D9%A0",
    "0/000.p/%D9%A1",
    "0/002.p/256",
    "0/002",
    "0/003",
    "0/003.p/1",
    "0/x999/x999/x999/x999/x999/999",
    "0/x001/x000/x000/x000/x000/x000/000",
    "1/000",
    "1/000.p/3",
    "1/001",
    "2/000.p/1",
    "9/000",
    "00/000",
    "01/000.p/1",
    "-1/000",
    "10/000",
    "63/000.p/1",
    "entries/003",
    "entries/000.p/0",
    "entries/000.p/256",
    "entries/x000/000",
    "entries/0",
    "data/000",
    "8/0/000",
    "0/..%2f000",
    "0/000.p",
)


async def grow(world: World, size: int) -> None:
    """Write entries until the log has at least `size`."""
    missing = size - len(await world.leaves())
    async with world.parts.database.work() as work:
        for _ in range(missing):
            await record(world.parts, work, ADMINISTRATOR, Action.SERVICE_STARTED, {})
    await world.parts.sequencer.run(wait=True)


async def checkpoint(api: Api) -> tuple[bytes, Checkpoint]:
    """The newest checkpoint, verified with the log's key."""
    reply = await api.call("GET", "/log/checkpoint", role=Role.AUDITOR)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    state, signed = open_signed(reply.body, [KEY])
    assert [by.key for by in signed] == [KEY]
    return reply.body, state


async def stored(api: Api, size: int) -> SampleLog:
    """The first entries of the log, with tiles made from them by other code than the storage's."""
    return SampleLog(tuple((await api.world.leaves())[:size]), KEY.name)


async def test_the_checkpoint_is_the_logs_own(api: Api) -> None:
    """Signed by its key, under its name, over all entries that have a place."""
    await mailed(api.world)
    leaves = await api.world.leaves()
    _, state = await checkpoint(api)
    assert (state.origin, state.size) == (LOG_KEY.origin, len(leaves))
    assert state.root == (await stored(api, state.size)).state.root


async def test_every_tile_and_bundle_is_exact(api: Api) -> None:
    """Full and partial ones of each level, byte for byte as computed from the entries."""
    await grow(api.world, FULL)
    _, state = await checkpoint(api)
    log = await stored(api, state.size)
    tiles = list(tiles_of(state.size))
    assert {(tile.level, tile.width == 256) for tile in tiles} == {(0, 1), (0, 0), (1, 0)}
    narrower = [replace(tile, width=width) for tile in tiles[::2] for width in (1, tile.width - 1)]
    for tile in (*tiles, *(each for each in narrower if each.width)):
        reply = await api.call("GET", f"/log/{tile.path}", role=Role.ADMINISTRATOR)
        assert (reply.status, reply.body) == (200, log.tile(tile)), tile
        assert reply.headers["Content-Type"] == "application/octet-stream"
        if tile.level == 0:
            entries = await api.call("GET", f"/log/{tile.entries_path}", role=Role.AUDITOR)
            first = tile.index * 256
            assert entries.body == bundle(log.leaves[first : first + tile.width]), tile
            assert unbundle(entries.body, tile.width)[0] == log.leaves[first]


async def test_what_is_no_tile_of_the_log_is_not_there(api: Api) -> None:
    """Wrong widths, other spellings of a path, levels and places the log does not reach."""
    await grow(api.world, FULL)
    _, state = await checkpoint(api)
    assert 512 < state.size < 768
    for path in NO_TILES:
        reply = await api.call("GET", f"/log/tile/{path}", role=Role.AUDITOR)
        assert reply.status == 404, path


async def test_an_empty_place_in_an_unfinished_tile_is_not_there(api: Api) -> None:
    """One more than the log has is refused; exactly as many are given."""
    size = len(await api.world.leaves())
    for kind in ("0", "entries"):
        there = await api.call("GET", f"/log/tile/{kind}/000.p/{size}", role=Role.AUDITOR)
        beyond = await api.call("GET", f"/log/tile/{kind}/000.p/{size + 1}", role=Role.AUDITOR)
        assert (there.status, beyond.status) == (200, 404)
        conforms("getTile", beyond)


async def test_every_entry_has_a_proof_that_holds(api: Api) -> None:
    """The receipt holds the entry's exact bytes, and no other entry passes with it."""
    await mailed(api.world)
    leaves = await api.world.leaves()
    positions = [n for n, leaf in enumerate(leaves) if b'"agency":"tamariki-care"' in leaf]
    for position in (*positions[:3], *positions[-3:]):
        reply = await api.call("GET", f"/api/v1/audit/entries/{position}/proof", role=Role.AUDITOR)
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
        proof = Proof.parse(reply.body)
        assert (proof.index, proof.extra) == (position, leaves[position])
        assert proof.verify(leaves[position], [KEY]).size <= len(leaves)
        with pytest.raises(Tampered):
            proof.verify(leaves[position - 1], [KEY])


async def test_a_proof_of_nothing_is_not_there(api: Api) -> None:
    """Beyond the end, or no number."""
    for position in ("-1", "1.5", "abc", 2**53 - 2, 2**53 - 1, "9" * 18, "9" * 30, "%D9%A1"):
        path = f"/api/v1/audit/entries/{position}/proof"
        reply = await api.call("GET", path, role=Role.AUDITOR)
        conforms("proveEntry", reply)
        assert reply.status == 404, position


async def test_a_proof_of_another_agencys_entry_reads_like_a_missing_one(api: Api) -> None:
    """For an agency's auditor; their own entry has one."""
    _, elsewhere = await token_for(api.world, Role.AUDITOR, STRANGER)
    await api.call("GET", "/api/v1/packs", role=None)
    agencies = [entry["agency"] for entry in await api.actions()]
    wanted = [agencies.index(each) for each in ("regional-police", "tamariki-care", None)]
    replies = [
        await api.call("GET", f"/api/v1/audit/entries/{position}/proof", token=elsewhere)
        for position in (*wanted, len(agencies) + 1000)
    ]
    assert [reply.status for reply in replies] == [200, 404, 404, 404]
    assert len({reply.body for reply in replies[1:]}) == 1


async def test_growth_is_proved_between_any_two_checkpoints(api: Api) -> None:
    """From each to the newest, and between older ones; the same one twice needs no hashes."""
    _, first = await checkpoint_after(api, 20)
    _, second = await checkpoint_after(api, 70)
    _, third = await checkpoint_after(api, 300)
    for old, new in ((first, second), (first, third), (second, third), (third, third)):
        for query in (f"old={old.size}&new={new.size}", f"old={old.size}"):
            reply = await api.call("GET", f"/api/v1/audit/consistency?{query}", role=Role.AUDITOR)
            conforms("proveGrowth", reply)
            shown = reply.json()
            older, _ = open_signed(shown["older"].encode(), [KEY])
            newer, _ = open_signed(shown["newer"].encode(), [KEY])
            assert older == old
            assert newer == (new if "new" in query else third)
            hashes = [b64decode(each) for each in shown["hashes"]]
            if old != newer:
                verify_consistency(older.size, newer.size, hashes, older.root, newer.root)
            else:
                assert hashes == []


async def checkpoint_after(api: Api, size: int) -> tuple[bytes, Checkpoint]:
    """The newest checkpoint once the log has so many entries."""
    await grow(api.world, size)
    return await checkpoint(api)


async def test_growth_between_what_is_not_there_is_refused(api: Api) -> None:
    """Sizes that are no numbers, or larger than the log."""
    await api.world.leaves()
    for query, status, field in (
        ("", 422, "old"),
        ("old=0", 422, "old"),
        ("old=-1", 422, "old"),
        ("old=x", 422, "old"),
        ("old=1&new=", 422, "new"),
        ("old=999999999", 404, "size"),
        ("old=1&new=999999999", 404, "size"),
        ("old=999999999999999999", 404, "size"),
        ("old=1000000000000000000", 422, "old"),
    ):
        reply = await api.call("GET", f"/api/v1/audit/consistency?{query}", role=Role.AUDITOR)
        conforms("proveGrowth", reply)
        shown = reply.json()
        named = [problem["field"] for problem in shown.get("problems", [shown])]
        assert (reply.status, named) == (status, [field]), query


async def test_growth_backwards_is_refused(api: Api) -> None:
    """The smaller size comes first."""
    _, first = await checkpoint_after(api, 20)
    _, second = await checkpoint_after(api, 70)
    query = f"old={second.size}&new={first.size}"
    reply = await api.call("GET", f"/api/v1/audit/consistency?{query}", role=Role.AUDITOR)
    assert (reply.status, reply.json()["field"]) == (422, "old")


async def mirror(api: Api, folder: Path) -> Path:
    """Fetch all that the checkpoint implies, knowing nothing but C2SP's paths and the key."""
    note, state = await checkpoint(api)
    files = {"checkpoint": note}
    for tile in tiles_of(state.size):
        for path in (tile.path, *([tile.entries_path] if tile.level == 0 else [])):
            reply = await api.call("GET", f"/log/{path}", role=Role.AUDITOR)
            assert reply.status == 200, path
            files[path] = reply.body
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    write_keys(folder / "key.pub", KEY)
    return folder


async def test_a_stranger_mirrors_the_log_and_notices_any_change(api: Api, tmp_path: Path) -> None:
    """Another project's program accepts the mirror, and refuses it with any file changed."""
    foreign_verifier()
    await mailed(api.world)
    await grow(api.world, FULL)
    folder = await mirror(api, tmp_path / "mirror")
    _, state = await checkpoint(api)
    verdict = run("tiles", folder, folder / "key.pub")
    assert verdict.accepted, verdict.said
    assert verdict.said.startswith(f"accepted {state.size} ")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "key.pub"]
    assert len(files) == 8
    for path in files:
        before = path.read_bytes()
        middle = len(before) // 2
        path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        assert not run("tiles", folder, folder / "key.pub").accepted, path
        path.write_bytes(before)


async def test_a_mirror_outlives_the_logs_growth(api: Api, tmp_path: Path) -> None:
    """What an older checkpoint implies stays there unchanged: partial tiles of then, too."""
    await grow(api.world, 300)
    folder = await mirror(api, tmp_path / "mirror")
    await grow(api.world, FULL)
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name.startswith("tile/"):
            reply = await api.call("GET", f"/log/{name}", role=Role.AUDITOR)
            assert reply.body == path.read_bytes(), name
