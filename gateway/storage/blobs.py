"""The format of an encrypted blob, read and written as a stream.

    file   = magic (8 bytes) | secretstream header (24 bytes) | frame+
    frame  = up to 262144 bytes of content, encrypted, with 17 bytes of overhead

Each frame is one message of libsodium's secretstream (XChaCha20-Poly1305), with the magic and the
blob's identifier as additional data. All frames but the last are full and tagged MESSAGE; the last
is tagged FINAL and the file ends with it. So bytes that were changed, swapped, cut off, added, or
that belong to another blob do not pass.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError

from gateway.domain.errors import Tampered
from gateway.domain.packs import BlobId

MAGIC: Final = b"GWBLOB1\n"
CONTENT_BYTES: Final = 256 * 1024  # of a full frame; larger gains nothing, smaller costs time
_FRAME_BYTES: Final = CONTENT_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER_BYTES: Final = crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MESSAGE: Final = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: Final = crypto_secretstream_xchacha20poly1305_TAG_FINAL


class Encryption:
    """Writes one blob to `out`; `write` any number of times, then `finish` once."""

    def __init__(self, out: BinaryIO, blob: BlobId, key: bytes) -> None:
        self._out = out
        self._bound = _bound(blob)
        self._state = crypto_secretstream_xchacha20poly1305_state()
        self._pending = bytearray()
        header = crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        out.write(MAGIC + header)

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        self._pending += chunk
        full = (len(self._pending) - 1) // CONTENT_BYTES  # whatever is left becomes the last frame
        if full <= 0:
            return
        end = full * CONTENT_BYTES
        with memoryview(self._pending) as pending:
            for start in range(0, end, CONTENT_BYTES):
                self._push(bytes(pending[start : start + CONTENT_BYTES]), _MESSAGE)
        del self._pending[:end]

    def finish(self) -> None:
        """Write the last frame."""
        self._push(bytes(self._pending), _FINAL)
        self._pending.clear()

    def _push(self, content: bytes, tag: int) -> None:
        self._out.write(
            crypto_secretstream_xchacha20poly1305_push(self._state, content, self._bound, tag)
        )


def decrypted(source: BinaryIO, blob: BlobId, key: bytes) -> Iterator[bytes]:
    """The blob's content in chunks, each checked before it is given.

    Only after the last chunk is it certain that nothing was cut off, so what came counts once the
    iteration has ended.

    Raises:
        Tampered: the file is not what was written for this blob under this key.
    """
    state = crypto_secretstream_xchacha20poly1305_state()
    magic, header = source.read(len(MAGIC)), source.read(_HEADER_BYTES)
    if magic != MAGIC or len(header) != _HEADER_BYTES:
        raise _tampered()
    crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    while True:
        content, tag = _pull(state, source.read(_FRAME_BYTES), _bound(blob))
        if tag == _FINAL:
            if source.read(1):
                raise _tampered()
            if content:
                yield content
            return
        if tag != _MESSAGE or len(content) != CONTENT_BYTES:
            raise _tampered()
        yield content


def _pull(
    state: crypto_secretstream_xchacha20poly1305_state, frame: bytes, bound: bytes
) -> tuple[bytes, int]:
    if len(frame) < crypto_secretstream_xchacha20poly1305_ABYTES:
        raise _tampered()
    try:
        return crypto_secretstream_xchacha20poly1305_pull(state, frame, bound)
    except CryptoError:
        raise _tampered() from None


def _bound(blob: BlobId) -> bytes:
    return MAGIC + blob.encode()


def _tampered() -> Tampered:
    return Tampered(
        "A stored file is not what was written.",
        "Treat it as damaged or tampered with: look into the disk and who had access, and upload "
        "the document again.",
    )
