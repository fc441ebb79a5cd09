"""Where a HEIC file keeps what it says of itself.

Source: ISO/IEC 14496-12, 8.11.3 (iloc), 8.11.6 (iinf); ISO/IEC 23008-12, annex A (Exif, XMP).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

_BOXES = 10_000
_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """Metadata in a file: `Exif` or `mime` (XMP), and where its bytes are: start and length."""

    kind: str
    places: tuple[tuple[int, int], ...]


def items(data: bytes) -> list[Item]:
    """The metadata items of a HEIC file.

    Raises:
        NotReadable: it is not put together as one is, or keeps them in a way that is not known.
    """
    try:
        return list(_items(data))
    except (struct.error, IndexError, ValueError) as error:
        raise NotReadable(Kind.MALFORMED, "a picture that cannot be read") from error


def _items(data: bytes) -> Iterator[Item]:
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind != b"meta":
            continue
        inner = {name: (at, to) for name, at, to in _boxes(data, start + 4, end)}
        if b"iinf" not in inner or b"iloc" not in inner:
            continue
        wanted = {
            number: kind_of
            for number, kind_of in _kinds(data, *inner[b"iinf"])
            if kind_of in {"Exif", "mime"}
        }
        base = inner.get(b"idat", (0, 0))[0]
        for number, places in _places(data, inner[b"iloc"][0], base):
            if number in wanted:
                yield Item(wanted[number], _within(places, len(data)))


def _within(places: list[tuple[int, int]], size: int) -> tuple[tuple[int, int], ...]:
    if any(start < 0 or length < 0 or start + length > size for start, length in places):
        raise ValueError("beyond the end")
    return tuple(places)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places: type, start and end of their content."""
    for _ in range(_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise ValueError("a box that does not fit")
        yield kind, at + head, at + size
        at += size


def _kinds(data: bytes, at: int, end: int) -> Iterator[tuple[int, str]]:
    version = data[at]
    first = at + 4 + (2 if version == 0 else 4)
    for kind, start, _ in _boxes(data, first, end):
        if kind != b"infe" or data[start] < 2:
            continue
        wide = data[start] >= 3
        (number,) = struct.unpack_from(">I" if wide else ">H", data, start + 4)
        named = start + (8 if wide else 6) + 2
        yield number, data[named : named + 4].decode("latin-1")


def _places(data: bytes, at: int, idat: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    version = data[at]
    sizes = [data[at + 4] >> 4, data[at + 4] & 15, data[at + 5] >> 4, data[at + 5] & 15]
    offset_size, length_size, base_size = sizes[0], sizes[1], sizes[2]
    index_size = sizes[3] if version in {1, 2} else 0
    at += 6
    wide = version == 2
    (count,) = struct.unpack_from(">I" if wide else ">H", data, at)
    at += 4 if wide else 2
    for _ in range(min(count, _ITEMS)):
        (number,) = struct.unpack_from(">I" if wide else ">H", data, at)
        at += 4 if wide else 2
        method = 0
        if version in {1, 2}:
            method = data[at + 1] & 15
            at += 2
        at += 2  # data reference
        base, at = _number(data, at, base_size)
        (extents,) = struct.unpack_from(">H", data, at)
        at += 2
        places = []
        for _ in range(extents):
            at += index_size
            offset, at = _number(data, at, offset_size)
            length, at = _number(data, at, length_size)
            places.append(((idat if method == 1 else 0) + base + offset, length))
        if method <= 1:
            yield number, places


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    if at + size > len(data):
        raise ValueError("beyond the end")
    return int.from_bytes(data[at : at + size], "big"), at + size
