"""What an Excel workbook hides is found, and taken out where nothing computes with it."""

import pytest
from support.books import book, cell
from support.documents import S, relationships
from support.hiding import cleaned, kinds, of, unsafe

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.package import Package
from gateway.inspection.removal import removed

_XLSX = FileType.XLSX
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def data_of(content: str) -> str:
    """The rows of a sheet."""
    return f"<sheetData>{content}</sheetData>"


def _everything(data: bytes) -> bytes:
    package = Package.open(data)
    return b"\n".join(package.read(name) for name in package.names)


_SHOWN = data_of(f'<row r="1">{cell("A1", "Plan")}<c r="B1" t="s"><v>1</v></c></row>')
_NAMES = (
    '<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">Secret!$A$1</definedName>'
    '<definedName name="_xlnm.Print_Area" localSheetId="1">Plan!$A$1</definedName></definedNames>'
)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_goes_with_its_words_and_names(state: str) -> None:
    """Also those it shared with others, and those the properties say."""
    secret = data_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    data = book(
        [("Secret", state, secret), ("Plan", "visible", _SHOWN)],
        shared=["her address", "shown"],
        names=_NAMES,
    )
    found = of(Kind.HIDDEN_SHEET, _XLSX, data)
    assert [(one.where, one.removable) for one in found] == [("sheet 'Secret'", True)]
    assert found[0].context.endswith("her address")
    clean = cleaned(_XLSX, data, Kind.HIDDEN_SHEET)
    assert b"her address" not in _everything(clean)
    assert b"Secret" not in _everything(clean)
    workbook = Package.open(clean).read("xl/workbook.xml")
    assert b'localSheetId="0">Plan!$A$1' in workbook
    assert b'activeTab="0"' in workbook
    assert b"shown" in _everything(clean)


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        (data_of('<row r="1"><c r="A1"><f>Secret!A1</f><v>1</v></c></row>'), ""),
        (data_of('<row r="1"><c r="A1"><f>SUM(\'A:Z\'!A1)</f><v>1</v></c></row>'), ""),
        (data_of('<row r="1"><c r="A1"><f>INDIRECT("secret!A1")</f></c></row>'), ""),
        (_SHOWN, '<definedNames><definedName name="x">Secret!$A$1</definedName></definedNames>'),
    ],
)
def test_a_hidden_sheet_that_others_compute_with_stays(visible: str, names: str) -> None:
    """And says why."""
    data = book([("Plan", "visible", visible), ("Secret", "hidden", data_of(""))], names=names)
    found = of(Kind.HIDDEN_SHEET, _XLSX, data)
    assert [one.removable for one in found] == [False]
    assert "compute with it" in found[0].context
    assert removed(_XLSX, data, frozenset({Kind.HIDDEN_SHEET})) is None


def test_the_only_sheets_stay_although_they_are_hidden() -> None:
    """A workbook without sheets does not open."""
    data = book([("Secret", "hidden", data_of(""))])
    assert [one.removable for one in of(Kind.HIDDEN_SHEET, _XLSX, data)] == [False]


_ROWS = data_of(
    f'<row r="1">{cell("A1", "a")}{cell("C1", "hidden column")}</row>'
    f'<row r="2" hidden="1">{cell("A2", "hidden one")}</row>'
    f'<row r="3" ht="0">{cell("A3", "hidden two")}</row>'
    '<row r="4" hidden="1"/>'
    '<row r="5"><c r="A5"><f>{formula}</f><v>7</v></c></row>'
)
_COLUMNS = '<cols><col min="3" max="3" hidden="1"/><col min="9" max="16384" hidden="1"/></cols>'


def test_hidden_rows_and_columns_with_words_are_found_and_emptied() -> None:
    """Those without words are ordinary."""
    data = book([("Plan", "visible", _COLUMNS + _ROWS.replace("{formula}", "A1*2"))])
    found = of(Kind.HIDDEN_ROWS, _XLSX, data)
    assert [(one.where, one.context) for one in found] == [
        ("sheet 'Plan', rows 2 to 4", "hidden one hidden two"),
        ("sheet 'Plan', column C", "hidden column"),
    ]
    clean = cleaned(_XLSX, data, Kind.HIDDEN_ROWS)
    assert b"hidden one" not in _everything(clean)
    assert b"hidden column" not in _everything(clean)
    assert b"A1*2" in _everything(clean)


@pytest.mark.parametrize(
    "formula", ["SUM(A1:A4)", "A3", "$C$1", "SUM(A:A)", "SUM(2:2)", "OFFSET(A1,1,0)", "Plan!A2"]
)
def test_hidden_rows_that_others_compute_with_stay(formula: str) -> None:
    """A sum must not change because somebody cleaned."""
    data = book([("Plan", "visible", _COLUMNS + _ROWS.replace("{formula}", formula))])
    assert {one.removable for one in of(Kind.HIDDEN_ROWS, _XLSX, data)} == {False}
    assert removed(_XLSX, data, frozenset({Kind.HIDDEN_ROWS})) is None


