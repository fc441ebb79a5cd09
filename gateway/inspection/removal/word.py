"""Taking hidden content out of Word documents."""

from gateway.domain.inspection import Kind
from gateway.inspection.hidden.word_markup import (
    ANCHORS,
    COMMENT_TYPES,
    PEOPLE_TYPE,
    Hiding,
    flows,
    value,
    word,
)
from gateway.inspection.parts import local
from gateway.inspection.removal import office_active, office_properties, word_changes
from gateway.inspection.removal.office import Office, remove

Removed = tuple[bytes, tuple[Kind, ...]] | None
_NOTES = (("footnote", "footnotes+xml"), ("endnote", "endnotes+xml"))
_SESSION = "rsid"


def removed(data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The document without `kinds`, and which of them it had; None where it had none.

    Raises:
        NotReadable: it cannot be read.
    """
    office = Office.open(data)
    referred = _references(office)
    if Kind.TRACKED_CHANGE in kinds:
        _accept(office)
    if Kind.HIDDEN_TEXT in kinds:
        _remove_hidden_words(office)
        office_properties.remove_data(office)
    if Kind.COMMENT in kinds:
        _remove_comments(office)
    if Kind.AUTHOR in kinds:
        office_properties.remove_people(office)
        _remove_traces(office)
    office_active.remove(office, kinds)
    if not office.taken:
        return None
    _remove_notes_without_reference(office, referred)
    return office.saved(), tuple(kind for kind in Kind if kind in office.taken)


def _accept(office: Office) -> None:
    for name in flows(office.parts):
        if word_changes.accept(office.parts.root(name)):
            office.took(Kind.TRACKED_CHANGE, name)


def _remove_hidden_words(office: Office) -> None:
    hiding = Hiding(office.parts)
    for name in flows(office.parts):
        for one in list(hiding.runs(office.parts.root(name))):
            remove(one)
            office.took(Kind.HIDDEN_TEXT, name)
        word_changes.mend_tables(office.parts.root(name))


def _remove_comments(office: Office) -> None:
    parts = office.parts
    for name in parts.names:
        if parts.types[name].endswith(COMMENT_TYPES):
            has_any = any(word(one) == "comment" for one in parts.root(name))
            if has_any or not parts.types[name].endswith("wordprocessingml.comments+xml"):
                office.drop(Kind.COMMENT, name)
    for name in flows(parts):
        for anchor in [one for one in parts.root(name).iter("*") if word(one) in ANCHORS]:
            run = anchor.getparent()
            remove(anchor)
            office.took(Kind.COMMENT, name)
            if run is not None and word(run) == "r" and {word(one) for one in run} <= {"rPr"}:
                remove(run)


def _remove_traces(office: Office) -> None:
    """Who changed what: names in changes and comments, and the numbers of editing sessions.

    Names give way to the word that Word itself puts in their place; the numbers (rsid) tell which
    documents were made from one another.
    """
    if Kind.AUTHOR not in office.taken:
        return
    parts = office.parts
    for name in parts.of_type(PEOPLE_TYPE):
        office.drop(Kind.AUTHOR, name)
    settings = parts.of_type("wordprocessingml.settings+xml")
    for name in [*flows(parts), *settings]:
        root = parts.root(name)
        for element in root.iter("*"):
            for key in [str(key) for key in element.attrib]:
                if _plain(key).startswith(_SESSION) and word(element):
                    del element.attrib[key]
                elif _plain(key) in {"author", "initials"} and word(element):
                    element.set(key, "Author" if _plain(key) == "author" else "A")
        for one in list(root.iter("{*}rsids")):
            remove(one)
        office.took(Kind.AUTHOR, name)


def _plain(key: str) -> str:
    return key.rpartition("}")[2]


def _references(office: Office) -> dict[str, set[str]]:
    """Which footnotes and endnotes are referred to."""
    found: dict[str, set[str]] = {kind: set() for kind, _ in _NOTES}
    for name in flows(office.parts):
        for kind, _ in _NOTES:
            for one in office.parts.root(name).iter(f"{{*}}{kind}Reference"):
                found[kind].add(value(one, "id"))
    return found


def _remove_notes_without_reference(office: Office, before: dict[str, set[str]]) -> None:
    """Notes whose place in the text was taken out: their words went with it."""
    after = _references(office)
    for kind, ends in _NOTES:
        gone = before[kind] - after[kind]
        for name in office.parts.of_type(ends):
            for note in list(office.parts.root(name)):
                if local(note) == kind and value(note, "id") in gone:
                    remove(note)
                    office.took(next(iter(office.taken)), name)
