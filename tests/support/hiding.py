"""What tests of hidden content ask again and again."""

import io
from collections.abc import Callable

import docx

from gateway.domain.inspection import Discovery, FileType, Kind
from gateway.inspection.engine import look_into
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.hidden import hidden
from gateway.inspection.passages import Place
from gateway.inspection.removal import removed

EVERY = frozenset(Kind)


def kinds(file_type: FileType, data: bytes) -> set[Kind]:
    """The kinds of what is hidden in a document."""
    return {one.kind for one in hidden(file_type, data)}


def of(kind: Kind, file_type: FileType, data: bytes) -> list[Discovery]:
    """What is hidden of one kind."""
    return [one for one in hidden(file_type, data) if one.kind is kind]


def cleaned(file_type: FileType, data: bytes, *wanted: Kind) -> bytes:
    """A document without these kinds; all of them must have been taken out, and stay out."""
    outcome = removed(file_type, data, frozenset(wanted))
    assert outcome is not None
    clean, gone = outcome
    assert set(wanted) <= set(gone)
    left = [one for one in hidden(file_type, clean) if one.removable and one.kind in wanted]
    assert left == []
    assert removed(file_type, clean, frozenset(wanted)) is None
    return clean


def shown(name: str, data: bytes) -> str:
    """The words a document shows."""
    into = Gathering(look_into)
    look_into(name, data, into)
    return "\n".join(one.text.strip() for one in into.passages if one.place is Place.BODY)


def unsafe(name: str, data: bytes) -> set[Kind]:
    """The kinds of what a document does."""
    into = Gathering(look_into)
    look_into(name, data, into)
    return {one.kind for one in into.discoveries if one.kind.concern == "unsafe"}


def refusal(work: Callable[[], object]) -> Kind | None:
    """What a document is refused for; None where it is read. Anything else fails the test."""
    try:
        work()
    except NotReadable as error:
        return error.discovery.kind
    return None


def paragraphs(data: bytes) -> list[str]:
    """The paragraphs of a Word document, as another program reads them."""
    return [one.text for one in docx.Document(io.BytesIO(data)).paragraphs]
