"""Taking hidden content out of PowerPoint presentations."""

from gateway.domain.inspection import Kind
from gateway.inspection import text_slides
from gateway.inspection.hidden import slides
from gateway.inspection.parts import attribute, local
from gateway.inspection.removal import office_active, office_properties
from gateway.inspection.removal.office import Office, relation, remove

Removed = tuple[bytes, tuple[Kind, ...]] | None
_MAINS = (
    "presentationml.presentation.main+xml",
    "ms-powerpoint.presentation.macroenabled.main+xml",
)
_JUMPS = frozenset({"hlinkClick", "hlinkHover", "hlinkMouseOver"})


def removed(data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The presentation without `kinds`, and which of them it had; None where it had none.

    Raises:
        NotReadable: it cannot be read.
    """
    office = Office.open(data)
    if Kind.HIDDEN_SLIDE in kinds:
        _drop_slides(office)
    if Kind.SPEAKER_NOTES in kinds:
        for name, _ in list(slides.notes(office.parts)):
            office.drop(Kind.SPEAKER_NOTES, name)
    if Kind.COMMENT in kinds:
        _drop_comments(office)
    if Kind.HIDDEN_TEXT in kinds:
        _remove_shapes(office)
        office_properties.remove_data(office)
    if Kind.AUTHOR in kinds:
        office_properties.remove_people(office)
    office_active.remove(office, kinds)
    if not office.taken:
        return None
    return office.saved(), tuple(kind for kind in Kind if kind in office.taken)


def _drop_slides(office: Office) -> None:
    parts = office.parts
    gone = slides.hidden_slides(parts)
    if not gone or len(gone) == len(text_slides.slides(parts)):
        return
    for name in gone:
        office.drop(Kind.HIDDEN_SLIDE, name)
    for main in (name for ends in _MAINS for name in parts.of_type(ends)):
        related = parts.related(main)
        numbers = set()
        for one in list(parts.root(main).iter("{*}sldId", "{*}sld")):
            target = related.get(relation(one))
            if target is not None and target[1] in gone:
                numbers.add(str(one.get("id", "")))
                remove(one)
        for one in list(parts.root(main).iter("{*}sldId")):  # of sections
            if not relation(one) and attribute(one, "id") in numbers:
                remove(one)
        office.took(Kind.HIDDEN_SLIDE, main)
    _remove_jumps(office)
    office_properties.remove_lists(office, Kind.HIDDEN_SLIDE)


def _remove_jumps(office: Office) -> None:
    """Links on other slides that lead to one that is no more."""
    for name in text_slides.slides(office.parts):
        if not office.is_kept(name):
            continue
        related = office.parts.related(name)
        for element in list(office.parts.root(name).iter("*")):
            target = related.get(relation(element)) if local(element) in _JUMPS else None
            if target is not None and not office.is_kept(target[1]):
                remove(element)
                office.took(Kind.HIDDEN_SLIDE, name)


def _drop_comments(office: Office) -> None:
    parts = office.parts
    for name in parts.names:
        if parts.types[name].endswith(slides.COMMENT_TYPES):
            office.drop(Kind.COMMENT, name)
    if Kind.COMMENT in office.taken:
        for name in parts.names:
            if parts.types[name].endswith(slides.AUTHOR_TYPES):
                office.drop(Kind.COMMENT, name)


def _remove_shapes(office: Office) -> None:
    """Hidden shapes, with what moves them: a timing of a shape that is no more breaks a slide."""
    parts = office.parts
    for name in text_slides.slides(parts):
        root = parts.root(name)
        shapes = slides.hidden_shapes(root)
        for shape in shapes:
            remove(shape)
            office.took(Kind.HIDDEN_TEXT, name)
        for timing in list(root.iter("{*}timing")) if shapes else ():
            remove(timing)
