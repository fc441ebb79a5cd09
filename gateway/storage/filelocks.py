"""Locks between processes that the system drops when a process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.domain.errors import Unavailable

_WAIT_SECONDS = 150.0  # longer than any start or stop of a server may take
_PAUSE_SECONDS = 0.05


class FileLock:
    """A lock on a file, made where it is missing; one object holds it at most once.

    It is flock(2), which belongs to the open file: two objects in one process exclude each other
    too, and a program that is started does not inherit it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def taken(self) -> bool:
        """Whether this object holds the lock, shared or alone."""
        return self._file is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """The lock alone, for the block.

        Raises:
            Unavailable: others kept it for too long.
        """
        self._take(fcntl.LOCK_EX)
        try:
            yield
        finally:
            self.release()

    def share(self) -> None:
        """Take the lock together with others who share it, until `release`.

        Raises:
            Unavailable: somebody kept it alone for too long.
        """
        if self._file is None:
            self._take(fcntl.LOCK_SH)

    def is_mine_alone(self) -> bool:
        """Whether nobody else shares the lock; this object then has it alone."""
        return self._file is not None and _try(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, how: int) -> None:
        file = self._open()
        deadline = time.monotonic() + _WAIT_SECONDS
        while not _try(file, how):
            if time.monotonic() >= deadline:
                os.close(file)
                raise Unavailable(
                    f"Another process keeps {self._path}.", "End it if it hangs, then try again."
                )
            time.sleep(_PAUSE_SECONDS)
        self._file = file

    def _open(self) -> int:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            if os.geteuid() == 0:  # leave it to the folder's owner, who may come without us
                folder = self._path.parent.stat()
                os.fchown(file, folder.st_uid, folder.st_gid)
        except OSError as error:
            raise Unavailable(
                f"The lock {self._path} cannot be used: {error.strerror}.",
                "Run the gateway under the account that owns the data folder.",
            ) from error
        return file


def _try(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
