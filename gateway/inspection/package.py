"""Reading zip containers (Office Open XML, OpenDocument) that nobody vouches for."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

_MEMBERS = 5_000
_WHOLE_BYTES = 512 * 1024 * 1024  # unpacked, together
_PART_BYTES = 128 * 1024 * 1024  # unpacked, each
_RATIO = 200  # an unpacked part may be so much larger than packed...
_RATIO_COUNTS_FROM_BYTES = 1024 * 1024  # ...once it is as large as this


@dataclass(frozen=True)
class Package:
    """A container whose directory was found sound: names that are unique, sizes within limits."""

    data: bytes
    names: tuple[str, ...]

    @classmethod
    def open(cls, data: bytes) -> "Package":
        """The container in `data`.

        Raises:
            NotReadable: it is no zip, is encrypted, says a name twice, or holds too much.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise NotReadable(Kind.MALFORMED, "the container's directory cannot be read") from error
        _require_sound(members)
        return cls(data, tuple(member.filename for member in members if not member.is_dir()))

    def read(self, name: str) -> bytes:
        """A part's bytes; nothing where there is no such part.

        Raises:
            NotReadable: it cannot be unpacked, or is larger than its directory says.
        """
        if name not in self.names:
            return b""
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive, archive.open(name) as part:
                content = part.read(_PART_BYTES + 1)
        except (
            zipfile.BadZipFile,
            ValueError,
            OSError,
            NotImplementedError,
            EOFError,
            RuntimeError,
            zlib.error,
        ) as error:
            raise NotReadable(Kind.MALFORMED, "a part cannot be unpacked", name) from error
        if len(content) > _PART_BYTES:
            raise NotReadable(Kind.TOO_MUCH, "a part unpacks to too much", name)
        return content

    def rewritten(self, changes: Mapping[str, bytes | None]) -> bytes:
        """The container with some parts replaced, or taken out where the change is None."""
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.data)) as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for member in source.infolist():
                if member.is_dir() or (
                    member.filename in changes and changes[member.filename] is None
                ):
                    continue
                content = changes.get(member.filename)
                entry = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
                # OpenDocument wants its 'mimetype' first and as it is
                entry.compress_type = member.compress_type
                target.writestr(entry, self.read(member.filename) if content is None else content)
        return out.getvalue()


def _require_sound(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MEMBERS:
        raise NotReadable(Kind.TOO_MUCH, f"{len(members):,} parts")
    names = [member.filename.lower() for member in members]
    if len(set(names)) < len(names):
        raise NotReadable(Kind.POLYGLOT, "two parts of the same name")
    whole = 0
    for member in members:
        if member.flag_bits & 0x1:
            raise NotReadable(Kind.ENCRYPTED, "a part is encrypted", member.filename)
        whole += member.file_size
        large = member.file_size > _RATIO_COUNTS_FROM_BYTES
        if member.file_size > _PART_BYTES or (
            large and member.file_size > _RATIO * max(member.compress_size, 1)
        ):
            raise NotReadable(Kind.TOO_MUCH, "a part unpacks to too much", member.filename)
    if whole > _WHOLE_BYTES:
        raise NotReadable(Kind.TOO_MUCH, "it unpacks to too much")
