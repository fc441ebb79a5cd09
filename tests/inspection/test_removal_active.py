"""What office files do can be taken out; what they show of it stays."""

import io
from pathlib import Path

import docx
import pytest
from support.books import book, presentation, slide
from support.documents import docx_of, relationships, zipped
from support.hiding import cleaned, paragraphs, shown, unsafe

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.engine import inspect
from gateway.inspection.package import Package

_DOCX, _XLSX = FileType.DOCX, FileType.XLSX
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def _character(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(instruction: str, shows: str) -> bytes:
    """A document with a field of several runs."""
    pieces = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in instruction)
    return docx_of(
        f"<w:p><w:r><w:t>Plan: </w:t></w:r>{_character('begin')}{pieces}{_character('separate')}"
        f"<w:r><w:t>{shows}</w:t></w:r>{_character('end')}</w:p>"
    )


def related(kind: str, target: str, body: str = "<w:p/>") -> bytes:
    """A document that leads elsewhere."""
    return docx_of(
        body, {"word/_rels/document.xml.rels": relationships(("r1", kind, target, True))}
    )


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        (" DDEAUTO c:\\\\windows\\\\cmd.exe ", Kind.LAUNCH),
        (' INCLUDEPICTURE "https://x.example/a.png" ', Kind.EXTERNAL),
        (" QUOTE 65 66 67 68 ", Kind.LAUNCH),
    ],
)
def test_a_field_becomes_what_it_showed(instruction: str, kind: Kind) -> None:
    """However many runs it is spread over."""
    data = field(instruction, "42")
    assert unsafe("a.docx", data) == {kind}
    clean = cleaned(_DOCX, data, kind)
    assert unsafe("a.docx", clean) == set()
    assert paragraphs(clean) == ["Plan: 42"]
    assert b"fldChar" not in Package.open(clean).read("word/document.xml")


def test_a_plain_field_stays() -> None:
    """Only what is unsafe goes."""
    plain = field(" PAGE ", "1")
    begun = (
        f"<w:p>{_character('begin')}<w:r><w:instrText>DDE a</w:instrText></w:r>{_character('end')}"
    )
    body = Package.open(plain).read("word/document.xml").decode()
    both = body.replace("</w:body>", f"{begun}</w:p></w:body>")
    clean = cleaned(_DOCX, docx_of(parts={"word/document.xml": both}), Kind.LAUNCH)
    left = Package.open(clean).read("word/document.xml")
    assert left.count(b"<w:fldChar") == 3
    assert left.count(b"<w:instrText>") == len(" PAGE ")


def test_a_simple_field_becomes_what_it_showed() -> None:
    """It stands around its words."""
    data = docx_of('<w:p><w:fldSimple w:instr="DDE a"><w:r><w:t>42</w:t></w:r></w:fldSimple></w:p>')
    assert paragraphs(cleaned(_DOCX, data, Kind.LAUNCH)) == ["42"]


@pytest.mark.parametrize(
    ("kind_of", "target", "body", "kind"),
    [
        ("attachedTemplate", "https://x.example/a.dotm", "<w:p/>", Kind.REMOTE_TEMPLATE),
        ("image", "https://x.example/a", f"<w:p><a {_R} r:link='r1'/></w:p>", Kind.EXTERNAL),
        (
            "oleObject",
            "https://x.example/a",
            f"<w:p><OLEObject {_R} r:id='r1'/></w:p>",
            Kind.EXTERNAL,
        ),
        ("hyperlink", "ms-msdt:/id", f"<w:p><w:hyperlink {_R} r:id='r1'/></w:p>", Kind.LAUNCH),
    ],
)
def test_what_leads_elsewhere_goes_with_what_names_it(
    kind_of: str, target: str, body: str, kind: Kind
) -> None:
    """A name of nothing would not open."""
    data = related(kind_of, target, body)
    assert unsafe("a.docx", data) == {kind}
    clean = Package.open(cleaned(_DOCX, data, kind))
    assert b"r1" not in clean.read("word/document.xml")
    assert b"example" not in clean.read("word/_rels/document.xml.rels")
    assert b"OLEObject" not in clean.read("word/document.xml")


def test_plain_links_stay() -> None:
    """A person follows them, or not."""
    data = docx_of(
        parts={
            "word/_rels/document.xml.rels": relationships(
                ("r1", "hyperlink", "https://www.govt.nz", True),
                ("r2", "image", "https://x.example/a", True),
            )
        }
    )
    left = Package.open(cleaned(_DOCX, data, Kind.EXTERNAL)).read("word/_rels/document.xml.rels")
    assert b"govt.nz" in left
    assert b"x.example" not in left


def test_formulas_that_fetch_leave_their_value() -> None:
    """The cell shows what it showed."""
    rows = (
        '<sheetData><row r="1"><c r="A1"><f>_xlfn.WEBSERVICE("http://x.example")</f><v>42</v></c>'
        '<c r="B1"><f>A1*2</f><v>84</v></c></row></sheetData>'
    )
    data = book([("Plan", "visible", rows)])
    clean = cleaned(_XLSX, data, Kind.EXTERNAL)
    assert unsafe("a.xlsx", clean) == set()
    sheet = Package.open(clean).read("xl/worksheets/sheet1.xml")
    assert b"<v>42</v>" in sheet
    assert b"A1*2" in sheet


