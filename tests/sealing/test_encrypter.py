"""The encrypter against an independent implementation."""

import hashlib
import hmac

from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.domain.secret import Secret
from gateway.sealing.encrypter import OVERHEAD_BYTES, WINDOW_BYTES, Ae2Encrypter, Keystream

PASSWORD = Secret("acorn-relish-duplex-gravy-unfold-mule")


@settings(deadline=None, max_examples=50)
@given(
    key=st.binary(min_size=32, max_size=32),
    sizes=st.lists(st.integers(0, 40) | st.integers(0, 2 * WINDOW_BYTES + 17), max_size=6),
    fill=st.integers(0, 255),
)
@example(key=bytes(32), sizes=[WINDOW_BYTES, 0, 1, WINDOW_BYTES - 1, 15, 17], fill=255)
def test_the_stream_equals_pycryptodome_for_any_chunk_sizes(
    key: bytes, sizes: list[int], fill: int
) -> None:
    """Counter mode with a little-endian counter from 1, wherever the input is cut."""
    oracle = AES.new(key, AES.MODE_CTR, counter=Counter.new(128, little_endian=True))
    stream = Keystream(key)
    for size in sizes:
        data = bytes([fill]) * size
        assert stream.mask(data) == oracle.encrypt(data)


def test_masking_takes_any_kind_of_buffer_and_leaves_it_alone() -> None:
    """Bytes, byte arrays and views give the same, and the plain text is not overwritten."""
    plain = bytes(range(100))
    views = (plain, bytearray(plain), memoryview(plain))
    assert len({bytes(Keystream(bytes(32)).mask(view)) for view in views}) == 1
    assert views[1] == plain


def test_the_header_and_code_follow_from_password_and_salt() -> None:
    """Salt, two check bytes and ten bytes of HMAC-SHA1 over the ciphertext, as WinZip says."""
    encrypter = Ae2Encrypter(PASSWORD)
    header = encrypter.encryption_header()
    encrypted = bytes(encrypter.encrypt(b"one ") + encrypter.encrypt(b"two"))
    code = encrypter.flush()
    material = hashlib.pbkdf2_hmac("sha1", PASSWORD.reveal().encode(), header[:16], 1000, 66)
    assert header[16:] == material[64:]
    assert code == hmac.digest(material[32:64], encrypted, "sha1")[:10]
    assert len(header) + len(code) == OVERHEAD_BYTES


def test_salts_never_repeat() -> None:
    """Every entry has a salt, and so a key, of its own."""
    salts = {Ae2Encrypter(PASSWORD).encryption_header()[:16] for _ in range(300)}
    assert len(salts) == 300
