"""Agencies and what flows between them as inline SVG: its geometry.

Everything it shows also stands in a table beneath. Agencies stand on a circle; each flow is a curve
that bends to its left, so that two opposite ones are told apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.register import AgencyId
from gateway.services.catalogue import Flow

_WIDTH: Final = 760  # units of the drawing; it scales to the page
_RADIUS: Final = 210
_MARGIN: Final = 60
_BEND: Final = 0.14  # of the distance between two agencies
_GAP: Final = 14  # between an agency's dot and the ends of its curves
_MOST: Final = 24  # agencies that can still be told apart
_LONGEST_NAME: Final = 26


@dataclass(frozen=True, slots=True)
class Node:
    """An agency where it is drawn; `anchor` is the side on which its name stands."""

    name: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow as a curve, as wide as it has kinds of information."""

    path: str
    width: float


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing, with what it says in words."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    summary: str


def graph(flows: Sequence[Flow], names: Mapping[AgencyId, str]) -> Graph | None:
    """The drawing of flows; None of none, or of more agencies than can be told apart."""
    agencies = sorted({each.source for each in flows} | {each.recipient for each in flows})
    if not agencies or len(agencies) > _MOST:
        return None
    height = 2 * (_RADIUS + _MARGIN)
    places = {
        agency: _place(number, len(agencies), height) for number, agency in enumerate(agencies)
    }
    nodes = tuple(_node(names.get(each, each), *places[each], height) for each in agencies)
    edges = tuple(
        Edge(_curve(places[each.source], places[each.recipient]), 1 + min(len(each.items), 5) * 0.6)
        for each in flows
    )
    summary = f"{len(agencies)} agencies, {len(flows)} flows of information between them."
    return Graph(_WIDTH, height, nodes, edges, summary)


def _place(number: int, count: int, height: int) -> tuple[float, float]:
    turn = 2 * math.pi * number / count - math.pi / 2
    return _WIDTH / 2 + _RADIUS * math.cos(turn), height / 2 + _RADIUS * math.sin(turn)


def _node(name: str, x: float, y: float, height: int) -> Node:
    beside = x - _WIDTH / 2
    anchor = "middle" if abs(beside) < 1 else "start" if beside > 0 else "end"
    shift = {"middle": 0, "start": _GAP, "end": -_GAP}[anchor]
    below = 0 if anchor != "middle" else (2 * _GAP if y > height / 2 else -_GAP)
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return Node(
        shown, round(x, 1), round(y, 1), round(x + shift, 1), round(y + 5 + below, 1), anchor
    )


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A curve from near one place to near another, bent to the left of its way."""
    (x1, y1), (x2, y2) = start, end
    across, down = x2 - x1, y2 - y1
    length = math.hypot(across, down) or 1
    dx, dy = across / length * _GAP, down / length * _GAP
    bent_x = (x1 + x2) / 2 + down * _BEND
    bent_y = (y1 + y2) / 2 - across * _BEND
    numbers = (x1 + dx, y1 + dy, bent_x, bent_y, x2 - dx, y2 - dy)
    a, b, c, d, e, f = (round(each, 1) for each in numbers)
    return f"M{a} {b} Q{c} {d} {e} {f}"
