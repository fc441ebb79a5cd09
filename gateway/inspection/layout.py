"""Whether a file is one thing only: nothing before, between or after what its format has."""

import io
import struct
import zipfile

from gateway.domain.inspection import Kind
from gateway.inspection import signatures
from gateway.inspection.errors import NotReadable

_END_OF_ZIP = b"PK\x05\x06"
_TAIL_BYTES = 65_536 + 22  # the longest comment of a zip, and its end record
_LOCAL_HEADER_BYTES = 30
_GAP_BYTES = 64  # between parts: a data descriptor has up to 24
_JUNK_BYTES = 1_024  # after the end of a PDF; readers look for its end within so many


def require_no_zip(data: bytes, *, at_the_end: bool = False) -> None:
    """Raise where the end of the file is that of a zip, so that it opens as one as well.

    With `at_the_end` nothing may follow it: some files hold others as they are, further in.

    Raises:
        NotReadable: it is one.
    """
    start = max(0, len(data) - _TAIL_BYTES)
    at = data.rfind(_END_OF_ZIP, start)
    while at >= start and at >= 0:
        if len(data) >= at + 22 and _is_end_record(data, at, at_the_end=at_the_end):
            raise NotReadable(Kind.POLYGLOT, "the file is a ZIP archive as well")
        at = data.rfind(_END_OF_ZIP, start, at)


def _is_end_record(data: bytes, at: int, *, at_the_end: bool) -> bool:
    disk, first, here, entries, size, _, comment = struct.unpack_from("<HHHHIIH", data, at + 4)
    if disk or first or here != entries or (at_the_end and at + 22 + comment != len(data)):
        return False
    return entries == 0 or (size <= at and data[at - size : at - size + 4] == b"PK\x01\x02")


def require_whole_pdf(data: bytes) -> None:
    """Raise unless a PDF begins with its header and ends with its end.

    Raises:
        NotReadable: something stands before or after it, or its end is missing.
    """
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise NotReadable(Kind.MALFORMED, "a PDF without its end: save it again as a PDF")
    after = data[end + 5 :]
    if len(after.strip(b"\r\n\t \0")) > _JUNK_BYTES or _is_foreign(after.lstrip()):
        raise NotReadable(Kind.POLYGLOT, "something else stands after the end of the PDF")
    require_no_zip(data)


def _is_foreign(data: bytes) -> bool:
    return bool(signatures.program("", data) or signatures.other(data) or data[:4] == b"%PDF")


def require_whole_zip(data: bytes) -> None:
    """Raise unless a zip is nothing but its parts, one after another, and its directory.

    Raises:
        NotReadable: something stands before, between or after them, or it cannot be read.
    """
    if b"%PDF-" in data[:_JUNK_BYTES]:
        raise NotReadable(Kind.POLYGLOT, "the file is a PDF as well")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.header_offset)
            start, comment = archive.start_dir, archive.comment
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise NotReadable(Kind.MALFORMED, "the container's directory cannot be read") from error
    end = data.rfind(_END_OF_ZIP)
    if end + 22 + len(comment) != len(data):
        raise NotReadable(Kind.POLYGLOT, "something stands after the end of the container")
    reached = 0
    for member in members:
        if not reached <= member.header_offset <= reached + (_GAP_BYTES if reached else 0):
            raise NotReadable(Kind.POLYGLOT, "something stands between the parts of the container")
        reached = _end_of_part(data, member)
    if not reached <= start <= reached + _GAP_BYTES:
        raise NotReadable(Kind.POLYGLOT, "something stands after the parts of the container")


def _end_of_part(data: bytes, member: zipfile.ZipInfo) -> int:
    header = data[member.header_offset : member.header_offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES or header[:4] != b"PK\x03\x04":
        raise NotReadable(Kind.MALFORMED, "a part of the container has no header")
    name, extra = struct.unpack_from("<HH", header, 26)
    begins: int = member.header_offset + _LOCAL_HEADER_BYTES + name + extra
    return begins + member.compress_size


def require_whole_png(data: bytes) -> None:
    """Raise unless a PNG is its chunks and nothing after them (PNG, third edition, section 5).

    Raises:
        NotReadable: its chunks are broken, or something stands after them.
    """
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            if data[at:].strip(b"\0\r\n"):
                raise NotReadable(Kind.POLYGLOT, "something stands after the end of the picture")
            return
    raise NotReadable(Kind.MALFORMED, "a PNG picture that is cut off")


def after_jpeg(data: bytes) -> bytes:
    """What stands after the end of a JPEG picture: telephones put previews and films there.

    Raises:
        NotReadable: its segments are broken, or it is cut off.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return data[at + 2 :]
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if marker == 0xDA:
                at = _next_marker(data, at)
    if data[at : at + 2] == b"\xff\xd9":
        return data[at + 2 :]
    raise NotReadable(Kind.MALFORMED, "a JPEG picture that is cut off")


def _next_marker(data: bytes, at: int) -> int:
    """Where the entropy-coded data ends: at the next marker that is neither stuffed nor RSTn."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1
    return len(data)
