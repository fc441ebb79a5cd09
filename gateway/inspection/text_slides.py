"""The words of PowerPoint presentations."""

from typing import TYPE_CHECKING

from gateway.domain.inspection import Kind
from gateway.inspection import text_office
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts, attribute
from gateway.inspection.passages import Place
from gateway.inspection.text_word import flowing

if TYPE_CHECKING:
    from lxml import etree

_MAIN = "presentation.main+xml"
_MACRO_MAIN = "presentation.macroenabled.main+xml"
_FOOTERS = {"ftr": Place.FOOTER, "hdr": Place.HEADER, "dt": Place.FOOTER, "sldNum": Place.FOOTER}


def slides(parts: Parts) -> list[str]:
    """The slides' parts, in the order they are shown."""
    for main in [*parts.of_type(_MAIN), *parts.of_type(_MACRO_MAIN)]:
        related = parts.related(main)
        shown = [related.get(_relation(one)) for one in parts.root(main).iter("{*}sldId")]
        ordered = [one[1] for one in shown if one and one[1] in parts.names]
        rest = [n for n in parts.of_type("presentationml.slide+xml") if n not in ordered]
        return [*ordered, *rest]
    return []


def _relation(element: "etree._Element") -> str:
    for key, value in element.attrib.items():
        if str(key).startswith("{") and str(key).endswith("}id"):
            return str(value)
    return ""


def labels(parts: Parts) -> dict[str, str]:
    """What people call each slide, and the notes that belong to it."""
    said = {}
    for number, name in enumerate(slides(parts), start=1):
        said[name] = f"slide {number:,}"
        for tail, target in parts.related(name).values():
            if tail in {"notesSlide", "comments", "chart", "diagramData", "oleObject", "package"}:
                said[target] = f"slide {number:,}"
    return said


def read(parts: Parts, into: Gathering) -> None:
    """Read every slide, its notes and comments, and what masters and layouts say."""
    done = set(slides(parts))
    for name in slides(parts):
        if not into.page():
            return
        _slide(parts.root(name), parts.label(name), into)
    for name in parts.names:
        said = parts.types.get(name, "")
        if said.endswith(("notesslide+xml", "comments+xml", "comment+xml")):
            done.add(name)
            _all(parts.root(name), parts.label(name), Place.HIDDEN, into)
        elif said.endswith(("slidemaster+xml", "slidelayout+xml")):
            done.add(name)
            _all(parts.root(name), parts.label(name), Place.HEADER, into)
    text_office.read_others(parts, "ppt/", done, into)


def _slide(root: "etree._Element", where: str, into: Gathering) -> None:
    anything = False
    for shape in root.iter("{*}sp", "{*}graphicFrame", "{*}cxnSp"):
        text = _text(shape)
        anything = anything or bool(text.strip())
        kind = next((attribute(ph, "type") for ph in shape.iter("{*}ph")), "")
        into.words(text, where, _FOOTERS.get(kind, Place.BODY))
    if not anything and next(root.iter("{*}pic", "{*}blip"), None) is not None:
        into.found(Kind.PICTURE, where, "a slide of pictures")


def _all(root: "etree._Element", where: str, place: Place, into: Gathering) -> None:
    text = _text(root)
    if not text.strip():  # comments of an old kind
        text = "\n".join(str(one) for one in root.itertext())
    into.words(text, where, place)


def _text(element: "etree._Element") -> str:
    return "".join("".join(page) for page in flowing(element).pages)
