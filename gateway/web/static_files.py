"""Files the pages fetch: read once, compressed once, and kept by browsers under their digest."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from gateway.domain.errors import NotFound

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its bytes as they are and compressed, and what tells its content apart."""

    plain: bytes
    packed: bytes
    digest: str
    media: str


class StaticFiles:
    """All files the pages fetch, by name."""

    def __init__(self, files: Mapping[str, StaticFile]) -> None:
        self._files = files

    @classmethod
    def load(cls) -> "StaticFiles":
        """The files that come with the gateway."""
        folder = resources.files("gateway.web").joinpath("static")
        found = {path.name: _read(path) for path in _files(folder) if _ending(path.name) in _TYPES}
        return cls(found)

    def address(self, name: str) -> str:
        """Where a browser finds the file; a changed file has another address."""
        return f"/static/{name}?v={self._files[name].digest}"

    def get(self, name: str) -> StaticFile:
        """The file.

        Raises:
            NotFound: there is none of this name.
        """
        found = self._files.get(name)
        if found is None:
            raise NotFound("There is no such file.", "Open the page again.")
        return found


def _files(folder: Traversable) -> list[Traversable]:
    here = list(folder.iterdir())
    below = [file for each in here if each.is_dir() for file in each.iterdir() if file.is_file()]
    return [each for each in here if each.is_file()] + below


def _ending(name: str) -> str:
    return f".{name.rpartition('.')[2]}"


def _read(path: Traversable) -> StaticFile:
    plain = path.read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return StaticFile(plain, gzip.compress(plain, 9, mtime=0), digest, _TYPES[_ending(path.name)])
