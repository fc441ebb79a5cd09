"""What in a text identifies people, so that agendas and actions can do without it.

It finds what has a form of its own, and names that are given to it. It finds no name it was not
given: whoever writes looks again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_SHAPES: Final = (
    (
        "a National Health Index number",
        re.compile(r"\b[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})\b", re.IGNORECASE),
    ),
    ("a mail address", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    ("a telephone number", re.compile(r"(?<![\w-])(?:\+|0)[0-9][0-9 ()-]{6,16}[0-9](?![\w-])")),
    ("a tax number", re.compile(r"(?<![\w-])[0-9]{2,3}-[0-9]{3}-[0-9]{3}(?![\w-])")),
    (
        "a date of birth",
        re.compile(
            r"\b(?:born|d\.?o\.?b\.?|date of birth|birthday)\b[^\n]{0,20}[0-9]", re.IGNORECASE
        ),
    ),
    (
        "an address",
        re.compile(
            r"\b[0-9]{1,5}[A-Za-z]?(?:/[0-9]{1,5})? (?:[A-ZĀĒĪŌŪ][\w'’-]{1,40} ){1,4}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Place|Pl|Drive|Dr|Crescent|Cres|Terrace|Tce|Lane|Ln|"
            r"Way|Close|Grove|Parade|Quay|Highway)\b"
        ),
    ),
)
_LEAST_PART: Final = 3  # letters of a part of a name that is looked for by itself


@dataclass(frozen=True, slots=True)
class Identifying:
    """Something that identifies somebody: what sort of thing it is, never the thing itself."""

    what: str


def identifying(
    text: str, children: Iterable[str] = (), others: Iterable[str] = ()
) -> tuple[Identifying, ...]:
    """What identifies somebody in `text`, each sort once.

    Of `children`, by name, each part of the name counts by itself where it is written with a
    capital letter; of `others` only the whole name does.
    """
    return tuple(dict.fromkeys(_found(text, children, others)))


def _found(text: str, children: Iterable[str], others: Iterable[str]) -> Iterator[Identifying]:
    for what, shape in _SHAPES:
        if shape.search(text):
            yield Identifying(what)
    words = _words(text)
    folded = f" {' '.join(words).casefold()} "
    capitals = {word for word in words if word[:1].isupper()}
    for name in children:
        parts = [part for part in _words(name) if len(part) >= _LEAST_PART]
        if _whole(name, folded) or any(part in capitals for part in parts):
            yield Identifying("the name of a child or young person")
    if any(_whole(name, folded) for name in others):
        yield Identifying("the name of a representative")


def _whole(name: str, folded: str) -> bool:
    wanted = " ".join(_words(name)).casefold()
    return bool(wanted) and f" {wanted} " in folded


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", re.sub(r"['’]s\b", "", text))
