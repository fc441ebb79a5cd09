"""Mentions of known people in a text: by whole name, in the ways names are written.

Names are compared without capitals, macrons and apostrophes. What counts as a mention:

- the whole name, or its first and last word, also with up to two other names between them;
- the last word, a comma or the like, and the first: `Tamihana, Anahera`, also without a comma
  where the surname stands in capitals;
- an initial and the surname: `A. Tamihana`, `Tamihana, A`;
- a name of one word, with a capital;
- the date of birth, near the first or the last word of the name; for somebody without a name,
  after words such as `born`.

One of several names alone is not a mention: thousands of children share each.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.inspection import Known
from gateway.inspection.dates import written_dates
from gateway.inspection.folding import Folded, folded, spans, words

_NEAR: Final = 150  # characters around a date of birth in which a name makes it a mention
_BETWEEN: Final = 2
_TURNED: Final = re.compile(r"\s*[,;|\t\n]\s*")
_SPACED: Final = re.compile(r"[ \n-]{1,3}")
_AFTER_INITIAL: Final = re.compile(r"\.?[ \n]{0,2}")
_LONGEST_NAME: Final = 12  # words

_Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A known person in a folded text."""

    known: Known
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    known: int
    words: tuple[str, ...]


class People:
    """Known people, indexed by the words of their names: many of them cost no more than few."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._known = known
        self._by_last: dict[str, list[_Name]] = {}
        self._born: dict[date, list[int]] = {}
        self._parts: dict[int, frozenset[str]] = {}
        for number, one in enumerate(known):
            names = [tuple(words(folded(name).plain))[:_LONGEST_NAME] for name in one.names]
            self._parts[number] = frozenset(
                n for name in names if name for n in (name[0], name[-1])
            )
            for name in dict.fromkeys(filter(None, names)):
                self._by_last.setdefault(name[-1], []).append(_Name(number, name))
            if born := _day(one.born):
                self._born.setdefault(born, []).append(number)

    def mentions(self, text: Folded, births: Iterable[tuple[int, int]] = ()) -> Iterator[Mention]:
        """Who is mentioned in a text, each as often as they are.

        Args:
            text: where they are looked for.
            births: from where to where each date stands that is said to be a date of birth.
        """
        if not self._known:
            return
        if not self._by_last.keys().isdisjoint(words(text.plain)):
            yield from self._by_name(text)
        if self._born:
            yield from self._by_birth(text, dict(births))

    def _by_name(self, text: Folded) -> Iterator[Mention]:
        line = spans(text.plain)
        for at, (word, _, _) in enumerate(line):
            for name in self._by_last.get(word, ()):
                found = _mentioned(name.words, line, at, text)
                if found:
                    yield Mention(self._known[name.known], *found)

    def _by_birth(self, text: Folded, births: dict[int, int]) -> Iterator[Mention]:
        for written in written_dates(text.plain):
            candidates = [n for day in written.days for n in self._born.get(day, ())]
            if not candidates:
                continue
            around = text.plain[max(0, written.start - _NEAR) : written.end + _NEAR]
            near = set(words(around))
            for number in candidates:
                parts = self._parts[number]
                if parts & near or (not parts and written.start in births):
                    yield Mention(self._known[number], written.start, written.end)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _mentioned(
    name: tuple[str, ...], line: list[_Span], at: int, text: Folded
) -> tuple[int, int] | None:
    """Where a name stands whose last word is the `at`-th of the line; None where it does not."""
    _, start, end = line[at]
    if len(name) == 1:
        return (start, end) if text.raw[start].isupper() else None
    whole = line[max(0, at - len(name) + 1) : at + 1]
    if tuple(word for word, _, _ in whole) == name:
        return whole[0][1], end
    return _forwards(name, line, at, text) or _backwards(name, line, at, text)


def _forwards(
    name: tuple[str, ...], line: list[_Span], at: int, text: Folded
) -> tuple[int, int] | None:
    """`First Last`, with other names or initials between, or the first one's initial before."""
    end = line[at][2]
    for before in range(at - 1, max(-1, at - 2 - _BETWEEN), -1):
        word, start, stop = line[before]
        gap = text.plain[stop : line[before + 1][1]]
        spaced = _AFTER_INITIAL if stop - start == 1 else _SPACED
        if not spaced.fullmatch(gap):
            return None
        if word == name[0]:
            return start, end
        if (
            word == name[0][0]
            and _is_initial(text, start, stop)
            and text.raw[line[at][1]].isupper()
        ):
            return start, end
        if not text.raw[start].isupper():
            return None
    return None


def _backwards(
    name: tuple[str, ...], line: list[_Span], at: int, text: Folded
) -> tuple[int, int] | None:
    """`Last, First`, `LAST First`, `Last, F.`; a surname of several words ends with its last."""
    if at + 1 >= len(line):
        return None
    _, start, stop = line[at]
    word, begin, end = line[at + 1]
    gap = text.plain[stop:begin]
    turned = _TURNED.fullmatch(gap) is not None
    capitals = gap == " " and text.raw[start:stop].isupper() and stop - start > 1
    if word == name[0] and (turned or (capitals and not text.raw[begin:end].isupper())):
        return start, end
    initial = word == name[0][0] and "," in gap and _is_initial(text, begin, end)
    return (start, end) if turned and initial and text.raw[start].isupper() else None


def _is_initial(text: Folded, start: int, end: int) -> bool:
    return end - start == 1 and text.raw[start].isupper()
