"""Reads a document by its type: what it does, and its words."""

from collections.abc import Callable

from gateway.domain.inspection import Discovery, FileType, Kind
from gateway.inspection import mail, odf, ooxml, outlook, pdf, pictures, plain, rtf, types
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering

READERS: dict[FileType, Callable[[FileType, bytes, Gathering], None]] = {
    FileType.PDF: pdf.read,
    FileType.DOCX: ooxml.read,
    FileType.XLSX: ooxml.read,
    FileType.PPTX: ooxml.read,
    FileType.ODT: odf.read,
    FileType.ODS: odf.read,
    FileType.ODP: odf.read,
    FileType.RTF: rtf.read,
    FileType.TXT: plain.read,
    FileType.CSV: plain.read,
    FileType.PNG: pictures.read,
    FileType.JPEG: pictures.read,
    FileType.HEIC: pictures.read,
    FileType.EML: mail.read,
    FileType.MSG: outlook.read,
}

Also = Callable[[FileType, bytes], list[Discovery]]
"""What else is found in a document of a type."""

Look = Callable[[Gathering], None]
"""Looks into something, and notes it."""


def read(file_name: str, data: bytes, into: Gathering, also: Also) -> FileType | None:
    """Read a document into `into`; whatever stands in its way becomes a discovery.

    Returns:
        Its type; None where it is nothing that is taken in.
    """
    try:
        file_type = types.true_type(data, file_name)
    except NotReadable as error:
        into.discoveries.append(error.discovery)
        return None
    if file_name and not types.fits(file_name, file_type):
        into.found(Kind.NAME_MISMATCH, "", f"by its content it is: {file_type.value}")
    try:
        READERS[file_type](file_type, data, into)
        for one in also(file_type, data):
            into.found(one.kind, one.where, one.context, removable=one.removable)
    except NotReadable as error:
        into.discoveries.append(error.discovery)
    except MemoryError:
        raise
    except RecursionError:
        into.discoveries.append(Discovery(Kind.TOO_MUCH, "", "it is nested too deeply"))
    except Exception:  # noqa: BLE001 - a parser that stumbles has not read the document
        into.discoveries.append(Discovery(Kind.MALFORMED, "", "a part of it cannot be read"))
    return file_type
