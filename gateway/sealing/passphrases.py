"""Pack passwords made of words that can be read out on the telephone.

Source: the EFF's long word list (7776 words, one for each throw of five dice). NZISM 16.1.31
(7546) asks for at least 16 characters; the bits carry the archive, whose key derivation is weak.
"""

import math
import re
import secrets
from collections.abc import Callable, Sequence
from importlib.resources import files

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.secret import Secret

_LIST_SIZE = 6**5
_WORD = re.compile(r"[a-z-]{3,9}")
_SEPARATOR = "-"
# Six words of three letters are 23 characters. 7-Zip refuses a zip password of more than 99
# characters, which is what ten words of nine letters come to.
_WORDS_ALLOWED = range(6, 11)


class EffPassphrases:
    """Makes passwords such as `acorn-relish-duplex-gravy-unfold-mule`.

    The four words of the list that hold a hyphen themselves (`drop-down`, `felt-tip`, `t-shirt`,
    `yo-yo`) are left out, so that a password always splits into the words it was made of and no
    two choices read the same. 7772 words remain, 12.92 bits each: six words are 77.5 bits.

    Args:
        words: how many words, 6 to 10.
        choose: picks one of a sequence, each with the same chance; unpredictable in real use.

    Raises:
        InvalidInput: another number of words.
        Tampered: the word list is not the one expected.
    """

    def __init__(
        self, words: int = 6, choose: Callable[[Sequence[str]], str] = secrets.choice
    ) -> None:
        if words not in _WORDS_ALLOWED:
            raise InvalidInput(
                f"A pack password cannot have {words} words.",
                f"Choose {_WORDS_ALLOWED.start} to {_WORDS_ALLOWED.stop - 1} words.",
                field="words",
            )
        text = files("xkcdpass").joinpath("static", "eff-long").read_text(encoding="ascii")
        self._list = tuple(word for word in checked_words(text) if _SEPARATOR not in word)
        self._words = words
        self._choose = choose

    @property
    def bits(self) -> float:
        """The random bits of a password: words times the logarithm of the list's size."""
        return self._words * math.log2(len(self._list))

    def new(self) -> Secret:
        """A fresh password of at least 77 random bits and 23 to 99 (six words: 59) characters."""
        return Secret(_SEPARATOR.join(self._choose(self._list) for _ in range(self._words)))


def checked_words(text: str) -> tuple[str, ...]:
    """The words of `text`, one a line, if it can be the EFF's long list.

    Raises:
        Tampered: not 7776 different words of 3 to 9 lower-case letters and hyphens. A list that
            was shortened or repeats itself would quietly make weak passwords.
    """
    words = tuple(text.split())
    if len(words) != _LIST_SIZE or len(set(words)) != _LIST_SIZE:
        raise _unfit(f"does not have {_LIST_SIZE} different words")
    if not all(_WORD.fullmatch(word) for word in words):
        raise _unfit("holds something other than short lower-case words")
    return words


def _unfit(reason: str) -> Tampered:
    return Tampered(
        f"The word list for pack passwords {reason}.",
        "Install the gateway's dependencies again from its locked list; send no pack until then.",
    )
