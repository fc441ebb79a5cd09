"""The vault: encrypted blobs as files, and the wrapping of their keys and of secrets.

A blob's file bears a digest of its identifier as its name, two folders deep. Its key exists only
wrapped, in the database; without that, the file is noise, so destroying the key is disposal.

A marker in the vault's folder tells it from what is left when its disk is away, an empty mount
point: then nothing is gone for good, and nothing may be written in its place.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from nacl.utils import random as system_random

from gateway.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from gateway.domain.packs import BlobId
from gateway.domain.secret import Secret
from gateway.services.vaults import BlobWriter
from gateway.storage.blobs import Encryption, decrypted
from gateway.storage.keys import (
    KEY_BYTES,
    MasterKey,
    Random,
    Wrapping,
    create_master_key,
    load_master_key,
    new_digest_key,
    sync_folder,
)

__all__ = [
    "FileBlobWriter",
    "FileVault",
    "MasterKey",
    "create_master_key",
    "load_master_key",
    "new_digest_key",
]

_PARTIAL: Final = ".partial"
_MARKER: Final = ".gateway-vault"


class FileVault:
    """Blobs in files under `directory`, which only the gateway's account may enter.

    Args:
        directory: was made by `establish`.
        master_key: what all keys and secrets are wrapped under.
        digest_key: 32 bytes; outlives a change of the master key, as digests have to.
        random: gives that many unpredictable bytes.
    """

    def __init__(
        self,
        directory: Path,
        master_key: MasterKey,
        digest_key: bytes,
        random: Random = system_random,
    ) -> None:
        if len(digest_key) != KEY_BYTES:
            raise InvalidInput(
                f"The digest key is not {KEY_BYTES} bytes long.", "Run 'gateway init'."
            )
        self._directory = directory
        self._random = random
        self._blob_keys = Wrapping(master_key, "blob keys", random)
        self._secrets = Wrapping(master_key, "secrets", random)
        self._digest_key = digest_key

    @staticmethod
    def establish(directory: Path) -> None:
        """Make `directory` a vault, durably and for its owner alone; one that is there stays.

        Only for when the gateway is initialised: on a mount point without its disk this would
        make another vault, in which nothing is found.

        Raises:
            Unavailable: the disk is full or fails.
        """
        with _disk_failures():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.chmod(0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
            os.close(os.open(directory / _MARKER, flags, 0o600))
            sync_folder(directory)
            sync_folder(directory.parent)

    def create(self, blob: BlobId) -> BlobWriter:
        """Begin a blob under a fresh key of its own.

        What a killed process left of the same blob is overwritten.

        Raises:
            Conflict: the blob is complete already.
            Unavailable: the disk is full, fails or is away.
        """
        path = self._path(blob)
        with _disk_failures():
            self._require_presence()
            if path.exists():
                raise Conflict("This blob is stored already.", "Use a fresh identifier.")
            self._make_folder(path.parent)
            return FileBlobWriter(path, blob, self._random(KEY_BYTES), self._blob_keys)

    def read(self, blob: BlobId, wrapped_key: bytes) -> Iterator[bytes]:
        """The blob's bytes, in chunks; they count once the iteration has ended.

        Raises:
            Tampered: the file or the key is not what was written.
            NotFound: the file is gone, though the vault is there.
            Unavailable: the disk fails or is away.
        """
        key = self._blob_keys.unwrap(blob, wrapped_key)
        with _disk_failures(), self._open(blob) as file:
            yield from decrypted(file, blob, key)

    def remove(self, blob: BlobId) -> None:
        """Remove the blob's file, if it is there.

        Raises:
            Unavailable: the disk fails or is away.
        """
        path = self._path(blob)
        with _disk_failures():
            self._require_presence()
            path.unlink(missing_ok=True)
            _partial(path).unlink(missing_ok=True)

    def remove_partials(self, older_than_seconds: float, now: datetime) -> int:
        """Remove what killed processes left half written; gives how many files.

        `older_than_seconds` has to be longer than any upload or sealing may take.
        """
        limit = now.timestamp() - older_than_seconds
        removed = 0
        with _disk_failures():
            for path in self._directory.glob(f"??/??/*{_PARTIAL}"):
                with suppress(FileNotFoundError):  # finished or abandoned meanwhile
                    if path.stat().st_mtime < limit:
                        path.unlink()
                        removed += 1
        return removed

    def seal_secret(self, name: str, secret: Secret) -> bytes:
        """`secret` encrypted, bound to `name`."""
        return self._secrets.wrap(name, secret.reveal().encode())

    def open_secret(self, name: str, sealed: bytes) -> Secret:
        """The secret that `seal_secret` sealed under this name.

        Raises:
            Tampered: it is not what was sealed, or was sealed under another name.
        """
        return Secret(self._secrets.unwrap(name, sealed).decode())

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed digest (32 bytes) of `value`; differs by purpose, useless without the key.

        It is HMAC-SHA-256 over the purpose's length in two bytes, the purpose, and the value.
        """
        named = purpose.encode()
        message = len(named).to_bytes(2, "big") + named + value.encode()
        return hmac.digest(self._digest_key, message, "sha256")

    def _path(self, blob: BlobId) -> Path:
        name = hashlib.sha256(blob.encode()).hexdigest()
        return self._directory / name[:2] / name[2:4] / name

    def _open(self, blob: BlobId) -> BinaryIO:
        path = self._path(blob)
        with suppress(FileNotFoundError):
            return path.open("rb")
        self._require_presence()
        try:
            return path.open("rb")  # again, as the disk may have come back in between
        except FileNotFoundError:
            raise NotFound("The stored file is gone.", "Upload the document again.") from None

    def _require_presence(self) -> None:
        if not (self._directory / _MARKER).is_file():
            raise Unavailable(
                "The vault is not in its folder.",
                "Mount the vault's disk, then try again; if there was never a vault, run "
                "'gateway init'.",
            )

    def _make_folder(self, folder: Path) -> None:
        """Make `folder` and the one between it and the vault durably, for the owner alone."""
        for level in (folder.parent, folder):
            if not level.exists():
                level.mkdir(mode=0o700, exist_ok=True)
                sync_folder(level.parent)


