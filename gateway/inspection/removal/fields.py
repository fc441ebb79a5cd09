"""Taking fields out of Word documents that start or fetch something; what they show stays."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection.active_fields import field_judged
from gateway.inspection.parts import attribute, local
from gateway.inspection.removal.office import remove as take_out
from gateway.inspection.removal.office import unwrap

if TYPE_CHECKING:
    from lxml import etree

_INSTRUCTIONS = ("instrText", "delInstrText")


@dataclass
class _Field:
    """A field that began: its characters and the pieces of its instruction."""

    marks: list["etree._Element"] = field(default_factory=list)
    pieces: list["etree._Element"] = field(default_factory=list)
    shows: bool = False  # its instruction has ended, what it shows began

    @property
    def instruction(self) -> str:
        return "".join(piece.text or "" for piece in self.pieces)


def remove(root: "etree._Element", kinds: frozenset[Kind]) -> set[Kind]:
    """Turn fields of `kinds` into what they show; the kinds that were found.

    A field inside the instruction of another is part of what that one does: both go.
    """
    found: set[Kind] = set()
    for simple in list(root.iter("{*}fldSimple")):
        kind, _ = field_judged(attribute(simple, "instr"))
        if kind is not None and kind in kinds:
            unwrap(simple)
            found.add(kind)
    for one in _complex(root):
        kind, _ = field_judged(one.instruction)
        if kind is not None and kind in kinds:
            for element in [*one.marks, *one.pieces]:
                take_out(element)
            found.add(kind)
    return found


def _complex(root: "etree._Element") -> list[_Field]:
    """Fields of several runs (ISO/IEC 29500-1, 17.16.18), also those that never end."""
    complete: list[_Field] = []
    began: list[_Field] = []
    loose = _Field()
    for element in root.iter("{*}fldChar", *(f"{{*}}{name}" for name in _INSTRUCTIONS)):
        if local(element) in _INSTRUCTIONS:
            for one in [one for one in began if not one.shows] or [loose]:
                one.pieces.append(element)
            continue
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            began.append(_Field())
        if began:
            began[-1].marks.append(element)
            began[-1].shows = began[-1].shows or kind == "separate"
        if kind == "end" and began:
            complete.append(began.pop())
    return [*complete, *began, loose]