def test_controls_go() -> None:
    """An ActiveX control is a program."""
    data = docx_of(
        f"<w:p><w:r><w:t>Kia ora</w:t><w:object><w:control {_R} r:id='r1'/></w:object></w:r></w:p>",
        {
            "word/activeX/activeX1.xml": "<ax/>",
            "word/_rels/document.xml.rels": relationships(
                ("r1", "control", "activeX/activeX1.xml", False)
            ),
        },
        more_types='<Override PartName="/word/activeX/activeX1.xml" '
        'ContentType="application/vnd.ms-office.activeX+xml"/>',
    )
    clean = cleaned(_DOCX, data, Kind.EXECUTABLE)
    assert unsafe("a.docx", clean) == set()
    assert b"control" not in Package.open(clean).read("word/document.xml")
    assert paragraphs(clean) == ["Kia ora"]


def test_macros_go_and_the_document_is_a_plain_one() -> None:
    """Its type says so."""
    data = docx_of(
        parts={
            "word/vbaProject.bin": b"x",
            "word/vbaData.xml": "<a/>",
            "word/_rels/document.xml.rels": relationships(
                ("r1", "vbaProject", "vbaProject.bin", False)
            ),
        },
        kind=_MACROS,
    )
    clean = cleaned(_DOCX, data, Kind.MACRO)
    assert unsafe("plan.docx", clean) == set()
    assert set(Package.open(clean).names) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "word/document.xml",
        "word/_rels/document.xml.rels",
    }
    assert paragraphs(clean) == ["Kia ora"]


def test_a_sheet_of_macros_goes() -> None:
    """Excel 4 kept macros in sheets."""
    kind = "application/vnd.ms-excel.macrosheet+xml"
    rows = "<sheetData/>"
    data = book([("Plan", "visible", rows), ("M", "veryHidden", rows)])
    package = Package.open(data)
    types = package.read("[Content_Types].xml").decode()
    named = 'sheet2.xml" ContentType="'
    before, _, after = types.partition(named)
    data = zipped(
        {name: package.read(name) for name in package.names}
        | {"[Content_Types].xml": f'{before}{named}{kind}"{after.partition(chr(34))[2]}'}
    )
    assert Kind.MACRO in unsafe("a.xlsx", data)
    clean = cleaned(_XLSX, data, Kind.MACRO)
    assert unsafe("a.xlsx", clean) == set()
    assert b'name="M"' not in Package.open(clean).read("xl/workbook.xml")


def test_a_public_sample_with_a_macro_is_cleaned(corpora: Path) -> None:
    """Made by Word; it opens elsewhere, and says what it said."""
    data = (corpora / "ooxml_poi" / "SimpleMacro.docm").read_bytes()
    result = inspect("plan.docm", data, remove=frozenset({Kind.MACRO}))
    assert result.inspection.is_safe
    assert result.inspection.removed == (Kind.MACRO,)
    assert result.cleaned is not None
    assert shown("plan.docx", result.cleaned) == shown("plan.docm", data)
    assert docx.Document(io.BytesIO(result.cleaned)).paragraphs


_OBJECT = f"<w:p><w:r><w:object><shape/><OLEObject {_R} r:id='r1'/></w:object></w:r></w:p>"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Plan.docx", docx_of("<w:p><w:r><w:t>secret</w:t></w:r></w:p>"), Kind.ATTACHED_FILE),
        ("Plan.docm", docx_of(parts={"word/vbaProject.bin": b"x"}), Kind.EMBEDDED_FILE),
        ("run.exe", b"MZ\x90\0", Kind.EXECUTABLE),
    ],
)
def test_an_object_goes_by_what_it_is_and_its_picture_stays(
    name: str, content: bytes, kind: Kind
) -> None:
    """Only those of the kind that was asked for."""
    data = docx_of(
        _OBJECT,
        {
            f"word/embeddings/{name}": content,
            "word/embeddings/a.txt": b"words",
            "word/_rels/document.xml.rels": relationships(
                ("r1", "package", f"embeddings/{name}", False)
            ),
        },
    )
    if kind is not Kind.ATTACHED_FILE:
        assert unsafe("a.docx", data) == {kind}
    clean = Package.open(cleaned(_DOCX, data, kind))
    assert f"word/embeddings/{name}" not in clean.names
    assert ("word/embeddings/a.txt" in clean.names) is (kind is not Kind.ATTACHED_FILE)
    assert b"OLEObject" not in clean.read("word/document.xml")
    assert b"shape" in clean.read("word/document.xml")


def test_an_object_on_a_slide_becomes_its_picture() -> None:
    """PowerPoint keeps the picture inside of the object."""
    frame = (
        "<p:graphicFrame><p:oleObj r:id='r1'><p:pic><p:nvPicPr/></p:pic></p:oleObj>"
        "</p:graphicFrame>"
    )
    data = presentation(
        [slide(frame)], related={1: [("r1", "package", "../embeddings/a.txt", False)]}
    )
    package = Package.open(data)
    whole = {name: package.read(name) for name in package.names}
    data = zipped(whole | {"ppt/embeddings/a.txt": b"secret words"})
    clean = Package.open(cleaned(FileType.PPTX, data, Kind.ATTACHED_FILE))
    left = clean.read("ppt/slides/slide1.xml")
    assert b"<p:pic>" in left
    assert b"graphicFrame" not in left
    assert "ppt/embeddings/a.txt" not in clean.names
