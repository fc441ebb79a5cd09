"""An export's folder is written whole or not at all, through no link, by one export at a time."""

import os
from pathlib import Path

import pytest

from gateway.audit.verify import CHANGING
from gateway.cli.export_folder import ExportFolder, export_folder
from gateway.cli.run import replacing
from gateway.domain.errors import Conflict, InvalidInput, Unavailable


def fill(files: ExportFolder, text: bytes) -> None:
    """Write what an export has."""
    for name in ("entries.jsonl", "checkpoint", "tile/0/000"):
        files.write(name, text)


def export(folder: Path, text: bytes, fault: Exception | None = None) -> None:
    """Export, or fail while that is under way."""
    with export_folder(folder) as files:
        fill(files, text)
        if fault is not None:
            raise fault
        files.keep(last="checkpoint")


def held(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


WHOLE = ["checkpoint", "entries.jsonl", "tile/0/000"]


def test_files_take_their_places_at_the_end(tmp_path: Path) -> None:
    """And nothing else stays."""
    folder = tmp_path / "new" / "folder"
    for text in (b"old", b"new"):
        with export_folder(folder) as files:
            before = {name: data for name, data in held(folder).items() if name in WHOLE}
            fill(files, text)
            assert {name: held(folder).get(name) for name in before} == before
            files.keep(last="checkpoint")
        assert held(folder) == dict.fromkeys(WHOLE, text)
    assert (folder / "checkpoint").stat().st_mode & 0o777 == 0o600


def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """Whole and as it was."""
    with export_folder(tmp_path) as files:
        fill(files, b"old")
        files.keep(last="checkpoint")
    with pytest.raises(ZeroDivisionError):
        export(tmp_path, b"new", ZeroDivisionError())
    assert held(tmp_path) == dict.fromkeys(WHOLE, b"old")
    with pytest.raises(Unavailable, match="No space left"):
        export(tmp_path, b"new", OSError(28, os.strerror(28)))
    assert held(tmp_path) == dict.fromkeys(WHOLE, b"old")


def test_one_that_is_cut_short_while_files_are_replaced_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is still the old one; the next export mends it all."""
    with export_folder(tmp_path) as files:
        fill(files, b"old")
        files.keep(last="checkpoint")
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "checkpoint":
            raise KeyboardInterrupt
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path, b"new")
    monkeypatch.undo()
    assert held(tmp_path)["checkpoint"] == b"old"
    assert (tmp_path / CHANGING).exists()
    with export_folder(tmp_path) as files:
        fill(files, b"newer")
        files.keep(last="checkpoint")
    assert held(tmp_path) == dict.fromkeys(WHOLE, b"newer")


def test_failed_files_stay_under_other_names(tmp_path: Path) -> None:
    """Beside what was there, and nobody takes them for an export's."""
    with export_folder(tmp_path) as files:
        files.write("checkpoint", b"bad")
        files.keep_as_failed()
    assert held(tmp_path) == {"checkpoint.failed": b"bad"}


def test_only_one_exports_into_a_folder(tmp_path: Path) -> None:
    """The second is told, and may go on once the first has ended."""
    with export_folder(tmp_path) as files:
        fill(files, b"first")
        with pytest.raises(Conflict, match="is under way"), export_folder(tmp_path):
            pass
        files.keep(last="checkpoint")
    with export_folder(tmp_path):
        pass
    assert held(tmp_path) == dict.fromkeys(WHOLE, b"first")


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """Neither one at the file's own name, nor one at a name that could be guessed."""
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_bytes(b"precious")
    folder.mkdir()
    for name in ("entries.jsonl", "entries.jsonl.partial", "checkpoint"):
        (folder / name).symlink_to(outside)
    with export_folder(folder) as files:
        fill(files, b"new")
        files.keep(last="checkpoint")
    with replacing(folder / "entries.jsonl") as file:
        file.write(b"newer")
    assert outside.read_bytes() == b"precious"
    assert (folder / "entries.jsonl").read_bytes() == b"newer"


def test_what_a_killed_export_left_is_swept_away(tmp_path: Path) -> None:
    """Other files that end alike stay."""
    (tmp_path / ".entries.jsonl.0123456789abcdef.partial").write_bytes(b"x")
    (tmp_path / "mine.partial").write_bytes(b"y")
    with export_folder(tmp_path):
        pass
    assert held(tmp_path) == {"mine.partial": b"y"}


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """It is a file."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InvalidInput, match="cannot be used as a folder"):
        export(tmp_path / "file", b"new")
