"""What the use cases need of a vault: encrypted blobs, and the wrapping of keys and secrets."""

from collections.abc import Iterator
from typing import Protocol

from gateway.domain.packs import BlobId
from gateway.domain.secret import Secret


class BlobWriter(Protocol):
    """A blob being written: encrypted as it comes, and void unless finished."""

    def write(self, chunk: bytes) -> None:
        """Add bytes. Blocks; call it in a thread."""
        ...

    def finish(self) -> bytes:
        """Make the blob durable and give its key, wrapped, to be stored under the blob's name."""
        ...

    def abandon(self) -> None:
        """Remove what was written."""
        ...


class Vault(Protocol):
    """Encrypted blobs and the wrapping of keys. Its methods block; call them in a thread."""

    def create(self, blob: BlobId) -> BlobWriter:
        """Begin a blob under a fresh key of its own.

        Raises:
            Unavailable: the vault's folder is away.
        """
        ...

    def read(self, blob: BlobId, wrapped_key: bytes) -> Iterator[bytes]:
        """The blob's bytes, in chunks.

        Raises:
            Tampered: the file or the key is not what was written.
            NotFound: the file is gone.
            Unavailable: the vault's folder is away, or does not answer.
        """
        ...

    def remove(self, blob: BlobId) -> None:
        """Remove the blob's file, if it is there.

        Raises:
            Unavailable: the vault's folder is away.
        """
        ...

    def seal_secret(self, name: str, secret: Secret) -> bytes:
        """`secret` encrypted, bound to `name`."""
        ...

    def open_secret(self, name: str, sealed: bytes) -> Secret:
        """The secret that `seal_secret` sealed under this name.

        Raises:
            Tampered: it is not what was sealed, or was sealed under another name.
        """
        ...

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed digest (32 bytes) of `value`; differs by purpose, useless without the key."""
        ...
