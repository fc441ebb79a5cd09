"""Passwords: which may be one, and how they are kept."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.services.passwords import (
    LONGEST,
    SHORTEST,
    hashed,
    is_common,
    is_outdated,
    is_right,
    require_good,
)

CONTEXT = ("robin.sample@tamariki-care.example", "Robin Sample", "tamariki-care", "Tamariki Care")


@pytest.mark.parametrize(
    "text",
    [
        "tangerine plough nebula",
        "kōwhai rākau moana",
        "w7Gq!zPz0-kLm",
        "monkey sandwich lamp",
        "パスワードではない言葉です",
        " leading and trailing ",
        "x7" * 2 + "plough lantern" * 18,
    ],
)
def test_a_good_password_is_taken(text: str) -> None:
    """Of any characters, with blanks, and long."""
    require_good(Secret(text), CONTEXT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short words", "shorter than 12"),
        ("", "shorter than 12"),
        ("x1y2" * 65, "longer than 256"),
        ("robin plough nebula", "your login"),
        ("plough SAMPLE nebula", "your login"),
        ("plough tamariki-care", "your login"),
        ("ploughTamarikiNebula", "your login"),
        ("password1234", "many people use"),
        ("P@ssw0rd1234", "many people use"),
        ("123456789012", "many people use"),
        ("qwertyuiop12", "many people use"),
        ("1qaz2wsx3edc", "many people use"),
        ("aaaaaaaaaaaa", "many people use"),
        ("abcxyzabcxyz", "many people use"),
        ("Welcome2026!!", "many people use"),
        ("correct horse battery staple", "many people use"),
        ("!!!!1234@@@@", "many people use"),
        ("ｐａｓｓｗｏｒｄ１２３４", "many people use"),
    ],
)
def test_a_bad_password_is_refused_with_its_fault(text: str, said: str) -> None:
    """In words, with the field; what was typed is not repeated."""
    with pytest.raises(InvalidInput, match=said) as refused:
        require_good(Secret(text), CONTEXT)
    assert refused.value.field == "password"
    assert not text or text not in refused.value.message + refused.value.remedy


@given(st.text(max_size=400))
def test_any_text_is_judged_quickly(text: str) -> None:
    """Nothing typed makes the rule fail or take long."""
    began = time.perf_counter()
    is_common(text)
    assert time.perf_counter() - began < 2


async def test_a_hash_tells_its_parameters_and_verifies() -> None:
    """Argon2id with three passes over 64 MiB; the same text however it was composed."""
    held = await hashed(Secret("café au lait, twice"))
    assert held.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert not is_outdated(held)
    assert await is_right(Secret("cafe\u0301 au lait, twice"), held)
    assert not await is_right(Secret("Café au lait, twice"), held)


async def test_a_hash_of_other_parameters_counts_and_is_outdated() -> None:
    """So that they can be raised without anybody setting up anew."""
    held = argon2id.str(b"plough lantern", opslimit=1, memlimit=8 * 1024 * 1024).decode()
    assert is_outdated(held)
    assert await is_right(Secret("plough lantern"), held)


async def test_no_password_costs_as_much_as_one() -> None:
    """Nobody learns by the time it takes whether a login is somebody's."""
    held = await hashed(Secret("plough lantern"))
    times = []
    for against in (held, None):
        began = time.perf_counter()
        for _ in range(3):
            assert not await is_right(Secret("wrong wrong wrong"), against)
        times.append(time.perf_counter() - began)
    assert 0.4 < times[0] / times[1] < 2.5


def test_the_limits_are_those_of_the_standard() -> None:
    """NIST SP 800-63B asks for 8 at least and 64 at least as the most."""
    assert SHORTEST >= 8
    assert LONGEST >= 64
