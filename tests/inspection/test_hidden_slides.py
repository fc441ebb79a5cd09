"""What a presentation hides is found and taken out."""

from support.books import presentation, shape, slide
from support.hiding import cleaned, of, shown

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.package import Package
from gateway.inspection.removal import removed

_PPTX = FileType.PPTX
_JUMP = '<p:sp><a:hlinkClick r:id="r9" action="ppaction://hlinksldjump"/></p:sp>'
_NOTES = slide(shape("say nothing of him") + shape("2", of="sldNum"), kind="notes")
_COMMENT = '<p:cm authorId="0" idx="1"><p:text>not for them</p:text></p:cm>'


def made() -> bytes:
    """Three slides, the second hidden; the first leads to it; with notes, comments and a shape."""
    return presentation(
        [
            slide(shape("Kia ora") + shape("behind", hidden=True) + _JUMP),
            slide(shape("secret slide"), shown=False),
            slide(shape("Ka kite")),
        ],
        notes={3: _NOTES, 2: slide(shape("1", of="sldNum"), kind="notes")},
        comments={1: _COMMENT},
        related={1: [("r9", "slide", "slide2.xml", False)]},
    )


def test_each_thing_is_found_with_its_slide() -> None:
    """Notes that hold the number of a slide alone are none."""
    said = {
        kind: [(one.where, one.context) for one in of(kind, _PPTX, made())]
        for kind in (Kind.HIDDEN_SLIDE, Kind.SPEAKER_NOTES, Kind.COMMENT, Kind.HIDDEN_TEXT)
    }
    assert said == {
        Kind.HIDDEN_SLIDE: [("slide 2", "secret slide")],
        Kind.SPEAKER_NOTES: [("slide 3", "say nothing of him")],
        Kind.COMMENT: [("slide 1", "Alex Sample: not for them")],
        Kind.HIDDEN_TEXT: [("slide 1", "a hidden shape: behind")],
    }


def test_a_hidden_slide_goes_with_its_notes_and_what_leads_to_it() -> None:
    """No list and no link names it any more."""
    clean = cleaned(_PPTX, made(), Kind.HIDDEN_SLIDE)
    package = Package.open(clean)
    assert not {"ppt/slides/slide2.xml", "ppt/notesSlides/notesSlide2.xml"} & set(package.names)
    assert b'"257"' not in package.read("ppt/presentation.xml")
    assert b"hlinkClick" not in package.read("ppt/slides/slide1.xml")
    assert b"slide2" not in package.read("ppt/slides/_rels/slide1.xml.rels")
    assert "Ka kite" in shown("a.pptx", clean)


def test_notes_comments_and_hidden_shapes_go() -> None:
    """The slides stay as they were."""
    clean = cleaned(_PPTX, made(), Kind.SPEAKER_NOTES, Kind.COMMENT, Kind.HIDDEN_TEXT)
    package = Package.open(clean)
    everything = b"".join(package.read(name) for name in package.names)
    for words in (b"say nothing", b"not for them", b"behind", b"Alex"):
        assert words not in everything
    assert b"secret slide" in everything


def test_the_last_slides_stay_although_they_are_hidden() -> None:
    """A presentation without slides shows nothing."""
    data = presentation([slide(shape("secret"), shown=False)])
    assert [one.removable for one in of(Kind.HIDDEN_SLIDE, _PPTX, data)] == [False]
    assert removed(_PPTX, data, frozenset({Kind.HIDDEN_SLIDE})) is None
