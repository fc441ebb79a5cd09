"""The vault: blobs come back as they were, or not at all."""

import errno
import hashlib
import io
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_REKEY

from gateway.domain.errors import Conflict, InvalidInput, NotFound, Tampered, Unavailable
from gateway.domain.packs import BlobId
from gateway.domain.secret import Secret
from gateway.services.vaults import Vault
from gateway.storage.blobs import CONTENT_BYTES, MAGIC, Encryption, decrypted
from gateway.storage.vault import FileVault, MasterKey

BLOB = BlobId("blob-1")
FRAME = CONTENT_BYTES + 17
HEADER = len(MAGIC) + 24
NOW = datetime(2026, 11, 5, 20, 30, tzinfo=UTC)

_CONTENT = os.urandom(2 * CONTENT_BYTES + 1000)
_WRITER = """
import sys
from pathlib import Path
from gateway.storage.vault import FileVault, MasterKey

vault = FileVault(Path(sys.argv[1]), MasterKey(bytes(32)), bytes(32))
writer = vault.create("blob-1")
while True:
    writer.write(bytes(1_000_000))
    print("wrote", flush=True)
"""


def store(vault: Vault, content: bytes, blob: BlobId = BLOB) -> bytes:
    writer = vault.create(blob)
    writer.write(content)
    return writer.finish()


def fetch(vault: Vault, key: bytes, blob: BlobId = BLOB) -> bytes:
    return b"".join(vault.read(blob, key))


def files(vault: FileVault) -> list[Path]:
    """All but the marker that makes the folder a vault."""
    return [path for path in vault._directory.rglob("*/*") if path.is_file()]


def age(path: Path, by: timedelta) -> None:
    moment = (NOW - by).timestamp()
    os.utime(path, (moment, moment))


@pytest.fixture
def stored(vault: FileVault) -> tuple[FileVault, bytes, Path]:
    """A vault with one blob of three frames, its wrapped key and its file."""
    key = store(vault, _CONTENT)
    return vault, key, files(vault)[0]


_SIZES = st.one_of(
    st.integers(0, 100),
    st.sampled_from([CONTENT_BYTES * n + extra for n in (1, 2) for extra in (-1, 0, 1)]),
    st.integers(0, 3 * CONTENT_BYTES),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=_SIZES, steps=st.lists(st.integers(0, 2 * CONTENT_BYTES), max_size=5))
def test_a_blob_comes_back_as_it_was(vault: FileVault, size: int, steps: list[int]) -> None:
    """Whatever its size and in whatever chunks it came."""
    content = (_CONTENT * 2)[:size]
    vault.remove(BLOB)
    writer = vault.create(BLOB)
    rest = content
    for step in steps:
        writer.write(rest[:step])
        rest = rest[step:]
    writer.write(rest)
    key = writer.finish()
    chunks = list(vault.read(BLOB, key))
    assert b"".join(chunks) == content
    assert all(chunks)


def test_nothing_of_a_blob_shows_on_disk(vault: FileVault) -> None:
    """Neither its content, nor its identifier, nor its key; and only the owner may look."""
    key = store(vault, b"a very recognisable content" * 100)
    (path,) = files(vault)
    written = path.read_bytes()
    assert b"recognisable" not in written
    assert BLOB not in str(path)
    assert path.name == hashlib.sha256(BLOB.encode()).hexdigest()
    assert vault._blob_keys.unwrap(BLOB, key) not in written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in list(path.parents)[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_equal_contents_do_not_look_equal(vault: FileVault) -> None:
    """Each blob has a key of its own."""
    one = store(vault, b"same", BlobId("1"))
    two = store(vault, b"same", BlobId("2"))
    assert vault._blob_keys.unwrap("1", one) != vault._blob_keys.unwrap("2", two)
    first, second = (path.read_bytes() for path in files(vault))
    assert first[len(MAGIC) :] != second[len(MAGIC) :]


def reads_as_tampered(vault: FileVault, key: bytes, blob: BlobId = BLOB) -> None:
    got = bytearray()
    with pytest.raises(Tampered):
        got.extend(byte for chunk in vault.read(blob, key) for byte in chunk)
    assert _CONTENT.startswith(got)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.one_of(st.integers(0, HEADER + 20), st.integers(0, HEADER + 2 * FRAME + 1016)),
    bit=st.integers(0, 7),
)
def test_any_flipped_bit_is_found(
    stored: tuple[FileVault, bytes, Path], place: int, bit: int
) -> None:
    """What was given before the place was genuine."""
    vault, key, path = stored
    written = path.read_bytes()
    changed = bytearray(written)
    changed[place] ^= 1 << bit
    path.write_bytes(changed)
    reads_as_tampered(vault, key)
    path.write_bytes(written)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    length=st.one_of(
        st.sampled_from([0, 1, HEADER, HEADER + FRAME, HEADER + 2 * FRAME]),
        st.integers(0, HEADER + 2 * FRAME + 1016),
    )
)
def test_any_truncation_is_found(stored: tuple[FileVault, bytes, Path], length: int) -> None:
    """Between frames too."""
    vault, key, path = stored
    written = path.read_bytes()
    path.write_bytes(written[:length])
    reads_as_tampered(vault, key)
    path.write_bytes(written)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extra=st.binary(min_size=1, max_size=100))
