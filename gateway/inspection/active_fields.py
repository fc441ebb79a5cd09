"""What the markup of office files starts or fetches: fields, formulas, clicks."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import attribute, local

if TYPE_CHECKING:
    from lxml import etree

_DDE = re.compile(r'\s*["\s]*DDE(?:AUTO)?\b', re.IGNORECASE)
_NUMBERS = re.compile(r"\s*QUOTE(?:\s+\d{2,3}){3,}", re.IGNORECASE)
_FETCHES = re.compile(
    r'\s*(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|RD|DATABASE)\b.*(?:https?:|\\\\\\\\|"//)',
    re.IGNORECASE | re.DOTALL,
)
_FORMULA_FETCHES = re.compile(r"\b(?:WEBSERVICE|IMAGE|RTD|SQL\.REQUEST)\s*\(", re.IGNORECASE)
_FORMULA_RUNS = re.compile(r"\b(?:CALL|REGISTER(?:\.ID)?|EXEC|DDEINIT)\s*\(|\|'", re.IGNORECASE)
_CLICK_RUNS = ("ppaction://macro", "ppaction://program", "ppaction://ole")


def look_through(root: "etree._Element", where: str, into: Gathering) -> None:
    """Find fields, formulas and clicks that start or fetch something."""
    for instruction in _instructions(root):
        _field(instruction, where, into)
    for element in root.iter():
        judge(element, where, into)


def judge(element: "etree._Element", where: str, into: Gathering) -> None:
    """Find what one element starts or fetches."""
    name = local(element)
    if name == "f" and element.text:
        _formula(element.text, where, into)
    elif name == "ddeLink":
        into.found(Kind.LAUNCH, where, "a link (DDE) that starts a program", removable=True)
    elif name == "oleLink":
        into.found(Kind.EXTERNAL, where, "a linked object", removable=True)
    elif name in {"hlinkClick", "hlinkHover", "hlinkMouseOver"}:
        if attribute(element, "action").lower().startswith(_CLICK_RUNS):
            into.found(Kind.LAUNCH, where, "a click that starts something", removable=True)
    elif name in {"imagedata", "fill", "stroke"} and _is_remote(attribute(element, "src")):
        into.found(Kind.EXTERNAL, where, "a picture fetched from elsewhere", removable=True)


def _is_remote(target: str) -> bool:
    return target.lower().startswith(("http:", "https:", "ftp:", "file:", "\\\\", "//"))


def _instructions(root: "etree._Element") -> Iterator[str]:
    """The instruction of every field; Word spreads one over any number of runs."""
    so_far: list[str] = []
    for element in root.iter("{*}instrText", "{*}delInstrText", "{*}fldChar", "{*}fldSimple"):
        name = local(element)
        if name == "fldSimple":
            yield attribute(element, "instr")
        elif name == "fldChar":
            if so_far:
                yield "".join(so_far)
            so_far = []
        else:
            so_far.append(element.text or "")
    if so_far:
        yield "".join(so_far)


def _field(instruction: str, where: str, into: Gathering) -> None:
    kind, context = field_judged(instruction)
    if kind is not None:
        into.found(kind, where, context, removable=True)


def field_judged(instruction: str) -> tuple[Kind | None, str]:
    """What is unsafe about a field's instruction, and how that is said."""
    if _DDE.match(instruction):
        return Kind.LAUNCH, "a field (DDE) that starts a program"
    if _NUMBERS.match(instruction):
        return Kind.LAUNCH, "a field that is put together from numbers"
    if _FETCHES.match(instruction):
        return Kind.EXTERNAL, "a field that fetches something from elsewhere"
    return None, ""


def _formula(formula: str, where: str, into: Gathering) -> None:
    if _FORMULA_RUNS.search(formula):
        into.found(Kind.LAUNCH, where, "a formula that starts something", removable=True)
    elif _FORMULA_FETCHES.search(formula):
        said = "a formula that fetches something from elsewhere"
        into.found(Kind.EXTERNAL, where, said, removable=True)
