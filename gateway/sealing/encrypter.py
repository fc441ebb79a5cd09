"""The encryption of WinZip's AE-2 with AES-256, fast enough to keep up with a disk.

Source: WinZip, 'AES Encryption Information: Encryption Specification AE-1 and AE-2', 1.04.
"""

import hashlib
import hmac
import secrets
from typing import Any, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gateway.domain.secret import Secret

Octets: TypeAlias = bytes | bytearray | memoryview
WINDOW_BYTES = 256 * 1024  # bytes encrypted in one go; smaller ones cost speed, larger gain none
OVERHEAD_BYTES = 16 + 2 + 10  # salt, password check and authentication code around the content

_BLOCK_BYTES = 16  # AES
_KEY_BYTES = 32
_SALT_BYTES = 16
_CHECK_BYTES = 2
_CODE_BYTES = 10
_ITERATIONS = 1000  # fixed by the format; the password's own bits make up for it


class Keystream:
    """AES in counter mode as WinZip has it: the counter is little-endian and begins at 1.

    OpenSSL's counter mode counts big-endian only, and the little-endian one pyzipper uses is slow.
    Encrypting a whole window of counters as plain blocks (that is what counter mode does; no
    counter repeats under one key) and masking with it in bulk makes sealing more than twice as
    fast, near to 7-Zip on one thread: see tests/benchmarks/bench_sealing.py.
    """

    def __init__(self, key: bytes) -> None:
        self._blocks = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
        count = WINDOW_BYTES // _BLOCK_BYTES
        self._counters = np.zeros((count, 2), dtype="<u8")  # 128 bits each, low half first
        self._counters[:, 0] = np.arange(1, count + 1)
        # The cipher wants room for one more block, less a byte, than it fills.
        self._window = bytearray(WINDOW_BYTES + _BLOCK_BYTES - 1)
        self._used = WINDOW_BYTES

    def mask(self, data: Octets) -> bytearray:
        """`data` combined with the next bytes of the stream: encrypts, and decrypts alike."""
        masked = bytearray(len(data))
        source = np.frombuffer(data, dtype=np.uint8)
        target = np.frombuffer(masked, dtype=np.uint8)
        window = np.frombuffer(self._window, dtype=np.uint8)
        done = 0
        while done < len(masked):
            if self._used == WINDOW_BYTES:
                self._refill()
            take = min(len(masked) - done, WINDOW_BYTES - self._used)
            np.bitwise_xor(
                source[done : done + take],
                window[self._used : self._used + take],
                out=target[done : done + take],
            )
            self._used += take
            done += take
        return masked

    def _refill(self) -> None:
        self._blocks.update_into(self._counters.data.cast("B"), self._window)
        self._counters[:, 0] += len(self._counters)
        self._used = 0


class Ae2Encrypter:
    """Encrypts one entry of an archive; the part `pyzipper.AESZipFile.get_encrypter` gives.

    Each has a salt of its own, so no two entries share a key. The CRC field stays zero (AE-2):
    a checksum of the plain content would tell a guesser of short content that the guess is right.
    """

    def __init__(self, password: Secret) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        material = hashlib.pbkdf2_hmac(
            "sha1", password.reveal().encode(), salt, _ITERATIONS, 2 * _KEY_BYTES + _CHECK_BYTES
        )
        self._header = salt + material[2 * _KEY_BYTES :]
        self._stream = Keystream(material[:_KEY_BYTES])
        self._code = hmac.new(material[_KEY_BYTES : 2 * _KEY_BYTES], digestmod="sha1")

    def update_zipinfo(self, zipinfo: Any) -> None:
        """Mark the entry as AE-2 with AES-256, before its header is first written."""
        zipinfo.wz_aes_vendor_id = b"AE"
        zipinfo.wz_aes_version = 2
        zipinfo.wz_aes_strength = 3

    def finalize_zipinfo(self, zipinfo: Any) -> None:
        """Nothing changes at the end: AE-2 holds for every size."""

    def encryption_header(self) -> bytes:
        """What stands before the content: salt and password check."""
        return self._header

    def encrypt(self, data: Octets) -> bytearray:
        """`data` encrypted, in order; pass 64 KiB or more at a time for speed."""
        masked = self._stream.mask(data)
        self._code.update(masked)
        return masked

    def flush(self) -> bytes:
        """What stands after the content: the authentication code."""
        return self._code.digest()[:_CODE_BYTES]