def test_any_addition_is_found(stored: tuple[FileVault, bytes, Path], extra: bytes) -> None:
    """After the last frame."""
    vault, key, path = stored
    written = path.read_bytes()
    path.write_bytes(written + extra)
    reads_as_tampered(vault, key)
    path.write_bytes(written)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 2), (0, 2), (2,), (0, 1, 2, 2), (0, 1)])
def test_frames_in_another_order_are_found(
    stored: tuple[FileVault, bytes, Path], order: tuple[int, ...]
) -> None:
    """Swapped, repeated or left out, although each of them is genuine."""
    vault, key, path = stored
    written = path.read_bytes()
    frames = [written[start : start + FRAME] for start in range(HEADER, len(written), FRAME)]
    path.write_bytes(written[:HEADER] + b"".join(frames[number] for number in order))
    reads_as_tampered(vault, key)


def test_bytes_after_a_full_last_frame_are_found(vault: FileVault) -> None:
    """Where they are not read as part of the frame."""
    key = store(vault, _CONTENT[:CONTENT_BYTES])
    with files(vault)[0].open("ab") as file:
        file.write(b"\0")
    reads_as_tampered(vault, key)


@pytest.mark.parametrize("size", [5, CONTENT_BYTES])
def test_a_frame_of_another_kind_is_found(size: int) -> None:
    """Even one made with the right key: each blob can be written in one way only."""
    out = io.BytesIO()
    encryption = Encryption(out, BLOB, bytes(32))
    tag = crypto_secretstream_xchacha20poly1305_TAG_REKEY
    encryption._push(bytes(size), tag if size == CONTENT_BYTES else 0)
    out.seek(0)
    with pytest.raises(Tampered):
        list(decrypted(out, BLOB, bytes(32)))


def test_a_blob_is_bound_to_its_identifier(vault: FileVault) -> None:
    """A file put in another's place does not pass, even with the right key wrapped for it."""
    key = store(vault, b"content", BlobId("1"))
    raw = vault._blob_keys.unwrap("1", key)
    store(vault, b"other", BlobId("2"))
    vault._path(BlobId("1")).replace(vault._path(BlobId("2")))
    with pytest.raises(Tampered):
        fetch(vault, key, BlobId("2"))
    with pytest.raises(Tampered):
        fetch(vault, vault._blob_keys.wrap("2", raw), BlobId("2"))


def test_a_blob_needs_its_own_key(vault: FileVault) -> None:
    """Another blob's does not open it."""
    store(vault, b"content", BlobId("1"))
    other = vault._blob_keys.wrap("1", bytes(32))
    with pytest.raises(Tampered):
        fetch(vault, other, BlobId("1"))


def test_a_blob_that_is_gone_is_not_found(vault: FileVault) -> None:
    """Removing it twice is harmless."""
    key = store(vault, b"content")
    vault.remove(BLOB)
    vault.remove(BLOB)
    with pytest.raises(NotFound):
        fetch(vault, key)


def unmount(vault: FileVault, *, to_empty: bool) -> None:
    """What is left of a vault when its disk goes away."""
    vault._directory.rename(vault._directory.with_name("disk"))
    if to_empty:
        vault._directory.mkdir()


@pytest.mark.parametrize("to_empty", [True, False])
def test_a_vault_that_is_away_is_unavailable(
    stored: tuple[FileVault, bytes, Path], *, to_empty: bool
) -> None:
    """Nothing counts as gone or is written in its place, and all is there when it is back."""
    vault, key, _ = stored
    unmount(vault, to_empty=to_empty)
    for act in (
        lambda: fetch(vault, key),
        lambda: vault.create(BlobId("other")),
        lambda: vault.remove(BLOB),
    ):
        with pytest.raises(Unavailable, match="not in its folder"):
            act()
    assert vault._directory.exists() == to_empty
    if to_empty:
        assert list(vault._directory.iterdir()) == []
        vault._directory.rmdir()
    vault._directory.with_name("disk").rename(vault._directory)
    assert fetch(vault, key) == _CONTENT


def test_establishing_a_vault_again_keeps_it(stored: tuple[FileVault, bytes, Path]) -> None:
    """And closes it to others."""
    vault, key, _ = stored
    vault._directory.chmod(0o755)
    FileVault.establish(vault._directory)
    assert stat.S_IMODE(vault._directory.stat().st_mode) == 0o700
    assert fetch(vault, key) == _CONTENT


def test_a_vault_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """Where a file is in its place."""
    (tmp_path / "vault").write_text("in the way")
    with pytest.raises(Unavailable):
        FileVault.establish(tmp_path / "vault")


