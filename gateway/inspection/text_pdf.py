"""The words of a PDF: its pages, its notes and forms, and what it says of itself."""

from collections.abc import Iterator

import pikepdf
import pypdfium2
from pypdfium2 import raw

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.passages import Place
from gateway.inspection.pdf_streams import unpacked
from gateway.inspection.xml import parse

_UNMAPPED_SHARE = 0.3  # of a page's characters: it shows words, but does not say which
_DEEP_FORMS = 4
_XMP_BYTES = 4 * 1024 * 1024
_NOTE_KEYS = ("/Contents", "/V", "/TU", "/RC", "/DV")


def read_pages(data: bytes, into: Gathering) -> None:
    """Read each page as a whole; of one without words, say what it shows instead.

    Raises:
        NotReadable: the pages cannot be read.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise NotReadable(Kind.MALFORMED, "a broken PDF: open it and save it again") from error
    try:
        for number in range(len(document)):
            if not into.page():
                return
            _read_page(document, number, into)
    finally:
        document.close()


def _read_page(document: pypdfium2.PdfDocument, number: int, into: Gathering) -> None:
    where = f"page {number + 1:,}"
    try:
        page = document[number]
    except pypdfium2.PdfiumError as error:
        raise NotReadable(Kind.MALFORMED, "a page that cannot be read", where) from error
    try:
        words = page.get_textpage()
        text = words.get_text_range() if words.count_chars() else ""
        words.close()
        into.words(text, where)
        if not text.strip():
            _without_words(page, where, into)
        elif _is_unmapped(text):
            into.found(Kind.PART_UNREAD, where, "its letters do not say which they are")
    except pypdfium2.PdfiumError:
        into.found(Kind.PART_UNREAD, where, "its words cannot be read")
    finally:
        page.close()


def _without_words(page: pypdfium2.PdfPage, where: str, into: Gathering) -> None:
    kinds = {one.type for one in page.get_objects(max_depth=_DEEP_FORMS)}
    if raw.FPDF_PAGEOBJ_IMAGE in kinds:
        into.found(Kind.PICTURE, where, "a picture of a page")
    elif kinds:
        into.found(Kind.PICTURE, where, "a page of lines or drawn letters")


def _is_unmapped(text: str) -> bool:
    strange = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c in "\x00\x02" for c in text)
    return strange > _UNMAPPED_SHARE * len(text)


def read_properties(document: pikepdf.Pdf, into: Gathering) -> None:
    """Read the document information and the XMP metadata (ISO 16684-1) as properties.

    Raises:
        NotReadable: the metadata has a document type.
    """
    info = document.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        for key, value in info.items():
            if isinstance(value, pikepdf.String):
                into.words(str(value), "properties", Place.PROPERTY, name=key.lstrip("/"))
    metadata = document.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return
    content = unpacked(metadata).strip(b"\0 \r\n")
    try:
        root = parse(content[:_XMP_BYTES], "properties")
    except NotReadable as error:
        if error.discovery.kind is Kind.ENTITY:
            raise
        into.found(Kind.PART_UNREAD, "properties", "its metadata cannot be read")
        return
    for element in root.iter("*"):
        name = str(element.tag).rpartition("}")[2]
        into.words(element.text or "", "properties", Place.PROPERTY, name=name)
        for key, value in element.attrib.items():
            into.words(str(value), "properties", Place.PROPERTY, name=key.rpartition("}")[2])


def read_notes(document: pikepdf.Pdf, into: Gathering) -> None:
    """Read notes on pages and the values of form fields, which pages do not hold, and outlines."""
    for number, page in enumerate(document.pages, start=1):
        for note in _dictionaries(page.obj.get("/Annots")):
            kept = _name(note.get("/Subtype")) in {"/FreeText", "/Widget"}
            place = Place.BODY if kept else Place.HIDDEN
            into.words("\n".join(_texts(note)), f"page {number:,}", place)
    titles = []
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary):
            if "/Title" in one and "/Parent" in one:
                titles.append(str(one["/Title"]))
            elif "/FT" in one and "/Subtype" not in one:
                into.words("\n".join(_texts(one)), "form")
    into.words("\n".join(titles), "list of contents")


def _texts(note: pikepdf.Dictionary) -> Iterator[str]:
    parent = note.get("/Parent")
    for one in (note, parent if isinstance(parent, pikepdf.Dictionary) else note):
        for key in _NOTE_KEYS:
            value = one.get(key)
            if isinstance(value, pikepdf.String):
                yield str(value)
            elif isinstance(value, pikepdf.Stream):
                yield unpacked(value).decode("utf-8", "replace")
        if parent is None:
            return


def _dictionaries(values: object) -> Iterator[pikepdf.Dictionary]:
    if isinstance(values, pikepdf.Array):
        for value in values.as_list():
            if isinstance(value, pikepdf.Dictionary):
                yield value


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""