class FileBlobWriter:
    """A blob being written, under a name of its own until it is finished."""

    def __init__(self, path: Path, blob: BlobId, key: bytes, keys: Wrapping) -> None:
        self._path = path
        self._blob = blob
        self._key = key
        self._keys = keys
        self._finished = False
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        self._file = os.fdopen(os.open(_partial(path), flags, 0o600), "wb")
        self._encryption = Encryption(self._file, blob, key)

    def write(self, chunk: bytes) -> None:
        """Add bytes. Blocks; call it in a thread.

        Raises:
            Unavailable: the disk is full or fails.
        """
        with _disk_failures():
            self._encryption.write(chunk)

    def finish(self) -> bytes:
        """Make the blob durable and give its key, wrapped, to be stored under the blob's name.

        Raises:
            Unavailable: the disk is full or fails.
        """
        with _disk_failures():
            self._encryption.finish()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            _partial(self._path).rename(self._path)
            sync_folder(self._path.parent)
        self._finished = True
        return self._keys.wrap(self._blob, self._key)

    def abandon(self) -> None:
        """Remove what was written; a finished blob stays."""
        if self._finished:
            return
        with suppress(OSError):  # what it could still not write is not wanted any more
            self._file.close()
        with _disk_failures():
            _partial(self._path).unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(path.name + _PARTIAL)


@contextmanager
def _disk_failures() -> Iterator[None]:
    """Turn the system's errors about files into ours; what is ours passes."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The vault's disk does not do its work: {error.strerror or 'no reason given'}.",
            "Free disk space or mend the disk, then try again.",
        ) from error