def test_a_finished_blob_is_not_begun_again(vault: FileVault) -> None:
    """It stays as it was."""
    key = store(vault, b"content")
    with pytest.raises(Conflict):
        vault.create(BLOB)
    assert fetch(vault, key) == b"content"


def test_an_abandoned_blob_leaves_nothing(vault: FileVault) -> None:
    """Abandoning twice, or after finishing, is harmless."""
    writer = vault.create(BLOB)
    writer.write(_CONTENT)
    writer.abandon()
    writer.abandon()
    assert files(vault) == []
    writer = vault.create(BLOB)
    key = writer.finish()
    writer.abandon()
    assert fetch(vault, key) == b""


def test_a_reader_that_stops_early_closes_the_file(
    stored: tuple[FileVault, bytes, Path],
) -> None:
    """No file stays open behind it."""
    vault, key, _ = stored
    before = len(list(Path("/proc/self/fd").iterdir()))
    chunks: Iterator[bytes] = vault.read(BLOB, key)
    next(chunks)
    del chunks
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.server
def test_a_killed_writer_leaves_no_blob(tmp_path: Path) -> None:
    """Only a partial file, which the next writer overwrites or a sweep removes."""
    FileVault.establish(tmp_path / "vault")
    vault = FileVault(tmp_path / "vault", MasterKey(bytes(32)), bytes(32))
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path / "vault")], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    (left,) = files(vault)
    assert left.name.endswith(".partial")
    with pytest.raises(NotFound):
        fetch(vault, vault._blob_keys.wrap(BLOB, bytes(32)))
    key = store(vault, b"content")
    assert fetch(vault, key) == b"content"
    assert [path.name for path in files(vault)] == [left.name.removesuffix(".partial")]


def test_old_partial_files_are_swept(vault: FileVault) -> None:
    """Young ones may still be written to, and finished ones are not touched."""
    key = store(vault, b"content", BlobId("done"))
    old = vault.create(BlobId("old"))
    for path in files(vault):
        age(path, timedelta(hours=5))
    before = set(files(vault))
    young = vault.create(BlobId("young"))
    for path in set(files(vault)) - before:
        age(path, timedelta(hours=3))
    assert vault.remove_partials(4 * 3600, NOW) == 1
    assert fetch(vault, key, BlobId("done")) == b"content"
    assert fetch(vault, young.finish(), BlobId("young")) == b""
    old.abandon()


def test_a_full_disk_is_unavailable(vault: FileVault) -> None:
    """And leaves nothing behind once abandoned."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    writer = vault.create(BLOB)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CONTENT_BYTES, hard))
    try:
        with pytest.raises(Unavailable) as caught:
            writer.write(_CONTENT)
        writer.abandon()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EFBIG
    assert files(vault) == []


def test_a_secret_comes_back_under_its_name_only(vault: FileVault) -> None:
    """Sealed anew each time, and never in the clear."""
    secret = Secret("pōhutukawa-1")
    sealed = vault.seal_secret("t1", secret)
    assert vault.open_secret("t1", sealed) == secret
    assert sealed != vault.seal_secret("t1", secret)
    assert secret.reveal().encode() not in sealed
    with pytest.raises(Tampered):
        vault.open_secret("t2", sealed)
    with pytest.raises(Tampered):
        vault.open_secret("t1", sealed[:-1])


def test_a_sealed_secret_is_not_a_blobs_key(vault: FileVault) -> None:
    """Each use has a key of its own."""
    sealed = vault.seal_secret(BLOB, Secret("x" * 32))
    with pytest.raises(Tampered):
        fetch(vault, sealed)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_digests_differ_by_purpose_and_value(p: str, v: str, q: str, w: str) -> None:
    """Equal only for equal purpose and value, also where their joined text is the same."""
    vault = FileVault(Path("unused"), MasterKey(bytes(32)), b"d" * 32)
    assert len(vault.digest(p, v)) == 32
    assert (vault.digest(p, v) == vault.digest(q, w)) == ((p, v) == (q, w))
    assert vault.digest(p + q, w) == vault.digest(p + q, w)
    assert q == "" or vault.digest(p + q, w) != vault.digest(p, q + w)


def test_digests_hang_on_their_own_key_alone() -> None:
    """They stay when the master key changes, and tell nothing without the digest key."""
    one = FileVault(Path("unused"), MasterKey(bytes(32)), b"d" * 32)
    two = FileVault(Path("unused"), MasterKey(b"m" * 32), b"d" * 32)
    other = FileVault(Path("unused"), MasterKey(bytes(32)), b"e" * 32)
    assert one.digest("p", "v") == two.digest("p", "v") != other.digest("p", "v")
    with pytest.raises(InvalidInput):
        FileVault(Path("unused"), MasterKey(bytes(32)), b"short")


def test_a_vault_does_not_show_its_keys(vault: FileVault) -> None:
    """Nor does a writer."""
    writer = vault.create(BLOB)
    key = writer._key  # type: ignore[attr-defined]
    assert repr(key)[2:-1] not in repr(vault) + repr(writer) + repr(vault._secrets)
    writer.abandon()
