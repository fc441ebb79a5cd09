"""Taking out of a PDF what is not to leave with it: it is written anew, without what led nowhere.

A signed one stays as it is: its signature holds for its bytes.
"""

import io

import pikepdf

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden.pdf import MARKS, NOTES, PEOPLE, XMP_PEOPLE, comment_of
from gateway.inspection.hidden.pdf_document import (
    annotations,
    earlier_versions,
    is_signed,
    name,
    opened,
    words,
)
from gateway.inspection.pdf_streams import unpacked
from gateway.inspection.removal import pdf_actions
from gateway.inspection.xml import parse, serialised

Removed = tuple[bytes, tuple[Kind, ...]] | None
_OF_COMMENTS = ("/Contents", "/RC", "/T", "/Subj", "/Popup", "/IRT", "/RT")


def removed(data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The PDF without `kinds`, and which of them it had; None where it had none.

    Earlier versions go with whatever else goes.

    Raises:
        NotReadable: it cannot be read.
    """
    with opened(data) as document:
        if is_signed(document):
            return None
        taken = pdf_actions.remove(document, kinds)
        if Kind.COMMENT in kinds and _remove_comments(document):
            taken.add(Kind.COMMENT)
        if Kind.AUTHOR in kinds and _remove_people(document):
            taken.add(Kind.AUTHOR)
        if earlier_versions(data) and (taken or Kind.HISTORY in kinds):
            taken.add(Kind.HISTORY)
        if not taken:
            return None
        out = io.BytesIO()
        document.save(out, encryption=document.is_encrypted, fix_metadata_version=False)
    return out.getvalue(), tuple(kind for kind in Kind if kind in taken)


def _remove_comments(document: pikepdf.Pdf) -> bool:
    """Notes go; marks stay where they are drawn, without what they say."""
    pages = [page for page in document.pages if any(map(comment_of, annotations(page)))]
    for page in pages:
        for note in annotations(page):
            if name(note.get("/Subtype")) in MARKS and comment_of(note):
                for key in _OF_COMMENTS:
                    if key in note:
                        del note[key]
        pdf_actions.drop_annotations(page, _is_note)
    return bool(pages)


def _is_note(note: pikepdf.Dictionary) -> bool:
    kind = name(note.get("/Subtype"))
    return kind == "/Popup" or (kind in NOTES and bool(comment_of(note)))


def _remove_people(document: pikepdf.Pdf) -> bool:
    info = document.trailer.get("/Info")
    found = False
    if isinstance(info, pikepdf.Dictionary):
        for key in PEOPLE:
            if words(info.get(key)).strip():
                del info[key]
                found = True
    return _remove_xmp_people(document) or found


def _remove_xmp_people(document: pikepdf.Pdf) -> bool:
    metadata = document.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return False
    try:
        root = parse(unpacked(metadata).strip(b"\0 \r\n"), "properties")
    except NotReadable as error:
        if error.discovery.kind is Kind.ENTITY:
            raise
        return False
    found = False
    for element in list(root.iter("*")):
        parent = element.getparent()
        if str(element.tag).rpartition("}")[2] in XMP_PEOPLE and parent is not None:
            parent.remove(element)
            found = True
            continue
        for key in [key for key in element.attrib if str(key).rpartition("}")[2] in XMP_PEOPLE]:
            del element.attrib[key]
            found = True
    if found:
        metadata.write(serialised(root))
    return found
