"""What a Word document hides is found and taken out; what it shows stays."""

import io
from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st
from support.documents import W, docx_of, relationships, words_docx
from support.hiding import cleaned, kinds, of, paragraphs, shown

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden import hidden
from gateway.inspection.package import Package
from gateway.inspection.removal import removed

_BY = 'w:id="1" w:author="Alex Sample" w:date="2026-01-05T10:00:00Z"'
_OVERRIDE = (
    '<Override PartName="/word/{}.xml" ContentType="application/vnd.openxmlformats-{}+xml"/>'
)
_SPREAD = "officedocument.wordprocessingml"


def run(text: str, properties: str = "") -> str:
    """A run of words."""
    said = f"<w:rPr>{properties}</w:rPr>".replace("`", '"') if properties else ""
    return f'<w:r>{said}<w:t xml:space="preserve">{text}</w:t></w:r>'


def gone(text: str) -> str:
    """Words that were taken out."""
    return f"<w:del {_BY}><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def real(body: str) -> bytes:
    """A document as python-docx makes it, with this body."""
    document = docx.Document()
    at = document.element.body
    whole = parse_xml(f'<w:body xmlns:w="{W}">{body}</w:body>')
    for number, one in enumerate(list(whole)):
        at.insert(number, one)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_CHANGED = real(
    f"<w:p>{run('Kept ')}{gone('father lives at 1 Sample St')}"
    f"<w:ins {_BY}>{run('added')}</w:ins></w:p>"
    f"<w:p><w:pPr><w:rPr><w:del {_BY}/></w:rPr></w:pPr>{run('First half ')}</w:p>"
    f"<w:p>{run('second half', f'<w:b/><w:rPrChange {_BY}><w:rPr/></w:rPrChange>')}</w:p>"
    f"<w:p><w:moveFromRangeStart w:id='7' w:name='m'/><w:moveFrom {_BY}>{run('moved')}</w:moveFrom>"
    f"<w:moveFromRangeEnd w:id='7'/></w:p>"
    f"<w:p><w:moveTo {_BY}>{run('moved')}</w:moveTo></w:p>"
    f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
    f"<w:tr><w:trPr><w:del {_BY}/></w:trPr><w:tc><w:p>{gone('old row')}</w:p></w:tc></w:tr>"
    f"<w:tr><w:tc><w:p>{run('row')}</w:p></w:tc></w:tr></w:tbl><w:p/>"
)


def test_changes_are_found_with_their_words_and_who_made_them() -> None:
    """So that a coordinator sees what would have left."""
    said = [one.context for one in of(Kind.TRACKED_CHANGE, FileType.DOCX, _CHANGED)]
    assert "taken out by Alex Sample: father lives at 1 Sample St" in said
    assert "put in by Alex Sample: added" in said
    assert "format changed by Alex Sample" in said


def test_accepting_all_changes_leaves_what_the_last_author_meant() -> None:
    """Words, ends of paragraphs, moves, formats and rows."""
    clean = cleaned(FileType.DOCX, _CHANGED, Kind.TRACKED_CHANGE)
    assert paragraphs(clean)[:4] == ["Kept added", "First half second half", "", "moved"]
    table = docx.Document(io.BytesIO(clean)).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["row"]]
    assert b"Sample St" not in b"".join(
        Package.open(clean).read(n) for n in Package.open(clean).names
    )


def test_a_table_whose_rows_were_all_taken_out_goes() -> None:
    """A table without rows does not open."""
    row = f"<w:tr><w:trPr><w:del {_BY}/></w:trPr><w:tc><w:p/></w:tc></w:tr>"
    clean = cleaned(FileType.DOCX, real(f"<w:tbl>{row}{row}</w:tbl><w:p/>"), Kind.TRACKED_CHANGE)
    assert docx.Document(io.BytesIO(clean)).tables == []


