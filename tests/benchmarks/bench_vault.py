"""How fast the vault writes and reads, beside its cipher alone and a plain copy of a file.

Run it by hand: `python tests/benchmarks/bench_vault.py [megabytes]`. It prints, and judges nothing.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
)

from gateway.domain.packs import BlobId
from gateway.storage.vault import FileVault, MasterKey

_MEGABYTE = 1024 * 1024
_ROUNDS = 5
_UPLOAD_CHUNK = 64 * 1024


def _report(name: str, megabytes: int, action: Callable[[], object]) -> None:
    best = min(_seconds(action) for _ in range(_ROUNDS))
    sys.stdout.write(f"{name:<42}{megabytes / best:>8.0f} MB/s\n")


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _cipher_alone(content: bytes) -> None:
    state = crypto_secretstream_xchacha20poly1305_state()
    crypto_secretstream_xchacha20poly1305_init_push(state, bytes(32))
    for start in range(0, len(content), 256 * 1024):
        chunk = content[start : start + 256 * 1024]
        crypto_secretstream_xchacha20poly1305_push(state, chunk)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def main() -> None:
    """Measure and print."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    content = os.urandom(megabytes * _MEGABYTE)
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), content, megabytes)


def _measure(folder: Path, content: bytes, megabytes: int) -> None:
    FileVault.establish(folder / "vault")
    vault = FileVault(folder / "vault", MasterKey(bytes(32)), bytes(32))
    plain, copy, blob = folder / "plain", folder / "copy", BlobId("bench")

    def write(step: int) -> bytes:
        vault.remove(blob)
        writer = vault.create(blob)
        for start in range(0, len(content), step):
            writer.write(content[start : start + step])
        return writer.finish()

    key = write(_MEGABYTE)
    _report("cipher alone", megabytes, lambda: _cipher_alone(content))
    _report("write a file and fsync it", megabytes, lambda: _write_through(plain, content))
    _report("copy a file (cp)", megabytes, lambda: shutil.copyfile(plain, copy))
    _report("vault write, chunks of 1 MB, fsync", megabytes, lambda: write(_MEGABYTE))
    _report("vault write, chunks of 64 KB, fsync", megabytes, lambda: write(_UPLOAD_CHUNK))
    key = write(_MEGABYTE)
    _report("vault read", megabytes, lambda: sum(len(c) for c in vault.read(blob, key)))


if __name__ == "__main__":
    main()
