"""Another project's code reads the log from its tiles, and refuses any that was changed."""

import contextlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.foreign import Verdict, foreign_verifier, run
from support.sample_log import SampleLog, leaf

from gateway.audit.tiles import bundle, tiles_of

SIZE = 70_000
TILES = (  # of that size: full and partial ones, of each level
    "tile/0/000",
    "tile/0/255",
    "tile/0/256",
    "tile/0/272",
    "tile/0/273.p/112",
    "tile/1/000",
    "tile/1/001.p/17",
    "tile/2/000.p/1",
)
BUNDLES = ("tile/entries/000", "tile/entries/272", "tile/entries/273.p/112")
OTHER = "is not the tile that the entries give"


@pytest.fixture(autouse=True, scope="module")
def _built() -> None:
    foreign_verifier()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiles, which every test leaves as it was."""
    folder = tmp_path_factory.mktemp("tiles")
    SampleLog.of_size(SIZE).write_tiles(folder)
    return folder


def judged(folder: Path) -> Verdict:
    """What the verifier says of a folder of tiles."""
    return run("tiles", folder, folder / "key.pub")


@contextlib.contextmanager
def changed(path: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    """A file with other content for a while."""
    before = path.read_bytes()
    path.write_bytes(change(before))
    try:
        yield
    finally:
        path.write_bytes(before)


def refuses(folder: Path, why: str) -> None:
    """Hold that the verifier refuses the tiles, for the reason meant."""
    verdict = judged(folder)
    assert not verdict.accepted
    assert re.search(why, verdict.said), verdict.said


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513])
def test_tiles_are_accepted(size: int, tmp_path: Path) -> None:
    """At the sizes where tiles begin and end; the root found is the same."""
    log = SampleLog.of_size(size)
    log.write_tiles(tmp_path)
    root = b64encode(log.state.root).decode()
    assert judged(tmp_path) == Verdict(accepted=True, said=f"accepted {size} {root}")


def test_tiles_of_three_levels_are_accepted(published: Path) -> None:
    """The example's tiles are those named here, and are accepted whole."""
    assert set(TILES) <= {tile.path for tile in tiles_of(SIZE)}
    assert judged(published).said.startswith(f"accepted {SIZE} ")


def test_another_program_s_tiles_are_accepted(
    tiled_log: Path, tiled_log_key: str, tmp_path: Path
) -> None:
    """A published log, so that the verifier is known to read more than our tiles."""
    key = tmp_path / "key.pub"
    key.write_text(tiled_log_key + "\n")
    assert run("tiles", tiled_log, key).accepted


@pytest.mark.parametrize("tile", TILES)
@settings(max_examples=3, deadline=None)
@given(place=st.integers(0), bits=st.integers(1, 255))
def test_any_changed_byte_of_a_tile_is_refused(
    published: Path, tile: str, place: int, bits: int
) -> None:
    """Of each level, full or not."""
    with changed(published / tile, lambda data: _flipped(data, place, bits)):
        refuses(published, f"{re.escape(tile)}: {OTHER}")


@pytest.mark.parametrize("path", BUNDLES)
@settings(max_examples=3, deadline=None)
@given(place=st.integers(0), bits=st.integers(1, 255))
def test_any_changed_byte_of_a_bundle_is_refused(
    published: Path, path: str, place: int, bits: int
) -> None:
    """Of an entry, or of its length."""
    with changed(published / path, lambda data: _flipped(data, place, bits)):
        refuses(published, f"have the root|{re.escape(path)}: (ends|goes on)")


@pytest.mark.parametrize(
    ("path", "change", "why"),
    [
        ("tile/0/000", lambda data: data[:-32], OTHER),
        ("tile/0/000", lambda data: data + bytes(32), OTHER),
        ("tile/0/000", lambda data: data[32:64] + data[:32] + data[64:], OTHER),
        ("tile/1/001.p/17", lambda data: data[:-32], OTHER),
        ("tile/entries/000", lambda data: data[:-1], "ends within entry 255"),
        ("tile/entries/000", lambda data: data + bundle([leaf(0)]), "goes on after its last"),
        ("tile/entries/000", lambda _: b"", "ends within entry 0"),
        ("tile/entries/273.p/112", lambda data: data + b"\0", "goes on after its last"),
        ("checkpoint", lambda data: data.replace(b"\n70000\n", b"\n69999\n"), "invalid signature"),
    ],
)
def test_a_tile_that_is_not_the_log_s_is_refused(
    published: Path, path: str, change: Callable[[bytes], bytes], why: str
) -> None:
    """Too short, too long, or in another order."""
    with changed(published / path, change):
        refuses(published, why)


@pytest.mark.parametrize("path", ["tile/0/272", "tile/2/000.p/1", "tile/entries/272"])
def test_a_missing_tile_is_refused(published: Path, path: str) -> None:
    """Nothing is taken for granted."""
    aside = published / "aside"
    (published / path).rename(aside)
    try:
        refuses(published, "no such file")
    finally:
        aside.rename(published / path)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("tile/0/000", "tile/0/001", OTHER),
        ("tile/entries/000", "tile/entries/001", "have the root"),
    ],
)
def test_exchanged_tiles_are_refused(published: Path, one: str, other: str, why: str) -> None:
    """Each is right, but not in its place."""
    mine, theirs = (published / path for path in (one, other))
    first, second = mine.read_bytes(), theirs.read_bytes()
    with changed(mine, lambda _: second), changed(theirs, lambda _: first):
        refuses(published, why)


def test_tiles_of_a_rewritten_log_are_refused(published: Path, tmp_path: Path) -> None:
    """All of them agree with each other, but not with what was signed."""
    leaves = [leaf(999_999), *(leaf(number) for number in range(1, 300))]
    SampleLog(leaves).write_tiles(tmp_path)
    (tmp_path / "checkpoint").write_bytes(SampleLog.of_size(300).checkpoint)
    refuses(tmp_path, "have the root")


def _flipped(data: bytes, place: int, bits: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]
