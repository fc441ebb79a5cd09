"""Pictures: whether they are what they begin as; their words are not read."""

import io
import warnings

import pillow_heif
from PIL import Image

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.layout import after_jpeg

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_PIXELS = 200_000_000
_FORMATS = {FileType.PNG: "PNG", FileType.JPEG: "JPEG"}
_AFTER_BYTES = 64


def is_heic(data: bytes) -> bool:
    """Whether it is an ISO media file whose brand is that of HEIC pictures (ISO/IEC 23008-12)."""
    length = int.from_bytes(data[:4], "big")
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(length, 256), 4))}
    return bool(brands & _HEIC_BRANDS) and b"avif" not in brands


def read(file_type: FileType, data: bytes, into: Gathering) -> None:
    """Verify a picture, and say that its words were not read.

    Raises:
        NotReadable: it is broken, or larger than a picture may be.
    """
    size = _heic_size(data) if file_type is FileType.HEIC else _verified_size(file_type, data)
    if size[0] * size[1] > _PIXELS:
        raise NotReadable(Kind.TOO_MUCH, "a picture of more than 200 million points")
    if file_type is FileType.JPEG and len(after_jpeg(data).strip(b"\0")) > _AFTER_BYTES:
        into.found(Kind.PART_UNREAD, "", "something of its camera stands after the picture")
    into.page()
    into.found(Kind.PICTURE, "", f"a picture of {size[0]:,} by {size[1]:,} points")


def _verified_size(file_type: FileType, data: bytes) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are looked at below
            with Image.open(io.BytesIO(data), formats=[_FORMATS[file_type]]) as picture:
                size = picture.size
                picture.verify()
    except Exception as error:  # Pillow raises whatever a broken picture leads it to
        raise NotReadable(Kind.MALFORMED, "a picture that cannot be read") from error
    return size


def _heic_size(data: bytes) -> tuple[int, int]:
    try:
        picture = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        width, height = picture.size
    except Exception as error:  # as above
        raise NotReadable(Kind.MALFORMED, "a picture that cannot be read") from error
    return int(width), int(height)
