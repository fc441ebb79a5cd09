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


def look_into(
    name: str, data: bytes, where: str, into: Gathering, *, removable: bool = False
) -> None:
    """Look into an object: what it carries is treated as an attached file.

    Raises:
        NotReadable: there are too many, or they hold too much.
    """
    if not data.startswith(OLE):
        said = "" if name.lower().endswith(".bin") else name
        into.attached(said, data, where, removable=removable)
        return
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            roots = {entry[0] for entry in compound.listdir()}
            held = next((one for one in (_NATIVE, *_HOLDERS) if one in roots), None)
            content = compound.openstream(held).read() if held else b""
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken file leads it to
        said = f"{short(name)}: an object that cannot be read"
        into.found(Kind.EMBEDDED_FILE, where, said, removable=removable)
        return
    if held == _NATIVE:
        _packed(content, where, into, removable=removable)
    elif held:
        into.attached("", content, where, removable=removable)
    elif "Equation Native" in roots:
        said = "an equation of an old kind, which is known to be abused"
        into.found(Kind.EXECUTABLE, where, said, removable=removable)
    else:
        into.attached(name, data, where, removable=removable)


def _packed(content: bytes, where: str, into: Gathering, *, removable: bool) -> None:
    """A file put in with its name ([MS-OLEDS] section 2.3.6, OLENativeStream)."""
    try:
        _, at = _text(content, 6)
        file_name, at = _text(content, at)
        (path_length,) = struct.unpack_from("<I", content, at + 4)
        at += 8 + path_length
        (size,) = struct.unpack_from("<I", content, at)
        data = content[at + 4 : at + 4 + size]
    except (ValueError, struct.error):
        said = "a packed file that cannot be read"
        into.found(Kind.EMBEDDED_FILE, where, said, removable=removable)
        return
    if not data:
        said = f"{short(file_name)}: it holds nothing"
        into.found(Kind.EMBEDDED_FILE, where, said, removable=removable)
        return
    last = file_name.replace("\\", "/").rpartition("/")[2]
    into.attached(last, data, where, removable=removable)


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = content.index(b"\0", at, at + _LONGEST_NAME)
    return content[at:end].decode("cp1252", "replace"), end + 1
