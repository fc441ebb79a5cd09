"""The last checkpoint, remembered in a file, so that a database set back is found out."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from gateway.audit.notes import LARGEST_NOTE
from gateway.domain.errors import Unavailable

_TRIED = 4096  # bytes; more than a checkpoint with a few signatures


class CheckpointFile:
    """Remembers one checkpoint. Another process may replace it at any time by one of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self) -> bytes | None:
        """The last checkpoint that was kept.

        Raises:
            Unavailable: the file is there but cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                return file.read(LARGEST_NOTE)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._away(error) from error

    def keep(self, note: bytes) -> None:
        """Remember a checkpoint in place of the last; a reader finds either, never half of one.

        Raises:
            Unavailable: the file cannot be written.
        """
        try:
            with self._written(note) as partial:
                partial.replace(self._path)
        except OSError as error:
            raise self._away(error) from error

    def require_usable(self) -> None:
        """Hold that a checkpoint could be remembered now; the last one is not touched.

        Raises:
            Unavailable: the folder takes no file, or is full.
        """
        try:
            if self._path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            with self._written(bytes(_TRIED)):
                pass
        except OSError as error:
            raise self._away(error) from error

    @contextmanager
    def _written(self, data: bytes) -> Iterator[Path]:
        """A file beside the last one, which is gone at the end unless it took its place."""
        # a name of its own: process ids repeat where machines or containers share the folder
        partial = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            with partial.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())  # or a power cut could leave it empty
            yield partial
        finally:
            partial.unlink(missing_ok=True)

    def _away(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"The file of the last checkpoint cannot be used: {error.strerror}.",
            f"Check {self._path} and its folder: free room, and who may write.",
        )
