"""Keys: the master key and its file, and the wrapping of everything else under it.

The master key itself encrypts nothing. For each use a key of its own is derived from it by BLAKE2b
(keyed, with a personalisation that names the use, RFC 7693 section 2.5 as libsodium does it), and
wraps with XChaCha20-Poly1305, binding the name of what is wrapped. Whoever has the database and the
files but not the master key has nothing; whoever loses the master key has lost everything.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError
from nacl.utils import random as system_random

from gateway.domain.errors import Conflict, InvalidInput, Tampered

Random = Callable[[int], bytes]

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_ABYTES
_FORMAT: Final = b"\x01"  # first byte of everything wrapped; another way of wrapping takes another
_LONGEST_FILE: Final = 200  # bytes; a key file holds 44 characters and perhaps a line end
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class MasterKey:
    """The key from which all others derive; it never shows itself."""

    __slots__ = ("__bytes",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise InvalidInput(
                f"The key is not {KEY_BYTES} bytes long.",
                "Use the key file that 'gateway init' made.",
            )
        self.__bytes = key

    def derive(self, use: str) -> bytes:
        """The key for one use, named in at most 16 ASCII characters."""
        return hashlib.blake2b(
            key=self.__bytes, person=use.encode("ascii"), digest_size=KEY_BYTES
        ).digest()

    def reveal(self) -> bytes:
        """The key itself, for writing it to its file."""
        return self.__bytes

    def __repr__(self) -> str:
        return "<master key>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not to be copied or stored by pickling")


class Wrapping:
    """Wraps keys and secrets for one use under a key derived from the master key."""

    def __init__(self, master_key: MasterKey, use: str, random: Random = system_random) -> None:
        self._key = master_key.derive(use)
        self._use = use
        self._random = random

    def wrap(self, name: str, content: bytes) -> bytes:
        """`content` encrypted and bound to `name`."""
        nonce = self._random(_NONCE_BYTES)
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(
            content, name.encode(), nonce, self._key
        )
        return _FORMAT + nonce + sealed

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The content that was wrapped under `name`.

        Raises:
            Tampered: it was changed, has another name or use, or the master key is another.
        """
        nonce, sealed = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        if not wrapped.startswith(_FORMAT) or len(sealed) < _TAG_BYTES:
            raise self._tampered()
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed, name.encode(), nonce, self._key
            )
        except CryptoError:
            raise self._tampered() from None

    def _tampered(self) -> Tampered:
        return Tampered(
            f"A stored key does not open ({self._use}).",
            "Check that the master key is the one it was made with; restore it from its copy.",
        )


def create_master_key(path: Path, random: Random = system_random) -> MasterKey:
    """A fresh master key, written to `path` as base64, readable by its owner only.

    Raises:
        Conflict: there is such a file already; it is left as it is.
        InvalidInput: the file cannot be made.
    """
    key = MasterKey(random(KEY_BYTES))
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(
            f"There is a key file {path} already.", "Keep it: without it nothing can be read."
        ) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    with os.fdopen(file, "wb") as out:
        out.write(base64.b64encode(key.reveal()) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    sync_folder(path.parent)
    return key


def load_master_key(path: Path) -> MasterKey:
    """The master key in the file at `path`.

    Raises:
        InvalidInput: there is none, others may read it, or it is not base64 of 32 bytes.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_LONGEST_FILE)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(mode):
        raise InvalidInput(f"{path} is not a file.", "Give the path of the key file.")
    key = parse_key(text, f"The key file {path}")  # before anybody is told to change its mode
    if mode & _OTHERS:
        raise InvalidInput(
            f"Others than its owner have access to the key file {path}.",
            f"Run 'chmod 600 {path}', and consider who may have read it.",
        )
    return key


def parse_key(text: bytes, where: str = "What was given") -> MasterKey:
    """The key that is written as base64 of 32 bytes; `where` names it in the message.

    Raises:
        InvalidInput: it is not that.
    """
    try:
        return MasterKey(base64.b64decode(text.removesuffix(b"\n"), validate=True))
    except binascii.Error:
        raise InvalidInput(
            f"{where} does not hold a key in base64.",
            "Restore it from the copy made when the gateway was initialised.",
        ) from None


def new_digest_key(random: Random = system_random) -> bytes:
    """A fresh key for digests; it has to stay the same for as long as its digests are kept."""
    return random(KEY_BYTES)


def sync_folder(folder: Path) -> None:
    """Make durable which names `folder` holds; a renamed file may otherwise vanish with power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"The key file {path} cannot be used: {error.strerror}.",
        "Run 'gateway init' if there was never one, or check the path and its folder.",
    )
