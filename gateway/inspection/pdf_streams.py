"""Streams of a PDF (ISO 32000-2 section 7.3.8): unpacked within limits."""

import zlib

import pikepdf

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

_UNPACKED_BYTES = 64 * 1024 * 1024  # of one stream that is no picture
_WHOLE_BYTES = 512 * 1024 * 1024  # of all of them
_POINTS = 400_000_000  # of one picture
_OF_PICTURES = {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/DCT", "/CCF"}
_FLATE = {"/FlateDecode", "/Fl"}
_PREDICTED = "/DecodeParms"


class Unpacking:
    """Counts what the streams of a document unpack to, so that none is a bomb."""

    def __init__(self) -> None:
        self._left = _WHOLE_BYTES

    def measure(self, stream: pikepdf.Stream) -> None:
        """Count one stream.

        Raises:
            NotReadable: it, or all together, unpack to too much; or words are packed as a
                picture, which only bombs do.
        """
        values = stream.stream_dict
        if str(values.get("/Subtype", "")) == "/Image":
            width, height = (_number(values.get(key)) for key in ("/Width", "/Height"))
            if width * height > _POINTS:
                raise NotReadable(Kind.TOO_MUCH, "a picture of too many points")
            return
        names = filters(stream)
        if any(name in _OF_PICTURES for name in names):
            raise NotReadable(Kind.TOO_MUCH, "words that are packed as a picture")
        if names:
            self._left -= len(unpacked(stream))
            if self._left < 0:
                raise NotReadable(Kind.TOO_MUCH, "it unpacks to too much")


def filters(stream: pikepdf.Stream) -> list[str]:
    """The names of a stream's filters, in the order they are undone."""
    said = stream.stream_dict.get("/Filter")
    several = said.as_list() if isinstance(said, pikepdf.Array) else [said]
    return [str(one) for one in several if isinstance(one, pikepdf.Name)]


def unpacked(stream: pikepdf.Stream) -> bytes:
    """What a stream holds.

    Raises:
        NotReadable: it holds too much.
        PdfError: it cannot be unpacked.
    """
    names = filters(stream)
    if names and all(name in _FLATE for name in names) and _PREDICTED not in stream.stream_dict:
        content = bytes(stream.read_raw_bytes())
        for _ in names:
            packed = zlib.decompressobj()
            try:
                content = packed.decompress(content, _UNPACKED_BYTES)
            except zlib.error:
                return _bounded(bytes(stream.read_bytes()))
            if packed.unconsumed_tail:
                raise NotReadable(Kind.TOO_MUCH, "a part unpacks to too much")
        return content
    return _bounded(bytes(stream.read_bytes()))


def _bounded(content: bytes) -> bytes:
    if len(content) > _UNPACKED_BYTES:
        raise NotReadable(Kind.TOO_MUCH, "a part unpacks to too much")
    return content


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
