"""What an attached file is to the document it hangs on: the same as when it was looked for."""

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import readers
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering

KINDS = frozenset({Kind.ATTACHED_FILE, Kind.EMBEDDED_FILE, Kind.EXECUTABLE})


def kind(name: str, data: bytes) -> Kind:
    """A program, a file that is not taken in, or one that is."""
    return judged(lambda into: into.attached(name, data, removable=True))


def judged(look: readers.Look) -> Kind:
    """What is found of an attached file by looking into it."""
    into = Gathering(_read)
    try:
        look(into)
    except NotReadable:
        return Kind.EMBEDDED_FILE
    kinds = {one.kind for one in into.discoveries} & KINDS
    for worst in (Kind.EXECUTABLE, Kind.EMBEDDED_FILE):
        if worst in kinds:
            return worst
    return Kind.ATTACHED_FILE if kinds else Kind.EMBEDDED_FILE


def _read(name: str, data: bytes, into: Gathering) -> FileType | None:
    return readers.read(name, data, into, lambda *_: [])
