"""What a PDF does beyond being shown: actions, scripts, attached files, and its forms."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pikepdf

from gateway.domain.inspection import Kind
from gateway.inspection import links
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering, short
from gateway.inspection.pdf_streams import Unpacking, unpacked

_DEEPEST = 200  # direct objects inside one another
_OBJECTS = 1_000_000
# ISO 32000-2 table 201: what an action does
_ACTIONS = {
    "/JavaScript": (Kind.SCRIPT, "a script that runs by itself"),
    "/Launch": (Kind.LAUNCH, "it starts a program or opens a file"),
    "/ImportData": (Kind.LAUNCH, "it reads data from another file"),
    "/SubmitForm": (Kind.EXTERNAL, "it sends what is filled in to an address"),
    "/GoToR": (Kind.EXTERNAL, "it opens another document"),
    "/GoToE": (Kind.EXTERNAL, "it opens an attached document"),
    "/RichMediaExecute": (Kind.SCRIPT, "it starts multimedia"),
}
_MEDIA = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_XFA_SCRIPT = re.compile(rb"<(?:\w+:)?(?:script|execute|submit|connect)\b", re.IGNORECASE)


@dataclass
class _Walk:
    """A walk over every object, also those that no page shows."""

    into: Gathering
    pages: dict[tuple[int, int], str]
    objects: int = 0
    unpacking: Unpacking = field(default_factory=Unpacking)
    files: set[tuple[int, int]] = field(default_factory=set)


def look_through(document: pikepdf.Pdf, into: Gathering) -> None:
    """Find what is active anywhere in a PDF.

    Raises:
        NotReadable: there is more than can be looked through.
    """
    walk = _Walk(into, _pages(document))
    objects: Iterable[object] = document.objects
    for one in objects:
        number = one.objgen if isinstance(one, pikepdf.Object) else (0, 0)
        _visit(walk, one, walk.pages.get(number, ""), 0)
        if isinstance(one, pikepdf.Stream):
            walk.unpacking.measure(one)
    _visit(walk, document.trailer, "", 0)


def _pages(document: pikepdf.Pdf) -> dict[tuple[int, int], str]:
    """Which page an object belongs to: the page itself, its annotations and their actions."""
    where = {}
    for number, page in enumerate(document.pages, start=1):
        said = f"page {number:,}"
        where[page.obj.objgen] = said
        notes = page.obj.get("/Annots")
        for note in notes if isinstance(notes, pikepdf.Array) else ():
            if isinstance(note, pikepdf.Dictionary):
                where[note.objgen] = said
                for key in ("/A", "/AA", "/FS"):
                    part = note.get(key)
                    if isinstance(part, pikepdf.Dictionary):
                        where[part.objgen] = said
    where.pop((0, 0), None)
    return where


def _visit(walk: _Walk, one: object, where: str, depth: int) -> None:
    walk.objects += 1
    if walk.objects > _OBJECTS or depth > _DEEPEST:
        raise NotReadable(Kind.TOO_MUCH, "more objects than can be looked through")
    if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
        values = one.stream_dict if isinstance(one, pikepdf.Stream) else one
        _judge(walk, one, values, where)
        items: list[object] = [value for _, value in values.items()]
    elif isinstance(one, pikepdf.Array):
        items = list(one.as_list())
    else:
        return
    for value in items:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            _visit(walk, value, where, depth + 1)


def _judge(walk: _Walk, one: pikepdf.Object, values: pikepdf.Object, where: str) -> None:
    into = walk.into
    does = acts(values)
    if does is not None:
        into.found(does[0], where, does[1], removable=True)
    if is_media(values):
        into.found(Kind.EMBEDDED_FILE, where, "sound, film or three dimensions", removable=True)
    if isinstance(one, pikepdf.Stream) and "/F" in values:
        into.found(Kind.EXTERNAL, where, "a part that stands in another file")
    if "/EF" in values:
        _attached(walk, values, where)
    if "/XFA" in values:
        _form(into, values["/XFA"])


def acts(values: pikepdf.Object) -> tuple[Kind, str] | None:
    """What a dictionary does where it is an action that is not taken in, and how that is said."""
    action = _name(values.get("/S"))
    if action in _ACTIONS:
        return _ACTIONS[action]
    if "/JS" in values:
        return Kind.SCRIPT, "a script"
    if action == "/URI" and links.starts_something(_words(values.get("/URI"))):
        return Kind.LAUNCH, "a link that starts a program"
    return None


def is_media(values: pikepdf.Object) -> bool:
    """Whether a dictionary is a place on a page where something is played."""
    return _name(values.get("/Subtype")) in _MEDIA and "/Rect" in values


def has_scripts(forms: object) -> bool:
    """Whether an XFA form (Adobe's XML Forms Architecture) has some, in one stream or several."""
    parts = forms.as_list() if isinstance(forms, pikepdf.Array) else [forms]
    whole = b"".join(unpacked(part) for part in parts if isinstance(part, pikepdf.Stream))
    return _XFA_SCRIPT.search(whole) is not None


def _attached(walk: _Walk, values: pikepdf.Object, where: str) -> None:
    name = _words(values.get("/UF")) or _words(values.get("/F")) or "unnamed"
    streams = values["/EF"]
    for _, stream in streams.items() if isinstance(streams, pikepdf.Dictionary) else ():
        if not isinstance(stream, pikepdf.Stream):
            walk.into.found(Kind.EMBEDDED_FILE, where, short(name), removable=True)
        elif stream.objgen not in walk.files:
            walk.files.add(stream.objgen)
            walk.into.attached(name, unpacked(stream), where, removable=True)


def _form(into: Gathering, forms: object) -> None:
    if has_scripts(forms):
        into.found(Kind.SCRIPT, "form", "a form (XFA) with scripts", removable=True)
    else:
        into.found(Kind.PART_UNREAD, "form", "a form (XFA) whose fields were not read")


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _words(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.String) else ""
