"""What is found while a document and the documents inside it are read, within limits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gateway.domain.inspection import Concern, Discovery, FileType, Kind
from gateway.inspection import signatures
from gateway.inspection.errors import NotReadable
from gateway.inspection.passages import Passage, Place

_CONTEXT_CHARACTERS = 200
_NAME_CHARACTERS = 80
_SAID_AS_A_WHOLE = {Kind.NOT_ALLOWED, Kind.MACRO, Kind.NAME_MISMATCH}


@dataclass
class Budget:
    """How much more may be read, of one document and everything inside it."""

    characters: int = 20_000_000
    pages: int = 5_000
    documents: int = 100
    document_bytes: int = 256 * 1024 * 1024
    discoveries: int = 20_000
    parts_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """A document inside another: its type where it is one that is taken in, and what it is."""

    file_type: FileType | None
    discoveries: tuple[Discovery, ...]


Opener = Callable[[str, bytes, "Gathering"], FileType | None]
"""Reads a document by its name and bytes into a gathering; gives its type."""


@dataclass
class Gathering:
    """Collects what one document tells: discoveries, passages and pages.

    Attributes:
        opener: reads a document inside this one.
        deepest: how many documents may yet stand inside one another.
        within: how the place of this document is said; empty for the outermost one.
    """

    opener: Opener
    budget: Budget = field(default_factory=Budget)
    deepest: int = 3
    within: str = ""
    discoveries: list[Discovery] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    pages: int = 0

    def found(
        self, kind: Kind, where: str = "", context: str = "", *, removable: bool = False
    ) -> None:
        """Note a discovery.

        Raises:
            NotReadable: there are more of them than anybody could look through.
        """
        self.budget.discoveries -= 1
        if self.budget.discoveries < 0:
            raise NotReadable(Kind.TOO_MUCH, "more is found than can be listed")
        one = Discovery(kind, self._placed(where), context[:_CONTEXT_CHARACTERS], removable)
        self.discoveries.append(one)

    def words(
        self, text: str, where: str = "", place: Place = Place.BODY, *, name: str = ""
    ) -> None:
        """Note words; those beyond the limit are said to be unread."""
        if not text.strip():
            return
        if self.budget.characters <= 0:
            self.left_out(where)
            return
        if len(text) > self.budget.characters:
            self.left_out(where)
        text = text[: self.budget.characters]
        self.budget.characters -= len(text)
        self.passages.append(Passage(text, self._placed(where), place, name[:_NAME_CHARACTERS]))

    def left_out(self, where: str = "") -> None:
        """Say once that not all was read."""
        if not self.budget.parts_left_out:
            self.budget.parts_left_out = True
            self.found(Kind.PART_UNREAD, where, "there is more text than is read")

    def page(self) -> bool:
        """Count a page, sheet or slide; False where no more are read."""
        self.pages += 1
        self.budget.pages -= 1
        if self.budget.pages < 0:
            self.left_out()
            return False
        return True

    def inside(self, name: str, data: bytes) -> Inside:
        """Look into a document inside this one; its words are this document's words too.

        Raises:
            NotReadable: there are too many, or they hold too much.
        """
        self.budget.documents -= 1
        self.budget.document_bytes -= len(data)
        if self.budget.documents < 0 or self.budget.document_bytes < 0:
            raise NotReadable(Kind.TOO_MUCH, "more attached files than can be looked through")
        if self.deepest <= 0:
            return Inside(None, (Discovery(Kind.TOO_MUCH, "", "files inside files inside files"),))
        label = f"attached file '{short(name)}'" if name else "attached file"
        one = Gathering(self.opener, self.budget, self.deepest - 1, self._placed(label))
        file_type = self.opener(name, data, one)
        self.passages.extend(one.passages)
        return Inside(file_type, tuple(one.discoveries))

    def attached(self, name: str, data: bytes, where: str = "", *, removable: bool = False) -> None:
        """Look into an attached file, and note it: as an attached file, or as what it hides.

        What is unsafe about it is said of it as a whole, for it can only be removed whole.
        """
        label = short(name) or "a file without a name"
        if program := signatures.program(name, data):
            said = f"{label}: {program}"
            self.found(Kind.EXECUTABLE, where, said, removable=removable)
            return
        inner = self.inside(name, data)
        unsafe = [d for d in inner.discoveries if d.kind.concern is Concern.UNSAFE]
        for one in inner.discoveries:
            if one.kind.concern is not Concern.UNSAFE:
                self.discoveries.append(replace(one, removable=False))
        if not unsafe:
            self.found(Kind.ATTACHED_FILE, where, label, removable=removable)
            return
        worst = unsafe[0]
        whole = removable or worst.kind in _SAID_AS_A_WHOLE
        kind = Kind.EMBEDDED_FILE if whole else worst.kind
        said = worst.context or worst.kind.value
        self.found(kind, where, f"{label}: {said}", removable=removable)

    def _placed(self, where: str) -> str:
        return ", ".join(part for part in (self.within, where) if part)


def short(name: str) -> str:
    """A name of a file or part, as short as it is shown, without control characters."""
    clean = "".join(character for character in name if character.isprintable())
    return clean if len(clean) <= _NAME_CHARACTERS else clean[: _NAME_CHARACTERS - 1] + "…"
