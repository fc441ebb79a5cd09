"""The file of the last checkpoint: the newest or the one before, never half of one."""

import stat
import threading
from pathlib import Path

import pytest

from gateway.audit.notes import LARGEST_NOTE
from gateway.domain.errors import Unavailable
from gateway.storage.checkpoint_file import CheckpointFile


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    """Neither without the file nor without its folder."""
    assert CheckpointFile(tmp_path / "checkpoint").last() is None
    assert CheckpointFile(tmp_path / "log" / "checkpoint").last() is None


def test_the_last_one_is_remembered(tmp_path: Path) -> None:
    """Byte for byte, by another process too; its folder is made, for its owner only."""
    path = tmp_path / "log" / "checkpoint"
    file = CheckpointFile(path)
    for note in (b"one\n", b"a longer one\r\n\0", b"two"):
        file.keep(note)
        assert file.last() == CheckpointFile(path).last() == note
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["checkpoint"]


def test_a_reader_never_finds_half_of_one(tmp_path: Path) -> None:
    """While several writers keep theirs over and over."""
    path = tmp_path / "checkpoint"
    notes = [bytes([letter]) * 300_000 for letter in b"abc"]
    CheckpointFile(path).keep(notes[0])
    failed: list[BaseException] = []

    def write(note: bytes) -> None:
        try:
            for _ in range(20):
                CheckpointFile(path).keep(note)
        except BaseException as error:  # noqa: BLE001 - to be seen by the test
            failed.append(error)

    writers = [threading.Thread(target=write, args=(note,)) for note in notes]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert CheckpointFile(path).last() in notes
    for writer in writers:
        writer.join()
    assert failed == []
    assert CheckpointFile(path).last() in notes
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_note_is_not_read_whole(tmp_path: Path) -> None:
    """A file far too large takes no more room than the largest note."""
    path = tmp_path / "checkpoint"
    with path.open("wb") as file:
        file.truncate(1000 * LARGEST_NOTE)
    assert len(CheckpointFile(path).last() or b"") == LARGEST_NOTE


def test_a_file_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    """It is not taken for none: then a database set back would not be found out."""
    path = tmp_path / "checkpoint"
    path.mkdir()
    with pytest.raises(Unavailable, match="directory"):
        CheckpointFile(path).last()


def test_a_file_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """The error names the file; nothing half done is left, and the last one stays."""
    (tmp_path / "taken").write_text("not a folder")
    with pytest.raises(Unavailable) as refused:
        CheckpointFile(tmp_path / "taken" / "checkpoint").keep(b"note")
    assert str(tmp_path / "taken" / "checkpoint") in refused.value.remedy
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    with pytest.raises(Unavailable):
        CheckpointFile(folder).keep(b"note")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint", "taken"]


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    """Nobody's other file is written over."""
    other, path = tmp_path / "other", tmp_path / "checkpoint"
    other.write_bytes(b"precious")
    path.symlink_to(other)
    CheckpointFile(path).keep(b"note")
    assert (path.read_bytes(), other.read_bytes()) == (b"note", b"precious")
