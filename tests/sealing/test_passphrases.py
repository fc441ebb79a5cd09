"""Pack passwords: strength, form, and refusal of a bad word list."""

import math
import re
from collections.abc import Sequence
from importlib.resources import files

import pytest

from gateway.domain.errors import InvalidInput, Tampered
from gateway.sealing.passphrases import EffPassphrases, checked_words


@pytest.fixture
def eff_list() -> str:
    return files("xkcdpass").joinpath("static", "eff-long").read_text(encoding="ascii")


def test_passwords_are_unique_and_made_of_six_listed_words(eff_list: str) -> None:
    """Thousands of passwords never repeat, and each splits into exactly the words chosen."""
    listed = set(eff_list.split())
    source = EffPassphrases()
    made = {source.new().reveal() for _ in range(5000)}
    assert len(made) == 5000
    for password in made:
        words = password.split("-")
        assert len(words) == 6
        assert listed.issuperset(words)
        assert 23 <= len(password) <= 59


def test_six_words_are_more_than_77_bits_of_equal_choices() -> None:
    """The stated bits are those of the list that is really chosen from."""
    offered: list[Sequence[str]] = []

    def first(words: Sequence[str]) -> str:
        offered.append(words)
        return words[0]

    source = EffPassphrases(choose=first)
    assert source.new().reveal() == "-".join(["abacus"] * 6)
    assert len(offered) == 6
    assert {len(set(words)) for words in offered} == {7772}
    assert source.bits == pytest.approx(6 * math.log2(7772))
    assert source.bits > 77.5


def test_words_with_a_hyphen_of_their_own_are_never_chosen(eff_list: str) -> None:
    """`drop-down` would read as two words on the telephone and blur the count."""
    hyphenated = {word for word in eff_list.split() if "-" in word}
    assert hyphenated == {"drop-down", "felt-tip", "t-shirt", "yo-yo"}

    def check(words: Sequence[str]) -> str:
        assert hyphenated.isdisjoint(words)
        return words[-1]

    assert EffPassphrases(choose=check).new().reveal().count("-") == 5


@pytest.mark.parametrize("words", [6, 10])
def test_the_shortest_and_longest_passwords_stay_within_what_programs_take(words: int) -> None:
    """At least 16 characters (NZISM 7546), and no more than the 99 that 7-Zip takes."""

    def longest(options: Sequence[str]) -> str:
        return max(options, key=len)

    def shortest(options: Sequence[str]) -> str:
        return min(options, key=len)

    assert len(EffPassphrases(words, shortest).new().reveal()) >= 16
    assert len(EffPassphrases(words, longest).new().reveal()) <= 99


@pytest.mark.parametrize("words", [-1, 0, 5, 11])
def test_too_few_or_too_many_words_are_refused(words: int) -> None:
    """Five words would have 65 bits, which the format's weak key derivation does not forgive."""
    with pytest.raises(InvalidInput) as caught:
        EffPassphrases(words)
    assert caught.value.field == "words"


def test_passwords_show_themselves_only_when_asked() -> None:
    """A password in a log line or an error reads as a mask."""
    password = EffPassphrases().new()
    assert password.reveal() not in f"{password} {password!r}"


def test_the_installed_word_list_is_accepted_whole(eff_list: str) -> None:
    """The list that the package ships passes the check made at every start."""
    words = checked_words(eff_list)
    assert len(words) == 7776
    assert all(re.fullmatch(r"[a-z-]+", word) for word in words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("abacus\n", ""),
        ("abacus\n", "abdomen\n"),
        ("abacus\n", "abacus\nextra\n"),
        ("abacus", "Abacus"),
        ("abacus", "ab4cus"),
        ("abacus", "ābacus"),
        ("abacus", "ab"),
        ("abacus", "abacusabacus"),
    ],
)
def test_a_changed_word_list_is_refused(eff_list: str, old: str, new: str) -> None:
    """A list that is short, repeats itself or holds other words never makes a password."""
    changed = eff_list.replace(old, new, 1)
    assert changed != eff_list
    with pytest.raises(Tampered):
        checked_words(changed)
