"""Objects in office files: packages, documents of other programs, controls (OLE)."""

import io
import struct

import olefile

from gateway.domain.inspection import Kind
from gateway.inspection.gathering import Gathering, short

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NATIVE = "\x01Ole10Native"
_HOLDERS = ("Package", "CONTENTS", "EmbeddedOdf")
_LONGEST_NAME = 1_024


def look_into(name: str, data: bytes, where: str, into: Gathering) -> None:
    """Look into an object: what it carries is treated as an attached file.

    Raises:
        NotReadable: there are too many, or they hold too much.
    """
    if not data.startswith(OLE):
        into.attached("" if name.lower().endswith(".bin") else name, data, where)
        return
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            roots = {entry[0] for entry in compound.listdir()}
            held = next((one for one in (_NATIVE, *_HOLDERS) if one in roots), None)
            content = compound.openstream(held).read() if held else b""
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken file leads it to
        into.found(Kind.EMBEDDED_FILE, where, f"{short(name)}: an object that cannot be read")
        return
    if held == _NATIVE:
        _packed(content, where, into)
    elif held:
        into.attached("", content, where)
    elif "Equation Native" in roots:
        into.found(
            Kind.EXECUTABLE, where, "an equation of an old kind, which is known to be abused"
        )
    else:
        into.attached(name, data, where)


def _packed(content: bytes, where: str, into: Gathering) -> None:
    """A file put in with its name ([MS-OLEDS] section 2.3.6, OLENativeStream)."""
    try:
        _, at = _text(content, 6)
        file_name, at = _text(content, at)
        (path_length,) = struct.unpack_from("<I", content, at + 4)
        at += 8 + path_length
        (size,) = struct.unpack_from("<I", content, at)
        data = content[at + 4 : at + 4 + size]
    except (ValueError, struct.error):
        into.found(Kind.EMBEDDED_FILE, where, "a packed file that cannot be read")
        return
    if not data:
        into.found(Kind.EMBEDDED_FILE, where, f"{short(file_name)}: it holds nothing")
        return
    into.attached(file_name.replace("\\", "/").rpartition("/")[2], data, where)


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = content.index(b"\0", at, at + _LONGEST_NAME)
    return content[at:end].decode("cp1252", "replace"), end + 1
