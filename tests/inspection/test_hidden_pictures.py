"""What photographs tell of themselves is found and taken out; no point of them changes."""

import io
from typing import Any

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin
from support.documents import picture_of
from support.hiding import EVERY, cleaned, kinds, refusal

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.hidden import hidden
from gateway.inspection.removal import removed
from gateway.inspection.types import true_type

_TYPES = [FileType.JPEG, FileType.PNG, FileType.HEIC]
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description '
    b'exif:GPSLatitude="41,17S" xmlns:exif="e"><dc:creator xmlns:dc="d">Alex Sample</dc:creator>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def _exif(*, place: bool = True, person: bool = True, turn: int = 1) -> bytes:
    exif = Image.Exif()
    if turn != 1:
        exif[ExifTags.Base.Orientation] = turn
    if person:
        exif[ExifTags.Base.Artist] = "Alex Sample"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SN-12345"
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "S"
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (41.0, 17.0, 20.0)
    return exif.tobytes()


def taken(file_type: FileType, **more: Any) -> bytes:
    """A photograph of every colour, with data of its camera."""
    picture = Image.linear_gradient("L").convert("RGB").resize((96, 64))
    out = io.BytesIO()
    if file_type is FileType.HEIC:
        pillow_heif.from_pillow(picture).save(out, quality=80, **more)
    else:
        picture.save(out, file_type.name, **more)
    return out.getvalue()


def points(file_type: FileType, data: bytes) -> bytes:
    """Every point of a picture, as it is kept."""
    if file_type is FileType.HEIC:
        heif = pillow_heif.open_heif(io.BytesIO(data))
        return bytes(heif.data)
    with Image.open(io.BytesIO(data)) as picture:
        return picture.tobytes()


@pytest.mark.parametrize("file_type", _TYPES)
def test_place_and_people_are_found_and_go(file_type: FileType) -> None:
    """Nothing of the picture itself changes."""
    data = taken(file_type, exif=_exif())
    found = {(one.kind, one.context) for one in hidden(file_type, data)}
    assert (Kind.LOCATION, "where it was taken stands in it") in found
    assert (Kind.AUTHOR, "by: Alex Sample") in found
    assert (Kind.AUTHOR, "number of the camera: SN-12345") in found
    clean = cleaned(file_type, data, Kind.LOCATION, Kind.AUTHOR)
    assert b"Alex" not in clean
    assert b"SN-12345" not in clean
    assert points(file_type, clean) == points(file_type, data)
    assert true_type(clean, "") is file_type


@pytest.mark.parametrize("file_type", _TYPES)
def test_what_other_programs_wrote_is_found_and_goes(file_type: FileType) -> None:
    """XMP, which most of them write."""
    if file_type is FileType.PNG:
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", _XMP.decode())
        data = taken(file_type, pnginfo=info)
    else:
        data = taken(file_type, xmp=_XMP)
    assert kinds(file_type, data) == {Kind.LOCATION, Kind.AUTHOR}
    clean = cleaned(file_type, data, Kind.LOCATION)
    assert kinds(file_type, clean) == set()
    assert b"Alex" not in clean
    assert points(file_type, clean) == points(file_type, data)


@pytest.mark.parametrize("file_type", [FileType.JPEG, FileType.PNG])
def test_a_picture_stays_the_right_way_up(file_type: FileType) -> None:
    """How it is to be turned stands beside where it was taken, and stays."""
    clean = cleaned(file_type, taken(file_type, exif=_exif(turn=6)), Kind.LOCATION)
    with Image.open(io.BytesIO(clean)) as picture:
        assert dict(picture.getexif()) == {ExifTags.Base.Orientation: 6}


def test_its_colours_stay() -> None:
    """A profile says which they are."""
    profile = b"a profile of colours" * 20
    clean = cleaned(
        FileType.JPEG, taken(FileType.JPEG, exif=_exif(), icc_profile=profile), Kind.LOCATION
    )
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.info["icc_profile"] == profile


def test_comments_of_pictures_are_found_and_go() -> None:
    """A JPEG file has one, a PNG file any number, packed or not."""
    jpeg = taken(FileType.JPEG, comment=b"her house")
    assert [one.context for one in hidden(FileType.JPEG, jpeg)] == ["comment: her house"]
    assert b"her house" not in cleaned(FileType.JPEG, jpeg, Kind.AUTHOR)
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Alex Sample")
    info.add_text("Comment", "her house", zip=True)
    info.add_text("Software", "a program")
    png = taken(FileType.PNG, pnginfo=info)
    said = [one.context for one in hidden(FileType.PNG, png)]
    assert said == ["Author: Alex Sample", "Comment: her house"]
    assert b"tEXt" not in cleaned(FileType.PNG, png, Kind.AUTHOR)


def test_small_pictures_after_the_picture_go() -> None:
    """Cameras keep more pictures, with places of their own, after its end."""
    data = taken(FileType.JPEG, exif=_exif()) + taken(FileType.JPEG, exif=_exif())
    assert b"Alex" not in cleaned(FileType.JPEG, data, Kind.LOCATION)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_tells_nothing_is_left_alone(kind: str) -> None:
    """It keeps its bytes."""
    data = picture_of(kind)
    assert hidden(FileType[kind], data) == []
    assert removed(FileType[kind], data, EVERY) is None


_MADE = {one: taken(one, exif=_exif()) for one in _TYPES}


@given(st.sampled_from(_TYPES), st.data())
def test_a_broken_picture_is_refused_or_read_and_never_crashes(
    file_type: FileType, data: st.DataObject
) -> None:
    """Any bytes of it changed, or its end missing."""
    whole = bytearray(_MADE[file_type])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, min(400, len(whole) - 1)))] = data.draw(st.integers(0, 255))
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for work in (lambda: hidden(file_type, broken), lambda: removed(file_type, broken, EVERY)):
        assert refusal(work) in {None, Kind.MALFORMED}
