"""An inspector and a scanner for tests of what is done with their answers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from gateway.domain.classification import Classification
from gateway.domain.errors import Unavailable
from gateway.domain.inspection import Discovery, FileType, Inspection, Kind, Known, counted
from gateway.inspection.process import ProcessInspector
from gateway.services.ports import Looked, Outlined, Scanned


def _marked() -> Inspection:
    """A document that bears its marking, and nothing else is found in it."""
    return Inspection(None, marking=Classification.IN_CONFIDENCE)


@dataclass
class Telling:
    """Tells what the test says is in every document; by default nothing, and the type by name.

    It takes out what is removable by appending a line to the document, so that bytes change.
    """

    discoveries: tuple[Discovery, ...] = ()
    inspection: Inspection = field(default_factory=_marked)
    away: bool = False
    asked: list[tuple[str, int, tuple[Known, ...], frozenset[Kind]]] = field(default_factory=list)

    async def look(
        self,
        file_name: str,
        chunks: AsyncIterator[bytes],
        *,
        known: Sequence[Known] = (),
        remove: frozenset[Kind] = frozenset(),
        stamp: str = "",
    ) -> Looked:
        """What the test said."""
        if self.away:
            raise Unavailable("Documents cannot be looked into at present.", "Try again.")
        data = b"".join([chunk async for chunk in chunks])
        self.asked.append((file_name, len(data), tuple(known), remove))
        gone = [d for d in self.discoveries if d.removable and d.kind in remove]
        left = tuple(d for d in self.discoveries if d not in gone)
        told = replace(
            self.inspection,
            file_type=self.inspection.file_type or _type_of(file_name),
            discoveries=left,
            counts=counted(left),
            removed=tuple(sorted({d.kind for d in gone})),
        )
        if stamp and told.file_type is FileType.PDF:
            return Looked(told, data + stamp.encode())
        return Looked(told, data + b"\ncleaned" if gone else None)

    async def outline(self, file_name: str, chunks: AsyncIterator[bytes]) -> Outlined:
        """What the document says: for that a test looks into it for real."""
        return await ProcessInspector().outline(file_name, chunks)


@dataclass
class Scanning:
    """Finds what the test says, or is away."""

    signature: str | None = None
    away: bool = False
    seen: list[bytes] = field(default_factory=list)

    async def scan(self, chunks: AsyncIterator[bytes]) -> Scanned:
        """What the test said."""
        if self.away:
            raise Unavailable("The malware scanner does not answer.", "Try again.")
        self.seen.append(b"".join([chunk async for chunk in chunks]))
        return Scanned(self.signature)

    async def require_ready(self) -> None:
        """It answers, unless the test says otherwise."""
        if self.away:
            raise Unavailable("The malware scanner does not answer.", "Try again.")


def _type_of(file_name: str) -> FileType:
    for file_type in FileType:
        if file_name.lower().endswith(file_type.extensions):
            return file_type
    return FileType.TXT
