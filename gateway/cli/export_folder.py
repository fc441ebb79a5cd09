"""The folder of an export: written whole or not at all, by one export at a time.

All is written beside what is there first, under names nobody can know before, and takes its place
only at the end, the checkpoint last. Meanwhile a file says so, and stays if that is cut short.
"""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from gateway.audit.verify import CHANGING
from gateway.cli.run import beside, open_new
from gateway.domain.errors import Conflict, InvalidInput, Unavailable

_FAILED: Final = ".failed"
_MAY_PASS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EINTR, errno.EMFILE, errno.ENFILE}
_PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}\.partial")


class ExportFolder:
    """The files of an export on their way into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._partials: dict[str, Path] = {}  # by the name that each is to have

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A file to be written, which gets its name at the end."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._partials[name] = partial = beside(path)
        with open_new(partial) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def write(self, name: str, data: bytes) -> None:
        """A file with that content."""
        with self.file(name) as file:
            file.write(data)

    def keep(self, last: str) -> None:
        """Have the files take their places, `last` after all others."""
        marker = self._folder / CHANGING
        marker.touch(mode=0o600)
        for name in sorted(self._partials, key=lambda name: name == last):
            self._partials[name].replace(self._folder / name)
        self._partials.clear()
        marker.unlink()

    def keep_as_failed(self) -> None:
        """Have the files stay as evidence, under names that nobody takes for an export's."""
        for name, partial in self._partials.items():
            partial.replace(self._folder / f"{name}{_FAILED}")
        self._partials.clear()

    def discard(self) -> None:
        """Remove what has no name yet."""
        for partial in self._partials.values():
            partial.unlink(missing_ok=True)


@contextmanager
def export_folder(folder: Path) -> Iterator[ExportFolder]:
    """A folder to export into, made if it is not there, for this process alone.

    Raises:
        InvalidInput: it cannot be made or written to.
        Conflict: another export into it is under way.
        Unavailable: writing failed, as where the disk is full; what was there before is unchanged.
    """
    with _alone(folder):
        files = ExportFolder(folder)
        try:
            _sweep(folder)
            yield files
        except OSError as error:
            what = f"The export could not be written to {folder}: {error.strerror}."
            if error.errno in _MAY_PASS:
                raise Unavailable(what, "Make room, or choose another folder.") from error
            raise InvalidInput(what, "Choose another folder.", field="--out") from error
        finally:
            files.discard()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        what = f"{folder} cannot be used as a folder: {error.strerror}."
        raise InvalidInput(what, "Choose another folder.", field="--out") from error
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        what = f"Another export into {folder} is under way."
        raise Conflict(what, "Wait until it has ended, or choose another folder.") from error


def _sweep(folder: Path) -> None:
    """Remove what exports that were killed left behind; nobody else writes here now."""
    for path in folder.rglob("*.partial"):
        if _PARTIAL.fullmatch(path.name) and not path.is_symlink() and path.is_file():
            path.unlink()
