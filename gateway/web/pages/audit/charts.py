"""Bar charts as inline SVG: their geometry. Every figure also stands in a table beneath.

Widths are shares of the page's, so that text keeps its size on a narrow screen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE, _BAR, _GAP = 20, 16, 14  # pixels


@dataclass(frozen=True, slots=True)
class Series:
    """One bar of a group: what it shows in words, its value, and how it is drawn."""

    words: str
    value: float
    style: str = "bar"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar where it is drawn; `share` is its width in percent."""

    y: int
    height: int
    share: float
    style: str


@dataclass(frozen=True, slots=True)
class Group:
    """The bars under one label: its lines, each with the height at which it stands."""

    lines: tuple[tuple[str, int], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, what it says in words, and where everything is."""

    title: str
    summary: str
    groups: tuple[Group, ...]
    height: int


def chart(title: str, groups: Sequence[tuple[str, Sequence[Series]]]) -> Chart | None:
    """The chart of groups of bars, each with its label; None of no groups."""
    if not groups:
        return None
    most = max((bar.value for _, bars in groups for bar in bars), default=0) or 1
    placed = tuple(_placed(groups, most))
    words = "; ".join(f"{label}: {_words(bars)}" for label, bars in groups)
    height = sum(_height(label, bars) for label, bars in groups)
    return Chart(title, f"{title}. {words}.", placed, height)


def _placed(groups: Sequence[tuple[str, Sequence[Series]]], most: float) -> Iterator[Group]:
    top = 0
    for label, bars in groups:
        lines = _lines(label, bars)
        under = top + _LINE * len(lines)
        drawn = tuple(
            Bar(
                under + _BAR * number,
                _BAR - 2,
                round(max(100 * bar.value / most, 0.5), 2),
                bar.style,
            )
            for number, bar in enumerate(bars)
        )
        heights = (top + _LINE * (number + 1) - 6 for number in range(len(lines)))
        yield Group(tuple(zip(lines, heights, strict=True)), drawn)
        top += _height(label, bars)


def _height(label: str, bars: Sequence[Series]) -> int:
    return _LINE * len(_lines(label, bars)) + _BAR * len(bars) + _GAP


def _lines(label: str, bars: Sequence[Series]) -> tuple[str, ...]:
    """The words of a group: on one line where there is one figure, which fits a narrow screen."""
    return (f"{label}: {_words(bars)}",) if len(bars) == 1 else (label, _words(bars))


def _words(bars: Sequence[Series]) -> str:
    return ", ".join(bar.words for bar in bars)
