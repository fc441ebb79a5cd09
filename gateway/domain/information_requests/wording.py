"""Finding wordings in what people write, whatever letters, signs and blanks they write it with."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from gateway.domain.lookalikes import plain_letters


def folded(text: str) -> str:
    """`text` for comparing: small Latin letters without macrons, words with one blank between.

    Letters of other scripts that look like Latin ones count as these, and what is not seen does not
    count.

    Source: Unicode Standard section 3.13, D147 (compatibility caseless match).
    """
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    apart = unicodedata.normalize("NFD", seen).casefold()
    for _ in range(2):  # letters of fancy alphabets become plain ones first, then small
        apart = unicodedata.normalize("NFKD", apart).casefold()
    apart = plain_letters(unicodedata.normalize("NFKD", apart))
    kept = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def holds(words: Sequence[str], wording: str) -> bool:
    """Whether the folded `wording` stands somewhere in `words`, word by word."""
    return any(length_at(words, place, (wording,)) for place in range(len(words)))


def length_at(words: Sequence[str], place: int, wordings: Iterable[str]) -> int:
    """How many words the longest of `wordings` that begins at `place` has; 0 if none does.

    The last word of a wording may stand there with an s, as in `files` for `file`.
    """
    return max((_length(words, place, wording) for wording in wordings), default=0)


def _length(words: Sequence[str], place: int, wording: str) -> int:
    looked = _split(wording)
    found = words[place : place + len(looked)]
    if len(found) < len(looked) or tuple(found[:-1]) != looked[:-1]:
        return 0
    return len(looked) if found[-1] in {looked[-1], looked[-1] + "s"} else 0


@lru_cache(maxsize=1_000)
def _split(wording: str) -> tuple[str, ...]:
    return tuple(wording.split())
