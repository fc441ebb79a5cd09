"""Office Open XML (ISO/IEC 29500): Word documents, Excel workbooks, PowerPoint presentations."""

from gateway.domain.inspection import FileType
from gateway.inspection import (
    active_fields,
    active_ooxml,
    text_excel,
    text_office,
    text_slides,
    text_word,
)
from gateway.inspection.gathering import Gathering
from gateway.inspection.parts import Parts

_TEXTS = {
    FileType.DOCX: text_word.read,
    FileType.XLSX: text_excel.read,
    FileType.PPTX: text_slides.read,
}
_LABELLED = {FileType.XLSX: text_excel.labels, FileType.PPTX: text_slides.labels}


def read(file_type: FileType, data: bytes, into: Gathering) -> None:
    """Look for what an office file does, and read its words.

    Every XML part is parsed, also those no words are taken from: one with entities is refused.

    Raises:
        NotReadable: a part cannot be read, or there is too much.
    """
    parts = Parts.open(data)
    if file_type in _LABELLED:
        parts.labels = _LABELLED[file_type](parts)
    for name in parts.names:
        if parts.is_xml(name):
            root = parts.root(name)
            if name.lower().endswith(".rels"):
                active_ooxml.relationships(root, parts.label(name), into)
            else:
                active_fields.look_through(root, parts.label(name), into)
    active_ooxml.look_through(parts, into)
    _TEXTS[file_type](parts, into)
    text_office.read_properties(parts, into)
    text_office.count_pictures(parts, into)
