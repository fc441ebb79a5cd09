"""Reads the placeholders of a template's parts, and says what is wrong with them.

A template may print texts, repeat a row or paragraph for a list, and leave something out where a
text is empty. Anything else that Jinja can do is a fault, so that no template computes or reaches
for anything.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from gateway.documents.placeholders import LISTS, REQUIRED, TEXTS, nearest
from gateway.domain.errors import Problem

_LOOP: Final = frozenset({"index", "first", "last"})
_PLAIN: Final = (nodes.Output, nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.TemplateData)
_SEE: Final = "README.md beside the templates lists the placeholders."


def environment() -> SandboxedEnvironment:
    """Where templates run: sandboxed, escaping, strict, and without any function or filter."""
    found = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    for reach in (found.globals, found.filters, found.tests):
        reach.clear()
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template as Jinja reads it: its place in words, e.g. `the header`, and XML."""

    place: str
    xml: str


def placeholder_problems(file: str, parts: Iterable[Part]) -> list[Problem]:
    """What is wrong with the placeholders in `parts` of the template `file`; empty if nothing."""
    found: list[Problem] = []
    shown: set[str] = set()
    for part in parts:
        try:
            tree = environment().parse(part.xml)
        except TemplateSyntaxError as error:
            found.append(_syntax(file, part, error))
            continue
        reading = _Reading(file, part.place, shown, found)
        for node in tree.body:
            reading.walk(node, {})
    if any(_is_syntax(problem) for problem in found):
        return found  # what is missing cannot be told while a part cannot be read
    return [*found, *_missing(file, REQUIRED - shown)]


_SYNTAX: Final = "cannot be read"


def _is_syntax(problem: Problem) -> bool:
    return _SYNTAX in problem.message


def _syntax(file: str, part: Part, error: TemplateSyntaxError) -> Problem:
    lines = part.xml.splitlines()
    number = min(max(error.lineno - 1, 0), len(lines) - 1)
    near = " ".join(re.sub(r"<[^>]+>", " ", lines[number]).split())[:80]
    return Problem(
        file,
        f"A tag in {part.place} {_SYNTAX}: {error.message} Near: '{near}'.",
        "Compare it with the template that came with the gateway. " + _SEE,
    )


def _missing(file: str, names: Iterable[str]) -> Iterator[Problem]:
    for name in sorted(names):
        yield Problem(
            file,
            f"The placeholder '{name}' is missing.",
            f"Put {{{{ {name} }}}} where it belongs. {_SEE}",
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One walk through a part; collects what it shows and what is wrong."""

    file: str
    place: str
    shown: set[str]
    found: list[Problem]

    def walk(self, node: nodes.Node, entries: Mapping[str, str]) -> None:
        """`entries`: the names loops have given, each with the list it comes from."""
        if isinstance(node, nodes.For):
            self._loop(node, entries)
        elif isinstance(node, nodes.Output):
            for each in node.nodes:
                self._print(each, entries)
        elif isinstance(node, nodes.Name):
            self._name(node.name, entries)
        elif isinstance(node, nodes.Getattr):
            self._entry(node, entries)
        elif isinstance(node, _PLAIN):
            for child in node.iter_child_nodes():
                self.walk(child, entries)
        else:
            self._fault(
                f"A tag in {self.place} uses what a template may not use "
                f"({type(node).__name__.lower()}).",
                "Use only placeholders, 'if' with a placeholder, and 'for' over a list. " + _SEE,
            )

    def _loop(self, node: nodes.For, entries: Mapping[str, str]) -> None:
        source = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        plain = not (node.test or node.else_ or node.recursive)
        if source not in LISTS or not isinstance(node.target, nodes.Name) or not plain:
            self._fault(
                f"A 'for' in {self.place} goes over '{source or 'something else'}', "
                "which is not a list.",
                f"{nearest(source, LISTS)} The lists are {', '.join(LISTS)}.".strip(),
            )
            return
        for child in node.body:
            self.walk(child, {**entries, node.target.name: source})

    def _print(self, node: nodes.Node, entries: Mapping[str, str]) -> None:
        self.walk(node, entries)
        if isinstance(node, nodes.Name) and node.name in TEXTS:
            self.shown.add(node.name)
        elif isinstance(node, nodes.Name) and (node.name in LISTS or node.name in entries):
            self._fault(
                f"'{node.name}' in {self.place} is a list or an entry of one, not a text.",
                "Print one of its texts, e.g. {{ item.description }}. " + _SEE,
            )

    def _name(self, name: str, entries: Mapping[str, str]) -> None:
        if name not in TEXTS and name not in LISTS and name not in entries:
            self._unknown(name, (*TEXTS, *LISTS))

    def _entry(self, node: nodes.Getattr, entries: Mapping[str, str]) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if owner == "loop" and entries and node.attr in _LOOP:
            return
        listed = LISTS.get(entries.get(owner, ""))
        if listed is None:
            self._unknown(f"{owner}.{node.attr}", REQUIRED)
        elif node.attr not in listed.texts:
            found = difflib.get_close_matches(node.attr, list(listed.texts), n=1)
            name = f"{listed.entry}.{node.attr}"
            self._unknown(name, [f"{listed.entry}.{found[0]}"] if found else REQUIRED)
        else:
            self.shown.add(f"{listed.entry}.{node.attr}")

    def _unknown(self, name: str, known: Iterable[str]) -> None:
        self._fault(
            f"There is no placeholder '{name}' ({self.place}).",
            f"{nearest(name, known)} {_SEE}".strip(),
        )

    def _fault(self, message: str, remedy: str) -> None:
        self.found.append(Problem(self.file, message, remedy))
