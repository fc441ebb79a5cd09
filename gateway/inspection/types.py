"""What a document truly is, by its content; nothing else than `FileType` is taken in."""

import io
from collections.abc import Callable

import olefile

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import layout, mime, office_types, pictures, signatures
from gateway.inspection.errors import NotReadable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF_HEADER_WITHIN = 1_024  # readers look for it there
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_LEGACY = (
    ("encryptedpackage", Kind.ENCRYPTED, "an Office file with a password: save it without one"),
    ("encryptedsummary", Kind.ENCRYPTED, "an Office file with a password: save it without one"),
    ("\x06dataspaces", Kind.ENCRYPTED, "an Office file with limited rights: save it without them"),
    ("worddocument", Kind.NOT_ALLOWED, "a Word document of before 2007: save it as .docx"),
    ("workbook", Kind.NOT_ALLOWED, "an Excel workbook of before 2007: save it as .xlsx"),
    ("book", Kind.NOT_ALLOWED, "an Excel workbook of before 2007: save it as .xlsx"),
    ("powerpoint document", Kind.NOT_ALLOWED, "a presentation of before 2007: save it as .pptx"),
    ("visiodocument", Kind.NOT_ALLOWED, "a Visio drawing: save it as a PDF"),
)
_MSG_PROPERTIES = "__properties_version1.0"


def true_type(data: bytes, file_name: str) -> FileType:
    """What a document is. Of text, the name decides whether it is plain, a table or a mail.

    Raises:
        NotReadable: it is nothing that is taken in, is encrypted, broken, or two things at once.
    """
    if not data:
        raise NotReadable(Kind.MALFORMED, "an empty file")
    for start, judge in _BY_START:
        if data.startswith(start):
            return judge(data)
    if data[4:8] == b"ftyp" and pictures.is_heic(data):
        layout.require_no_zip(data)
        return FileType.HEIC
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        raise NotReadable(Kind.POLYGLOT, "something stands before the PDF")
    what = signatures.program("", data) or signatures.other(data)
    if what:
        raise NotReadable(Kind.NOT_ALLOWED, what)
    return _text(data, file_name)


def fits(file_name: str, file_type: FileType) -> bool:
    """Whether a name ends as names of such files do."""
    return f".{signatures.extension(file_name)}" in file_type.extensions


def decoded(data: bytes) -> str:
    """Text that is UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises:
        NotReadable: it is none of them, or holds control characters.
    """
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        else:
            text = _eight_bits(data)
    except UnicodeDecodeError as error:
        raise NotReadable(Kind.NOT_ALLOWED, "neither a document nor text") from error
    if any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in set(text)):
        raise NotReadable(Kind.NOT_ALLOWED, "neither a document nor text")
    return text


def _eight_bits(data: bytes) -> str:
    if data.translate(None, _CONTROLS) != data:
        raise NotReadable(Kind.NOT_ALLOWED, "neither a document nor text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _text(data: bytes, file_name: str) -> FileType:
    ending = signatures.extension(file_name)
    if ending == "eml" and mime.is_message(data):
        layout.require_no_zip(data)
        return FileType.EML
    text = decoded(data)
    what = signatures.marked_up(text[:8192].encode()) or signatures.program(file_name, b"")
    if what:
        raise NotReadable(Kind.NOT_ALLOWED, what)
    layout.require_no_zip(data)
    if ending == "csv":
        return FileType.CSV
    if ending in {"htm", "html", "xhtml", "mht", "mhtml", "svg", "xml", "json", "md"}:
        raise NotReadable(Kind.NOT_ALLOWED, f"a .{ending} file: save it as a PDF or as .txt")
    return FileType.TXT


def _pdf(data: bytes) -> FileType:
    layout.require_whole_pdf(data)
    return FileType.PDF


def _zip(data: bytes) -> FileType:
    return office_types.packaged(data)


def _rtf(data: bytes) -> FileType:
    layout.require_no_zip(data)
    return FileType.RTF


def _png(data: bytes) -> FileType:
    layout.require_whole_png(data)
    return FileType.PNG


def _jpeg(data: bytes) -> FileType:
    after = layout.after_jpeg(data).lstrip(b"\0\r\n ")
    if signatures.program("", after) or after.startswith((b"Rar!", b"7z\xbc", b"%PDF", b"PK")):
        raise NotReadable(Kind.POLYGLOT, "something else stands after the end of the picture")
    layout.require_no_zip(data)
    return FileType.JPEG


def _ole(data: bytes) -> FileType:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            roots = {entry[0].lower() for entry in compound.listdir(streams=True, storages=True)}
    except Exception as error:  # olefile raises whatever a broken file leads it to
        raise NotReadable(Kind.MALFORMED, "an Office file whose directory is broken") from error
    for name, kind, context in _LEGACY:
        if name in roots:
            raise NotReadable(kind, context)
    if _MSG_PROPERTIES in roots:
        layout.require_no_zip(data, at_the_end=True)
        return FileType.MSG
    raise NotReadable(Kind.NOT_ALLOWED, "a compound file of another kind")


_BY_START: tuple[tuple[bytes, Callable[[bytes], FileType]], ...] = (
    (b"%PDF-", _pdf),
    (b"PK\x03\x04", _zip),
    (_OLE, _ole),
    (b"{\\rtf", _rtf),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
)
