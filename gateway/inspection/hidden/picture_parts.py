"""The parts that JPEG and PNG files are made of, one after another.

Source: ITU-T T.81 annex B (JPEG markers); ISO/IEC 15948, 5.3 (PNG chunks).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
XMP_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_START_OF_SCAN = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_PNG_START = 8
_PARTS = 100_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of a JPEG file: its marker, its content, and its bytes with both."""

    marker: int
    content: bytes
    whole: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of a PNG file: its type, its content, and its bytes with both."""

    name: bytes
    content: bytes
    whole: bytes


def segments(data: bytes) -> tuple[list[Segment], bytes]:
    """The segments before the picture itself, and all from there on.

    Raises:
        NotReadable: it is not put together so.
    """
    found: list[Segment] = []
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _START_OF_SCAN:
            return found, data[at:]
        length = 2 if marker in _ALONE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        whole = data[at : at + length]
        found.append(Segment(marker, whole[4:], whole))
        at += max(length, 2)
    raise NotReadable(Kind.MALFORMED, "a picture that cannot be read")


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG file, up to its end.

    Raises:
        NotReadable: it is not put together so.
    """
    at = _PNG_START
    for _ in range(_PARTS):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        whole = data[at : at + 12 + length]
        if len(name) < 4 or len(whole) < 12 + length:
            break
        yield Chunk(name, whole[8:-4], whole)
        if name == b"IEND":
            return
        at += len(whole)
    raise NotReadable(Kind.MALFORMED, "a picture that cannot be read")
