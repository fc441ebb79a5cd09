"""Taking out of a PDF what it does by itself, and the files attached to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pikepdf

from gateway.domain.inspection import Kind
from gateway.inspection import active_pdf
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden.pdf_document import name, words
from gateway.inspection.pdf_streams import unpacked
from gateway.inspection.removal import attachments

_DEEPEST = 200
_OBJECTS = 1_000_000
_BARE = frozenset({"/Type", "/Subtype", "/Rect"})
_PAIRS = "/Names"  # of a name tree: a name and its value, by turns (ISO 32000-2, 7.9.6)


@dataclass
class _Sweep:
    """Which kinds are to go, which went, and what each attached file was found to be."""

    kinds: frozenset[Kind]
    taken: set[Kind] = field(default_factory=set)
    files: dict[tuple[int, int], Kind] = field(default_factory=dict)
    left: int = _OBJECTS


def remove(document: pikepdf.Pdf, kinds: frozenset[Kind]) -> set[Kind]:
    """Take out actions and attached files of `kinds` wherever they stand; which were found.

    Raises:
        NotReadable: there is more than can be looked through.
    """
    sweep = _Sweep(kinds)
    for page in document.pages:
        _remove_annotations(sweep, page)
    _remove_forms(sweep, document)
    for one in [*document.objects, document.trailer]:
        for holder in _containers(sweep, one, 0):
            _clean(sweep, holder)
    if sweep.taken & attachments.KINDS and "/Collection" in document.Root:
        del document.Root["/Collection"]
    return sweep.taken


def _remove_annotations(sweep: _Sweep, page: pikepdf.Page) -> None:
    """Places where something is played, and pins that hold a file that goes."""

    def goes(note: pikepdf.Dictionary) -> Kind | None:
        if active_pdf.is_media(note):
            return Kind.EMBEDDED_FILE
        held = note.get("/FS")
        is_pin = name(note.get("/Subtype")) == "/FileAttachment"
        return _judged(sweep, held) if is_pin and isinstance(held, pikepdf.Dictionary) else None

    drop_annotations(page, lambda note: _take(sweep, goes(note)))


def drop_annotations(page: pikepdf.Page, goes: Callable[[pikepdf.Dictionary], bool]) -> None:
    """Take annotations off a page, and empty them: the structure may still lead to them."""
    notes = page.obj.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    for at in reversed(range(len(notes))):
        note = notes[at]
        if isinstance(note, pikepdf.Dictionary) and goes(note):
            for key in set(note.keys()) - _BARE:
                del note[key]
            del notes[at]


def _remove_forms(sweep: _Sweep, document: pikepdf.Pdf) -> None:
    forms = document.Root.get("/AcroForm")
    if isinstance(forms, pikepdf.Dictionary) and "/XFA" in forms:
        _remove_scripts(sweep, forms)


def _remove_scripts(sweep: _Sweep, forms: pikepdf.Dictionary) -> None:
    if active_pdf.has_scripts(forms["/XFA"]) and _take(sweep, Kind.SCRIPT):
        del forms["/XFA"]


def _containers(sweep: _Sweep, one: object, depth: int) -> Iterator[pikepdf.Object]:
    """An object and the direct ones inside it, that hold others."""
    sweep.left -= 1
    if sweep.left < 0 or depth > _DEEPEST:
        raise NotReadable(Kind.TOO_MUCH, "more objects than can be looked through")
    if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
        yield one
        values: list[object] = [value for _, value in one.items()]
    elif isinstance(one, pikepdf.Array):
        yield one
        values = list(one.as_list())
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _containers(sweep, value, depth + 1)


def _clean(sweep: _Sweep, holder: pikepdf.Object) -> None:
    if isinstance(holder, pikepdf.Array):
        for at in reversed(range(len(holder))):
            if _take(sweep, _judged(sweep, holder[at])):
                del holder[at]
        return
    pairs = holder.get(_PAIRS)
    if isinstance(pairs, pikepdf.Array):
        _clean_pairs(sweep, pairs)
    for key, value in list(holder.items()):
        if _take(sweep, _judged(sweep, value)):
            del holder[key]


def _clean_pairs(sweep: _Sweep, pairs: pikepdf.Array) -> None:
    for at in reversed(range(1, len(pairs), 2)):
        if _take(sweep, _judged(sweep, pairs[at])):
            del pairs[at]
            del pairs[at - 1]


def _take(sweep: _Sweep, kind: Kind | None) -> bool:
    if kind is None or kind not in sweep.kinds:
        return False
    sweep.taken.add(kind)
    return True


def _judged(sweep: _Sweep, value: object) -> Kind | None:
    """What a value is that must not stay; None for anything else."""
    if not isinstance(value, pikepdf.Dictionary):
        return None
    does = active_pdf.acts(value)
    if does is not None:
        return does[0]
    streams = value.get("/EF")
    if not isinstance(streams, pikepdf.Dictionary):
        return None
    kinds = {_file(sweep, value, stream) for _, stream in streams.items()}
    return max(kinds, key=_badness, default=None)


def _badness(kind: Kind) -> int:
    return (Kind.ATTACHED_FILE, Kind.EMBEDDED_FILE, Kind.EXECUTABLE).index(kind)


def _file(sweep: _Sweep, described: pikepdf.Dictionary, stream: object) -> Kind:
    if not isinstance(stream, pikepdf.Stream):
        return Kind.EMBEDDED_FILE
    if stream.objgen not in sweep.files:
        said = words(described.get("/UF")) or words(described.get("/F")) or "unnamed"
        sweep.files[stream.objgen] = attachments.kind(said, unpacked(stream))
    return sweep.files[stream.objgen]
