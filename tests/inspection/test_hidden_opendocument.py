"""What an OpenDocument file hides is found and taken out."""

import pytest
from support.documents import odt_of
from support.hiding import cleaned, of, shown, unsafe

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.hidden import hidden
from gateway.inspection.package import Package
from gateway.inspection.removal import removed

_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_META = (
    f"<office:document-meta SPACES {_DC}><office:meta><meta:initial-creator>Alex Sample"
    "</meta:initial-creator><dc:creator>Sam Example</dc:creator></office:meta>"
    "</office:document-meta>"
)


def _everything(data: bytes) -> bytes:
    package = Package.open(data)
    return b"\n".join(package.read(name) for name in package.names)


def styled(kind: str, properties: str) -> str:
    """A style named H that hides."""
    return f'<style:style style:name="H" style:family="{kind}"><style:{properties}/></style:style>'


_TEXT = odt_of(
    styled("text", 'text-properties text:display="none"')
    + "<office:text><text:tracked-changes><text:changed-region><text:deletion>"
    f"<office:change-info><dc:creator {_DC}>Alex Sample</dc:creator></office:change-info>"
    "<text:p>her old address</text:p></text:deletion></text:changed-region>"
    '</text:tracked-changes><text:p>Kia <text:change text:change-id="1"/>ora'
    f"<office:annotation><dc:creator {_DC}>Alex Sample</dc:creator><text:p>a remark</text:p>"
    '</office:annotation><text:span text:style-name="H"> secret</text:span> koutou</text:p>'
    '<text:section text:display="none"><text:p>secret part</text:p></text:section>'
    "</office:text>",
    {"meta.xml": _META, "Versions/Version1": b"old", "VersionList.xml": "<a/>"},
)


def test_what_a_text_hides_is_found() -> None:
    """Changes, comments, hidden words and parts, versions and people."""
    found = [(one.kind, one.context) for one in hidden(FileType.ODT, _TEXT)]
    assert found == [
        (Kind.TRACKED_CHANGE, "taken out by Alex Sample: her old address"),
        (Kind.COMMENT, "Alex Sample: a remark"),
        (Kind.HIDDEN_TEXT, "secret"),
        (Kind.HIDDEN_TEXT, "secret part"),
        (Kind.HISTORY, "earlier versions are kept in it"),
        (Kind.AUTHOR, "initial creator: Alex Sample"),
        (Kind.AUTHOR, "creator: Sam Example"),
    ]


def test_what_a_text_hides_goes_and_what_it_shows_stays() -> None:
    """All at once, and the words after what goes."""
    wanted = {one.kind for one in hidden(FileType.ODT, _TEXT)}
    clean = cleaned(FileType.ODT, _TEXT, *wanted)
    assert hidden(FileType.ODT, clean) == []
    assert shown("a.odt", clean) == "Kia ora koutou"
    for words in (b"old address", b"remark", b"secret", b"Alex", b"old"):
        assert words not in _everything(clean)
    assert Package.open(clean).names[0] == "mimetype"


def sheets(first: str, more: str = "") -> bytes:
    """A spreadsheet of a sheet that shows and a hidden one."""
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    row = f"<table:table-row{{}}>{cell}</table:table-row>"
    hidden_row = row.format("", "", "secret sheet")
    return odt_of(
        styled("table", 'table-properties table:display="false"')
        + f'<office:spreadsheet><table:table table:name="Plan">{row.format("", first, "shown")}'
        + row.format(' table:visibility="collapse"', "", "secret row")
        + f'</table:table><table:table table:name="Secret" table:style-name="H">{hidden_row}'
        f"</table:table>{more}</office:spreadsheet>",
        kind="spreadsheet",
    )


def test_hidden_sheets_and_rows_go() -> None:
    """Where no formula needs them."""
    data = sheets("")
    assert [one.where for one in of(Kind.HIDDEN_SHEET, FileType.ODS, data)] == ["sheet 'Secret'"]
    found = of(Kind.HIDDEN_ROWS, FileType.ODS, data)
    assert [(one.where, one.context) for one in found] == [("sheet 'Plan', row 2", "secret row")]
    clean = cleaned(FileType.ODS, data, Kind.HIDDEN_SHEET, Kind.HIDDEN_ROWS)
    assert b"secret" not in _everything(clean)
    assert b"shown" in _everything(clean)


def test_hidden_sheets_and_rows_that_a_formula_may_need_stay() -> None:
    """Formulas name sheets, or cells of their own."""
    data = sheets(' table:formula="of:=[$Secret.A1]"')
    both = frozenset({Kind.HIDDEN_SHEET, Kind.HIDDEN_ROWS})
    assert [one.removable for one in hidden(FileType.ODS, data)] == [False, False]
    assert removed(FileType.ODS, data, both) is None


def test_hidden_slides_and_notes_go() -> None:
    """The other slides stay."""
    frame = "<draw:frame><text:p>say nothing</text:p></draw:frame>"
    notes = f"<p:notes xmlns:p='p'>{frame}</p:notes>"
    data = odt_of(
        styled("drawing-page", "drawing-page-properties xmlns:p='p' p:visibility='hidden'")
        + f"<office:presentation><draw:page><text:p>shown</text:p>{notes}</draw:page>"
        '<draw:page draw:style-name="H"><text:p>secret</text:p></draw:page></office:presentation>',
        kind="presentation",
    )
    assert [one.where for one in of(Kind.HIDDEN_SLIDE, FileType.ODP, data)] == ["slide 2"]
    clean = cleaned(FileType.ODP, data, Kind.HIDDEN_SLIDE, Kind.SPEAKER_NOTES)
    assert shown("a.odp", clean) == "shown"
    assert b"say nothing" not in _everything(clean)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (
            odt_of(
                "<office:text><text:p>Kia ora</text:p></office:text>",
                {"Basic/Standard/Module1.xml": "<script:module SPACES>Sub A</script:module>"},
            ),
            Kind.MACRO,
        ),
        (odt_of('<text:p>Kia ora</text:p><script:event-listener xlink:href="a:b"/>'), Kind.MACRO),
        (
            odt_of('<text:p>Kia ora</text:p><draw:image xlink:href="https://x.example/a"/>'),
            Kind.EXTERNAL,
        ),
        (
            odt_of('<text:p><text:a xlink:href="vnd.sun.star.script:a">Kia ora</text:a></text:p>'),
            Kind.LAUNCH,
        ),
        (odt_of("<text:dde-connection-decl/><text:p>Kia ora</text:p>"), Kind.LAUNCH),
    ],
)
def test_what_an_opendocument_file_does_goes(data: bytes, kind: Kind) -> None:
    """And its words stay."""
    assert unsafe("a.odt", data) == {kind}
    clean = cleaned(FileType.ODT, data, kind)
    assert unsafe("a.odt", clean) == set()
    assert shown("a.odt", clean) == "Kia ora"
