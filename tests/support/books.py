"""Workbooks and presentations of several sheets and slides, made for tests."""

from collections.abc import Mapping, Sequence

from support.documents import S, relationships, zipped

_OFFICE = "application/vnd.openxmlformats-officedocument"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Alex Sample'
    "</dc:creator><cp:lastModifiedBy>Sam Example</cp:lastModifiedBy></cp:coreProperties>"
)
Parts = Mapping[str, str | bytes]
Related = tuple[str, str, str, bool]


def _types(named: Mapping[str, str]) -> str:
    rows = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in named.items()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'vmlDrawing"/>{rows}</Types>'
    )


def book(
    sheets: Sequence[tuple[str, str, str]],
    *,
    shared: Sequence[str] = (),
    names: str = "",
    parts: Parts | None = None,
    types: Mapping[str, str] | None = None,
    related: Mapping[int, Sequence[Related]] | None = None,
    book_related: Sequence[Related] = (),
    after: str = "",
) -> bytes:
    """A workbook of sheets, each a name, a state and its XML; with authors.

    `related` are relationships of sheets, by their number from 1; `after` ends the workbook part.
    """
    kind = f"{_OFFICE}.spreadsheetml"
    listed, links, made = "", [], {}
    named = {
        "xl/workbook.xml": f"{kind}.sheet.main+xml",
        "xl/sharedStrings.xml": f"{kind}.sharedStrings+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        **(types or {}),
    }
    for number, (name, state, content) in enumerate(sheets, start=1):
        listed += f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="r{number}"/>'
        links.append((f"r{number}", "worksheet", f"worksheets/sheet{number}.xml", False))
        named[f"xl/worksheets/sheet{number}.xml"] = f"{kind}.worksheet+xml"
        made[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{S}" xmlns:r="{_R}">{content}</worksheet>'
        )
        if related and number in related:
            made[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = relationships(*related[number])
    links.append(("rs", "sharedStrings", "sharedStrings.xml", False))
    strings = "".join(f"<si><t>{one}</t></si>" for one in shared)
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": _types(named),
        "_rels/.rels": relationships(
            ("r1", "officeDocument", "xl/workbook.xml", False),
            ("r2", "core-properties", "docProps/core.xml", False),
        ),
        "docProps/core.xml": _CORE,
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{_R}"><bookViews><workbookView '
        f'activeTab="1"/></bookViews><sheets>{listed}</sheets>{names}{after}</workbook>',
        "xl/_rels/workbook.xml.rels": relationships(*links, *book_related),
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{strings}</sst>',
        **made,
        **(parts or {}),
    }
    return zipped(whole)


def cell(at: str, text: str) -> str:
    """A cell that holds words of its own."""
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def shape(text: str, *, hidden: bool = False, of: str = "body") -> str:
    """A shape of a slide with words in it."""
    said = ' hidden="1"' if hidden else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="a"{said}/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{of}"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r>'
        f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(content: str, *, shown: bool = True, kind: str = "sld") -> str:
    """A slide, or the notes of one."""
    said = "" if shown else ' show="0"'
    tree = (
        '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    )
    return (
        f'<p:{kind} xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}"{said}><p:cSld><p:spTree>{tree}'
        f"{content}</p:spTree></p:cSld></p:{kind}>"
    )


def presentation(
    slides: Sequence[str],
    *,
    notes: Mapping[int, str] | None = None,
    comments: Mapping[int, str] | None = None,
    related: Mapping[int, Sequence[Related]] | None = None,
) -> bytes:
    """A presentation of slides; notes and comments are given by the number of their slide."""
    kind = f"{_OFFICE}.presentationml"
    named = {"ppt/presentation.xml": f"{kind}.presentation.main+xml"}
    made: dict[str, str | bytes] = {}
    links: list[Related] = []
    for number, content in enumerate(slides, start=1):
        name = f"ppt/slides/slide{number}.xml"
        named[name], made[name] = f"{kind}.slide+xml", content
        links.append((f"r{number}", "slide", f"slides/slide{number}.xml", False))
        own = list((related or {}).get(number, ()))
        if notes and number in notes:
            one = f"ppt/notesSlides/notesSlide{number}.xml"
            named[one], made[one] = f"{kind}.notesSlide+xml", notes[number]
            own.append(("rn", "notesSlide", f"../notesSlides/notesSlide{number}.xml", False))
        if comments and number in comments:
            one = f"ppt/comments/comment{number}.xml"
            named[one] = f"{kind}.comments+xml"
            made[one] = f'<p:cmLst xmlns:p="{_P}">{comments[number]}</p:cmLst>'
            own.append(("rc", "comments", f"../comments/comment{number}.xml", False))
        made[f"ppt/slides/_rels/slide{number}.xml.rels"] = relationships(*own)
    named["ppt/commentAuthors.xml"] = f"{kind}.commentAuthors+xml"
    made["ppt/commentAuthors.xml"] = (
        f'<p:cmAuthorLst xmlns:p="{_P}"><p:cmAuthor id="0" name="Alex Sample"/></p:cmAuthorLst>'
    )
    links.append(("ra", "commentAuthors", "commentAuthors.xml", False))
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in range(1, len(slides) + 1))
    return zipped(
        {
            "[Content_Types].xml": _types(named),
            "_rels/.rels": relationships(("r1", "officeDocument", "ppt/presentation.xml", False)),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}">'
            f"<p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relationships(*links),
            **made,
        }
    )
