"""The last checkpoint, remembered in a file, so that a database set back is found out."""

import os
import secrets
from pathlib import Path

from gateway.audit.notes import LARGEST_NOTE
from gateway.domain.errors import Unavailable


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
        # a name of its own: process ids repeat where machines or containers share the folder
        partial = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                with partial.open("xb") as file:
                    file.write(note)
                    file.flush()
                    os.fsync(file.fileno())  # or a power cut could leave it empty
                partial.replace(self._path)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as error:
            raise self._away(error) from error

    def _away(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"The file of the last checkpoint cannot be used: {error.strerror}.",
            f"Check {self._path} and its folder: free room, and who may write.",
        )