def test_a_note_whose_place_was_taken_out_goes_with_it() -> None:
    """The words of a footnote stand in a part of their own."""
    note = f'<w:footnotes xmlns:w="{W}">' + "".join(
        f'<w:footnote w:id="{number}"><w:p>{run(text)}</w:p></w:footnote>'
        for number, text in ((2, "her address"), (3, "stays"))
    )
    note += "</w:footnotes>"
    refers = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    data = docx_of(
        f"<w:p><w:del {_BY}>{refers.format(2)}</w:del>{run('Kia ora')}{refers.format(3)}</w:p>",
        {
            "word/footnotes.xml": note,
            "word/_rels/document.xml.rels": relationships(
                ("r1", "footnotes", "footnotes.xml", False)
            ),
        },
        more_types=_OVERRIDE.format("footnotes", f"{_SPREAD}.footnotes"),
    )
    left = Package.open(cleaned(FileType.DOCX, data, Kind.TRACKED_CHANGE)).read(
        "word/footnotes.xml"
    )
    assert b"her address" not in left
    assert b"stays" in left


def test_a_picture_that_was_taken_out_leaves_the_file() -> None:
    """Nothing leads to it any more."""
    space = (
        'xmlns:a="a" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    data = docx_of(
        f"<w:p><w:del {_BY}><w:r><w:drawing><a:blip {space} r:embed='r9'/></w:drawing></w:r>"
        "</w:del></w:p><w:p/>",
        {
            "word/media/image1.png": b"picture",
            "word/_rels/document.xml.rels": relationships(
                ("r9", "image", "media/image1.png", False)
            ),
        },
        more_types='<Default Extension="png" ContentType="image/png"/>',
    )
    assert (
        "word/media/image1.png"
        not in Package.open(cleaned(FileType.DOCX, data, Kind.TRACKED_CHANGE)).names
    )


def test_hidden_words_are_found_by_themselves_and_by_their_style() -> None:
    """And go without a trace."""
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
    )
    data = docx_of(
        f"<w:p>{run('seen ')}{run('secret one', '<w:vanish/>')}"
        f"{run('also', '<w:vanish w:val=`0`/>')}"
        f"{run('secret two', '<w:rStyle w:val=`B`/>')}</w:p>"
        f"<w:p><w:pPr><w:pStyle w:val='A'/></w:pPr>{run('secret three')}</w:p><w:p/>",
        {"word/styles.xml": styles},
        more_types=_OVERRIDE.format("styles", f"{_SPREAD}.styles"),
    )
    said = [one.context for one in of(Kind.HIDDEN_TEXT, FileType.DOCX, data)]
    assert said == ["secret one", "secret two", "secret three"]
    clean = cleaned(FileType.DOCX, data, Kind.HIDDEN_TEXT)
    assert shown("a.docx", clean) == "seen also"


def test_white_words_are_told_but_left_where_they_may_stand_on_a_colour() -> None:
    """White on white is hidden; white in a table may be a heading."""
    white = '<w:color w:val="FFFFFF"/>'
    table = f"<w:tbl><w:tr><w:tc><w:p>{run('heading', white)}</w:p></w:tc></w:tr></w:tbl>"
    data = docx_of(
        f"<w:p>{run('secret', white)}{run('tiny', '<w:sz w:val=`1`/>')}</w:p>{table}<w:p/>"
    )
    found = of(Kind.HIDDEN_TEXT, FileType.DOCX, data)
    assert [one.context.rpartition(": ")[2] for one in found] == ["secret", "tiny"]
    assert not any(one.removable for one in found)


def test_comments_go_with_their_places() -> None:
    """In a document python-docx made and commented."""
    document = docx.Document()
    words = document.add_paragraph().add_run("The plan")
    document.add_comment(words, text="he must not know", author="Alex Sample", initials="AS")
    out = io.BytesIO()
    document.save(out)
    found = of(Kind.COMMENT, FileType.DOCX, out.getvalue())
    assert [(one.context, one.removable) for one in found] == [
        ("Alex Sample: he must not know", True)
    ]
    clean = cleaned(FileType.DOCX, out.getvalue(), Kind.COMMENT)
    assert paragraphs(clean) == ["The plan"]
    assert b"comment" not in Package.open(clean).read("word/document.xml")
    assert "word/comments.xml" not in Package.open(clean).names


