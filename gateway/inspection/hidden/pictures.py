"""What a photograph tells beyond its picture: where it was taken, by whom, with which camera.

Source: JEITA CP-3451 (Exif), IPTC IIM (records 2:80 to 2:122), ISO 16684-1 (XMP).
"""

import re
import warnings
import zlib
from collections.abc import Iterator

from PIL import ExifTags, Image

from gateway.domain.inspection import Discovery, FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden import heic_items
from gateway.inspection.hidden.picture_parts import EXIF, XMP, XMP_MORE, chunks, segments
from gateway.inspection.hidden.showing import shown

_TAGS = {
    ExifTags.Base.Artist: "by",
    ExifTags.Base.Copyright: "rights",
    ExifTags.Base.ImageDescription: "description",
    ExifTags.Base.HostComputer: "computer",
    ExifTags.Base.XPAuthor: "by",
    ExifTags.Base.XPComment: "comment",
    ExifTags.Base.XPTitle: "title",
    ExifTags.Base.XPSubject: "subject",
    ExifTags.Base.XPKeywords: "keywords",
    ExifTags.Base.UserComment: "comment",
    ExifTags.Base.CameraOwnerName: "owner of the camera",
    ExifTags.Base.BodySerialNumber: "number of the camera",
    ExifTags.Base.LensSerialNumber: "number of the lens",
}
_PLACES = re.compile(
    rb"GPSLatitude|GPSLongitude|photoshop:City|Iptc4xmpCore:Location|LocationCreated|LocationShown"
)
_PEOPLE = re.compile(rb"dc:creator|photoshop:AuthorsPosition|aux:SerialNumber|dc:rights|xmp:Author")
_COMMENT, _PHOTOSHOP, _APP1 = 0xFE, 0xED, 0xE1
_IPTC_PEOPLE = re.compile(rb"\x1c\x02[\x50\x55\x74\x78\x7a]")
_IPTC_PLACES = re.compile(rb"\x1c\x02[\x5a\x5c\x5f\x65]")
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_SAYING = {"author", "comment", "copyright", "description", "title", "source", "disclaimer"}
_TEXT_BYTES = 1024 * 1024
_WHERE = "properties"
_PLACE = "where it was taken stands in it"


def found(file_type: FileType, data: bytes) -> list[Discovery]:
    """The place, people and cameras that a picture names.

    Raises:
        NotReadable: it cannot be read.
    """
    read = {FileType.JPEG: _jpeg, FileType.PNG: _png, FileType.HEIC: _heic}[file_type]
    said = list(dict.fromkeys(read(data)))
    return [Discovery(kind, _WHERE, shown(context), removable=True) for kind, context in said]


def _jpeg(data: bytes) -> Iterator[tuple[Kind, str]]:
    for one in segments(data)[0]:
        if one.marker == _APP1 and one.content.startswith(EXIF):
            yield from _exif(one.content)
        elif one.marker == _APP1 and one.content.startswith((XMP, XMP_MORE)):
            yield from _xmp(one.content)
        elif one.marker == _PHOTOSHOP:
            yield from _iptc(one.content)
        elif one.marker == _COMMENT and one.content.strip(b"\0 "):
            yield Kind.AUTHOR, f"comment: {one.content.decode('utf-8', 'replace')}"


def _png(data: bytes) -> Iterator[tuple[Kind, str]]:
    for one in chunks(data):
        if one.name == b"eXIf":
            yield from _exif(EXIF + one.content)
        elif one.name in _TEXTS:
            keyword, text = _text(one.name, one.content)
            yield from _xmp(text)
            if keyword.lower() in _SAYING and text.strip():
                yield Kind.AUTHOR, f"{keyword}: {text.decode('utf-8', 'replace')}"
            elif keyword.lower().startswith("raw profile type exif"):
                yield Kind.AUTHOR, "data of a camera"


def _text(name: bytes, content: bytes) -> tuple[str, bytes]:
    keyword, _, rest = content.partition(b"\0")
    packed = name == b"zTXt"
    if name == b"zTXt":
        rest = rest[1:]
    elif name == b"iTXt":
        packed = rest[:1] == b"\x01"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, _TEXT_BYTES)
        except zlib.error as error:
            raise NotReadable(Kind.MALFORMED, "a picture that cannot be read") from error
    return keyword.decode("latin-1"), rest[:_TEXT_BYTES]


def _heic(data: bytes) -> Iterator[tuple[Kind, str]]:
    for one in heic_items.items(data):
        content = b"".join(data[start : start + length] for start, length in one.places)
        if one.kind == "Exif":
            skip = 4 + int.from_bytes(content[:4], "big")
            yield from _exif(EXIF + content[skip:])
        else:
            yield from _xmp(content)


def _exif(content: bytes) -> Iterator[tuple[Kind, str]]:
    exif = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about it does not matter here
            exif.load(content)
            place = exif.get_ifd(ExifTags.IFD.GPSInfo)
            values = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    except Exception:  # noqa: BLE001 - what a camera wrote may be broken, and can be taken out
        yield Kind.AUTHOR, "data of a camera that cannot be read"
        return
    if any(tag != 0 for tag in place):  # 0 is the version alone
        yield Kind.LOCATION, _PLACE
    for tag, what in _TAGS.items():
        said = _said(values.get(tag))
        if said:
            yield Kind.AUTHOR, f"{what}: {said}"


def _said(value: object) -> str:
    if isinstance(value, bytes):
        wide = value.count(b"\0") * 3 > len(value)
        value = value.removeprefix(b"ASCII\0\0\0").removeprefix(b"UNICODE\0")
        value = value.decode("utf-16-le" if wide else "utf-8", "replace")
    return str(value).replace("\0", "").strip() if isinstance(value, str) else ""


def _xmp(content: bytes) -> Iterator[tuple[Kind, str]]:
    if _PLACES.search(content):
        yield Kind.LOCATION, _PLACE
    if _PEOPLE.search(content):
        yield Kind.AUTHOR, "who made it, or with which camera"


def _iptc(content: bytes) -> Iterator[tuple[Kind, str]]:
    if _IPTC_PLACES.search(content):
        yield Kind.LOCATION, _PLACE
    if _IPTC_PEOPLE.search(content):
        yield Kind.AUTHOR, "who made it, or what it is said to show"


def orientation(content: bytes) -> int:
    """How a picture is to be turned, by its Exif data: 1 (as it is) to 8."""
    exif = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(content)
            said = exif.get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - as above
        return 1
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def turned(orientation_of: int) -> bytes:
    """Exif data that says nothing but how a picture is to be turned."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation_of
    return exif.tobytes()