def _commented() -> bytes:
    note = '<v:shape xmlns:v="v"><x:ClientData xmlns:x="x" ObjectType="{}"/></v:shape>'
    drawing = f"<xml>{note.format('Note')}{{}}</xml>"
    comments = (
        f'<comments xmlns="{S}"><authors><author>Alex Sample</author></authors><commentList>'
        '<comment ref="B2" authorId="0"><text><t>he must not know</t></text></comment>'
        "</commentList></comments>"
    )
    links = [
        ("rc", "comments", "../comments1.xml", False),
        ("rv", "vmlDrawing", "../drawings/v1.vml", False),
    ]
    return book(
        [("Plan", "visible", f'{_SHOWN}<legacyDrawing r:id="rv"/>')],
        parts={"xl/comments1.xml": comments, "xl/drawings/v1.vml": drawing.format("")},
        types={"xl/comments1.xml": f"{_OFFICE}.comments+xml"},
        related={1: links},
    )


def test_comments_go_with_their_boxes() -> None:
    """Nothing of them is left, and the sheet names no drawing that is no more."""
    data = _commented()
    found = of(Kind.COMMENT, _XLSX, data)
    assert [(one.where, one.context) for one in found] == [
        ("sheet 'Plan', cell B2", "Alex Sample: he must not know")
    ]
    clean = Package.open(cleaned(_XLSX, data, Kind.COMMENT))
    assert not {"xl/comments1.xml", "xl/drawings/v1.vml"} & set(clean.names)
    assert b"legacyDrawing" not in clean.read("xl/worksheets/sheet1.xml")


def test_tracked_changes_of_a_shared_workbook_go() -> None:
    """With what cells said before."""
    log = (
        f'<revisions xmlns="{S}"><rcc><oc r="A1" t="inlineStr"><is><t>old address</t></is></oc>'
        '<nc r="A1" t="inlineStr"><is><t>new</t></is></nc></rcc></revisions>'
    )
    data = book(
        [("Plan", "visible", _SHOWN)],
        parts={"xl/revisions/revisionLog1.xml": log},
        types={"xl/revisions/revisionLog1.xml": f"{_OFFICE}.revisionLog+xml"},
        book_related=[("rr", "revisionHeaders", "revisions/revisionLog1.xml", False)],
    )
    found = of(Kind.TRACKED_CHANGE, _XLSX, data)
    assert [one.context for one in found] == ["changed from 'old address' to 'new'"]
    assert b"old address" not in _everything(cleaned(_XLSX, data, Kind.TRACKED_CHANGE))


def test_the_data_of_a_sheet_that_is_no_more_is_told() -> None:
    """A pivot table keeps it."""
    cache = (
        f'<pivotCacheDefinition xmlns="{S}"><cacheSource type="worksheet">'
        '<worksheetSource ref="A1:B2" sheet="Gone"/></cacheSource></pivotCacheDefinition>'
    )
    data = book(
        [("Plan", "visible", _SHOWN)],
        parts={"xl/pivotCache/p1.xml": cache},
        types={"xl/pivotCache/p1.xml": f"{_OFFICE}.pivotCacheDefinition+xml"},
    )
    found = of(Kind.HISTORY, _XLSX, data)
    assert [one.removable for one in found] == [False]
    assert "'Gone'" in found[0].context


def test_people_and_where_it_was_kept_go() -> None:
    """A path on a disk holds a name."""
    path = '<absPath xmlns="x15ac" url="C:\\Users\\alex.sample\\"/>'
    data = book([("Plan", "visible", _SHOWN)], after=path)
    assert len(of(Kind.AUTHOR, _XLSX, data)) == 3
    clean = cleaned(_XLSX, data, Kind.AUTHOR)
    assert b"lex" not in _everything(clean)
    assert kinds(_XLSX, clean) == set()


def test_links_to_other_workbooks_break_and_values_stay() -> None:
    """As Excel does it."""
    link = f'<externalLink xmlns="{S}"><externalBook/></externalLink>'
    data = book(
        [
            (
                "Plan",
                "visible",
                data_of('<row r="1"><c r="A1"><f>[1]Other!A1</f><v>42</v></c></row>'),
            )
        ],
        parts={
            "xl/externalLinks/e1.xml": link,
            "xl/externalLinks/_rels/e1.xml.rels": _outside("externalLinkPath"),
        },
        types={"xl/externalLinks/e1.xml": f"{_OFFICE}.externalLink+xml"},
        book_related=[("rx", "externalLink", "externalLinks/e1.xml", False)],
        after='<externalReferences><externalReference r:id="rx"/></externalReferences>',
    )
    assert unsafe("a.xlsx", data) == {Kind.EXTERNAL}
    clean = cleaned(_XLSX, data, Kind.EXTERNAL)
    assert unsafe("a.xlsx", clean) == set()
    sheet = Package.open(clean).read("xl/worksheets/sheet1.xml")
    assert b"<v>42</v>" in sheet
    assert b"[1]" not in sheet
    assert b"externalReference" not in Package.open(clean).read("xl/workbook.xml")


def _outside(kind: str) -> str:
    return relationships(("r1", kind, "https://x.example/a.xlsx", True))