def test_people_go_from_properties_and_changes() -> None:
    """The change stays; who made it does not."""
    clean = cleaned(FileType.DOCX, _CHANGED, Kind.AUTHOR)
    assert Kind.TRACKED_CHANGE in kinds(FileType.DOCX, clean)
    assert b"Alex" not in Package.open(clean).read("word/document.xml")
    assert docx.Document(io.BytesIO(clean)).core_properties.author == ""


def test_data_that_no_page_shows_goes() -> None:
    """Custom XML, its bindings, and variables."""
    settings = (
        f'<w:settings xmlns:w="{W}"><w:docVars><w:docVar w:name="a" w:val="secret"/></w:docVars>'
        "</w:settings>"
    )
    bound = (
        "<w:sdt><w:sdtPr><w:dataBinding w:storeItemID='{1}'/></w:sdtPr>"
        "<w:sdtContent>{}</w:sdtContent></w:sdt>"
    )
    data = docx_of(
        f"<w:p>{bound.replace('{}', run('shown'))}</w:p>",
        {
            "customXml/item1.xml": "<case>secret case</case>",
            "word/settings.xml": settings,
            "word/_rels/document.xml.rels": relationships(
                ("r1", "customXml", "../customXml/item1.xml", False),
                ("r2", "settings", "settings.xml", False),
            ),
        },
        more_types=_OVERRIDE.format("settings", f"{_SPREAD}.settings"),
    )
    assert [one.context for one in of(Kind.HIDDEN_TEXT, FileType.DOCX, data)] == [
        "secret case",
        "variable a: secret",
    ]
    clean = Package.open(cleaned(FileType.DOCX, data, Kind.HIDDEN_TEXT))
    assert not any(b"secret" in clean.read(name) for name in clean.names)
    assert b"dataBinding" not in clean.read("word/document.xml")
    assert b"shown" in clean.read("word/document.xml")


def test_a_plain_document_is_left_alone() -> None:
    """Nothing is changed where nothing is to go."""
    assert hidden(FileType.DOCX, docx_of()) == []
    assert removed(FileType.DOCX, docx_of(), frozenset(Kind)) is None
    assert removed(FileType.DOCX, words_docx("a"), frozenset({Kind.COMMENT})) is None


_WORDS = st.text(st.sampled_from("abc 12"), min_size=1, max_size=8)
_PIECE = st.tuples(st.sampled_from(["plain", "put in", "taken out", "hidden"]), _WORDS)


@given(st.lists(st.lists(_PIECE, max_size=5), min_size=1, max_size=4))
def test_what_shows_stays_and_what_does_not_goes(pages: list[list[tuple[str, str]]]) -> None:
    """Whatever is plain, put in, taken out or hidden, in any order."""
    made: dict[str, Callable[[str], str]] = {
        "plain": run,
        "put in": lambda text: f"<w:ins {_BY}>{run(text)}</w:ins>",
        "taken out": gone,
        "hidden": lambda text: run(text, "<w:vanish/>"),
    }
    body = "".join(f"<w:p>{''.join(made[how](text) for how, text in page)}</w:p>" for page in pages)
    data = docx_of(body)
    outcome = removed(FileType.DOCX, data, frozenset({Kind.TRACKED_CHANGE, Kind.HIDDEN_TEXT}))
    clean = data if outcome is None else outcome[0]
    assert kinds(FileType.DOCX, clean) == set()
    left = [
        "".join(
            t
            for how, t in page
            if how in {"plain", "put in"} or (how == "hidden" and not t.strip())
        )
        for page in pages
    ]
    assert paragraphs(clean) == left


@given(st.binary(max_size=200))
def test_broken_files_are_refused_and_never_crash(junk: bytes) -> None:
    """Whatever stands where the document should."""
    for data in (
        junk,
        docx_of(
            parts={"word/comments.xml": junk},
            more_types=_OVERRIDE.format("comments", f"{_SPREAD}.comments"),
        ),
    ):
        with pytest.raises(NotReadable):
            hidden(FileType.DOCX, data)
        with pytest.raises(NotReadable):
            removed(FileType.DOCX, data, frozenset(Kind))
