"""A text beside its plain form: small letters without marks, one kind of dash, space and quote.

Patterns are held against the plain form, so that they need no cases and no list of dashes; both
forms have one length, so that what is found in one stands at the same place of the other.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway.domain.lookalikes import plain_letters

_CONTEXT: Final = 200
_LINE_ENDS: Final = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_QUOTES: Final = "\u2018\u2019\u02bc\u02bb\u2032\u00b4`"
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its plain form, character by character.

    Attributes:
        raw: the text composed (NFKC), without invisible characters.
    """

    raw: str
    plain: str

    def around(self, start: int, end: int) -> str:
        """What stands from `start` to `end` with words around it, on one line, at most 200 long."""
        end = min(end, start + _CONTEXT)
        spare = (_CONTEXT - (end - start)) // 2
        first, last = max(0, start - spare), min(len(self.raw), end + spare)
        shown = "".join(c if c.isprintable() else " " for c in self.raw[first:last])
        return " ".join(shown.split())


def folded(text: str) -> Folded:
    """`text` with its plain form; time grows with its length only."""
    if text.isascii():
        return Folded(text, text.lower().translate(_ASCII_LINES))
    composed = unicodedata.normalize("NFKC", text)
    raw = "".join(map(_kept, composed))
    return Folded(raw, "".join(map(_plain, raw)))


def words(plain: str) -> list[str]:
    """The words of a plain text, in order; what hyphens join are words of their own."""
    return [bare(word) for word in _WORD.findall(plain)]


def spans(plain: str) -> list[tuple[str, int, int]]:
    """The words of a plain text with where they begin and end."""
    return [(bare(m[0]), m.start(), m.end()) for m in _WORD.finditer(plain)]


def bare(word: str) -> str:
    """A word without apostrophes and without the s of a possessive."""
    if "'" not in word:
        return word
    return word.removesuffix("'s").replace("'", "")


@cache
def _kept(character: str) -> str:
    """The character, or nothing where it cannot be seen or is a mark that would not compose."""
    hidden = unicodedata.category(character) in {"Cf", "Mn", "Me"}
    return "" if hidden else character


@cache
def _plain(character: str) -> str:
    if character in _LINE_ENDS:
        return "\n"
    if character in _DASHES:
        return "-"
    if character in _QUOTES:
        return "'"
    if character.isspace():
        return character if character in "\t\n" else " "
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    letters = plain_letters("".join(c for c in decomposed if not unicodedata.combining(c)))
    return letters if len(letters) == 1 else character


_ASCII_LINES: Final = {ord(c): "\n" for c in "\r\v\f\x1c\x1d\x1e"} | {0x1F: " ", ord("`"): "'"}
