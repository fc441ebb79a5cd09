"""Taking out of pictures what they tell beyond what they show; no point of them changes."""

import zlib
from collections.abc import Iterator

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.hidden import heic_items, pictures
from gateway.inspection.hidden.picture_parts import EXIF, Segment, chunks, segments
from gateway.inspection.layout import after_jpeg

Removed = tuple[bytes, tuple[Kind, ...]] | None
_TOLD = frozenset({Kind.LOCATION, Kind.AUTHOR})
_COMMENT, _APP0, _APP1, _APP2, _APP14, _APP15 = 0xFE, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_COLOURS = b"ICC_PROFILE\0"
_PNG_START = b"\x89PNG\r\n\x1a\n"
# chunks that a picture is shown by (ISO/IEC 15948, 11.2 and 11.3; APNG; CICP)
_SHOWING = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT acTL fcTL fdAT "
    b"cICP".split()
)
# a TIFF file without any entries, and how far its start is from the four bytes that say so
_NO_EXIF = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
_BLANK = b" "


def removed(file_type: FileType, data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The picture without anything it tells of itself, where it tells something of `kinds`.

    How it is to be turned and its colours stay. What else it told goes with what was asked for:
    place, people and cameras stand in the same few parts.

    Raises:
        NotReadable: it cannot be read.
    """
    told = {one.kind for one in pictures.found(file_type, data)} & _TOLD
    if not told & kinds:
        return None
    clean = {FileType.JPEG: _jpeg, FileType.PNG: _png, FileType.HEIC: _heic}[file_type]
    return clean(data), tuple(kind for kind in Kind if kind in told)


def _jpeg(data: bytes) -> bytes:
    before, picture = segments(data)
    after = after_jpeg(data)  # small pictures with data of their own, films
    picture = picture[: len(picture) - len(after)] if after else picture
    turn = 1
    for one in before:
        if one.marker == _APP1 and one.content.startswith(EXIF):
            turn = pictures.orientation(one.content)
    kept = list(_kept(before))
    if turn != 1:
        content = pictures.turned(turn)
        kept.insert(
            1 if before and before[0].marker == _APP0 else 0,
            b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content,
        )
    return data[:2] + b"".join(kept) + picture


def _kept(before: list[Segment]) -> Iterator[bytes]:
    for one in before:
        told = _APP0 <= one.marker <= _APP15 or one.marker == _COMMENT
        colours = one.marker == _APP2 and one.content.startswith(_COLOURS)
        if not told or one.marker in {_APP0, _APP14} or colours:
            yield one.whole


def _png(data: bytes) -> bytes:
    kept = []
    for one in chunks(data):
        if one.name in _SHOWING:
            kept.append(one.whole)
        elif one.name == b"eXIf":
            turn = pictures.orientation(EXIF + one.content)
            if turn != 1:
                kept.append(_chunk(b"eXIf", pictures.turned(turn).removeprefix(EXIF)))
    return _PNG_START + b"".join(kept)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


def _heic(data: bytes) -> bytes:
    """Written over where it stands: nothing moves, and the picture is not packed again."""
    clean = bytearray(data)
    for one in heic_items.items(data):
        left = _NO_EXIF if one.kind == "Exif" else b""
        filling = b"\0" if one.kind == "Exif" else _BLANK
        for start, length in one.places:
            clean[start : start + length] = left[:length].ljust(length, filling)
            left = left[length:]
    return bytes(clean)
