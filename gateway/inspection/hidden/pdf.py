"""What a PDF carries that its pages do not show.

Source: ISO 32000-2, 12.5.6 (markup annotations), 14.3 (metadata), 8.11 (layers).
"""

import re
from collections.abc import Iterator

import pikepdf

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden import pdf_covered
from gateway.inspection.hidden.pdf_document import (
    annotations,
    earlier_versions,
    is_signed,
    name,
    opened,
    words,
)
from gateway.inspection.hidden.showing import shown
from gateway.inspection.pdf_streams import unpacked
from gateway.inspection.xml import parse

# notes that are nothing but their words, and marks that may have some
NOTES = frozenset({"/Text", "/Popup", "/Caret"})
MARKS = frozenset(
    [
        *("/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Ink", "/Line"),
        *("/Square", "/Circle", "/Polygon", "/PolyLine", "/Redact"),
    ]
)
PEOPLE = ("/Author", "/Manager", "/Company", "/LastModifiedBy")
XMP_PEOPLE = frozenset(
    [
        *(
            "creator",
            "contributor",
            "Author",
            "AuthorsPosition",
            "Manager",
            "Company",
            "LastSavedBy",
        ),
        *("Owner", "LastModifiedBy", "CreatorContactInfo"),
    ]
)
_TAGS = re.compile(r"<[^>]*>")
_SIGNED = "; it is signed, so it stays as it is"


def found(data: bytes) -> list[Discovery]:
    """Comments, people, earlier versions, hidden layers and covered words of a PDF.

    Raises:
        NotReadable: it cannot be read.
    """
    with opened(data) as document:
        signed = is_signed(document)
        discoveries = [
            *_comments(document, signed=signed),
            *_people(document, signed=signed),
            *_layers(document),
        ]
    versions = earlier_versions(data)
    if versions:
        said = "1 earlier version is" if versions == 1 else f"{versions:,} earlier versions are"
        context = f"{said} kept in it{_SIGNED if signed else ''}"
        discoveries.append(Discovery(Kind.HISTORY, "", context, not signed))
    return [*discoveries, *pdf_covered.found(data)]


def _comments(document: pikepdf.Pdf, *, signed: bool) -> Iterator[Discovery]:
    for number, page in enumerate(document.pages, start=1):
        where = f"page {number:,}"
        for note in annotations(page):
            if name(note.get("/Subtype")) == "/Redact":
                said = "marked to be blacked out, which was never done"
                yield Discovery(Kind.COVERED_TEXT, where, said)
            text = comment_of(note)
            if text:
                author = words(note.get("/T"))
                context = shown(f"{author}:" if author else "", text)
                yield Discovery(Kind.COMMENT, where, context, not signed)


def comment_of(note: pikepdf.Dictionary) -> str:
    """What an annotation says beyond what it draws; empty for nothing."""
    if name(note.get("/Subtype")) not in NOTES | MARKS:
        return ""
    said = words(note.get("/Contents")).strip()
    if said:
        return said
    rich = note.get("/RC")
    text = (
        unpacked(rich).decode("utf-8", "replace")
        if isinstance(rich, pikepdf.Stream)
        else words(rich)
    )
    return _TAGS.sub(" ", text).strip()


def _people(document: pikepdf.Pdf, *, signed: bool) -> Iterator[Discovery]:
    info = document.trailer.get("/Info")
    named: set[str] = set()
    if isinstance(info, pikepdf.Dictionary):
        named |= {words(info.get(key)).strip() for key in PEOPLE} - {""}
    named |= set(_xmp_people(document))
    for one in sorted(named):
        yield Discovery(Kind.AUTHOR, "properties", shown("written by:", one), not signed)


def _xmp_people(document: pikepdf.Pdf) -> Iterator[str]:
    metadata = document.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return
    try:
        root = parse(unpacked(metadata).strip(b"\0 \r\n"), "properties")
    except NotReadable as error:
        if error.discovery.kind is Kind.ENTITY:
            raise
        return  # that it cannot be read was told with its words
    for element in root.iter("*"):
        if str(element.tag).rpartition("}")[2] in XMP_PEOPLE:
            yield from filter(None, (str(text).strip() for text in element.itertext()))
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] in XMP_PEOPLE and str(value).strip():
                yield str(value).strip()


def _layers(document: pikepdf.Pdf) -> Iterator[Discovery]:
    for layer in hidden_layers(document):
        said = words(layer.get("/Name")) or "without a name"
        context = f"layer '{said}' is not shown; delete it in the original and save that as a PDF"
        yield Discovery(Kind.HIDDEN_TEXT, "", shown(context))


def hidden_layers(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """The layers (optional content groups) that are off when it is opened."""
    all_of = document.Root.get("/OCProperties")
    usual = all_of.get("/D") if isinstance(all_of, pikepdf.Dictionary) else None
    if not isinstance(all_of, pikepdf.Dictionary) or not isinstance(usual, pikepdf.Dictionary):
        return []
    said_off = _listed(usual.get("/OFF"))
    if name(usual.get("/BaseState")) != "/OFF":
        return said_off
    on = {one.objgen for one in _listed(usual.get("/ON"))}
    return [one for one in _listed(all_of.get("/OCGs")) if one.objgen not in on]


def _listed(value: object) -> list[pikepdf.Dictionary]:
    several: list[object] = list(value.as_list()) if isinstance(value, pikepdf.Array) else []
    return [one for one in several if isinstance(one, pikepdf.Dictionary)]
