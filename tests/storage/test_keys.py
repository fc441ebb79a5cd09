"""The master key, its file, and wrapping."""

import base64
import copy
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.utils import random as system_random

from gateway.domain.errors import Conflict, InvalidInput, Tampered
from gateway.storage.keys import (
    MasterKey,
    Wrapping,
    create_master_key,
    load_master_key,
    new_digest_key,
)

KEY = MasterKey(bytes(range(32)))


def test_a_key_file_comes_back_as_it_was(tmp_path: Path) -> None:
    """Made readable by its owner only, and different each time."""
    made = create_master_key(tmp_path / "one")
    assert load_master_key(tmp_path / "one").reveal() == made.reveal()
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    assert create_master_key(tmp_path / "two").reveal() != made.reveal()


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    """With it would go everything it opens."""
    made = create_master_key(tmp_path / "key")
    with pytest.raises(Conflict):
        create_master_key(tmp_path / "key")
    assert load_master_key(tmp_path / "key").reveal() == made.reveal()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o602])
def test_a_key_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The remedy is the command to run."""
    create_master_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(InvalidInput) as caught:
        load_master_key(tmp_path / "key")
    assert f"chmod 600 {tmp_path / 'key'}" in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        base64.b64encode(bytes(31)),
        base64.b64encode(bytes(33)),
        base64.b64encode(bytes(32)) + b"\n\n",
        base64.b64encode(bytes(32)) + b" ",
        b" " + base64.b64encode(bytes(32)),
        base64.b64encode(bytes(32))[:-1],
        bytes(32),
        b"A" * 10_000,
    ],
)
def test_a_malformed_key_file_is_refused(tmp_path: Path, text: bytes) -> None:
    """Strictly base64 of 32 bytes with at most one line end; nothing is repaired or shown."""
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(text)
    with pytest.raises(InvalidInput) as caught:
        load_master_key(path)
    assert "AAAA" not in str(caught.value) + caught.value.remedy


def test_a_missing_key_file_says_what_to_do(tmp_path: Path) -> None:
    """As does one that cannot be a file, and one that cannot be made."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InvalidInput) as caught:
            load_master_key(path)
        assert caught.value.remedy
    with pytest.raises(InvalidInput):
        create_master_key(tmp_path / "no folder" / "key")


def test_a_pipe_is_not_a_key_file(tmp_path: Path) -> None:
    """Only a file has a mode that means anything."""
    os.mkfifo(tmp_path / "key", 0o600)
    holder = os.open(tmp_path / "key", os.O_RDWR)
    os.write(holder, b"x" * 300)
    with pytest.raises(InvalidInput, match="not a file"):
        load_master_key(tmp_path / "key")
    os.close(holder)


def test_a_key_never_shows_itself() -> None:
    """Not when printed, formatted or copied."""
    for text in (repr(KEY), str(KEY), f"{KEY}"):
        assert text == "<master key>"
    with pytest.raises(TypeError):
        copy.copy(KEY)
    with pytest.raises(InvalidInput):
        MasterKey(bytes(31))


def test_uses_have_keys_of_their_own() -> None:
    """One derived key tells nothing of another; the same use gives the same key again."""
    uses = [KEY.derive(use) for use in ("blob keys", "secrets", "digests")]
    assert len({*uses, KEY.reveal()}) == 4
    assert KEY.derive("secrets") == uses[1]
    assert MasterKey(bytes(32)).derive("secrets") != uses[1]


@given(st.text(), st.binary(max_size=100))
def test_what_was_wrapped_comes_back(name: str, content: bytes) -> None:
    """Under the same name, for the same use."""
    wrapping = Wrapping(KEY, "secrets")
    wrapped = wrapping.wrap(name, content)
    assert wrapping.unwrap(name, wrapped) == content
    assert content not in wrapped or len(content) < 4
    assert wrapping.wrap(name, content) != wrapped


@given(st.data())
def test_a_changed_wrapping_does_not_open(data: st.DataObject) -> None:
    """Any flipped bit, any missing end, anything added."""
    wrapping = Wrapping(KEY, "secrets")
    wrapped = bytearray(wrapping.wrap("name", b"content"))
    match data.draw(st.sampled_from(["flip", "cut", "add"])):
        case "flip":
            place = data.draw(st.integers(0, len(wrapped) - 1))
            wrapped[place] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del wrapped[data.draw(st.integers(0, len(wrapped) - 1)) :]
        case _:
            wrapped += data.draw(st.binary(min_size=1, max_size=5))
    with pytest.raises(Tampered):
        wrapping.unwrap("name", bytes(wrapped))


def test_a_wrapping_is_bound_to_name_use_and_master_key() -> None:
    """Swapping rows in the database opens nothing."""
    wrapped = Wrapping(KEY, "secrets").wrap("name", b"content")
    for wrapping, name in (
        (Wrapping(KEY, "secrets"), "other"),
        (Wrapping(KEY, "blob keys"), "name"),
        (Wrapping(MasterKey(bytes(32)), "secrets"), "name"),
    ):
        with pytest.raises(Tampered):
            wrapping.unwrap(name, wrapped)


def test_randomness_is_what_was_given() -> None:
    """Keys come from the source that was injected, in the size they need."""
    asked: list[int] = []

    def source(size: int) -> bytes:
        asked.append(size)
        return system_random(size)

    new_digest_key(source)
    Wrapping(KEY, "secrets", source).wrap("name", b"")
    assert asked == [32, 24]
