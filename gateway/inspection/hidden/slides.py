"""What a PowerPoint presentation carries that does not show when it is presented.

Source: ISO/IEC 29500-1, 19.3 (slides, notes, comments); [MS-PPTX] 2.1 (modern comments).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden import office_data, properties
from gateway.inspection.hidden.showing import joined, shown
from gateway.inspection.parts import Parts, attribute, local
from gateway.inspection.text_slides import labels, slides

if TYPE_CHECKING:
    from lxml import etree

COMMENT_TYPES = ("presentationml.comments+xml", "ms-powerpoint.comments+xml")
AUTHOR_TYPES = ("presentationml.commentauthors+xml", "ms-powerpoint.authors+xml")
_SHAPES = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp"})
_FIELDS = {"sldNum", "sldImg", "dt", "hdr", "ftr"}
_OFF = {"0", "false"}
_ON = {"1", "true"}


def found(data: bytes) -> list[Discovery]:
    """Hidden slides and shapes, notes, comments and people of a presentation.

    Raises:
        NotReadable: it cannot be read.
    """
    parts = Parts.open(data)
    parts.labels = labels(parts)
    removable = bool(set(slides(parts)) - set(hidden_slides(parts)))
    discoveries = []
    for name in slides(parts):
        root, where = parts.root(name), parts.label(name)
        if is_hidden(root):
            discoveries.append(Discovery(Kind.HIDDEN_SLIDE, where, _words(root), removable))
        discoveries += [
            Discovery(
                Kind.HIDDEN_TEXT, where, shown("a hidden shape:", _words(one)), removable=True
            )
            for one in hidden_shapes(root)
        ]
    discoveries += [
        Discovery(Kind.SPEAKER_NOTES, parts.label(name), shown(words), removable=True)
        for name, words in notes(parts)
    ]
    return [
        *discoveries,
        *_comments(parts),
        *office_data.told(parts),
        *properties.told(parts),
    ]


def hidden_slides(parts: Parts) -> list[str]:
    """The slides that are not shown."""
    return [name for name in slides(parts) if is_hidden(parts.root(name))]


def is_hidden(slide: "etree._Element") -> bool:
    """Whether a slide is not shown."""
    return attribute(slide, "show") in _OFF


def hidden_shapes(slide: "etree._Element") -> list["etree._Element"]:
    """Shapes of a slide that are not shown, the outermost ones."""
    found = []
    for properties_of in slide.iter("{*}cNvPr"):
        if attribute(properties_of, "hidden") in _ON:
            shape = next(
                (one for one in properties_of.iterancestors() if local(one) in _SHAPES), None
            )
            outer = shape is not None and not any(one in found for one in shape.iterancestors())
            if shape is not None and outer:
                found.append(shape)
    return found


def notes(parts: Parts) -> Iterator[tuple[str, str]]:
    """The parts of notes that say something, and what they say."""
    for name in parts.of_type("presentationml.notesslide+xml"):
        words = []
        for shape in parts.root(name).iter("{*}sp"):
            kind = next((attribute(one, "type") for one in shape.iter("{*}ph")), "")
            if kind not in _FIELDS:
                words.append(_words(shape))
        if any(words):
            yield name, " ".join(filter(None, words))


def _words(element: "etree._Element") -> str:
    paragraphs = (joined(t.text for t in p.iter("{*}t")) for p in element.iter("{*}p"))
    return shown(*paragraphs)


def _comments(parts: Parts) -> Iterator[Discovery]:
    people = {
        attribute(one, "id"): attribute(one, "name")
        for name in parts.names
        if parts.types[name].endswith(AUTHOR_TYPES)
        for one in parts.root(name).iter("{*}cmAuthor", "{*}author")
    }
    for name in parts.names:
        if not parts.types[name].endswith(COMMENT_TYPES):
            continue
        for one in parts.root(name).iter("{*}cm", "{*}reply"):
            author = people.get(attribute(one, "authorId"), "")
            words = joined(t.text for t in one.iterchildren("{*}text")) or _own_words(one)
            context = shown(f"{author}:" if author else "", words)
            yield Discovery(Kind.COMMENT, parts.label(name), context, removable=True)


def _own_words(comment: "etree._Element") -> str:
    return joined(t.text for body in comment.iterchildren("{*}txBody") for t in body.iter("{*}t"))
