"""Names of PostgreSQL advisory locks, which are 64-bit numbers."""

import hashlib


def lock_key(*parts: str) -> int:
    """A signed 64-bit key for what `parts` name together: the first 8 bytes of their SHA-256.

    Two names may share a key once in some billions; they then only wait for each other needlessly.
    """
    digest = hashlib.sha256("\0".join(parts).encode())
    return int.from_bytes(digest.digest()[:8], "big", signed=True)
