"""What an OpenDocument file carries that does not show."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.hidden.opendocument_markup import (
    Text,
    formulas,
    hidden_cells,
    hidden_slides,
    hidden_tables,
    hidden_words,
    visible_tables,
)
from gateway.inspection.hidden.showing import shown
from gateway.inspection.parts import attribute, local
from gateway.inspection.xml import parse

if TYPE_CHECKING:
    from lxml import etree

VERSIONS = ("versions/", "versionlist.xml")
PEOPLE = frozenset({"initial-creator", "creator", "printed-by"})
_DONE = {"insertion": "put in", "deletion": "taken out", "format-change": "format changed"}
_DID = _DONE | {"cell-content-change": "cell changed", "movement": "moved"}
_STAYS = "other cells may compute with it, so it cannot be taken out here"


def found(data: bytes) -> list[Discovery]:
    """Changes, comments, hidden words, sheets, rows and slides, versions and people.

    Raises:
        NotReadable: it cannot be read.
    """
    text = Text.open(data)
    discoveries: list[Discovery] = []
    for root in text.roots.values():
        discoveries += _changes(root)
        discoveries += _comments(root)
        discoveries += [
            Discovery(Kind.HIDDEN_TEXT, "", words_of(one), removable=True)
            for one in hidden_words(text, root)
            if words_of(one)
        ]
        discoveries += _tables(text, root)
        discoveries += _slides(text, root)
    if any(name.lower().startswith(VERSIONS) for name in text.package.names):
        said = "earlier versions are kept in it"
        discoveries.append(Discovery(Kind.HISTORY, "", said, removable=True))
    return [*discoveries, *_people(text)]


def words_of(element: "etree._Element") -> str:
    """What an element says, as it is shown to people."""
    if local(element) == "hidden-text":
        return shown(attribute(element, "string-value"), *(str(one) for one in element.itertext()))
    return shown(*(str(one) for one in element.itertext()))


def _changes(root: "etree._Element") -> Iterator[Discovery]:
    for changes in root.iter("{*}tracked-changes"):
        for change in changes.iter(*(f"{{*}}{name}" for name in sorted(_DID))):
            author = " ".join(str(one.text or "") for one in change.iter("{*}creator"))
            words = " ".join(
                str(one)
                for child in change
                if local(child) != "change-info"
                for one in child.itertext()
            )
            by = f" by {author}" if author else ""
            context = shown(f"{_DID[local(change)]}{by}{':' if words.strip() else ''}", words)
            yield Discovery(Kind.TRACKED_CHANGE, "", context, removable=True)


def _comments(root: "etree._Element") -> Iterator[Discovery]:
    for note in root.iter("{*}annotation"):
        author = " ".join(str(one.text or "") for one in note.iter("{*}creator"))
        words = " ".join(str(t) for p in note.iter("{*}p") for t in p.itertext())
        context = shown(f"{author}:" if author else "", words)
        yield Discovery(Kind.COMMENT, "", context, removable=True)


def _tables(text: Text, root: "etree._Element") -> Iterator[Discovery]:
    said = formulas(text.roots)
    for table in hidden_tables(text, root):
        where = shown(f"sheet '{attribute(table, 'name')}'")
        removable = visible_tables(text, root) > 0 and not is_named(table, said)
        context = shown("hidden" if removable else f"hidden; {_STAYS}", ":", words_of(table))
        yield Discovery(Kind.HIDDEN_SHEET, where, context, removable)
    for body in root.iter("{*}spreadsheet"):
        for table in body.iterchildren("{*}table"):
            removable = not computes(table, said)
            for place, cell in hidden_cells(table):
                where = shown(f"sheet '{attribute(table, 'name')}', {place}")
                words = words_of(cell)
                context = words if removable else shown(f"{_STAYS}:", words)
                yield Discovery(Kind.HIDDEN_ROWS, where, context, removable)


def is_named(table: "etree._Element", said: str) -> bool:
    """Whether formulas outside a sheet may name it; those inside it count as well, to be sure."""
    name = attribute(table, "name").lower()
    own = formulas({"": table})
    return said.count(name) > own.count(name) or not name


def computes(table: "etree._Element", said: str) -> bool:
    """Whether a formula may compute with cells of a sheet."""
    return is_named(table, said) or "of:" in formulas({"": table})


def _slides(text: Text, root: "etree._Element") -> Iterator[Discovery]:
    hidden = hidden_slides(text, root)
    some_show = len(hidden) < sum(1 for _ in root.iter("{*}page"))
    for number, page in hidden:
        yield Discovery(Kind.HIDDEN_SLIDE, f"slide {number:,}", words_of(page), some_show)
    for number, page in enumerate(root.iter("{*}page"), start=1):
        for notes in page.iter("{*}notes"):
            if words := note_words(notes):
                yield Discovery(Kind.SPEAKER_NOTES, f"slide {number:,}", words, removable=True)


def note_words(notes: "etree._Element") -> str:
    """What the notes of a slide say; empty for nothing."""
    boxes = [one for one in notes.iter("{*}frame") if attribute(one, "class") in {"notes", ""}]
    return shown(*(str(one) for box in boxes for one in box.itertext()))


def _people(text: Text) -> Iterator[Discovery]:
    if "meta.xml" in text.package.names:
        for element in people(parse(text.package.read("meta.xml"))):
            said = f"{local(element).replace('-', ' ')}: {element.text}"
            yield Discovery(Kind.AUTHOR, "properties", shown(said), removable=True)


def people(root: "etree._Element") -> list["etree._Element"]:
    """The properties that name somebody."""
    return [one for one in root.iter("*") if local(one) in PEOPLE and (one.text or "").strip()]
